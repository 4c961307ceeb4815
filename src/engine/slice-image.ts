import { type Box, cellOfIndex } from "../core/layout";
import { type EachCell, SLICE_MARKS, type SliceAspect, type SliceImage, type SliceWindow } from "../core/slice";

/** Values of a box, wherever they lie: element i at `offset + Σ i[a]·strides[a]`. */
export interface BoxValues {
	readonly values: ArrayLike<number>;
	readonly strides: readonly number[];
	readonly offset: number;
	/** The same values exactly, for 64-bit integers. */
	readonly wide?: BigInt64Array | BigUint64Array;
}

/** An image that boxes of a window are added to. */
export interface ImageBuilder {
	/** Adds a box; with `minus`, what its values are above others of the same box. */
	readonly add: (box: Box, values: BoxValues, minus?: BoxValues) => void;
	readonly image: SliceImage;
}

/** Starts an image of a window in which nothing was seen yet; `wide` keeps 64-bit integers exactly. */
export function buildImage(
	{ rows, columns }: SliceWindow,
	aspect: SliceAspect,
	each: EachCell,
	wide?: BigInt64Array | BigUint64Array,
): ImageBuilder {
	const cells = (rows?.cells ?? 1) * columns.cells;
	const values = new Float64Array(cells).fill(NaN);
	const marks = new Uint8Array(cells);
	const counts = new Float64Array(cells);

	const put = (cell: number, value: number) => {
		if (!Number.isFinite(value)) {
			const mark = Number.isNaN(value) ? SLICE_MARKS.nan : value > 0 ? SLICE_MARKS.posInf : SLICE_MARKS.negInf;
			marks[cell] = (marks[cell] as number) | mark;
			return;
		}
		const count = (counts[cell] as number) + 1;
		counts[cell] = count;
		const before = values[cell] as number;
		// Shares of the mean, so that values at the ends of float64 do not overflow in their sum.
		if (count === 1) values[cell] = value;
		else if (each === "mean") values[cell] = before + (value / count - before / count);
		else if (Math.abs(value) > Math.abs(before)) values[cell] = value;
	};

	return {
		image: { aspect, values, marks, ...(wide ? { wide } : {}) },
		add(box, from, minus) {
			const columnCells = cellsAlong(box, columns);
			const rowCells = rows ? cellsAlong(box, rows) : Int32Array.of(0);
			const step = (at: BoxValues, axis: number | undefined) => (axis === undefined ? 0 : (at.strides[axis] as number));
			const [down, across] = [step(from, rows?.axis), step(from, columns.axis)];
			const [minusDown, minusAcross] = minus ? [step(minus, rows?.axis), step(minus, columns.axis)] : [0, 0];
			for (let row = 0; row < rowCells.length; row++) {
				const first = (rowCells[row] as number) * columns.cells;
				let position = from.offset + row * down;
				let other = (minus?.offset ?? 0) + row * minusDown;
				for (let column = 0; column < columnCells.length; column++) {
					const cell = first + (columnCells[column] as number);
					const value = from.values[position] as number;
					put(cell, minus ? value - (minus.values[other] as number) : value);
					if (wide && from.wide) wide[cell] = from.wide[position] as bigint;
					position += across;
					other += minusAcross;
				}
			}
		},
	};
}

/** The cell of each index of a box along one axis of the window. */
function cellsAlong(
	{ origin, shape }: Box,
	{ axis, start, length, cells }: NonNullable<SliceWindow["rows"]>,
): Int32Array {
	const from = (origin[axis] as number) - start;
	return Int32Array.from({ length: shape[axis] as number }, (_, i) => cellOfIndex(from + i, length, cells));
}
