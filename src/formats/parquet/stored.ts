import { DTYPES, type DType } from "../../core/dtype";
import { TensorError } from "../../core/errors";
import type { SchemaElement } from "./footer";

/** What numbers a column holds, or what it holds instead. Throws `corrupt`. */
export function typeOf({
	type,
	type_length,
	converted_type,
	logical_type,
}: SchemaElement): DType | { readonly other: string } {
	const logical = logical_type?.type;
	if (logical_type?.type === "INTEGER") {
		const dtype = `${logical_type.isSigned ? "i" : "u"}${logical_type.bitWidth}`;
		if (Object.hasOwn(DTYPES, dtype)) return dtype as DType;
	}
	const integer = /^(U?)INT_(8|16|32|64)$/.exec(converted_type ?? "");
	if (integer) return `${integer[1] ? "u" : "i"}${integer[2]}` as DType;
	if (logical === "FLOAT16" && type === "FIXED_LEN_BYTE_ARRAY" && type_length === 2) return "f16";
	const meant = logical ?? converted_type;
	if (meant === undefined) {
		if (type === "BOOLEAN") return "bool";
		if (type === "INT32") return "i32";
		if (type === "INT64") return "i64";
		if (type === "FLOAT") return "f32";
		if (type === "DOUBLE") return "f64";
	}
	if (type === undefined)
		throw new TensorError("corrupt", "The column has a type that Parquet does not have; save the file again.");
	return { other: meant === undefined ? type.toLowerCase() : `${type.toLowerCase()} (${meant.toLowerCase()})` };
}
