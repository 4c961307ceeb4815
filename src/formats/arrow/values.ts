import { byteLength, DTYPES, type DType, decode } from "../../core/dtype";
import type { BufferReader } from "./buffers";
import type { Batch } from "./messages";

/** Which of `count` neighbours are there: a bit each from bit `shift` on, 0 where one is missing. */
export interface Validity {
	readonly bits: Uint8Array;
	readonly shift: number;
	readonly count: number;
}

/** Whether the neighbour with a number is there. */
export function isThere({ bits, shift }: Validity, at: number): boolean {
	return bitAt(bits, shift + at) === 1;
}

/** Numbers of a buffer, one byte for each of the bits of a bool. Throws `corrupt`. */
export async function readValues(
	buffers: BufferReader,
	batch: Batch,
	data: { readonly start: number; readonly length: number },
	dtype: DType,
	start: number,
	length: number,
	signal?: AbortSignal,
	target?: Uint8Array,
): Promise<Uint8Array> {
	if (length === 0) return new Uint8Array(0);
	if (dtype !== "bool") {
		const size = DTYPES[dtype].bits / 8;
		return buffers.read(batch, data, start * size, length * size, signal, target);
	}
	const from = Math.floor(start / 8);
	const bits = await buffers.read(batch, data, from, Math.ceil((start + length) / 8) - from, signal);
	return Uint8Array.from({ length }, (_, k) => bitAt(bits, start - 8 * from + k));
}

function bitAt(bits: Uint8Array, at: number): 0 | 1 {
	return (((bits[at >> 3] as number) >> (at & 7)) & 1) as 0 | 1;
}

/** Values with NaN in the place of those that are missing, as `dtype`. */
export function withMissing(
	bytes: Uint8Array,
	stored: DType,
	dtype: DType,
	count: number,
	missing: readonly Validity[],
): Uint8Array {
	const run = { dtype: stored, bigEndian: false, bytes };
	const out = new Uint8Array(byteLength(dtype, count));
	const view = new DataView(out.buffer);
	if (stored === dtype) out.set(bytes);
	else decode(run, count).forEach((value, k) => void view.setFloat64(8 * k, value, true));
	for (const { bits, shift, count: own } of missing) {
		const each = own === 0 ? 0 : count / own;
		for (let k = 0; k < own; k++) {
			if (bitAt(bits, shift + k)) continue;
			for (let at = k * each; at < (k + 1) * each; at++) {
				if (dtype === "f64") view.setFloat64(8 * at, NaN, true);
				else if (dtype === "f32") view.setFloat32(4 * at, NaN, true);
				else view.setUint16(2 * at, 0x7e00, true);
			}
		}
	}
	return out;
}
