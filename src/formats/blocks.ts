import { TensorError } from "../core/errors";
import { type Box, denseStrides, type Shape, sizeOf } from "../core/layout";
import { denseBoxes, MAX_BOX_BYTES, readDense } from "./dense";
import type { Dequantize } from "./encoding/ggml-blocks";
import type { ByteSource, Chunk } from "./reader";

/** Where the quantized values of a tensor are: blocks along its last axis, in C order, each of `values` in `bytes`. */
export interface BlockPlace {
	readonly source: ByteSource;
	/** Byte of the first block. */
	readonly start: number;
	readonly shape: Shape;
	readonly block: { readonly values: number; readonly bytes: number; readonly dequantize: Dequantize };
	readonly bigEndian: boolean;
}

const NATIVE_BIG_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 0;

/** Boxes of at most `maxElements` that cover a tensor once, of whole blocks where these fit. */
export function* blockBoxes({ shape, block: { values } }: BlockPlace, maxElements: number): Generator<Box> {
	if (maxElements < values) yield* denseBoxes(shape, "C", maxElements);
	else
		for (const box of denseBoxes(lastDivided(shape, values), "C", Math.floor(maxElements / values)))
			yield { origin: lastTimes(box.origin, values), shape: lastTimes(box.shape, values) };
}

/** The values of one box as float32: the blocks that it touches are read and dequantized, the rest of them dropped. */
export async function readBlocks(
	place: BlockPlace,
	box: Box,
	signal?: AbortSignal,
	target?: Uint8Array,
): Promise<Chunk> {
	const { source, start, shape, block, bigEndian } = place;
	const count = sizeOf(box.shape);
	const [first, last] = blockRange(box, block.values);
	const touched = last - first;
	// Blocks as rows of bytes of a tensor with one more axis: its reader checks the box and joins what lies apart.
	const bytes = await readDense(
		{
			source,
			start,
			dtype: "u8",
			shape: [...lastDivided(shape, block.values), block.bytes],
			order: "C",
			bigEndian: false,
		},
		{
			origin: [...box.origin.slice(0, -1), first, 0],
			shape: [...box.shape.slice(0, -1), touched, block.bytes],
		},
		signal,
	);
	if (4 * count > MAX_BOX_BYTES)
		throw new TensorError("too-large", `A box of ${count} values is more than is read at once; read smaller boxes.`);
	const out = floats(count, target);
	const width = box.shape.at(-1) ?? 1;
	const whole = touched * block.values;
	if (width === whole)
		block.dequantize({ bytes: bytes.bytes, count: bytes.bytes.length / block.bytes, bigEndian }, out);
	else {
		const row = new Float32Array(whole);
		const skipped = (box.origin.at(-1) ?? 0) - first * block.values;
		const rowBytes = touched * block.bytes;
		for (let at = 0, from = 0; at < count; at += width, from += rowBytes) {
			const part = bytes.bytes.subarray(from, from + rowBytes);
			block.dequantize({ bytes: part, count: touched, bigEndian }, row);
			out.set(row.subarray(skipped, skipped + width), at);
		}
	}
	return {
		...box,
		dtype: "f32",
		bigEndian: NATIVE_BIG_ENDIAN,
		strides: denseStrides(box.shape),
		offset: 0,
		bytes: new Uint8Array(out.buffer, out.byteOffset, out.byteLength),
	};
}

/** The blocks along the last axis that a box touches, the last excluded. */
function blockRange(box: Box, values: number): readonly [number, number] {
	const [begin, width] = [box.origin.at(-1) ?? 0, box.shape.at(-1) ?? 1];
	const first = Math.floor(begin / values);
	return [first, width === 0 ? first : Math.ceil((begin + width) / values)];
}

/** Room for some values, in the target where it fits. */
function floats(count: number, target: Uint8Array | undefined): Float32Array {
	const fits = target && target.byteOffset % 4 === 0 && target.length >= 4 * count;
	return fits ? new Float32Array(target.buffer, target.byteOffset, count) : new Float32Array(count);
}

function lastDivided(shape: Shape, by: number): number[] {
	return shape.map((length, axis) => (axis === shape.length - 1 ? length / by : length));
}

function lastTimes(shape: Shape, by: number): number[] {
	return shape.map((length, axis) => (axis === shape.length - 1 ? length * by : length));
}
