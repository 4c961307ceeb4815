import { type DType, factsOf } from "../core/dtype";
import { miniFloatTable } from "../core/minifloat";
import type { Program } from "./program";

/** Values in the kernels' memory, and where they go; offsets are bytes. */
export interface Conversion {
	readonly from: number;
	readonly count: number;
	readonly to: number;
	/** Room in that memory for the values of all codes of a byte. */
	readonly codes: Float32Array;
}

/** Turns stored values into f32 or f64, and answers with the bytes of one. */
export function convert(kernels: Program, dtype: DType, { from, count, to, codes }: Conversion): 4 | 8 {
	const { bits, mini, kind } = factsOf(dtype);
	if (dtype === "f16") kernels.f16ToF32(from, count, to);
	else if (dtype === "bf16") kernels.bf16ToF32(from, count, to);
	else if (dtype === "i16") kernels.i16ToF32(from, count, to);
	else if (dtype === "u16") kernels.u16ToF32(from, count, to);
	else if (dtype === "i32") kernels.i32ToF64(from, count, to);
	else if (dtype === "u32") kernels.u32ToF64(from, count, to);
	else {
		const signed = kind === "int";
		const value = (code: number) => (kind === "bool" ? Math.min(code, 1) : signed && code > 127 ? code - 256 : code);
		codes.set(mini ? miniFloatTable(mini) : Float32Array.from({ length: 256 }, (_, code) => value(code)));
		kernels.u8ToF32(from, count, to, codes.byteOffset);
	}
	return bits === 32 ? 8 : 4;
}
