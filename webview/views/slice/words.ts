import { formatCount } from "../../../src/core/format";
import type { Stretch } from "../../../src/core/layout";
import { coverageInWords } from "../../../src/core/sampling";
import { titleOf } from "../../session";
import type { State } from "../../store";
import { isAggregated, type ShownImages, type SliceModel } from "./model";

/** "H × W at N 0, C 3 of conv1". */
export function titleOfSlice(state: State, { chosen: { letters }, shown, index, tensor }: SliceModel): string {
	const at = letters.flatMap((letter, axis) => {
		if (axis === shown.rows || axis === shown.columns || (shown.rgb && axis === shown.colourAxis)) return [];
		return [`${letter} ${index[axis]}`];
	});
	const axes = [shown.rows, shown.columns].flatMap((axis) => (axis === undefined ? [] : [letters[axis]]));
	return `${axes.join(" × ")}${at.length > 0 ? ` at ${at.join(", ")}` : ""} of ${titleOf(state, tensor)}`;
}

/** "H 0–55, W 0–55": what is in sight. */
export function seenInWords({ chosen: { letters }, shown }: SliceModel): string {
	const text = (axis: number | undefined, { start, length }: Stretch) =>
		axis === undefined ? [] : [`${letters[axis]} ${start}–${start + length - 1}`];
	return [...text(shown.rows, shown.seenRows), ...text(shown.columns, shown.seenColumns)].join(", ");
}

/** What a point of the picture stands for, where that is no single value. */
export function cellsInWords(images: ShownImages, { shown }: SliceModel): string {
	if (!isAggregated(images)) return "";
	const { rows, columns } = images.window;
	const most = Math.ceil(columns.length / columns.cells) * (rows ? Math.ceil(rows.length / rows.cells) : 1);
	const what = shown.each === "mean" ? "the mean" : "the value of the largest magnitude";
	const seen = images.slice.exact ? "" : ` From ${coverageInWords(images.slice)}.`;
	return `Each point is ${what} of up to ${formatCount(most)} neighbouring values; zoom in to see each one.${seen}`;
}
