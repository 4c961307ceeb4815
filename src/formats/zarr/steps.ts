import { DTYPES } from "../../core/dtype";
import type { Json } from "../encoding/json";
import { NATIVE, type Native } from "../native-arrays";
import { refuse, type Step, type Stored, shown } from "./array";
import type { Meta } from "./store";
import { typeOf2, typeOf3 } from "./types";

/** Compressions and checks that need no settings to be undone. */
const PLAIN = ["gzip", "zlib", "bz2", "blosc", "zstd", "lz4", "crc32c"] as const;

/** Codecs that change values while writing only: what is stored is what is read. */
const WRITE_ONLY = ["bitround", "quantize"];

/**
 * How a codec (or filter) is undone, by its name without "numcodecs."; undefined where there is nothing to undo.
 * `type` is what the codec is given when writing, `after` what it makes of it. Throws `unsupported` with the name.
 */
export function stepOf(
	name: string,
	settings: Meta,
	type: Stored,
): { readonly step?: Step; readonly after: Stored; readonly elementwise: boolean } {
	const known = PLAIN.find((each) => each === name);
	if (known) return { step: { kind: known }, after: type, elementwise: false };
	if (WRITE_ONLY.includes(name)) return { after: type, elementwise: true };
	if (name === "shuffle") {
		const size = settings.get("elementsize") ?? 4;
		if (typeof size !== "number" || !Number.isInteger(size) || size < 1 || size > 256) {
			refuse(`The codec "shuffle" has the element size ${shown(size)}; the metadata is damaged.`);
		}
		return { step: { kind: "shuffle", size: size as number }, after: type, elementwise: false };
	}
	if (name === "delta" || name === "fixedscaleoffset") {
		const from = settings.has("dtype") ? numbersOf(settings.get("dtype"), name, type) : type;
		const to = settings.has("astype") ? numbersOf(settings.get("astype"), name, type) : from;
		for (const { dtype } of [from, to]) {
			if (!Object.hasOwn(NATIVE, dtype)) refuse(`The codec "${name}" is not read on ${dtype} values.`, "unsupported");
		}
		if (name === "delta") return { step: { kind: "delta", from, to }, after: to, elementwise: false };
		const [offset, scale] = [settings.get("offset"), settings.get("scale")];
		if (typeof offset !== "number" || typeof scale !== "number") {
			return refuse(`The codec "${name}" has no numbers for its offset and scale; the metadata is damaged.`);
		}
		return { step: { kind: "scale", from, to, offset, scale }, after: to, elementwise: true };
	}
	return refuse(
		`The array is written with the codec "${name.slice(0, 100)}", which is not read; write it with blosc, zstd, gzip, zlib or lz4 instead.`,
		"unsupported",
	);
}

/** A type in the settings of a codec, spelled as NumPy does or as version 3 does. */
function numbersOf(value: Json | undefined, codec: string, type: Stored): Stored {
	const spelled = typeof value === "string" && /^[a-z]/.test(value) ? typeOf3(value) : typeOf2(value);
	if ("other" in spelled) {
		return refuse(`The codec "${codec}" has the type ${shown(value)}, which is no type of numbers.`, "unsupported");
	}
	const told = typeof value === "string" && /^[<>]/.test(value);
	return { dtype: spelled.dtype, bigEndian: told ? spelled.bigEndian : type.bigEndian };
}

/** The most bytes that stand after each step when `size` bytes of values are written: what undoing it may meet. */
export function sizesAfter(steps: readonly Step[], size: number): number[] {
	let bytes = size;
	return steps.map((step) => {
		if (step.kind === "delta" || step.kind === "scale") {
			bytes = (bytes / (DTYPES[step.from.dtype].bits / 8)) * (DTYPES[step.to.dtype].bits / 8);
		} else if (step.kind === "crc32c") bytes += 4;
		// Data that cannot be compressed grows a little.
		else if (step.kind !== "shuffle") bytes = Math.ceil(bytes * 1.2) + 65_536;
		return bytes;
	});
}

const NATIVE_BIG_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 0;

/** The bytes before the codec "shuffle": byte k of element i stands at k · n + i. */
export function unshuffle(bytes: Uint8Array, size: number): Uint8Array {
	const count = Math.floor(bytes.length / size);
	const out = new Uint8Array(bytes.length);
	for (let k = 0; k < size; k++) {
		for (let i = 0; i < count; i++) out[i * size + k] = bytes[k * count + i] as number;
	}
	out.set(bytes.subarray(count * size), count * size);
	return out;
}

/** Running sums of differences, in the type of the values, where integers wrap around. */
export function undelta(bytes: Uint8Array, { from, to }: Extract<Step, { kind: "delta" }>): Uint8Array {
	const differences = nativeOf(bytes, to);
	const values = converted(differences, from);
	for (let i = 1; i < values.length; i++) {
		// The two are of one kind; the compiler cannot see which.
		values[i] = ((values[i - 1] as number) + (values[i] as number)) as never;
	}
	return bytesOf(values, from);
}

/** stored / scale + offset, in the type of the values. */
export function unscale(bytes: Uint8Array, { from, to, offset, scale }: Extract<Step, { kind: "scale" }>): Uint8Array {
	const stored = nativeOf(bytes, to);
	const single = to.dtype === "f32";
	const values = Float64Array.from(stored as ArrayLike<number | bigint>, (value) => {
		const scaled = single ? Math.fround(Number(value) / scale) : Number(value) / scale;
		return single ? Math.fround(scaled + offset) : scaled + offset;
	});
	return bytesOf(converted(values, from), from);
}

function nativeOf(bytes: Uint8Array, { dtype, bigEndian }: Stored): Native {
	const make = NATIVE[dtype as keyof typeof NATIVE];
	const own = bytes.slice();
	if (bigEndian !== NATIVE_BIG_ENDIAN) swap(own, make.BYTES_PER_ELEMENT);
	return new make(own.buffer, 0, Math.floor(own.length / make.BYTES_PER_ELEMENT));
}

/** The same numbers in an array of another type; a new array. */
function converted(values: Native, { dtype }: Stored): Native {
	const make = NATIVE[dtype as keyof typeof NATIVE];
	const wide = make === BigInt64Array || make === BigUint64Array;
	const isWide = values instanceof BigInt64Array || values instanceof BigUint64Array;
	const out = new make(values.length);
	for (let i = 0; i < values.length; i++) {
		const value = values[i] as number | bigint;
		out[i] = (wide === isWide ? value : wide ? BigInt(Math.trunc(Number(value))) : Number(value)) as never;
	}
	return out;
}

function bytesOf(values: Native, { bigEndian }: Stored): Uint8Array {
	const bytes = new Uint8Array(values.buffer);
	if (bigEndian !== NATIVE_BIG_ENDIAN) swap(bytes, values.BYTES_PER_ELEMENT);
	return bytes;
}

function swap(bytes: Uint8Array, size: number): void {
	for (let at = 0; at + size <= bytes.length; at += size) bytes.subarray(at, at + size).reverse();
}
