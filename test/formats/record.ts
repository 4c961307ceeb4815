import fs from "node:fs";
import path from "node:path";
import type { ErrorCode } from "../../src/core/errors";

/** A number as JSON holds it: 64-bit ones and those that are not finite as text. */
export type Recorded = number | string | null;

/** Statistics of finite values. */
export interface Statistics {
	readonly nan: number;
	readonly posInf: number;
	readonly negInf: number;
	readonly min: Recorded;
	readonly max: Recorded;
	readonly mean: Recorded;
	readonly std: Recorded;
}

/** One tensor as recorded. */
export interface TrueTensor extends Partial<Statistics> {
	readonly name: string;
	/** Not compared where nothing is recorded. */
	readonly dtype?: string;
	readonly shape?: readonly number[];
	readonly count: number;
	readonly numeric?: false;
	readonly first8?: readonly (Recorded | readonly Recorded[])[];
	readonly real?: Statistics;
	readonly imag?: Statistics;
	/** The values in the order of the record, where that is another than C order. */
	readonly reorder?: (values: readonly (number | bigint)[]) => (number | bigint)[];
	/** What raw bytes mean by dtypes of ours. */
	readonly as?: Readonly<Record<string, Statistics & { readonly first8: readonly Recorded[] }>>;
}

/** What is recorded of a file. */
export interface Truth {
	readonly status: "ok" | "error";
	readonly format?: string;
	readonly expectError?: { readonly code: string; readonly anyOf?: readonly string[] };
	/** The code of a refusal that is as right as reading. */
	readonly mayRefuse?: string;
	/** Something that has to be told in a note. */
	readonly warning?: string;
	/** Globals that a loader would import and run. */
	readonly hazards?: readonly string[];
	readonly otherMembers?: readonly string[];
	/** True where only the tensors listed count. */
	readonly partial?: boolean;
	readonly tensors?: readonly TrueTensor[];
	readonly tensorErrors?: readonly { readonly name: string; readonly code: string }[];
}

/** Which of our codes a recorded error may become. */
export const CODES: Readonly<Record<string, readonly ErrorCode[]>> = {
	E_OBJECT_DTYPE: ["unsupported"],
	E_UNSUPPORTED_DTYPE: ["unsupported"],
	E_VERSION: ["unsupported"],
	E_TRUNCATED: ["corrupt"],
	E_HEADER_INVALID: ["corrupt"],
	E_HEADER_TOO_LARGE: ["too-large", "corrupt"],
	E_SHAPE_OVERFLOW: ["corrupt"],
	E_SIZE_MISMATCH: ["corrupt"],
	E_OFFSETS: ["corrupt"],
	E_ZIP: ["corrupt"],
	E_CORRUPT_DATA: ["corrupt"],
	E_LFS_POINTER: ["unknown-format"],
	E_UNSUPPORTED_CODEC: ["unsupported"],
	E_ENCRYPTED: ["unsupported"],
	E_PICKLE_REFUSED: ["unsupported"],
	E_NOT_TENSOR_FILE: ["unknown-format"],
	E_UNKNOWN_FORMAT: ["unknown-format"],
	E_MAGIC: ["corrupt", "unknown-format"],
	E_ZIP_NAME: ["corrupt"],
};

/** Our names of recorded types. */
export const DTYPES: Readonly<Record<string, string>> = {
	b1: "bool",
	i1: "i8",
	i2: "i16",
	i4: "i32",
	i8: "i64",
	u1: "u8",
	u2: "u16",
	u4: "u32",
	u8: "u64",
	f2: "f16",
	f4: "f32",
	f8: "f64",
	c8: "c64",
	c16: "c128",
	FLOAT: "f32",
	DOUBLE: "f64",
	FLOAT16: "f16",
	BFLOAT16: "bf16",
	BOOL: "bool",
	INT2: "i2",
	INT4: "i4",
	INT8: "i8",
	INT32: "i32",
	INT64: "i64",
	UINT2: "u2",
	UINT4: "u4",
	UINT64: "u64",
	FLOAT8E4M3FN: "f8_e4m3",
	FLOAT8E4M3FNUZ: "f8_e4m3fnuz",
	FLOAT8E5M2FNUZ: "f8_e5m2fnuz",
	FLOAT4E2M1: "f4",
	bfloat16: "bf16",
	int8: "i8",
	int16: "i16",
	int32: "i32",
	int64: "i64",
	uint8: "u8",
	uint16: "u16",
	uint32: "u32",
	uint64: "u64",
	float16: "f16",
	complex128: "c128",
	complex64: "c64",
	float32: "f32",
	float64: "f64",
	FLOAT32: "f32",
	INT16: "i16",
};

/** A file of a folder, with what is known of it. */
export interface Case {
	readonly file: string;
	readonly known?: Truth;
}

/** Files whose path has a pattern, with records of the same path and `.json` beside them, or in a folder of records. */
export function recorded(pattern: RegExp, data: string, records = data): readonly Case[] {
	const all = fs.readdirSync(data, { recursive: true, encoding: "utf8" }).map((file) => file.split(path.sep).join("/"));
	const files = all.filter((file) => pattern.test(file));
	return files.sort().map((file) => {
		const record = path.join(records, `${file}.json`);
		return fs.existsSync(record) ? { file, known: JSON.parse(fs.readFileSync(record, "utf8")) as Truth } : { file };
	});
}

/** Where the shared files are, if anywhere. */
export const SHARED = "../shared/data";
