import { encodeMiniFloat, type MiniFloat, maxFinite, miniFloatTable } from "./minifloat";

/** What a dtype is; `bits` are those of one element (both parts of a complex one). */
export interface DTypeFacts {
	readonly bits: number;
	readonly kind: "bool" | "uint" | "int" | "float" | "complex";
	/** For float types of 16 bits or fewer. */
	readonly mini?: MiniFloat;
}

const mini = (
	exponentBits: number,
	mantissaBits: number,
	bias: number,
	special: MiniFloat["special"],
	signed = true,
): DTypeFacts => {
	const bits = exponentBits + mantissaBits + (signed ? 1 : 0);
	return { bits, kind: "float", mini: { bits, signed, exponentBits, mantissaBits, bias, special } };
};

/** Every dtype the product reads, by its safetensors name in lower case; safetensors lacks `c128` (NumPy's complex128) and integers of 2 and 4 bits (ONNX). */
export const DTYPES = {
	bool: { bits: 8, kind: "bool" },
	u2: { bits: 2, kind: "uint" },
	u4: { bits: 4, kind: "uint" },
	u8: { bits: 8, kind: "uint" },
	u16: { bits: 16, kind: "uint" },
	u32: { bits: 32, kind: "uint" },
	u64: { bits: 64, kind: "uint" },
	i2: { bits: 2, kind: "int" },
	i4: { bits: 4, kind: "int" },
	i8: { bits: 8, kind: "int" },
	i16: { bits: 16, kind: "int" },
	i32: { bits: 32, kind: "int" },
	i64: { bits: 64, kind: "int" },
	f64: { bits: 64, kind: "float" },
	f32: { bits: 32, kind: "float" },
	f16: mini(5, 10, 15, "ieee"),
	bf16: mini(8, 7, 127, "ieee"),
	f8_e5m2: mini(5, 2, 15, "ieee"),
	f8_e4m3: mini(4, 3, 7, "top"),
	f8_e5m2fnuz: mini(5, 2, 16, "negative-zero"),
	f8_e4m3fnuz: mini(4, 3, 8, "negative-zero"),
	f8_e8m0: mini(8, 0, 127, "top", false),
	f6_e2m3: mini(2, 3, 1, "none"),
	f6_e3m2: mini(3, 2, 3, "none"),
	f4: mini(2, 1, 1, "none"),
	c64: { bits: 64, kind: "complex" },
	c128: { bits: 128, kind: "complex" },
} as const satisfies Record<string, DTypeFacts>;

export type DType = keyof typeof DTYPES;

/** Whether a word names a dtype. */
export function isDType(word: unknown): word is DType {
	return typeof word === "string" && Object.hasOwn(DTYPES, word);
}

/** Facts of a dtype, with the optional ones visible to the compiler. */
export function factsOf(dtype: DType): DTypeFacts {
	return DTYPES[dtype];
}

/** Bytes of `count` densely packed elements, rounded up to whole bytes. */
export function byteLength(dtype: DType, count: number): number {
	const { bits } = DTYPES[dtype];
	return bits % 8 === 0 ? count * (bits / 8) : Math.ceil((count * bits) / 8);
}

/** Real numbers in one element: 2 for complex types (real, imaginary), otherwise 1. */
export function partsOf(dtype: DType): 1 | 2 {
	return DTYPES[dtype].kind === "complex" ? 2 : 1;
}

/** The type of the real numbers in an element: f32 for c64, f64 for c128, otherwise the dtype itself. */
export function realDType(dtype: DType): DType {
	return dtype === "c64" ? "f32" : dtype === "c128" ? "f64" : dtype;
}

/** A real dtype whose elements are 64-bit integers: float64 cannot hold every value of it. */
export function isWideInteger(dtype: DType): dtype is "i64" | "u64" {
	return dtype === "i64" || dtype === "u64";
}

const NATIVE_BIG_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 0;

/** Types that the machine converts by itself, many times faster than one by one. */
const NATIVE_ARRAYS: Partial<Record<DType, typeof Float32Array | typeof Float64Array | typeof Int32Array>> = {
	f32: Float32Array,
	f64: Float64Array,
	i32: Int32Array,
};

/** Stored bytes of a run of elements. */
export interface StoredRun {
	readonly dtype: DType;
	readonly bigEndian: boolean;
	readonly bytes: Uint8Array;
}

/**
 * Decodes all whole elements of a run of a real dtype into float64, in stored order (a complex run is decoded as its
 * `realDType`, parts interleaved). Exact for every type but 64-bit integers past 2^53, which round to nearest.
 */
export function decode({ dtype, bigEndian, bytes }: StoredRun, count: number): Float64Array {
	const native = bigEndian === NATIVE_BIG_ENDIAN ? NATIVE_ARRAYS[realDType(dtype)] : undefined;
	if (native) {
		// Typed arrays start at multiples of their element's size.
		const aligned = bytes.byteOffset % native.BYTES_PER_ELEMENT === 0 ? bytes : bytes.slice();
		return new Float64Array(new native(aligned.buffer as ArrayBuffer, aligned.byteOffset, count));
	}
	const out = new Float64Array(count);
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const little = !bigEndian;
	const { bits, mini, kind } = factsOf(realDType(dtype));
	if (mini && bits === 16) {
		const table = miniFloatTable(mini);
		for (let i = 0; i < count; i++) out[i] = table[view.getUint16(2 * i, little)] as number;
	} else if (mini && bits === 8) {
		const table = miniFloatTable(mini);
		for (let i = 0; i < count; i++) out[i] = table[bytes[i] as number] as number;
	} else if (mini) {
		const table = miniFloatTable(mini);
		for (let i = 0; i < count; i++) out[i] = table[bitsAt(bytes, i * bits, bits)] as number;
	} else if (bits < 8) {
		// Two's complement: codes from the middle on are negative.
		const sign = kind === "int" ? 2 ** (bits - 1) : Infinity;
		for (let i = 0; i < count; i++) {
			const code = bitsAt(bytes, i * bits, bits);
			out[i] = code < sign ? code : code - 2 * sign;
		}
	} else {
		const get = getterOf(view, realDType(dtype), little);
		const step = bits / 8;
		for (let i = 0; i < count; i++) out[i] = get(i * step);
	}
	return out;
}

/** Decodes a run of 64-bit integers exactly. */
export function decodeWide({ dtype, bigEndian, bytes }: StoredRun, count: number): BigInt64Array | BigUint64Array {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const out = dtype === "u64" ? new BigUint64Array(count) : new BigInt64Array(count);
	for (let i = 0; i < count; i++)
		out[i] = dtype === "u64" ? view.getBigUint64(8 * i, !bigEndian) : view.getBigInt64(8 * i, !bigEndian);
	return out;
}

function getterOf(view: DataView, dtype: DType, little: boolean): (byte: number) => number {
	switch (dtype) {
		case "bool":
			return (byte) => (view.getUint8(byte) === 0 ? 0 : 1);
		case "u8":
			return (byte) => view.getUint8(byte);
		case "i8":
			return (byte) => view.getInt8(byte);
		case "u16":
			return (byte) => view.getUint16(byte, little);
		case "i16":
			return (byte) => view.getInt16(byte, little);
		case "u32":
			return (byte) => view.getUint32(byte, little);
		case "i32":
			return (byte) => view.getInt32(byte, little);
		case "u64":
			return (byte) => Number(view.getBigUint64(byte, little));
		case "i64":
			return (byte) => Number(view.getBigInt64(byte, little));
		case "f32":
			return (byte) => view.getFloat32(byte, little);
		default:
			return (byte) => view.getFloat64(byte, little);
	}
}

/** `width` bits from bit position `bit` on, lowest bits first, across byte borders. */
function bitsAt(bytes: Uint8Array, bit: number, width: number): number {
	const byte = bit >> 3;
	const pair = (bytes[byte] as number) | ((bytes[byte + 1] ?? 0) << 8);
	return (pair >> (bit & 7)) & (2 ** width - 1);
}

/** Dtypes a normalization can be written in. */
export const WRITABLE = ["f64", "f32", "f16", "bf16", "f8_e4m3", "f8_e5m2"] as const satisfies readonly DType[];

export type WritableDType = (typeof WRITABLE)[number];

/** The dtype that a result gets when none is asked for: the input's own where it is writable, otherwise f32. */
export function resultDType(input: DType): WritableDType {
	return WRITABLE.find((dtype) => dtype === input) ?? (input === "i64" || input === "u64" ? "f64" : "f32");
}

/** Values written, little-endian, and how many finite ones were past the type's range (they became Inf, or the largest value where there is no Inf). */
export interface Encoded {
	readonly bytes: Uint8Array;
	readonly overflowed: number;
}

/** Encodes float64 values, rounding once to nearest with ties to even. */
export function encode(dtype: WritableDType, values: Float64Array): Encoded {
	const { mini: type } = factsOf(dtype);
	const overflowed = countPast(
		type ? maxFinite(type) : dtype === "f32" ? 3.4028234663852886e38 : Number.MAX_VALUE,
		values,
	);
	const native = NATIVE_BIG_ENDIAN ? undefined : NATIVE_ARRAYS[dtype];
	if (native) return { bytes: new Uint8Array(new native(values).buffer), overflowed };
	const bytes = new Uint8Array(byteLength(dtype, values.length));
	const view = new DataView(bytes.buffer);
	for (let i = 0; i < values.length; i++) {
		const value = values[i] as number;
		if (dtype === "f64") view.setFloat64(8 * i, value, true);
		else if (dtype === "f32") view.setFloat32(4 * i, value, true);
		else if (type && type.bits === 16) view.setUint16(2 * i, encodeMiniFloat(type, value), true);
		else if (type) bytes[i] = encodeMiniFloat(type, value);
	}
	return { bytes, overflowed };
}

function countPast(limit: number, values: Float64Array): number {
	let past = 0;
	for (let i = 0; i < values.length; i++) {
		const magnitude = Math.abs(values[i] as number);
		if (magnitude > limit && magnitude !== Infinity) past++;
	}
	return past;
}
