import { byteLength, type DType } from "../../core/dtype";
import type { ErrorData } from "../../core/errors";
import { countOf, isNode, itemsOf, type PickleValue, textOf, typeName } from "../encoding/pickle-values";
import type { ByteSource } from "../reader";

/** Element types by the classes of storages, torch.FloatStorage and so on. */
const STORAGE_DTYPES: Readonly<Record<string, DType>> = {
	Double: "f64",
	Float: "f32",
	Half: "f16",
	BFloat16: "bf16",
	Long: "i64",
	Int: "i32",
	Short: "i16",
	Char: "i8",
	Byte: "u8",
	Bool: "bool",
	ComplexFloat: "c64",
	ComplexDouble: "c128",
	QInt8: "i8",
	QUInt8: "u8",
	QInt32: "i32",
	Untyped: "u8",
};

/** Element types by the attributes of torch, torch.float32 and so on. */
const SCALAR_DTYPES: Readonly<Record<string, DType>> = {
	float64: "f64",
	double: "f64",
	float32: "f32",
	float: "f32",
	float16: "f16",
	half: "f16",
	bfloat16: "bf16",
	float8_e4m3fn: "f8_e4m3",
	float8_e5m2: "f8_e5m2",
	float8_e4m3fnuz: "f8_e4m3fnuz",
	float8_e5m2fnuz: "f8_e5m2fnuz",
	float8_e8m0fnu: "f8_e8m0",
	int64: "i64",
	long: "i64",
	int32: "i32",
	int: "i32",
	int16: "i16",
	short: "i16",
	int8: "i8",
	uint8: "u8",
	uint16: "u16",
	uint32: "u32",
	uint64: "u64",
	bool: "bool",
	complex64: "c64",
	cfloat: "c64",
	complex128: "c128",
	cdouble: "c128",
};

/** A storage as a pickle refers to it. */
export interface StorageId {
	/** The class without its "Storage": "Float". */
	readonly type: string;
	/** Undefined where the type is not one that is read. */
	readonly dtype?: DType;
	readonly key: string;
	/** In elements, of the whole storage. */
	readonly length: number;
	/** The part of the storage that is meant, in elements. */
	readonly view?: { readonly offset: number; readonly length: number };
}

/** Where the elements of a storage are. */
export interface StoragePlace {
	readonly source: ByteSource;
	readonly start: number;
	/** Bytes that are there, however many are said to be. */
	readonly bytes: number;
	readonly bigEndian: boolean;
}

/** Finds the bytes of a storage, or says why they cannot be had. */
export type StorageOf = (id: StorageId) => StoragePlace | ErrorData;

/** Understands ('storage', class, key, location, length, view); undefined for ids of something else. */
export function storageId(id: PickleValue | undefined): StorageId | undefined {
	const [tag, type, key, , length, view] = itemsOf(id) ?? [];
	const name = /^torch(?:\.cuda|\.storage)?\.(\w+)Storage$/.exec(typeName(type))?.[1];
	const elements = countOf(length);
	const text = textOf(key) ?? (countOf(key) === undefined ? undefined : String(key));
	if (textOf(tag) !== "storage" || name === undefined || elements === undefined || text === undefined) return undefined;
	const [, viewOffset, viewLength] = itemsOf(view) ?? [];
	const [offset, part] = [countOf(viewOffset), countOf(viewLength)];
	const dtype = STORAGE_DTYPES[name];
	return {
		type: name,
		...(dtype && { dtype }),
		key: text,
		length: elements,
		...(offset !== undefined && part !== undefined && { view: { offset, length: part } }),
	};
}

/** Bytes of a storage; undefined where its type is not known. */
export function storageBytes({ dtype, length }: StorageId): number | undefined {
	return dtype && byteLength(dtype, length);
}

/** The dtype that torch.float32 and the like mean, or the name of one that is not read. */
export function scalarDType(value: PickleValue | undefined): DType | { readonly other: string } {
	const name = isNode(value, "global") ? value.name.replace(/^torch\./, "") : "unknown";
	return Object.hasOwn(SCALAR_DTYPES, name) ? (SCALAR_DTYPES[name] as DType) : { other: name };
}
