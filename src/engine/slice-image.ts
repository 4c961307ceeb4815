import { type Box, cellOfIndex } from "../core/layout";
import { type EachCell, SLICE_MARKS, type SliceAspect, type SliceImage, type SliceWindow } from "../core/slice";

/** Values of a box, wherever they lie: element i at `offset + Σ i[a]·strides[a]`. */
export interface BoxValues {
	readonly values: Float64Array | Float32Array;
	readonly strides: readonly number[];
	readonly offset: number;
	/** The same values exactly, for 64-bit integers. */
	readonly wide?: BigInt64Array | BigUint64Array;
}

/** An image that boxes of a window are added to. */
export interface ImageBuilder {
	readonly aspect: SliceAspect;
	/** Adds a box; with `minus`, what its values are above others of the same box. */
	readonly add: (box: Box, values: BoxValues, minus?: BoxValues) => void;
	readonly image: () => SliceImage;
}

/** What the sum of a cell is multiplied by where it would leave float64's range. */
const SMALLER = 2 ** -64;

/** Starts an image of a window in which nothing was seen yet; `wide` keeps 64-bit integers exactly. */
export function buildImage(
	{ rows, columns }: SliceWindow,
	aspect: SliceAspect,
	each: EachCell,
	wide?: BigInt64Array | BigUint64Array,
): ImageBuilder {
	const cells = (rows?.cells ?? 1) * columns.cells;
	// Sums, or largest values, of each cell; -0 is what leaves every value as it is when added.
	const found = new Float64Array(cells).fill(-0);
	const marks = new Uint8Array(cells);
	const counts = new Float64Array(cells);
	const sums = each === "mean";
	let scaled: Uint8Array | undefined;

	const mark = (cell: number, value: number) => {
		const kind = Number.isNaN(value) ? "nan" : value > 0 ? "posInf" : "negInf";
		marks[cell] = (marks[cell] as number) | SLICE_MARKS[kind];
	};
	const put = (cell: number, value: number) => {
		if (value - value !== 0) return mark(cell, value);
		counts[cell] = (counts[cell] as number) + 1;
		if (!sums) {
			if (Math.abs(value) > Math.abs(found[cell] as number) || counts[cell] === 1) found[cell] = value;
			return;
		}
		const sum = (found[cell] as number) + (scaled?.[cell] ? value * SMALLER : value);
		if (sum - sum === 0) {
			found[cell] = sum;
			return;
		}
		scaled ??= new Uint8Array(cells);
		scaled[cell] = 1;
		found[cell] = (found[cell] as number) * SMALLER + value * SMALLER;
	};

	const columnsOf = remembered((box) => cellsAlong(box, columns));
	const rowsOf = remembered((box) => (rows ? cellsAlong(box, rows) : Int32Array.of(0)));

	return {
		aspect,
		image() {
			const values = found.map((value, cell) => {
				const count = counts[cell] as number;
				return count === 0 ? NaN : sums ? value / count / (scaled?.[cell] ? SMALLER : 1) : value;
			});
			return { aspect, values, marks, ...(wide ? { wide } : {}) };
		},
		add(box, from, minus) {
			const columnCells = columnsOf(box, columns.axis);
			const rowCells = rowsOf(box, rows?.axis);
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
function cellsAlong({ origin, shape }: Box, { axis, start, length, cells }: SliceWindow["columns"]): Int32Array {
	const found = new Int32Array(shape[axis] as number);
	const from = (origin[axis] as number) - start;
	for (let i = 0; i < found.length; i++) found[i] = cellOfIndex(from + i, length, cells);
	return found;
}

/** Cells of the last box, for the next one that lies alike along the axis. */
function remembered(cellsOf: (box: Box) => Int32Array): (box: Box, axis: number | undefined) => Int32Array {
	let last: { readonly origin: number; readonly length: number; readonly cells: Int32Array } | undefined;
	return (box, axis = 0) => {
		const [origin, length] = [box.origin[axis] as number, box.shape[axis] as number];
		if (last?.origin !== origin || last.length !== length) last = { origin, length, cells: cellsOf(box) };
		return last.cells;
	};
}
