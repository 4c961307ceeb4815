import { formatCount } from "../../../src/core/format";
import { el, setText, show } from "../../dom";
import type { SliceModel } from "./model";

/** A slider and a number for each axis that the slice is at one index of. */
export function createSliders(moved: (axis: number, index: number) => void): {
	readonly element: HTMLElement;
	readonly show: (model: SliceModel) => void;
} {
	const element = el("div", { class: "slice-sliders" });
	let rows: {
		readonly row: HTMLElement;
		readonly letter: HTMLElement;
		readonly slider: HTMLInputElement;
		readonly number: HTMLInputElement;
		readonly end: HTMLElement;
	}[] = [];

	const createRow = (axis: number) => {
		const slider = el("input", { type: "range", min: 0, step: 1, class: "slice-slider" });
		const number = el("input", { type: "number", min: 0, step: 1, class: "number" });
		const [letter, end] = [el("span", { class: "axis-letter" }), el("span", { class: "quiet" })];
		slider.addEventListener("input", () => moved(axis, Number(slider.value)));
		number.addEventListener("input", () => {
			const index = Number(number.value);
			if (number.value !== "" && Number.isInteger(index)) moved(axis, index);
		});
		return { row: el("div", { class: "slice-slider-row" }, letter, slider, number, end), letter, slider, number, end };
	};

	return {
		element,
		show({ tensor: { shape }, chosen: { letters }, shown, index }) {
			if (rows.length !== shape.length) {
				rows = shape.map((_, axis) => createRow(axis));
				element.replaceChildren(...rows.map(({ row }) => row));
			}
			let shownRows = 0;
			rows.forEach(({ row, letter, slider, number, end }, axis) => {
				const size = shape[axis] as number;
				const free = axis !== shown.rows && axis !== shown.columns && !(shown.rgb && axis === shown.colourAxis);
				show(row, free && size > 1);
				if (free && size > 1) shownRows++;
				setText(letter, letters[axis] ?? String(axis));
				setText(end, `of ${formatCount(size)}`);
				for (const input of [slider, number]) {
					input.max = String(size - 1);
					input.setAttribute("aria-label", `Index on axis ${axis} (${letters[axis]})`);
					const value = String(index[axis]);
					const typing = document.activeElement === input && input.value === "";
					if (!typing && input.value !== value) input.value = value;
				}
			});
			show(element, shownRows > 0);
		},
	};
}
