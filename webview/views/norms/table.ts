import { roleOf } from "../../../src/core/layout";
import { layoutNames } from "../../../src/core/layout-name";
import { type NamedAxes, normName } from "../../../src/core/norm-candidates";
import { NORM_COLUMNS, type NormColumn, sortedNorms, tooManySets } from "../../../src/core/norm-columns";
import type { ComparedNorm } from "../../../src/core/norm-comparison";
import { type Norm, normalization } from "../../../src/core/normalizations";
import { el, setAttribute } from "../../dom";
import { createGlyph } from "../glyph";

/** How rows are sorted: by the column of that number, or as the catalogue has them. */
export interface Sorting {
	readonly column: number | undefined;
	readonly descending: boolean;
}

/** The comparison as a table whose headings sort it and whose rows choose their norm. */
export interface NormsTable {
	readonly element: HTMLElement;
	/** Marks the norm that is chosen. */
	readonly mark: (isChosen: (row: ComparedNorm) => boolean) => void;
}

/** Makes the table; the sorting is kept by the caller, so that it outlives new numbers. */
export function createNormsTable(
	rows: readonly ComparedNorm[],
	axes: NamedAxes,
	sorting: { get(): Sorting; set(sorting: Sorting): void },
	choose: (norm: Norm) => void,
): NormsTable {
	const made = new Map(rows.map((row) => [row, createRow(row, axes, choose)]));
	const body = el("tbody");
	const headings = NORM_COLUMNS.map((column, at) => {
		const heading = el("th", { scope: "col" });
		const button = el("button", { type: "button", class: "sorter", title: column.about }, column.heading);
		button.addEventListener("click", () => {
			const { column: before, descending } = sorting.get();
			// Largest first, then smallest first, then as the catalogue has them.
			if (before !== at) sorting.set({ column: at, descending: true });
			else sorting.set(descending ? { column: at, descending: false } : { column: undefined, descending: true });
			sort();
		});
		heading.append(button);
		return heading;
	});
	const sort = () => {
		const { column, descending } = sorting.get();
		headings.forEach((heading, at) => {
			setAttribute(heading, "aria-sort", at === column ? (descending ? "descending" : "ascending") : undefined);
		});
		const by = column === undefined ? undefined : (NORM_COLUMNS[column] as NormColumn);
		const sorted = by ? sortedNorms(rows, by, descending) : rows;
		const focused = document.activeElement as HTMLElement | null;
		body.replaceChildren(...sorted.map((row) => made.get(row) as HTMLElement));
		focused?.focus();
	};
	sort();
	const table = el(
		"table",
		{ class: "numbers norms", "aria-label": "Norms" },
		el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Norm"), ...headings)),
		body,
	);
	return {
		element: el("div", { class: "norms-table", tabindex: 0, role: "region", "aria-label": "Norms" }, table),
		mark(isChosen) {
			for (const [row, element] of made) setAttribute(element, "aria-current", isChosen(row) ? "true" : undefined);
		},
	};
}

/** Other names of a norm's sets: its own too where it subtracts the mean and divides by the deviation, as these do. */
function alsoInWords({ id, options }: Norm, names: readonly string[]): string {
	const { centre, divisor } = normalization(id).statistic ?? {};
	const isSame = centre === "mean" && divisor === "std" && options.epsPlace === "inside" && options.ddof === 0;
	return isSame ? `= ${names.slice(0, 2).join(" = ")}` : `the sets of ${names[0]}`;
}

function createRow(row: ComparedNorm, axes: NamedAxes, choose: (norm: Norm) => void): HTMLElement {
	const { layout, norm } = row;
	const glyph = createGlyph();
	glyph.show(layout, axes.channelAxis);
	const name = normName(norm, axes);
	const also = layoutNames(layout, axes.letters, axes.channelAxis).filter(
		(other) => other.toLowerCase() !== name.toLowerCase(),
	);
	const over = axes.letters.filter((_, axis) => roleOf(layout, axis) !== "kept").join(", ");
	const button = el(
		"button",
		{ type: "button", class: "norm-choice", title: over === "" ? "Averages nothing" : `Averages ${over}` },
		glyph.element,
		el(
			"span",
			{ class: "norm-names" },
			el("span", { class: "norm-name" }, name),
			also.length > 0 ? el("span", { class: "norm-also quiet" }, alsoInWords(norm, also)) : undefined,
		),
	);
	const reason = tooManySets(row);
	const shown = NORM_COLUMNS.filter(({ always }) => always || reason === undefined);
	const element = el(
		"tr",
		{},
		el("th", { scope: "row" }, button),
		...shown.map((column) => el("td", { class: warns(column, row) ? "warned" : undefined }, column.text(row))),
		reason === undefined
			? undefined
			: el("td", { class: "words", colspan: NORM_COLUMNS.length - shown.length }, `${reason}.`),
	);
	// The button is for the keyboard and bubbles here; the rest of the row is there for the mouse.
	element.addEventListener("click", () => choose(norm));
	return element;
}

/** Columns whose numbers are a warning where they are not 0. */
function warns({ heading, value }: NormColumn, row: ComparedNorm): boolean {
	return (heading === "σ² < ε" || heading === "One element") && value(row) > 0;
}
