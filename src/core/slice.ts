import { TensorError } from "./errors";
import { formatCount } from "./format";
import type { Shape } from "./layout";
import type { Coverage } from "./sampling";

/** A stretch of one axis, cut into contiguous parts as equal as its length allows (`partStart` says where they begin). */
export interface SliceAxis {
	readonly axis: number;
	readonly start: number;
	readonly length: number;
	readonly cells: number;
}

/** Two axes of a tensor at one index of every other one; a vector has no rows. */
export interface SliceWindow {
	readonly rows?: SliceAxis;
	readonly columns: SliceAxis;
	/** One index per axis; those of the window's own axes are not looked at. */
	readonly index: readonly number[];
}

/** What is seen of a slice: its values, what the norm makes of them, or how far that moved them (after − before). */
export type SliceAspect = "before" | "after" | "difference";

/** What a cell of several elements shows: their mean, or the one of the largest magnitude. */
export type EachCell = "mean" | "largest";

/** What a cell holds beside finite values. */
export const SLICE_MARKS = { nan: 1, posInf: 2, negInf: 4 } as const;

/** One aspect of a slice, cell by cell in C order. */
export interface SliceImage {
	readonly aspect: SliceAspect;
	/** Of the finite elements of each cell; NaN where it has none. */
	readonly values: Float64Array;
	/** `SLICE_MARKS` of what else is in each cell. */
	readonly marks: Uint8Array;
	/** The exact values of 64-bit integers that float64 may round, where every cell is one element. */
	readonly wide?: BigInt64Array | BigUint64Array;
}

/** A slice at the size of a screen: how much of the window was seen, and one image per aspect that was asked for. */
export interface Slice extends Coverage {
	readonly window: SliceWindow;
	readonly images: readonly SliceImage[];
}

/** Cells of all images of one slice: the answer stays below 2 MB. */
export const MAX_SLICE_CELLS = 2 ** 17;

/** Elements that are read for a slice where nothing else is asked for; of more, each cell shows a part. */
export const SLICE_ELEMENTS = 2 ** 26;

/** Throws `bad-option` unless a window lies in a shape, and `too-large` where it has too many cells for `images`. */
export function checkWindow({ rows, columns, index }: SliceWindow, shape: Shape, images: number): void {
	const stretches = rows ? [rows, columns] : [columns];
	const fits = ({ axis, start, length, cells }: SliceAxis) =>
		[axis, start, length, cells].every(Number.isInteger) &&
		start >= 0 &&
		length >= 1 &&
		start + length <= (shape[axis] ?? 0) &&
		cells >= 1 &&
		cells <= length;
	const placed = index.every((at, axis) => Number.isInteger(at) && at >= 0 && at < (shape[axis] as number));
	if (rows?.axis === columns.axis || !stretches.every(fits) || index.length !== shape.length || !placed) {
		throw new TensorError(
			"bad-option",
			`The slice asked for does not lie in the shape [${shape.join(", ")}]: it needs two different axes, stretches within them and one index for every axis.`,
		);
	}
	const cells = stretches.reduce((product, stretch) => product * stretch.cells, images);
	if (cells > MAX_SLICE_CELLS) {
		throw new TensorError(
			"too-large",
			`A slice of ${formatCount(cells)} cells was asked for, and at most ${formatCount(MAX_SLICE_CELLS)} are told at once.`,
		);
	}
}
