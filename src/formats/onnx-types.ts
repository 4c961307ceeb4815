import type { DType } from "../core/dtype";

/** TensorProto.DataType by its number (onnx.proto3): its name, our dtype, the field that may hold its values in place of raw_data. */
export interface OnnxType {
	readonly name: string;
	readonly dtype?: DType;
	/** float_data 4, int32_data 5, string_data 6, int64_data 7, double_data 10, uint64_data 11. */
	readonly field: 4 | 5 | 6 | 7 | 10 | 11;
}

const type = (name: string, field: OnnxType["field"], dtype?: DType): OnnxType => ({
	name,
	field,
	...(dtype && { dtype }),
});

const ONNX_TYPES: readonly (OnnxType | undefined)[] = [
	undefined,
	type("FLOAT", 4, "f32"),
	type("UINT8", 5, "u8"),
	type("INT8", 5, "i8"),
	type("UINT16", 5, "u16"),
	type("INT16", 5, "i16"),
	type("INT32", 5, "i32"),
	type("INT64", 7, "i64"),
	type("STRING", 6),
	type("BOOL", 5, "bool"),
	type("FLOAT16", 5, "f16"),
	type("DOUBLE", 10, "f64"),
	type("UINT32", 11, "u32"),
	type("UINT64", 11, "u64"),
	type("COMPLEX64", 4, "c64"),
	type("COMPLEX128", 10, "c128"),
	type("BFLOAT16", 5, "bf16"),
	type("FLOAT8E4M3FN", 5, "f8_e4m3"),
	type("FLOAT8E4M3FNUZ", 5, "f8_e4m3fnuz"),
	type("FLOAT8E5M2", 5, "f8_e5m2"),
	type("FLOAT8E5M2FNUZ", 5, "f8_e5m2fnuz"),
	type("UINT4", 5, "u4"),
	type("INT4", 5, "i4"),
	type("FLOAT4E2M1", 5, "f4"),
	type("FLOAT8E8M0", 5, "f8_e8m0"),
	type("UINT2", 5, "u2"),
	type("INT2", 5, "i2"),
];

/** The type of a number, or one of that number without a dtype where it is none of onnx.proto3's. */
export function onnxType(number: number | bigint): OnnxType {
	return ONNX_TYPES[Number(number)] ?? { name: `type ${number}`, field: 6 };
}
