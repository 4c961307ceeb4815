import { type Dequantize, halfReader, NONLINEAR_4 } from "./ggml-blocks";

/** Values in a super-block. */
const VALUES = 256;

/** 16 parts of 16 values: 4-bit scales and minimums, 2-bit codes. */
export const q2_k: Dequantize = (blocks, out) => {
	const half = halfReader(blocks);
	const { bytes, count } = blocks;
	for (let block = 0, at = 0, to = 0; block < count; block++, at += 84) {
		const [d, dmin] = [half(at + 80), half(at + 82)];
		for (let part = 0; part < 16; part++, to += 16) {
			const packed = bytes[at + part] as number;
			const scale = d * (packed & 15);
			const minimum = dmin * (packed >> 4);
			const codes = at + 16 + codesOf(part);
			const shift = shiftOf(part);
			for (let k = 0; k < 16; k++) out[to + k] = scale * (((bytes[codes + k] as number) >> shift) & 3) - minimum;
		}
	}
};

/** Where the 2-bit codes of a part of 16 start: four parts share their bytes, 128 values take 32 of them. */
const codesOf = (part: number) => 32 * (part >> 3) + 16 * (part & 1);
const shiftOf = (part: number) => 2 * ((part & 7) >> 1);

/** 16 parts of 16 values: 6-bit scales, 3-bit codes whose third bits stand apart. */
export const q3_k: Dequantize = (blocks, out) => {
	const half = halfReader(blocks);
	const { bytes, count } = blocks;
	for (let block = 0, at = 0, to = 0; block < count; block++, at += 110) {
		const d = half(at + 108);
		for (let part = 0; part < 16; part++, to += 16) {
			const low = ((bytes[at + 96 + (part & 7)] as number) >> (4 * (part >> 3))) & 15;
			const high = ((bytes[at + 104 + (part & 3)] as number) >> (2 * (part >> 2))) & 3;
			const scale = d * ((low | (high << 4)) - 32);
			const codes = at + 32 + codesOf(part);
			const thirds = at + 16 * (part & 1);
			const shift = shiftOf(part);
			for (let k = 0; k < 16; k++) {
				const code = ((bytes[codes + k] as number) >> shift) & 3;
				const third = ((bytes[thirds + k] as number) >> (part >> 1)) & 1;
				out[to + k] = scale * (code + 4 * third - 4);
			}
		}
	}
};

/** The 6-bit scale and minimum of one of the 8 parts of a Q4_K or Q5_K block, packed in 12 bytes from `at` on. */
function packedScale(bytes: Uint8Array, at: number, part: number): number {
	const first = bytes[at + (part & 3)] as number;
	return part < 4 ? first & 63 : ((bytes[at + part + 4] as number) & 15) | ((first >> 2) & 48);
}

function packedMinimum(bytes: Uint8Array, at: number, part: number): number {
	const second = bytes[at + 4 + (part & 3)] as number;
	return part < 4 ? second & 63 : ((bytes[at + part + 4] as number) >> 4) | ((second >> 2) & 48);
}

/** 8 parts of 32 values: 6-bit scales and minimums, 4-bit codes. */
export const q4_k: Dequantize = (blocks, out) => {
	const half = halfReader(blocks);
	const { bytes, count } = blocks;
	for (let block = 0, at = 0, to = 0; block < count; block++, at += 144) {
		const [d, dmin] = [half(at), half(at + 2)];
		for (let part = 0; part < 8; part++, to += 32) {
			const scale = d * packedScale(bytes, at + 4, part);
			const minimum = dmin * packedMinimum(bytes, at + 4, part);
			const codes = at + 16 + 32 * (part >> 1);
			const shift = 4 * (part & 1);
			for (let k = 0; k < 32; k++) out[to + k] = scale * (((bytes[codes + k] as number) >> shift) & 15) - minimum;
		}
	}
};

/** 8 parts of 32 values: 6-bit scales and minimums, 5-bit codes whose fifth bits stand apart. */
export const q5_k: Dequantize = (blocks, out) => {
	const half = halfReader(blocks);
	const { bytes, count } = blocks;
	for (let block = 0, at = 0, to = 0; block < count; block++, at += 176) {
		const [d, dmin] = [half(at), half(at + 2)];
		for (let part = 0; part < 8; part++, to += 32) {
			const scale = d * packedScale(bytes, at + 4, part);
			const minimum = dmin * packedMinimum(bytes, at + 4, part);
			const codes = at + 48 + 32 * (part >> 1);
			const shift = 4 * (part & 1);
			for (let k = 0; k < 32; k++) {
				const code = ((bytes[codes + k] as number) >> shift) & 15;
				const fifth = ((bytes[at + 16 + k] as number) >> part) & 1;
				out[to + k] = scale * (code | (fifth << 4)) - minimum;
			}
		}
	}
};

/** 16 parts of 16 values: signed scales of a byte, 6-bit codes whose two high bits stand apart. */
export const q6_k: Dequantize = (blocks, out) => {
	const half = halfReader(blocks);
	const { bytes, count } = blocks;
	for (let block = 0, at = 0, to = 0; block < count; block++, at += 210) {
		const d = half(at + 208);
		for (let part = 0; part < 16; part++, to += 16) {
			const scale = d * signed(bytes[at + 192 + part] as number);
			const low = at + 64 * (part >> 3) + 16 * (part & 3);
			const high = at + 128 + codesOf(part);
			const [lowShift, highShift] = [part & 4, shiftOf(part)];
			for (let k = 0; k < 16; k++) {
				const code = ((bytes[low + k] as number) >> lowShift) & 15;
				const top = ((bytes[high + k] as number) >> highShift) & 3;
				out[to + k] = scale * ((code | (top << 4)) - 32);
			}
		}
	}
};

/** 256 signed bytes with a float32 scale; the sums behind them are for products only. */
export const q8_k: Dequantize = ({ bytes, count, bigEndian }, out) => {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	for (let block = 0, at = 0, to = 0; block < count; block++, at += 292, to += VALUES) {
		const scale = view.getFloat32(at, !bigEndian);
		for (let k = 0; k < VALUES; k++) out[to + k] = scale * signed(bytes[at + 4 + k] as number);
	}
};

/** 8 parts of 32 values: 6-bit scales, 4-bit codes of a fixed table. */
export const iq4_xs: Dequantize = (blocks, out) => {
	const half = halfReader(blocks);
	const { bytes, count, bigEndian } = blocks;
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	for (let block = 0, at = 0, to = 0; block < count; block++, at += 136) {
		const d = half(at);
		const tops = view.getUint16(at + 2, !bigEndian);
		for (let part = 0; part < 8; part++, to += 32) {
			const low = ((bytes[at + 4 + (part >> 1)] as number) >> (4 * (part & 1))) & 15;
			const scale = d * ((low | (((tops >> (2 * part)) & 3) << 4)) - 32);
			for (let k = 0; k < 16; k++) {
				const pair = bytes[at + 8 + 16 * part + k] as number;
				out[to + k] = scale * (NONLINEAR_4[pair & 15] as number);
				out[to + k + 16] = scale * (NONLINEAR_4[pair >> 4] as number);
			}
		}
	}
};

/** Powers that bring each of the five ternary digits of a byte to its top. */
const POWERS = [1, 3, 9, 27, 81] as const;

/** −1, 0 or 1: digit `position` of a byte that holds five of them as a fraction in base 3. */
const ternary = (byte: number, position: number) => ((((byte * (POWERS[position] as number)) & 255) * 3) >> 8) - 1;

/** 256 ternary values: five in a byte (the last 16 four in a byte), then a float16 scale. */
export const tq1_0: Dequantize = (blocks, out) => {
	const half = halfReader(blocks);
	const { bytes, count } = blocks;
	for (let block = 0, at = 0, to = 0; block < count; block++, at += 54) {
		const scale = half(at + 52);
		for (const [begin, width, digits] of [
			[0, 32, 5],
			[32, 16, 5],
			[48, 4, 4],
		] as const) {
			for (let digit = 0; digit < digits; digit++, to += width)
				for (let k = 0; k < width; k++) out[to + k] = scale * ternary(bytes[at + begin + k] as number, digit);
		}
	}
};

/** 256 ternary values: four in a byte, then a float16 scale. */
export const tq2_0: Dequantize = (blocks, out) => {
	const half = halfReader(blocks);
	const { bytes, count } = blocks;
	for (let block = 0, at = 0, to = 0; block < count; block++, at += 66) {
		const scale = half(at + 64);
		for (let part = 0; part < 8; part++, to += 32) {
			const codes = at + 32 * (part >> 2);
			const shift = 2 * (part & 3);
			for (let k = 0; k < 32; k++) out[to + k] = scale * ((((bytes[codes + k] as number) >> shift) & 3) - 1);
		}
	}
};

function signed(byte: number): number {
	return (byte << 24) >> 24;
}
