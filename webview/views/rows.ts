import { el, oncePerFrame, setText } from "../dom";

/** Rows of equal height of which only those in sight are in the document. */
export interface Rows {
	/** Shows this many rows, and draws those in sight anew. */
	readonly setCount: (count: number) => void;
	/** Draws the rows in sight anew. */
	readonly refresh: () => void;
	/** Scrolls just as far as it takes to bring a row into sight. */
	readonly reveal: (row: number) => void;
}

/** What rows are made of and where they go. */
export interface RowsOptions {
	/** The element that scrolls. */
	readonly scroller: HTMLElement;
	/** The element that holds the rows: a list or a table body. */
	readonly holder: HTMLElement;
	/** Makes the element of one row. */
	readonly render: (row: number) => HTMLElement;
	/** Makes the element that stands for the rows out of sight above or below. */
	readonly spacer: () => HTMLElement;
	/** CSS pixels of a row before one was measured. */
	readonly rowHeight: number;
	/** What covers the top of the scroller: a sticky header. */
	readonly covered?: () => number;
}

/** Fills a scrolling element with rows on demand, so that ten thousand cost as much as fifty. */
export function createRows({ scroller, holder, render, spacer, rowHeight, covered = () => 0 }: RowsOptions): Rows {
	const [above, below] = [spacer(), spacer()];
	let count = 0;
	let height = rowHeight;
	// Measuring makes the browser lay out the page at once: rows are measured again only after the scroller's size changed.
	let isMeasured = false;
	let [first, last] = [0, -1];

	let kept = new Map<number, HTMLElement>();

	const fill = (anew: boolean) => {
		const margin = 6;
		const from = Math.max(0, Math.min(count, Math.floor(scroller.scrollTop / height) - margin));
		const to = Math.min(count, Math.ceil((scroller.scrollTop + scroller.clientHeight) / height) + margin);
		if (!anew && from === first && to === last) return;
		[first, last] = [from, to];
		const rows = new Map<number, HTMLElement>();
		for (let row = from; row < to; row++) rows.set(row, (anew ? undefined : kept.get(row)) ?? render(row));
		for (const [row, element] of kept) if (rows.get(row) !== element) element.remove();
		kept = rows;
		if (!above.parentElement) holder.replaceChildren(above, below);
		let place: Element | null = above.nextElementSibling;
		for (const element of rows.values()) {
			if (element === place) place = place.nextElementSibling;
			else holder.insertBefore(element, place);
		}
		above.style.height = `${from * height}px`;
		below.style.height = `${(count - to) * height}px`;
		if (!anew || to === from || isMeasured) return;
		const measured = above.nextElementSibling?.getBoundingClientRect().height ?? 0;
		isMeasured = measured > 0;
		if (isMeasured && Math.abs(measured - height) > 0.01) {
			height = measured;
			fill(false);
			above.style.height = `${from * height}px`;
			below.style.height = `${(count - to) * height}px`;
		}
	};
	const scrolled = oncePerFrame(() => fill(false));
	scroller.addEventListener("scroll", scrolled, { passive: true });
	new ResizeObserver(() => {
		isMeasured = false;
		scrolled();
	}).observe(scroller);

	return {
		setCount(next) {
			count = next;
			fill(true);
		},
		refresh: () => fill(true),
		reveal(row) {
			const top = row * height;
			const room = scroller.clientHeight - covered();
			if (top < scroller.scrollTop) scroller.scrollTop = top;
			else if (top + height > scroller.scrollTop + room) scroller.scrollTop = top + height - room;
			fill(false);
		},
	};
}

/** A table with a sticky header whose rows are windowed. */
export interface WindowedTable {
	readonly element: HTMLElement;
	/** Names the columns anew, as many as there were. */
	readonly head: (headings: readonly string[]) => void;
	/** Shows rows of cells; cells that start with a number are set in figures of equal width. */
	readonly show: (count: number, cells: (row: number) => readonly string[]) => void;
}

/** A native table that scrolls on its own, with as many columns as headings; the first column names the row. */
export function windowedTable(label: string, headings: readonly string[]): WindowedTable {
	const body = el("tbody");
	const head = el(
		"thead",
		{},
		el("tr", { "aria-rowindex": 1 }, ...headings.map((heading) => el("th", { scope: "col" }, heading))),
	);
	const table = el(
		"table",
		{ class: "numbers windowed", "aria-label": label, "aria-colcount": headings.length },
		head,
		body,
	);
	const element = el("div", { class: "table-scroller", tabindex: 0, role: "region", "aria-label": label }, table);
	let cellsOf: (row: number) => readonly string[] = () => [];
	const rows = createRows({
		scroller: element,
		holder: body,
		rowHeight: 24,
		covered: () => head.offsetHeight,
		spacer: () => el("tr", { class: "spacer", "aria-hidden": "true" }),
		render: (row) => {
			const [name, ...cells] = cellsOf(row);
			return el(
				"tr",
				{ "aria-rowindex": row + 2 },
				el("th", { scope: "row" }, name),
				...cells.map((cell) => el("td", {}, cell)),
			);
		},
	});
	return {
		element,
		head(names) {
			names.forEach((name, column) => {
				const heading = head.querySelectorAll("th")[column];
				if (heading) setText(heading, name);
			});
		},
		show(count, cells) {
			cellsOf = cells;
			table.setAttribute("aria-rowcount", String(count + 1));
			rows.setCount(count);
		},
	};
}
