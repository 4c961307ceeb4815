import type { DType } from "../../core/dtype";
import * as blocks from "./ggml-blocks";
import * as superblocks from "./ggml-superblocks";

/** How ggml stores values: `values` of them in a block of `bytes`. */
export interface GgmlType {
	readonly name: string;
	readonly values: number;
	readonly bytes: number;
	/** The dtype that its values have as they are stored. */
	readonly dtype?: DType;
	/** Turns blocks into float32; missing for plain types and for those that are only named. */
	readonly dequantize?: blocks.Dequantize;
}

const plain = (name: string, bytes: number, dtype: DType): GgmlType => ({ name, values: 1, bytes, dtype });
const quantized = (name: string, values: number, bytes: number, dequantize?: blocks.Dequantize): GgmlType => ({
	name,
	values,
	bytes,
	...(dequantize && { dequantize }),
});

/** Every type that ggml has or had, by its number in files (ggml.h, enum ggml_type). */
export const GGML_TYPES: ReadonlyMap<number, GgmlType> = new Map([
	[0, plain("F32", 4, "f32")],
	[1, plain("F16", 2, "f16")],
	[2, quantized("Q4_0", 32, 18, blocks.q4_0)],
	[3, quantized("Q4_1", 32, 20, blocks.q4_1)],
	[6, quantized("Q5_0", 32, 22, blocks.q5_0)],
	[7, quantized("Q5_1", 32, 24, blocks.q5_1)],
	[8, quantized("Q8_0", 32, 34, blocks.q8_0)],
	[9, quantized("Q8_1", 32, 40)],
	[10, quantized("Q2_K", 256, 84, superblocks.q2_k)],
	[11, quantized("Q3_K", 256, 110, superblocks.q3_k)],
	[12, quantized("Q4_K", 256, 144, superblocks.q4_k)],
	[13, quantized("Q5_K", 256, 176, superblocks.q5_k)],
	[14, quantized("Q6_K", 256, 210, superblocks.q6_k)],
	[15, quantized("Q8_K", 256, 292, superblocks.q8_k)],
	[16, quantized("IQ2_XXS", 256, 66)],
	[17, quantized("IQ2_XS", 256, 74)],
	[18, quantized("IQ3_XXS", 256, 98)],
	[19, quantized("IQ1_S", 256, 50)],
	[20, quantized("IQ4_NL", 32, 18, blocks.iq4_nl)],
	[21, quantized("IQ3_S", 256, 110)],
	[22, quantized("IQ2_S", 256, 82)],
	[23, quantized("IQ4_XS", 256, 136, superblocks.iq4_xs)],
	[24, plain("I8", 1, "i8")],
	[25, plain("I16", 2, "i16")],
	[26, plain("I32", 4, "i32")],
	[27, plain("I64", 8, "i64")],
	[28, plain("F64", 8, "f64")],
	[29, quantized("IQ1_M", 256, 56)],
	[30, plain("BF16", 2, "bf16")],
	[34, quantized("TQ1_0", 256, 54, superblocks.tq1_0)],
	[35, quantized("TQ2_0", 256, 66, superblocks.tq2_0)],
	[39, quantized("MXFP4", 32, 17, blocks.mxfp4)],
	[40, quantized("NVFP4", 64, 36, blocks.nvfp4)],
	[41, quantized("Q1_0", 128, 18)],
]);
