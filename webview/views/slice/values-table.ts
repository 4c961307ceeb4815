import { describeError } from "../../../src/core/errors";
import type { Stretch } from "../../../src/core/layout";
import type { SliceAspect, SliceImage } from "../../../src/core/slice";
import type { HostApi, SliceRequest } from "../../../src/protocol";
import type { Channel } from "../../../src/rpc";
import { el, oncePerFrame, setAttribute, setText, show } from "../../dom";
import { exactText } from "../../slice/exact-text";
import { markOf } from "../../slice/paint";
import { around, inSight, LONGEST, scrollTo, serves } from "../../slice/table-window";
import type { State } from "../../store";
import { askSlices } from "./asked";
import type { Place } from "./heat-map";
import { requestsOf, type SliceModel, selectedPlace, sideOf } from "./model";
import { ASPECTS } from "./readout";

/** Sides of a table's cells in CSS pixels. */
const [ROW, COLUMN] = [24, 96];

const SIGNS = { nan: "NaN", posInf: "Infinity", negInf: "-Infinity" } as const;

/** Values that are there, with what they were asked for. */
interface Found {
	readonly request: SliceRequest;
	readonly images: readonly SliceImage[];
}

/** The slice's exact values in a table that has only the cells in sight, so that it may be of any length. */
export function createValuesTable(
	host: Channel<HostApi>,
	picked: (place: Place) => void,
): { readonly element: HTMLElement; readonly show: (state: State, model: SliceModel) => void } {
	const table = el("table", { class: "numbers slice-values" });
	const sizer = el("div", { class: "slice-sizer" }, table);
	const scroller = el(
		"div",
		{ class: "slice-scroller", tabindex: 0, role: "region", "aria-label": "Values of the slice" },
		sizer,
	);
	const choice = el("select", { class: "slice-aspect", "aria-label": "The table shows" });
	const problem = el("p", { class: "problem", role: "alert" });
	const summary = el("summary", {}, "Values as a table");
	const element = el("details", { class: "slice-table" }, summary, choice, scroller, problem);
	let current: { readonly state: State; readonly model: SliceModel } | undefined;
	let aspect: SliceAspect = "before";
	let found: Found | undefined;
	show(problem, false);

	const ask = askSlices(host, {
		arrived: ([request], slices) => {
			show(problem, false);
			if (request) found = { request, images: slices.flatMap(({ images }) => images) };
			draw();
		},
		progress: () => {},
		failed: (error) => {
			setText(problem, describeError(error));
			show(problem, true);
		},
	});

	const draw = oncePerFrame(() => {
		if (!current || !element.open || scroller.clientWidth === 0) return;
		const { state, model } = current;
		const { shape } = model.tensor;
		const sizes = sizesOf(model);
		sizer.style.height = `${Math.min(LONGEST, (sizes.rows + 1) * ROW)}px`;
		sizer.style.width = `${Math.min(LONGEST, (sizes.columns + 1) * COLUMN)}px`;
		const rows = inSight(sizes.rows, ROW, scroller.clientHeight, scroller.scrollTop);
		const columns = inSight(sizes.columns, COLUMN, scroller.clientWidth, scroller.scrollLeft);
		const [wanted] = requestsOf(state, { ...model, shown: { ...model.shown, rgb: false } }) as [SliceRequest];
		const asked = around(wanted, shape, rows, columns);
		const there = found && serves(found.request, asked, rows, columns) ? found : undefined;
		if (!there) ask([asked]);
		setAttribute(table, "aria-rowcount", sizes.rows + 1);
		setAttribute(table, "aria-colcount", sizes.columns + 1);
		table.replaceChildren(...rowsOf(model, rows, columns, textsOf(model, there, aspect)));
		show(choice, model.aspects.length > 1);
	});

	/** Scrolls to the selected element, where it is out of sight. */
	const reveal = () => {
		if (!current || !element.open) return;
		const { model } = current;
		const sizes = sizesOf(model);
		const { row, column } = selectedPlace(model);
		const along = (at: number, size: number, unit: number, room: number, scrolled: number) => {
			const { start, length } = inSight(size, unit, room, scrolled);
			if (at >= start && at < start + length) return scrolled;
			return scrollTo(Math.max(0, Math.min(size - length, at - (length >> 1))), size, unit, room);
		};
		const { clientHeight, clientWidth, scrollTop, scrollLeft } = scroller;
		scroller.scrollTop = along(row, sizes.rows, ROW, clientHeight, scrollTop);
		scroller.scrollLeft = along(column, sizes.columns, COLUMN, clientWidth, scrollLeft);
	};

	scroller.addEventListener("scroll", draw, { passive: true });
	element.addEventListener("toggle", () => {
		draw();
		requestAnimationFrame(reveal);
	});
	new ResizeObserver(draw).observe(scroller);
	choice.addEventListener("change", () => {
		aspect = choice.value as SliceAspect;
		draw();
	});
	table.addEventListener("click", (event) => {
		const cell = (event.target as Element).closest<HTMLElement>("td");
		if (cell) picked({ row: Number(cell.dataset.row), column: Number(cell.dataset.column) });
	});

	return {
		element,
		show(state, model) {
			if (model.aspects.join() !== current?.model.aspects.join()) {
				choice.replaceChildren(...model.aspects.map((one) => el("option", { value: one }, ASPECTS[one])));
				if (!model.aspects.includes(aspect)) aspect = "before";
				choice.value = aspect;
			}
			const moved = model.index.join() !== current?.model.index.join();
			current = { state, model };
			if (moved) reveal();
			draw();
		},
	};
}

function sizesOf(model: SliceModel): { readonly rows: number; readonly columns: number } {
	return { rows: sideOf(model, "rows"), columns: sideOf(model, "columns") };
}

/** What stands in a cell. */
function textsOf(
	{ tensor: { dtype } }: SliceModel,
	found: Found | undefined,
	aspect: SliceAspect,
): (row: number, column: number) => string {
	const image = found?.images.find((one) => one.aspect === aspect);
	if (!found || !image || typeof dtype !== "string") return () => "…";
	const { rows, columns } = found.request.window;
	return (row, column) => {
		const cell = (row - (rows?.start ?? 0)) * columns.cells + (column - columns.start);
		const mark = markOf(image.marks[cell] as number);
		if (mark) return SIGNS[mark];
		const value = image.wide?.[cell] ?? (image.values[cell] as number);
		return aspect === "before" ? exactText(value, dtype) : exactText(Math.fround(Number(value)), "f32");
	};
}

function rowsOf(
	model: SliceModel,
	rows: Stretch,
	columns: Stretch,
	textOf: (row: number, column: number) => string,
): HTMLElement[] {
	const {
		chosen: { letters },
		shown,
	} = model;
	const numbers = ({ start, length }: Stretch) => Array.from({ length }, (_, k) => start + k);
	const name = (axis: number | undefined, arrow: string) => (axis === undefined ? "" : `${letters[axis]} ${arrow} `);
	const at = selectedPlace(model);
	const head = el(
		"tr",
		{ "aria-rowindex": 1 },
		el("th", { scope: "col" }, `${name(shown.rows, "↓")}${name(shown.columns, "→")}`),
		...numbers(columns).map((column) => el("th", { scope: "col", "aria-colindex": column + 2 }, String(column))),
	);
	const body = numbers(rows).map((row) =>
		el(
			"tr",
			{ "aria-rowindex": row + 2 },
			el("th", { scope: "row" }, shown.rows === undefined ? "" : String(row)),
			...numbers(columns).map((column) =>
				el(
					"td",
					{
						"data-row": row,
						"data-column": column,
						"aria-colindex": column + 2,
						class: row === at.row && column === at.column && "selected",
					},
					textOf(row, column),
				),
			),
		),
	);
	return [el("thead", {}, head), el("tbody", {}, ...body)];
}
