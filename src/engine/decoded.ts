import { DTYPES, decode, decodeWide, isWideInteger, partsOf, realDType } from "../core/dtype";
import type { Chunk } from "../formats/reader";
import { type ChunkGeometry, withParts } from "./plan";

/** A chunk's values (float64, or float32 where that holds them exactly), of real dtype: complex ones have an extra last axis of 2. */
export interface Decoded extends ChunkGeometry {
	readonly values: Float64Array | Float32Array;
	/** The same values exactly, for 64-bit integers. */
	readonly wide?: BigInt64Array | BigUint64Array;
}

/** Decodes the bytes that a box spans; positions count from the first of them. */
export function decodeChunk(chunk: Chunk): Decoded {
	const geometry = partsOf(chunk.dtype) === 2 ? withParts(chunk) : chunk;
	const { origin, shape, strides } = geometry;
	const dtype = realDType(chunk.dtype);
	const { bits } = DTYPES[dtype];
	const reach = strides.map((step, axis) => step * ((shape[axis] as number) - 1));
	const lowest = geometry.offset + reach.reduce((sum, end) => sum + Math.min(0, end), 0);
	const highest = geometry.offset + reach.reduce((sum, end) => sum + Math.max(0, end), 0);
	// Elements smaller than a byte start at a byte only every eighth time.
	const first = bits % 8 === 0 ? lowest : lowest - (lowest % 8);
	const count = shape.includes(0) ? 0 : highest - first + 1;
	const run = { dtype, bigEndian: chunk.bigEndian, bytes: chunk.bytes.subarray((first * bits) / 8) };
	const values = decode(run, count);
	const wide = isWideInteger(dtype) ? { wide: decodeWide(run, count) } : {};
	return { origin, shape, strides, offset: geometry.offset - first, values, ...wide };
}
