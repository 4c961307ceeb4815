import { DTYPES, type DType, factsOf, realDType } from "../../core/dtype";
import { encodeMiniFloat } from "../../core/minifloat";
import type { Json } from "../encoding/json";
import { npyType } from "../encoding/npy-dtype";
import { named, plain, refuse, type Stored, shown, type ZarrType } from "./array";

/** The data types of version 3 that hold numbers. */
const TYPES3: Readonly<Record<string, DType>> = {
	bool: "bool",
	int8: "i8",
	int16: "i16",
	int32: "i32",
	int64: "i64",
	uint8: "u8",
	uint16: "u16",
	uint32: "u32",
	uint64: "u64",
	float16: "f16",
	float32: "f32",
	float64: "f64",
	bfloat16: "bf16",
	complex64: "c64",
	complex128: "c128",
	complex_float32: "c64",
	complex_float64: "c128",
	float8_e4m3fn: "f8_e4m3",
	float8_e4m3fnuz: "f8_e4m3fnuz",
	float8_e5m2: "f8_e5m2",
	float8_e5m2fnuz: "f8_e5m2fnuz",
	float8_e8m0fnu: "f8_e8m0",
};

/** The type of a version 2 array, spelled as NumPy does. */
export function typeOf2(value: Json | undefined): ZarrType {
	if (typeof value !== "string") {
		const other = Array.isArray(value) ? "structured" : shown(value);
		return { other, reason: "The array is structured; save each of its fields as an array of its own" };
	}
	const type = npyType(value);
	if (!("other" in type)) return type;
	const other = type.other === "object" ? "|O" : type.other;
	const reason = other === "|O" ? "The array holds objects (texts, lists or pickles), not numbers" : type.reason;
	return { other, reason };
}

/** The type of a version 3 array; those with settings are of extensions. Byte order comes with the codecs. */
export function typeOf3(value: Json | undefined): ZarrType {
	const { name, settings } = named(value);
	const dtype = Object.hasOwn(TYPES3, name) ? TYPES3[name] : undefined;
	if (dtype !== undefined && settings.size === 0) return { dtype, bigEndian: false };
	const told = settings.size === 0 ? "" : ` (${plain(settings).slice(0, 80)})`;
	return { other: name, reason: `Values of the data type "${name}"${told} are no numbers that are read` };
}

/** The bytes of an array's fill value; those of zero where it has none. Throws `corrupt` where it does not fit the type. */
export function fillBytes(type: Stored, value: Json | undefined): Uint8Array {
	const { dtype, bigEndian } = type;
	const bytes = new Uint8Array(DTYPES[dtype].bits / 8);
	if (value === null || value === undefined) return bytes;
	const real = realDType(dtype);
	if (real !== dtype) {
		const [re, im] = Array.isArray(value) ? value : [value, 0];
		bytes.set(fillBytes({ dtype: real, bigEndian }, re), 0);
		bytes.set(fillBytes({ dtype: real, bigEndian }, im), bytes.length / 2);
		return bytes;
	}
	const hexadecimal = typeof value === "string" && /^0x([0-9a-f]+)$/i.exec(value);
	if (hexadecimal) {
		const digits = (hexadecimal[1] as string).padStart(2 * bytes.length, "0");
		if (digits.length > 2 * bytes.length) unfit(value, dtype);
		const parts = bytes.map((_, i) => Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16));
		return bigEndian ? parts : parts.reverse();
	}
	return bitsOf(type, numberOf(value, dtype));
}

function numberOf(value: Json, dtype: DType): number | bigint {
	if (typeof value === "boolean") return value ? 1 : 0;
	if (typeof value === "number" || typeof value === "bigint") return value;
	if (typeof value === "string" && /^[-+]?(nan|inf|infinity|[0-9.]+(e[-+]?\d+)?)$/i.test(value)) {
		return Number(value.replace(/inf(inity)?/i, "Infinity").replace(/^[-+]?nan$/i, "NaN"));
	}
	return unfit(value, dtype);
}

function unfit(value: Json, dtype: DType): never {
	return refuse(`The fill value is ${shown(value)}, which is no ${dtype}; the metadata is damaged.`);
}

function bitsOf({ dtype, bigEndian }: Stored, value: number | bigint): Uint8Array {
	const { bits, kind } = DTYPES[dtype];
	if (kind === "float") return floatBits(dtype, bigEndian, Number(value));
	const integer = typeof value === "bigint" ? value : Number.isInteger(value) ? BigInt(value) : unfit(value, dtype);
	const fits = BigInt.asUintN(bits, integer) === integer || BigInt.asIntN(bits, integer) === integer;
	if (!fits) unfit(value, dtype);
	const bytes = new Uint8Array(8);
	new DataView(bytes.buffer).setBigUint64(0, BigInt.asUintN(64, integer), true);
	const part = bytes.slice(0, bits / 8);
	return bigEndian ? part.reverse() : part;
}

function floatBits(dtype: DType, bigEndian: boolean, value: number): Uint8Array {
	const { bits, mini } = factsOf(dtype);
	const bytes = new Uint8Array(bits / 8);
	const view = new DataView(bytes.buffer);
	if (bits === 64) view.setFloat64(0, value, !bigEndian);
	else if (bits === 32) view.setFloat32(0, value, !bigEndian);
	else if (mini && bits === 16) view.setUint16(0, encodeMiniFloat(mini, value), !bigEndian);
	else if (mini) bytes[0] = encodeMiniFloat(mini, value);
	return bytes;
}
