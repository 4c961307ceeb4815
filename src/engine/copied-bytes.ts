import { DTYPES, type Encoded, partsOf } from "../core/dtype";
import { denseStrides, sizeOf } from "../core/layout";
import type { Chunk } from "../formats/reader";
import { compose, indexTable } from "./tables";
import { axesFrom, type Order } from "./transform";

/** A chunk's elements bit by bit as they are, little-endian, dense in an order; those smaller than a byte must lie so already. */
export function copiedBytes(chunk: Chunk, order: Order): Encoded & { readonly count: number } {
	const { dtype, shape, strides, offset } = chunk;
	const count = sizeOf(shape);
	const { bits } = DTYPES[dtype];
	const bytes = isDense(chunk, order)
		? chunk.bytes.slice((offset * bits) / 8, Math.ceil(((offset + count) * bits) / 8))
		: gather(
				chunk.bytes,
				bits / 8,
				offset,
				compose(axesFrom(shape.length, order).map((axis) => indexTable(0, shape[axis] ?? 1, strides[axis] ?? 0))),
			);
	if (chunk.bigEndian) swap(bytes, bits / 8 / partsOf(dtype));
	return { bytes, count, overflowed: 0 };
}

function isDense({ shape, strides }: Chunk, order: Order): boolean {
	const steps = denseStrides(shape, order);
	return shape.every((length, axis) => length === 1 || strides[axis] === steps[axis]);
}

function gather(bytes: Uint8Array, width: number, offset: number, positions: Int32Array): Uint8Array {
	const out = new Uint8Array(positions.length * width);
	for (let k = 0; k < positions.length; k++) {
		const from = (offset + (positions[k] as number)) * width;
		for (let b = 0; b < width; b++) out[k * width + b] = bytes[from + b] as number;
	}
	return out;
}

/** Turns every `width` bytes round, in place. */
function swap(bytes: Uint8Array, width: number): void {
	for (let start = 0; start < bytes.length; start += width) bytes.subarray(start, start + width).reverse();
}
