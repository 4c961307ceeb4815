import { TensorError } from "./errors";

/** Sizes of the axes, slowest first in C order; `[]` is a scalar. */
export type Shape = readonly number[];

/**
 * Which elements share statistics. Axis `a` is cut into `cells[a]` contiguous parts, as equal as its size allows:
 * 1 averages the whole axis, `shape[a]` keeps every index, a number between makes groups.
 */
export interface Layout {
	readonly shape: Shape;
	readonly cells: Shape;
}

/** A box of a tensor: `shape[a]` indices from `origin[a]` on, along every axis. */
export interface Box {
	readonly origin: Shape;
	readonly shape: Shape;
}

/** A stretch of one axis: `length` indices from `start` on. */
export interface Stretch {
	readonly start: number;
	readonly length: number;
}

/** Number of elements of a shape; 1 for a scalar, 0 where an axis is empty. */
export function sizeOf(shape: Shape): number {
	return shape.reduce((product, length) => product * length, 1);
}

/** Strides in elements of a dense tensor: C order (last axis fastest) or Fortran order (first axis fastest). */
export function denseStrides(shape: Shape, order: "C" | "F" = "C"): number[] {
	const strides = new Array<number>(shape.length);
	let stride = 1;
	for (let k = 0; k < shape.length; k++) {
		const axis = order === "C" ? shape.length - 1 - k : k;
		strides[axis] = stride;
		stride *= shape[axis] ?? 1;
	}
	return strides;
}

/** The part of its axis that an index falls in: `floor(index · cells / size)`, exact for sizes below 2^53 / cells. */
export function cellOfIndex(index: number, size: number, cells: number): number {
	return cells === size ? index : cells === 1 ? 0 : Math.floor((index * cells) / size);
}

/** First index of part `cell` of an axis; `partStart(size, cells, cells)` is the axis's end. */
export function partStart(cell: number, size: number, cells: number): number {
	return Math.ceil((cell * size) / cells);
}

/** Elements in each set of a layout whose parts are equal. */
export function setSize(layout: Layout): number {
	const sets = sizeOf(layout.cells);
	return sets === 0 ? 0 : sizeOf(layout.shape) / sets;
}

/** How an axis takes part: averaged away, kept index by index, or split into groups. An axis of length 1 counts as kept. */
export function roleOf(layout: Layout, axis: number): "averaged" | "kept" | "grouped" {
	const size = layout.shape[axis] ?? 1;
	const cells = layout.cells[axis] ?? 1;
	return cells === size ? "kept" : cells === 1 ? "averaged" : "grouped";
}

/** Makes a layout, or throws `bad-layout` unless every axis is cut into 1 to `size` parts; `equal` also asks that they be equal. */
export function makeLayout(shape: Shape, cells: Shape, equal: "equal" | "any" = "equal"): Layout {
	if (cells.length !== shape.length) {
		throw new TensorError(
			"bad-layout",
			`The cells ${show(cells)} name ${cells.length} axes, but the tensor ${show(shape)} has ${shape.length}; give one number per axis.`,
		);
	}
	shape.forEach((size, axis) => {
		const parts = cells[axis] ?? 0;
		if (size === 0 ? parts > 1 || parts < 0 : !Number.isInteger(parts) || parts < 1 || parts > size) {
			throw new TensorError(
				"bad-layout",
				`Axis ${axis} has ${size} indices and cannot be cut into ${parts} parts; choose 1 (average it) to ${size} (keep it).`,
			);
		}
		if (equal === "equal" && parts > 0 && size % parts !== 0) {
			throw new TensorError(
				"bad-layout",
				`Axis ${axis} has ${size} indices, which ${parts} equal groups cannot share; choose a divisor of ${size}: ${divisors(size).join(", ")}.`,
			);
		}
	});
	return { shape, cells };
}

/** The layout that averages over the given axes and keeps the rest. */
export function averageOver(shape: Shape, axes: readonly number[]): Layout {
	return { shape, cells: shape.map((size, axis) => (axes.includes(axis) ? Math.min(1, size) : size)) };
}

/** One cell: statistics of the whole tensor. */
export function wholeLayout(shape: Shape): Layout {
	return averageOver(
		shape,
		shape.map((_, axis) => axis),
	);
}

/** Statistics along one axis: every other axis is averaged; a long axis is cut into at most `maxCells` bins. */
export function profileLayout(shape: Shape, axis: number, maxCells: number): Layout {
	return { shape, cells: shape.map((size, a) => (a === axis ? Math.min(size, maxCells) : Math.min(1, size))) };
}

/** The elements of one set: a box, as every axis is cut into contiguous parts. */
export function setBox({ shape, cells }: Layout, set: readonly number[]): Box {
	const origin = shape.map((size, axis) => partStart(set[axis] ?? 0, size, cells[axis] ?? 1));
	const end = shape.map((size, axis) => partStart((set[axis] ?? 0) + 1, size, cells[axis] ?? 1));
	return { origin, shape: end.map((stop, axis) => stop - (origin[axis] as number)) };
}

/** Turns an axis counted from the end (-1 is the last) into its index, or throws `bad-option`. */
export function resolveAxis(axis: number, rank: number): number {
	const resolved = axis < 0 ? axis + rank : axis;
	if (!Number.isInteger(axis) || resolved < 0 || resolved >= rank) {
		throw new TensorError(
			"bad-option",
			rank === 0
				? `Axis ${axis} was asked for, but a scalar has no axes.`
				: `Axis ${axis} does not exist: a tensor of ${rank} axes has axes ${-rank} to ${rank - 1}.`,
		);
	}
	return resolved;
}

/** All divisors of a positive integer, ascending. */
export function divisors(n: number): number[] {
	const small: number[] = [];
	for (let d = 1; d * d <= n; d++) if (n % d === 0) small.push(d);
	const large = small.map((d) => n / d).reverse();
	return large[0] === small.at(-1) ? [...small, ...large.slice(1)] : [...small, ...large];
}

function show(shape: Shape): string {
	return `[${shape.join(", ")}]`;
}
