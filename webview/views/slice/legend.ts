import { formatCount, formatNumber } from "../../../src/core/format";
import type { SliceImage } from "../../../src/core/slice";
import { COLOUR_MAPS, type ColourMapId, gradientOf } from "../../../src/drawing/colour-maps";
import type { DataRange } from "../../../src/drawing/picture/data-colours";
import { el, setText, show } from "../../dom";
import { countMarks, MARK_COLOURS, type MarkId } from "../../slice/paint";
import { quantileBounds } from "../../slice/range";

const NAMES = { nan: "NaN ✕", posInf: "+∞ ▲", negInf: "−∞ ▼" } as const satisfies Record<MarkId, string>;

/** The bar of a heat map's colours, and how many cells are no finite number. */
export function createLegend(): {
	readonly element: HTMLElement;
	readonly show: (images: readonly SliceImage[], range: DataRange, map: ColourMapId) => void;
} {
	const [low, high] = [el("span"), el("span")];
	const colours = el("span", { class: "colour-bar-colours" });
	const ids = Object.keys(NAMES) as MarkId[];
	const marks = ids.map((id) => {
		const swatch = el("span", { class: "slice-swatch" });
		swatch.style.backgroundColor = `rgb(${MARK_COLOURS[id].join(",")})`;
		const count = el("span");
		return { id, count, element: el("span", { class: "slice-mark" }, swatch, count) };
	});
	const element = el(
		"div",
		{ class: "slice-legend" },
		el("span", { class: "colour-bar" }, low, colours, high),
		...marks.map((mark) => mark.element),
	);
	return {
		element,
		show(images, range, map) {
			const ends = quantileBounds(
				images.map(({ values }) => values),
				0,
			);
			setText(low, `${ends.low < range.low ? "≤ " : ""}${formatNumber(range.low, 3)}`);
			setText(high, `${ends.high > range.high ? "≥ " : ""}${formatNumber(range.high, 3)}`);
			colours.style.backgroundImage =
				images.length === 3 ? "linear-gradient(90deg, #000, #fff)" : gradientOf(COLOUR_MAPS[map]);
			const counts = countMarks(images);
			for (const { id, count, element: one } of marks) {
				show(one, counts[id] > 0);
				setText(count, `${NAMES[id]} ${formatCount(counts[id])}`);
			}
		},
	};
}
