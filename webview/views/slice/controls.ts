import { partsOf } from "../../../src/core/dtype";
import { askedNorm } from "../../../src/core/input-choice";
import { COLOUR_MAPS, type ColourMapId } from "../../../src/drawing/colour-maps";
import { checkbox, dropdown, textField } from "../../controls/controls";
import { el, show } from "../../dom";
import type { SlicePatch } from "../../slice/choices";
import { RANGES, type RangeId } from "../../slice/range";
import type { SliceModel } from "./model";

/** The fields of a slice: its axes, what is shown of it, and in which colours. */
export function createSliceControls(change: (patch: SlicePatch) => void): {
	readonly element: HTMLElement;
	readonly show: (model: SliceModel, found: { readonly aggregated: boolean; readonly symmetric: boolean }) => void;
} {
	let model: SliceModel | undefined;
	/** An axis takes the other's place where it is chosen twice. */
	const chooseAxis = (name: "rows" | "columns", axis: number) => {
		if (!model) return;
		const { rows, columns } = model.shown;
		const swapped = name === "rows" ? axis === columns : axis === rows;
		const other = name === "rows" ? { columns: rows as number } : { rows: columns };
		change({ [name]: axis, ...(swapped ? other : {}) });
	};
	const rows = dropdown("Rows", (value) => chooseAxis("rows", Number(value)));
	const columns = dropdown("Columns", (value) => chooseAxis("columns", Number(value)));
	const shows = dropdown("Shows", (value) => change({ effect: value === "effect" }));
	const each = dropdown("Each cell", (value) => change({ each: value === "largest" ? "largest" : "mean" }));
	const range = dropdown("Colours from, to", (value) => change({ range: value as RangeId }));
	const colours = dropdown("Colour map", (value) =>
		change({ colours: value === "" ? undefined : (value as ColourMapId) }),
	);
	const bound = (name: "low" | "high", label: string) =>
		textField(label, (text) => {
			const value = Number(text);
			field[name].setInvalid(text.trim() === "" || !Number.isFinite(value));
			if (text.trim() !== "" && Number.isFinite(value)) change({ [name]: value });
		});
	const field = { low: bound("low", "From"), high: bound("high", "To") };
	const symmetric = checkbox("Symmetric about 0", (checked) => change({ symmetric: checked }));
	const rgb = checkbox("As colours", (checked) => change({ rgb: checked }));
	range.setChoices(Object.entries(RANGES).map(([value, label]) => ({ value, label })));
	each.setChoices([
		{ value: "mean", label: "Mean of its values" },
		{ value: "largest", label: "Largest magnitude" },
	]);
	colours.setChoices([
		{ value: "", label: "As the range asks for" },
		...Object.entries(COLOUR_MAPS).map(([value, { label }]) => ({ value, label })),
	]);
	const element = el(
		"div",
		{ class: "slice-controls" },
		...[rows, columns, shows, each, range, field.low, field.high, colours].map((one) => one.element),
		el("div", { class: "slice-checks" }, symmetric.element, rgb.element),
	);

	return {
		element,
		show(next, found) {
			model = next;
			const { tensor, chosen, shown } = next;
			const axes = tensor.shape.map((size, axis) => ({
				value: String(axis),
				label: `${chosen.letters[axis]} (${size})`,
			}));
			rows.setChoices(axes);
			columns.setChoices(axes);
			rows.set(String(shown.rows ?? ""));
			columns.set(String(shown.columns));
			show(rows.element, shown.rows !== undefined);
			const real = typeof tensor.dtype === "string" && partsOf(tensor.dtype) === 1;
			shows.setChoices([
				{ value: "values", label: "Values" },
				{
					value: "effect",
					label: "Before, after, difference",
					disabled: !real || askedNorm(chosen).norm === undefined,
				},
			]);
			shows.set(shown.effect ? "effect" : "values");
			show(each.element, found.aggregated);
			each.set(shown.each);
			range.set(shown.range);
			for (const name of ["low", "high"] as const) {
				show(field[name].element, shown.range === "own");
				field[name].set(String(shown[name]));
			}
			show(colours.element, !shown.rgb);
			colours.set(shown.colours ?? "");
			show(symmetric.element, shown.range !== "own" && !shown.rgb);
			symmetric.set(found.symmetric);
			show(rgb.element, shown.colourAxis !== undefined);
			rgb.setLabel(`${chosen.letters[shown.colourAxis ?? 0]} as red, green, blue`);
			rgb.set(shown.rgb);
		},
	};
}
