import { formatCount, formatNumber } from "../../../src/core/format";
import type { Stretch } from "../../../src/core/layout";
import { cellOfIndex } from "../../../src/core/layout";
import { SLICE_MARKS, type SliceAspect, type SliceAxis, type SliceImage } from "../../../src/core/slice";
import { exactText } from "../../slice/exact-text";
import { indicesOf } from "../../slice/viewport";
import type { Place } from "./heat-map";
import type { ShownImages, SliceModel } from "./model";

/** What the aspects of a slice are called. */
export const ASPECTS = {
	before: "Before",
	after: "After",
	difference: "Difference",
} as const satisfies Record<SliceAspect, string>;

/** An element, or the elements of its cell, with what each image has there; undefined where the images do not reach. */
export function readoutOf(place: Place, model: SliceModel, images: ShownImages): string | undefined {
	const { rows, columns } = images.window;
	const row = rows ? cellAt(place.row, rows) : 0;
	const column = cellAt(place.column, columns);
	if (row === undefined || column === undefined) return undefined;
	const cell = row * columns.cells + column;
	const down = rows ? indicesOf(rows, row) : { start: 0, length: 1 };
	const across = indicesOf(columns, column);
	const many = down.length * across.length;
	// Images of a norm that was just chosen may be on their way.
	const there = model.aspects.filter((aspect) => images.of(aspect).length > 0);
	const values = there.map((aspect) => {
		const found = images.of(aspect).map((image) => numberOf(image, cell, many > 1 ? undefined : model.tensor.dtype));
		const text = found.length === 3 ? `R ${found[0]}, G ${found[1]}, B ${found[2]}` : (found[0] ?? "");
		return there.length > 1 ? `${ASPECTS[aspect].toLowerCase()} ${text}` : text;
	});
	const seen = images.slice.exact ? "" : "some of ";
	const what =
		many === 1 ? "" : `${model.shown.each === "mean" ? "mean" : "largest"} of ${seen}${formatCount(many)} values `;
	return `${where(down, across, model)}: ${what}${values.join(" · ")}`;
}

function cellAt(index: number, { start, length, cells }: SliceAxis): number | undefined {
	const inside = index >= start && index < start + length;
	return inside ? cellOfIndex(index - start, length, cells) : undefined;
}

function where(down: Stretch, across: Stretch, { chosen: { letters }, shown, index }: SliceModel): string {
	const stretchOf = (axis: number): Stretch =>
		axis === shown.rows ? down : axis === shown.columns ? across : { start: index[axis] ?? 0, length: 1 };
	return letters
		.flatMap((letter, axis) => {
			if (shown.rgb && axis === shown.colourAxis) return [];
			const { start, length } = stretchOf(axis);
			return [`${letter} ${start}${length > 1 ? `–${start + length - 1}` : ""}`];
		})
		.join(", ");
}

/** A cell's number, exact where it is an element of a dtype, with what else is in the cell. */
function numberOf(
	{ aspect, values, marks, wide }: SliceImage,
	cell: number,
	dtype: SliceModel["tensor"]["dtype"] | undefined,
): string {
	const value = wide?.[cell] ?? (values[cell] as number);
	const mark = marks[cell] as number;
	const others = [
		mark & SLICE_MARKS.nan ? "NaN" : "",
		mark & SLICE_MARKS.posInf ? "+∞" : "",
		mark & SLICE_MARKS.negInf ? "−∞" : "",
	].filter(Boolean);
	if (typeof value === "number" && Number.isNaN(value)) return others.join(" and ");
	const own = aspect === "before" && typeof dtype === "string";
	const text = own ? exactText(value, dtype) : formatNumber(value, 7);
	return others.length > 0 ? `${text}, beside ${others.join(" and ")}` : text;
}
