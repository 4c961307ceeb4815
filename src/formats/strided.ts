import { byteLength } from "../core/dtype";
import { TensorError } from "../core/errors";
import { type Box, denseStrides, type Shape, sizeOf } from "../core/layout";
import { checkBox, denseBoxes, denseValues, MAX_BOX_BYTES } from "./dense";
import { gatherAxes } from "./gather";
import type { DensePlace, Order } from "./place";
import { readElements } from "./place";
import type { Chunk } from "./reader";
import type { TensorValues } from "./values";

/** Where the values of a view are: the element at index i lies at element `offset + Σ i[a]·strides[a]` from `start` on. */
export interface StridedPlace extends Omit<DensePlace, "order"> {
	readonly offset: number;
	/** In elements, none negative; 0 repeats the same element along an axis. */
	readonly strides: Shape;
}

/** A view that is read as one stretch, gaps and all, where it is at most this many times the wanted bytes, or short. */
const WASTE = 2;
const SHORT_BYTES = 2 ** 16;

/** The last element a view reaches, plus one; 0 for one that holds nothing. */
export function reachOf({ shape, strides, offset }: Pick<StridedPlace, "shape" | "strides" | "offset">): number {
	if (shape.some((length) => length === 0)) return 0;
	return shape.reduce((reach, length, a) => reach + (length - 1) * (strides[a] as number), offset + 1);
}

/** The values of a view: those of a dense tensor where it is one. */
export function stridedValues(place: StridedPlace): TensorValues {
	const { shape, strides, offset, dtype, start, source, bigEndian } = place;
	for (const order of ["C", "F"] as const) {
		if (!isDense(shape, strides, order)) continue;
		return denseValues({ source, start: start + byteLength(dtype, offset), dtype, shape, order, bigEndian });
	}
	// From the axis whose steps are longest to the one whose steps are shortest; repeated elements cost nothing.
	const axes = shape.map((_, a) => a).sort((a, b) => (strides[b] as number) - (strides[a] as number) || a - b);
	const sorted = axes.map((a) => shape[a] as number);
	return {
		*boxes(maxElements) {
			for (const box of denseBoxes(sorted, "C", maxElements)) {
				yield { origin: unsorted(box.origin, axes), shape: unsorted(box.shape, axes) };
			}
		},
		read: (box, signal, target) => readStrided(place, axes, box, signal, target),
	};
}

async function readStrided(
	place: StridedPlace,
	axes: readonly number[],
	box: Box,
	signal?: AbortSignal,
	target?: Uint8Array,
): Promise<Chunk> {
	const { shape, strides, dtype, bigEndian } = place;
	checkBox(shape, box);
	const count = sizeOf(box.shape);
	const chunk = { origin: box.origin, shape: box.shape, dtype, bigEndian };
	if (count === 0) return { ...chunk, strides: shape.map(() => 0), offset: 0, bytes: new Uint8Array(0) };
	if (byteLength(dtype, count) > MAX_BOX_BYTES) {
		throw new TensorError(
			"too-large",
			`A box of ${count} ${dtype} values takes ${byteLength(dtype, count)} bytes, more than the ${MAX_BOX_BYTES} that are read at once; read it in smaller boxes.`,
		);
	}
	const first = box.origin.reduce((sum, index, a) => sum + index * (strides[a] as number), place.offset);
	const stretch = reachOf({ shape: box.shape, strides, offset: 0 });
	if (byteLength(dtype, stretch) <= Math.max(SHORT_BYTES, WASTE * byteLength(dtype, count))) {
		return { ...chunk, strides, ...(await readElements(place, first, stretch, signal, target)) };
	}
	const walks = axes.map((a) => ({ length: box.shape[a] as number, step: strides[a] as number }));
	const bytes = await gatherAxes(place, walks, first, signal);
	const steps = denseStrides(
		walks.map(({ length }) => length),
		"C",
	);
	return { ...chunk, strides: unsorted(steps, axes), offset: 0, bytes };
}

/** Whether strides are those of a tensor without gaps; axes of length 1 take no step. */
function isDense(shape: Shape, strides: Shape, order: Order): boolean {
	const dense = denseStrides(shape, order);
	return sizeOf(shape) === 0 || shape.every((length, a) => length === 1 || strides[a] === dense[a]);
}

/** Values per sorted axis, by the axes of the tensor. */
function unsorted(values: Shape, axes: readonly number[]): number[] {
	const out = new Array<number>(axes.length);
	axes.forEach((axis, k) => {
		out[axis] = values[k] as number;
	});
	return out;
}
