import { byteLength, DTYPES } from "../core/dtype";
import { TensorError } from "../core/errors";
import { type Box, denseStrides, type Shape, sizeOf } from "../core/layout";
import type { TensorInfo } from "../core/tensor";
import { gather } from "./gather";
import { type DensePlace, type Order, readElements, storageAxes } from "./place";
import type { Chunk, Extent, TensorSource } from "./reader";
import { type TensorValues, valuesSource } from "./values";

export type { DensePlace, Order } from "./place";

/** A tensor as a reader found it; without a place it has a `problem`. */
export interface DenseTensor {
	readonly info: TensorInfo;
	readonly place?: DensePlace;
}

/** Bytes that one read may take into memory. */
export const MAX_BOX_BYTES = 2 ** 30;

/** Boxes of at most `maxElements` (but at least one) that cover a tensor once, each contiguous, in storage order. */
export function* denseBoxes(shape: Shape, order: Order, maxElements: number): Generator<Box> {
	const axes = storageAxes(shape.length, order);
	if (sizeOf(shape) === 0) return;
	// All axes faster than `cut` are whole in every box, the axis at `cut` is cut, slower ones go index by index.
	let cut = axes.length;
	let inner = 1;
	while (cut > 0 && inner * (shape[axes[cut - 1] as number] as number) <= maxElements) {
		cut--;
		inner *= shape[axes[cut] as number] as number;
	}
	if (cut === 0) {
		yield { origin: shape.map(() => 0), shape: [...shape] };
		return;
	}
	const axis = axes[cut - 1] as number;
	const size = shape[axis] as number;
	const parts = Math.ceil(size / Math.max(1, Math.floor(maxElements / inner)));
	const step = Math.ceil(size / parts);
	const slow = axes.slice(0, cut - 1);
	const origin = shape.map(() => 0);
	const boxShape = shape.map((length, a) => (slow.includes(a) ? 1 : length));
	for (;;) {
		for (let at = 0; at < size; at += step) {
			origin[axis] = at;
			boxShape[axis] = Math.min(step, size - at);
			yield { origin: [...origin], shape: [...boxShape] };
		}
		let k = slow.length - 1;
		while (k >= 0 && (origin[slow[k] as number] as number) + 1 === shape[slow[k] as number])
			origin[slow[k--] as number] = 0;
		if (k < 0) return;
		origin[slow[k] as number] = (origin[slow[k] as number] as number) + 1;
	}
}

/** The values of one box: one read where they are contiguous, otherwise gathered into a dense chunk of the same order. */
export async function readDense(
	place: DensePlace,
	box: Box,
	signal?: AbortSignal,
	target?: Uint8Array,
): Promise<Chunk> {
	const { dtype, shape, order, bigEndian } = place;
	checkBox(shape, box);
	const count = sizeOf(box.shape);
	const strides = denseStrides(box.shape, order);
	const chunk = { origin: box.origin, shape: box.shape, strides, dtype, bigEndian };
	if (count === 0) return { ...chunk, offset: 0, bytes: new Uint8Array(0) };
	if (byteLength(dtype, count) > MAX_BOX_BYTES) {
		throw new TensorError(
			"too-large",
			`A box of ${count} ${dtype} values takes ${byteLength(dtype, count)} bytes, more than the ${MAX_BOX_BYTES} that are read at once; read it in smaller boxes.`,
		);
	}
	if (!isContiguous(shape, box.shape, order)) return { ...chunk, offset: 0, bytes: await gather(place, box, signal) };
	const steps = denseStrides(shape, order);
	const first = box.origin.reduce((sum, index, axis) => sum + index * (steps[axis] as number), 0);
	return { ...chunk, ...(await readElements(place, first, count, signal, target)) };
}

/** Whether a part of a shape lies in one run of an order. */
export function isContiguous(shape: Shape, part: Shape, order: Order): boolean {
	const axes = storageAxes(shape.length, order);
	const cut = axes.findIndex((axis) => part[axis] !== 1);
	return cut === -1 || axes.slice(cut + 1).every((axis) => part[axis] === shape[axis]);
}

/** Throws `bad-option` unless a box lies inside a tensor. */
export function checkBox(shape: Shape, box: Box): void {
	const inside =
		box.origin.length === shape.length &&
		box.shape.length === shape.length &&
		shape.every((size, a) => (box.origin[a] ?? -1) >= 0 && (box.shape[a] ?? -1) >= 0 && end(box, a) <= size);
	if (inside) return;
	throw new TensorError(
		"bad-option",
		`The box of shape [${box.shape.join(", ")}] at [${box.origin.join(", ")}] does not lie inside the tensor [${shape.join(", ")}].`,
	);
}

function end(box: Box, axis: number): number {
	return (box.origin[axis] as number) + (box.shape[axis] as number);
}

/** A TensorSource over dense tensors. */
export function denseSource(
	found: readonly DenseTensor[],
	about: Pick<TensorSource, "metadata" | "notes" | "close">,
): TensorSource {
	const tensors = found.map(({ info, place }) => (place ? { info, values: denseValues(place) } : { info }));
	return valuesSource(tensors, about);
}

/** The values of a dense tensor. */
export function denseValues(place: DensePlace): TensorValues {
	return {
		boxes: (maxElements) => denseBoxes(place.shape, place.order, maxElements),
		read: (box, signal, target) => readDense(place, box, signal, target),
		extent: (box) => denseExtent(place, box),
	};
}

/** A box that lies in one piece of whole bytes at a place that can be read at once. */
function denseExtent({ source, start, dtype, shape, order, bigEndian }: DensePlace, box: Box): Extent | undefined {
	const { readSync, sequential = false } = source;
	const width = DTYPES[dtype].bits / 8;
	if (!readSync || sequential || !Number.isInteger(width) || !isContiguous(shape, box.shape, order)) return undefined;
	checkBox(shape, box);
	const steps = denseStrides(shape, order);
	const from = box.origin.reduce((sum, index, axis) => sum + index * (steps[axis] as number), 0);
	return {
		...box,
		dtype,
		bigEndian,
		order,
		read: (first, count, target) => readSync(start + (from + first) * width, count * width, target),
	};
}
