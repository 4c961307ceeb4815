import { join } from "./build";

/** A metadata value as it is written: its type's number and its bytes. */
export interface GgufValue {
	readonly type: number;
	readonly bytes: Uint8Array;
}

export interface GgufParts {
	readonly version?: number;
	readonly bigEndian?: boolean;
	readonly metadata?: readonly (readonly [string, GgufValue])[];
	/** Lengths are given slowest axis first, as shapes are. */
	readonly tensors?: readonly {
		readonly name: string;
		readonly shape: readonly (number | bigint)[];
		readonly type: number;
		readonly offset: number | bigint;
		readonly axes?: number;
	}[];
	readonly tensorCount?: number | bigint;
	readonly keyCount?: number | bigint;
	readonly alignment?: number;
	readonly data?: Uint8Array;
}

/** Writes numbers and texts in one byte order, lengths as wide as a version has them. */
export function ggufWriter(bigEndian = false, version = 3) {
	const int = (width: number, value: number | bigint) => {
		const bytes = new Uint8Array(width);
		for (let k = 0, rest = BigInt(value); k < width; k++, rest >>= 8n)
			bytes[bigEndian ? width - 1 - k : k] = Number(rest & 255n);
		return bytes;
	};
	const length = (value: number | bigint) => int(version === 1 ? 4 : 8, value);
	const text = (value: string) => join(length(Buffer.byteLength(value)), value);
	return {
		int,
		length,
		text,
		u32: (value: number): GgufValue => ({ type: 4, bytes: int(4, value) }),
		string: (value: string): GgufValue => ({ type: 8, bytes: text(value) }),
		array: (type: number, elements: readonly Uint8Array[], count: number | bigint = elements.length): GgufValue => ({
			type: 9,
			bytes: join(int(4, type), length(count), Buffer.concat(elements)),
		}),
	};
}

/** A GGUF file, written apart from any reader so that it can lie; its data follows on the aligned byte. */
export function ggufFile(parts: GgufParts = {}): Uint8Array {
	const { version = 3, bigEndian = false, metadata = [], tensors = [], alignment = 32 } = parts;
	const { int, length, text } = ggufWriter(bigEndian, version);
	const header = join(
		"GGUF",
		int(4, version),
		length(parts.tensorCount ?? tensors.length),
		length(parts.keyCount ?? metadata.length),
		...metadata.flatMap(([key, value]) => [text(key), int(4, value.type), value.bytes]),
		...tensors.flatMap(({ name, shape, type, offset, axes }) => [
			text(name),
			int(4, axes ?? shape.length),
			...[...shape].reverse().map(length),
			int(4, type),
			int(8, offset),
		]),
	);
	if (parts.data === undefined) return header;
	return join(header, new Uint8Array((alignment - (header.length % alignment)) % alignment), parts.data);
}
