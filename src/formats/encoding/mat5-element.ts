import type { DType } from "../../core/dtype";
import { TensorError } from "../../core/errors";
import { rangeOf } from "../memory";
import type { ByteSource } from "../reader";
import { inflateSource, ZLIB_HEADER_BYTES } from "./inflate";
import { inflateStart } from "./inflate-start";

/** A data element of a MATLAB 5 file: what its tag says, and where its bytes are. */
export interface Element {
	readonly type: number;
	readonly start: number;
	readonly length: number;
	/** Where the next element begins. */
	readonly next: number;
}

export const MATRIX = 14;
export const COMPRESSED = 15;

/** What the numbers of an element are stored as, by its type. */
export const ELEMENT_DTYPES: Readonly<Record<number, DType>> = {
	1: "i8",
	2: "u8",
	3: "i16",
	4: "u16",
	5: "i32",
	6: "u32",
	7: "f32",
	9: "f64",
	12: "i64",
	13: "u64",
};

const TAG_BYTES = 8;
/** deflate makes at most 1032 bytes of one. */
const MAX_RATIO = 1100;
const LOOK_BYTES = 512;

/** The element whose tag stands at a byte before `end`. Throws `corrupt` where it does not fit. */
export async function readElement(
	source: ByteSource,
	at: number,
	end: number,
	bigEndian: boolean,
	signal?: AbortSignal,
): Promise<Element> {
	const fail = (message: string): never => {
		throw new TensorError("corrupt", `${message}; save the file again.`, { file: source.name, byte: at });
	};
	if (at + TAG_BYTES > end) return fail(`An element was expected here, but only ${Math.max(0, end - at)} bytes follow`);
	const tag = await source.read(at, TAG_BYTES, signal);
	const view = new DataView(tag.buffer, tag.byteOffset, tag.byteLength);
	const first = view.getUint32(0, !bigEndian);
	// Up to four bytes stand in the tag itself, their number in the upper half of its first word.
	if (first > 0xffff) {
		const length = first >>> 16;
		if (length > 4) return fail(`The tag tells of ${length} bytes in itself, where 4 have room`);
		return { type: first & 0xffff, start: at + 4, length, next: at + TAG_BYTES };
	}
	const length = view.getUint32(4, !bigEndian);
	const start = at + TAG_BYTES;
	if (start + length > end) {
		return fail(`The element of type ${first} is said to take ${length} bytes, but ${end - start} are left`);
	}
	const padded = first === COMPRESSED ? length : Math.ceil(length / 8) * 8;
	return { type: first, start, length, next: Math.min(start + padded, end) };
}

/** The one matrix element inside a compressed element, as a source of its own. Throws `corrupt`. */
export async function openCompressed(
	source: ByteSource,
	{ start, length }: Element,
	bigEndian: boolean,
	signal?: AbortSignal,
): Promise<() => ByteSource> {
	const fail = (message: string): never => {
		throw new TensorError("corrupt", `${message}; save the file again.`, { file: source.name, byte: start });
	};
	const head = await source.read(start, Math.min(LOOK_BYTES, length), signal);
	const [method = 0, flags = 0] = head;
	if ((method & 0x0f) !== 8 || (method * 256 + flags) % 31 !== 0 || flags & 0x20) {
		return fail("A compressed variable was expected here, but these bytes begin no zlib stream");
	}
	const tag = inflateStart(head.subarray(ZLIB_HEADER_BYTES), TAG_BYTES);
	if (tag?.length !== TAG_BYTES) return fail("The compressed data is damaged");
	const view = new DataView(tag.buffer, tag.byteOffset, tag.byteLength);
	if (view.getUint32(0, !bigEndian) !== MATRIX) return fail("The compressed data holds no matrix");
	const size = TAG_BYTES + view.getUint32(4, !bigEndian);
	if (size > (length + 1) * MAX_RATIO) {
		return fail(`The variable declares ${size} bytes from ${length} compressed ones, more than can be true`);
	}
	const compressed = rangeOf(source, source.name, start, length);
	return () => inflateSource({ name: source.name, size, crc: undefined, compressed });
}
