import type { Encoded, WritableDType } from "../core/dtype";
import { encode } from "../core/dtype";
import { type Box, cellOfIndex, denseStrides, type Layout } from "../core/layout";
import type { ElementParts } from "../core/normalization";
import type { AffineTables } from "./affine";
import type { Decoded } from "./decoded";
import { compose, indexTable, outerAxes } from "./tables";

/** The order that values lie in, dense: the last axis fastest (C), or the first (F). */
export type Order = "C" | "F";

/** Axes of a tensor from the slowest to the fastest. */
export function axesFrom(rank: number, order: Order): number[] {
	return Array.from({ length: rank }, (_, k) => (order === "C" ? k : rank - 1 - k));
}

/** Where the parts of a computation lie for combinations of some axes of a chunk. */
interface Offsets {
	readonly position: Int32Array;
	readonly cell: Int32Array;
	readonly gamma: Int32Array;
	readonly beta: Int32Array;
	readonly input: Int32Array | undefined;
}

/**
 * The transformed values of a chunk, dense in the order asked for: `y = (x · unit − centre − rest) · scale · gamma + beta`, or
 * what the norm's formula for elements makes of the same parts.
 */
export function transformChunk(
	chunk: Decoded,
	layout: Layout,
	tables: AffineTables,
	order: Order,
	element?: (parts: ElementParts) => number,
): Float64Array {
	const { centre, rest, scale, unit, extra, input } = tables;
	const gammas = tables.gamma.values;
	const betas = tables.beta.values;
	const axes = axesFrom(chunk.shape.length, order);
	const outerCount = outerAxes(axes.map((axis) => chunk.shape[axis] as number));
	const outer = offsetsOf(axes.slice(0, outerCount), chunk, layout, tables);
	const inner = offsetsOf(axes.slice(outerCount), chunk, layout, tables);
	const count = inner.position.length;
	const out = new Float64Array(outer.position.length * count);
	for (let i = 0, filled = 0; i < outer.position.length; i++) {
		const position = chunk.offset + (outer.position[i] as number);
		const cells = (outer.cell[i] as number) - tables.firstCell;
		const gammaFrom = outer.gamma[i] as number;
		const betaFrom = outer.beta[i] as number;
		for (let k = 0; k < count; k++, filled++) {
			const at = position + (inner.position[k] as number);
			const cell = cells + (inner.cell[k] as number);
			const distance = unit
				? (chunk.values[at] as number) * (unit[cell] as number) - (centre[cell] as number)
				: distanceFrom(centre[cell] as number, chunk, at);
			const normalized = (distance - (rest[cell] as number)) * (scale[cell] as number);
			const gamma = gammas[gammaFrom + (inner.gamma[k] as number)] as number;
			const beta = betas[betaFrom + (inner.beta[k] as number)] as number;
			out[filled] = element
				? element({
						x: chunk.values[at] as number,
						normalized,
						scale: scale[cell] as number,
						extra: extra?.[cell] ?? 0,
						gamma,
						beta,
						input: input?.values[(outer.input?.[i] ?? 0) + (inner.input?.[k] ?? 0)],
					})
				: normalized * gamma + beta;
		}
	}
	return out;
}

/** Value minus centre; exact where both are integers that float64 would round. */
function distanceFrom(centre: number, { values, wide }: Decoded, position: number): number {
	if (wide && Math.abs(centre) >= 2 ** 53) return Number((wide[position] as bigint) - BigInt(centre));
	return (values[position] as number) - centre;
}

function offsetsOf(axes: readonly number[], chunk: Decoded, { shape, cells }: Layout, tables: AffineTables): Offsets {
	const cellSteps = denseStrides(cells);
	const along = (offsets: (axis: number, origin: number, count: number) => Int32Array) =>
		compose(axes.map((axis) => offsets(axis, chunk.origin[axis] as number, chunk.shape[axis] as number)));
	return {
		position: along((axis, _, count) => indexTable(0, count, chunk.strides[axis] as number)),
		cell: along((axis, origin, count) =>
			Int32Array.from(
				{ length: count },
				(_, i) => cellOfIndex(origin + i, shape[axis] as number, cells[axis] as number) * (cellSteps[axis] as number),
			),
		),
		gamma: along((axis, origin, count) => indexTable(origin, count, tables.gamma.strides[axis] as number)),
		beta: along((axis, origin, count) => indexTable(origin, count, tables.beta.strides[axis] as number)),
		input:
			tables.input && along((axis, origin, count) => indexTable(origin, count, tables.input?.strides[axis] as number)),
	};
}

/** Bytes to put somewhere: `start` counts elements from the first of the tensor. */
export interface EncodedRun {
	readonly start: number;
	readonly bytes: Uint8Array;
}

/** Encodes a box of values that are dense in an order, as the runs in which it lies in the whole tensor of that order. */
export function* runsOf(
	{ bytes, count }: { readonly bytes: Uint8Array; readonly count: number },
	box: Box,
	shape: readonly number[],
	order: Order,
): Generator<EncodedRun> {
	if (count === 0) return;
	const axes = axesFrom(shape.length, order);
	const steps = denseStrides(shape, order);
	// All axes behind `cut` are whole in the box, so that one index of the axis before them is one run.
	let cut = axes.length;
	while (cut > 0 && box.shape[axes[cut - 1] as number] === shape[axes[cut - 1] as number]) cut--;
	const outer = axes.slice(0, Math.max(0, cut - 1));
	const first = box.origin.reduce((sum, index, axis) => sum + index * (steps[axis] as number), 0);
	const runs = outer.reduce((product, axis) => product * (box.shape[axis] as number), 1);
	const runBytes = bytes.length / runs;
	const index = outer.map(() => 0);
	for (let run = 0, start = first; run < runs; run++) {
		yield { start, bytes: bytes.subarray(run * runBytes, (run + 1) * runBytes) };
		for (let k = outer.length - 1; k >= 0; k--) {
			const axis = outer[k] as number;
			start += steps[axis] as number;
			index[k] = (index[k] as number) + 1;
			if ((index[k] as number) < (box.shape[axis] as number)) break;
			start -= (index[k] as number) * (steps[axis] as number);
			index[k] = 0;
		}
	}
}

/** Whether a box is one run in a dense tensor of the order. */
export function isOneRun(box: Box, shape: readonly number[], order: Order): boolean {
	const axes = axesFrom(shape.length, order);
	const cut = axes.findIndex((axis) => box.shape[axis] !== 1);
	return cut < 0 || axes.slice(cut + 1).every((axis) => box.shape[axis] === shape[axis]);
}

/** Boxes that make runs of about the same length in C and in F order, to turn one into the other. */
export function* tiles(shape: readonly number[], maxElements: number): Generator<Box> {
	const lengths = shape.map(() => 1);
	for (const order of ["C", "F"] as const) {
		let room = Math.max(1, Math.floor(Math.sqrt(maxElements)));
		for (const axis of axesFrom(shape.length, order).reverse()) {
			const length = Math.min(shape[axis] as number, Math.max(lengths[axis] as number, room));
			room = Math.floor(room / length);
			lengths[axis] = length;
			if (room <= 1) break;
		}
	}
	const counts = shape.map((size, axis) => Math.ceil(size / (lengths[axis] as number)));
	const total = counts.reduce((product, count) => product * count, 1);
	for (let tile = 0; tile < total; tile++) {
		let left = tile;
		const origin = shape.map(() => 0);
		for (let axis = shape.length - 1; axis >= 0; axis--) {
			origin[axis] = (left % (counts[axis] as number)) * (lengths[axis] as number);
			left = Math.floor(left / (counts[axis] as number));
		}
		const box = origin.map((at, axis) => Math.min(lengths[axis] as number, (shape[axis] as number) - at));
		yield { origin, shape: box };
	}
}

/** Encodes values, and says how many were past the type's range. */
export function encodeValues(dtype: WritableDType, values: Float64Array): Encoded & { readonly count: number } {
	return { ...encode(dtype, values), count: values.length };
}
