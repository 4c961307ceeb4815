import { DTYPES } from "../../core/dtype";
import { TensorError, throwIfAborted } from "../../core/errors";
import { type Box, denseStrides, type Shape, sizeOf } from "../../core/layout";
import { checkBox, denseBoxes, MAX_BOX_BYTES, type Order, readDense } from "../dense";
import type { Chunk } from "../reader";
import { refuse, type ZarrArray } from "./array";
import type { ChunkReader } from "./chunks";

/** Boxes that cover an array once: several chunks, one, or parts of one, as many elements as may be. */
export function* zarrBoxes({ shape, chunk, order }: ZarrArray, maxElements: number): Generator<Box> {
	if (sizeOf(shape) === 0) return;
	const step = chunk.map((length, axis) => Math.min(length, shape[axis] as number));
	const parts = sizeOf(step) > maxElements;
	for (const axis of parts ? [] : [...order].reverse()) {
		const [length, size] = [chunk[axis] as number, shape[axis] as number];
		const others = sizeOf(step) / (step[axis] as number);
		const chunks = Math.max(1, Math.floor(maxElements / (others * length)));
		if (others * size <= maxElements) step[axis] = size;
		else {
			step[axis] = Math.min(size, chunks * length);
			break;
		}
	}
	for (const origin of grid(shape, step, order)) {
		const part = step.map((length, axis) => Math.min(length, (shape[axis] as number) - (origin[axis] as number)));
		if (!parts) {
			yield { origin, shape: part };
			continue;
		}
		// Boxes of the chunk as it lies, with its axes put in their places.
		const lying = order.map((axis) => part[axis] as number);
		for (const box of denseBoxes(lying, "C", maxElements)) {
			yield {
				origin: origin.map((start, axis) => start + (box.origin[order.indexOf(axis)] as number)),
				shape: part.map((_, axis) => box.shape[order.indexOf(axis)] as number),
			};
		}
	}
}

/** Origins of the cells of a grid, the last axis of `order` fastest. */
function* grid(shape: Shape, step: Shape, order: readonly number[]): Generator<number[]> {
	const origin = shape.map(() => 0);
	for (;;) {
		yield [...origin];
		let k = order.length - 1;
		for (; k >= 0; k--) {
			const axis = order[k] as number;
			origin[axis] = (origin[axis] as number) + (step[axis] as number);
			if ((origin[axis] as number) < (shape[axis] as number)) break;
			origin[axis] = 0;
		}
		if (k < 0) return;
	}
}

/** The values of any box of an array: as they lie in a chunk where one holds all of them, otherwise put together. */
export async function readZarr(array: ZarrArray, chunks: ChunkReader, box: Box, signal?: AbortSignal): Promise<Chunk> {
	checkBox(array.shape, box);
	const { dtype, bigEndian, chunk, order } = array;
	const size = DTYPES[dtype].bits / 8;
	const count = sizeOf(box.shape);
	const strides = stridesOf(box.shape, order);
	const whole = { origin: box.origin, shape: box.shape, dtype, bigEndian };
	if (count === 0) return { ...whole, strides, offset: 0, bytes: new Uint8Array(0) };
	const first = box.origin.map((start, axis) => Math.floor(start / (chunk[axis] as number)));
	const step = first.map((index, axis) => (index + 1) * (chunk[axis] as number));
	const inOne = box.origin.every((start, axis) => start + (box.shape[axis] as number) <= (step[axis] as number));
	if (inOne) return readPart(array, chunks, first, box, signal);
	if (count * size > MAX_BOX_BYTES) {
		throw new TensorError(
			"too-large",
			`A box of ${count} ${dtype} values takes ${count * size} bytes, more than the ${MAX_BOX_BYTES} that are read at once; read it in smaller boxes.`,
		);
	}
	const bytes = new Uint8Array(count * size);
	const ends = box.origin.map((start, axis) => start + (box.shape[axis] as number));
	const cells = ends.map((end, axis) => Math.ceil(end / (chunk[axis] as number)) - (first[axis] as number));
	for (const cell of grid(
		cells,
		cells.map(() => 1),
		order,
	)) {
		throwIfAborted(signal);
		const indices = cell.map((index, axis) => index + (first[axis] as number));
		const origin = indices.map((index, axis) => Math.max(index * (chunk[axis] as number), box.origin[axis] as number));
		const part = indices.map(
			(index, axis) => Math.min((index + 1) * (chunk[axis] as number), ends[axis] as number) - (origin[axis] as number),
		);
		const piece = await readPart(array, chunks, indices, { origin, shape: part }, signal);
		const at = origin.reduce(
			(sum, start, axis) => sum + (start - (box.origin[axis] as number)) * (strides[axis] as number),
			0,
		);
		copy(piece, { bytes, offset: at, strides }, order, size);
	}
	return { ...whole, strides, offset: 0, bytes };
}

/** Strides of dense values whose axes run in an order, slowest first. */
function stridesOf(shape: Shape, order: readonly number[]): number[] {
	const lying = denseStrides(order.map((axis) => shape[axis] as number));
	return shape.map((_, axis) => lying[order.indexOf(axis)] as number);
}

/** The values of a box inside of one chunk. */
async function readPart(
	array: ZarrArray,
	chunks: ChunkReader,
	indices: readonly number[],
	box: Box,
	signal: AbortSignal | undefined,
): Promise<Chunk> {
	const { dtype, bigEndian, chunk, order, fill } = array;
	const local = box.origin.map((start, axis) => start - (indices[axis] as number) * (chunk[axis] as number));
	const whole = { origin: box.origin, shape: box.shape, dtype, bigEndian };
	const missing = { ...whole, strides: box.shape.map(() => 0), offset: 0, bytes: fill };
	const plain = array.steps.length === 0 ? denseOrder(order) : undefined;
	if (plain) {
		const size = sizeOf(chunk) * (DTYPES[dtype].bits / 8);
		return chunks.use(indices, signal, async (source) => {
			if (source === undefined) return missing;
			if (source.size !== size) refuse(`It has ${source.size} bytes, and ${size} were expected`);
			const place = { source, start: 0, dtype, shape: chunk, order: plain, bigEndian };
			const { strides, offset, bytes } = await readDense(place, { origin: local, shape: box.shape }, signal);
			return { ...whole, strides, offset, bytes };
		});
	}
	const keep = sizeOf(box.shape) < sizeOf(chunk);
	const bytes = await chunks.values(indices, signal, keep);
	if (bytes === undefined) return missing;
	const strides = stridesOf(chunk, order);
	const offset = local.reduce((sum, index, axis) => sum + index * (strides[axis] as number), 0);
	return { ...whole, strides, offset, bytes };
}

function denseOrder(order: readonly number[]): Order | undefined {
	if (order.every((axis, k) => axis === k)) return "C";
	return order.every((axis, k) => axis === order.length - 1 - k) ? "F" : undefined;
}

/** Puts a piece in its place among dense values, run by run along the fastest axis. */
function copy(
	piece: Chunk,
	to: { readonly bytes: Uint8Array; readonly offset: number; readonly strides: Shape },
	order: readonly number[],
	size: number,
): void {
	const fastest = order.at(-1) as number;
	const length = piece.shape[fastest] as number;
	const run = piece.strides[fastest] === 1 || length === 1;
	const lines = piece.shape.map((each, axis) => (axis === fastest ? 1 : each));
	for (const index of grid(
		lines,
		lines.map(() => 1),
		order,
	)) {
		let from = piece.offset;
		let at = to.offset;
		index.forEach((i, axis) => {
			from += i * (piece.strides[axis] as number);
			at += i * (to.strides[axis] as number);
		});
		if (run) to.bytes.set(piece.bytes.subarray(from * size, (from + length) * size), at * size);
		// Where there is no chunk the fill value stands everywhere.
		else
			for (let k = 0; k < length; k++)
				to.bytes.set(piece.bytes.subarray(from * size, (from + 1) * size), (at + k) * size);
	}
}
