import { factsOf } from "../../core/dtype";
import { type MiniFloat, miniFloatTable } from "../../core/minifloat";

/** Blocks of quantized values, as they lie in a file. */
export interface Blocks {
	readonly bytes: Uint8Array;
	readonly count: number;
	/** Whether their numbers of two and four bytes are big-endian. */
	readonly bigEndian: boolean;
}

/** Writes the values of all blocks, one after the other, in the order of the tensor; float32 arithmetic, as the reference. */
export type Dequantize = (blocks: Blocks, out: Float32Array) => void;

/** Values of the 16 codes of IQ4_NL and IQ4_XS (ggml's kvalues_iq4nl). */
export const NONLINEAR_4 = Int8Array.of(-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113);
/** Twice the values of the 16 codes of E2M1; the code of −0 is plain zero. */
const DOUBLED_E2M1 = Int8Array.of(0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12);

/** Reads the float16 at a byte. */
export function halfReader({ bytes, bigEndian }: Blocks): (at: number) => number {
	const table = miniFloatTable(factsOf("f16").mini as MiniFloat);
	const [low, high] = bigEndian ? [1, 0] : [0, 1];
	return (at) => table[(bytes[at + low] as number) | ((bytes[at + high] as number) << 8)] as number;
}

/** Blocks of 32 codes of 4 bits, the low ones first: `scale · value(code) + shift`. */
function nibbles(bytesPerBlock: number, begin: number, values: ArrayLike<number>, shifted = false): Dequantize {
	return (blocks, out) => {
		const half = halfReader(blocks);
		const { bytes, count } = blocks;
		for (let block = 0, at = 0, to = 0; block < count; block++, at += bytesPerBlock, to += 32) {
			const scale = half(at);
			const shift = shifted ? half(at + 2) : 0;
			for (let k = 0; k < 16; k++) {
				const pair = bytes[at + begin + k] as number;
				const low = scale * (values[pair & 15] as number);
				const high = scale * (values[pair >> 4] as number);
				// Adding zero would turn −0 into 0.
				out[to + k] = shifted ? low + shift : low;
				out[to + k + 16] = shifted ? high + shift : high;
			}
		}
	};
}

/** Blocks of 32 codes of 5 bits: the fifth bits in four bytes of their own. */
function fiveBits(bytesPerBlock: number, begin: number, centre: number, shifted: boolean): Dequantize {
	return (blocks, out) => {
		const half = halfReader(blocks);
		const { bytes, count, bigEndian } = blocks;
		const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
		for (let block = 0, at = 0, to = 0; block < count; block++, at += bytesPerBlock, to += 32) {
			const scale = half(at);
			const shift = shifted ? half(at + 2) : 0;
			const fifths = view.getUint32(at + begin, !bigEndian);
			for (let k = 0; k < 16; k++) {
				const pair = bytes[at + begin + 4 + k] as number;
				const low = scale * (((pair & 15) | (((fifths >>> k) & 1) << 4)) - centre);
				const high = scale * (((pair >> 4) | (((fifths >>> (k + 16)) & 1) << 4)) - centre);
				out[to + k] = shifted ? low + shift : low;
				out[to + k + 16] = shifted ? high + shift : high;
			}
		}
	};
}

const CODES = Int8Array.from({ length: 16 }, (_, code) => code);
const CENTRED = CODES.map((code) => code - 8);

/** 32 values: float16 scale, 4-bit codes about 8. */
export const q4_0 = nibbles(18, 2, CENTRED);
/** 32 values: float16 scale and minimum, 4-bit codes. */
export const q4_1 = nibbles(20, 4, CODES, true);
/** 32 values: float16 scale, 5-bit codes about 16. */
export const q5_0 = fiveBits(22, 2, 16, false);
/** 32 values: float16 scale and minimum, 5-bit codes. */
export const q5_1 = fiveBits(24, 4, 0, true);
/** 32 values: float16 scale, 4-bit codes of a fixed table. */
export const iq4_nl = nibbles(18, 2, NONLINEAR_4);

/** 32 values: float16 scale, signed bytes. */
export const q8_0: Dequantize = (blocks, out) => {
	const half = halfReader(blocks);
	const { bytes, count } = blocks;
	for (let block = 0, at = 0, to = 0; block < count; block++, at += 34, to += 32) {
		const scale = half(at);
		for (let k = 0; k < 32; k++) out[to + k] = scale * (((bytes[at + 2 + k] as number) << 24) >> 24);
	}
};

/** 32 values: a power of two, 4-bit floating-point codes. */
export const mxfp4: Dequantize = ({ bytes, count }, out) => {
	for (let block = 0, at = 0, to = 0; block < count; block++, at += 17, to += 32) {
		const scale = 2 ** ((bytes[at] as number) - 128);
		for (let k = 0; k < 16; k++) {
			const pair = bytes[at + 1 + k] as number;
			out[to + k] = scale * (DOUBLED_E2M1[pair & 15] as number);
			out[to + k + 16] = scale * (DOUBLED_E2M1[pair >> 4] as number);
		}
	}
};

/** 64 values in four parts: each an 8-bit floating-point scale without sign and 16 4-bit floating-point codes. */
export const nvfp4: Dequantize = ({ bytes, count }, out) => {
	const table = miniFloatTable(factsOf("f8_e4m3").mini as MiniFloat);
	for (let block = 0, at = 0, to = 0; block < count; block++, at += 36) {
		for (let part = 0; part < 4; part++, to += 16) {
			const code = bytes[at + part] as number;
			// The reference ignores the sign bit and takes NaN for zero.
			const scale = code === 0x7f ? 0 : (table[code & 0x7f] as number) / 2;
			for (let k = 0; k < 8; k++) {
				const pair = bytes[at + 4 + 8 * part + k] as number;
				out[to + k] = scale * (DOUBLED_E2M1[pair & 15] as number);
				out[to + k + 8] = scale * (DOUBLED_E2M1[pair >> 4] as number);
			}
		}
	}
};
