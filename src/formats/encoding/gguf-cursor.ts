import { TensorError } from "../../core/errors";
import type { ByteSource } from "../reader";

/** Bytes that are read at a time, at first and at most: in between they double. */
const [FIRST_BYTES, MOST_BYTES] = [2 ** 14, 2 ** 20];
/** Header bytes that are read or skipped at most. */
const MAX_HEADER_BYTES = 2 ** 30;
/** Bytes of one string that are kept at most. */
const MAX_STRING_BYTES = 10_000_000;

/** Reads the header of a GGUF file forwards. Everything throws `corrupt` where the file ends before. */
export interface GgufCursor {
	/** Byte of the file that is read next. */
	readonly at: number;
	/** Bytes of the file that are left. */
	readonly left: number;
	readonly bigEndian: boolean;
	/** Chooses the byte order, and 32-bit lengths in place of 64-bit ones (version 1). */
	configure(bigEndian: boolean, narrow: boolean): void;
	u32(): Promise<number>;
	/** A number of `size` bytes, as a view gives it. */
	number<T>(size: number, get: (view: DataView, at: number, little: boolean) => T): Promise<T>;
	/** A length or count: 64 bits, in version 1 only 32. */
	length(): Promise<bigint>;
	/** A text of `what`; long ones are cut after `keep` bytes, which is told in the text. */
	text(what: string, keep?: number): Promise<string>;
	skip(bytes: number): void;
	/** Goes over `count` strings. */
	skipTexts(count: number): Promise<void>;
}

/** A cursor from byte 4 on, behind the magic. */
export function ggufCursor(source: ByteSource, signal?: AbortSignal): GgufCursor {
	let at = 4;
	let start = 0;
	let stretch: Uint8Array = new Uint8Array(0);
	let view = new DataView(stretch.buffer);
	let ahead = FIRST_BYTES;
	let little = true;
	let narrow = false;

	const fail = (message: string, byte = at, code: "corrupt" | "too-large" = "corrupt"): never => {
		throw new TensorError(code, message, { file: source.name, byte });
	};
	const has = (bytes: number) => at >= start && at + bytes <= start + stretch.length;
	const ends = (bytes: number | bigint, what: string, byte = at) =>
		fail(
			`The header ends early: ${what} of ${bytes} bytes runs past the end of the file (${source.size} bytes); download or save it again.`,
			byte,
		);
	/** Brings `bytes` from the current place on into the stretch. */
	const fill = async (bytes: number) => {
		if (at + bytes > source.size) ends(bytes, "a field");
		if (at + bytes > MAX_HEADER_BYTES)
			fail(`The header is longer than the ${MAX_HEADER_BYTES} bytes that are read.`, at, "too-large");
		const next = await source.read(at, Math.min(Math.max(bytes, ahead), source.size - at), signal);
		[start, stretch] = [at, next];
		view = new DataView(next.buffer, next.byteOffset, next.byteLength);
		ahead = Math.min(2 * ahead, MOST_BYTES);
	};
	const widths = () => (narrow ? 4 : 8);
	const lengthAt = (byte: number) =>
		narrow ? BigInt(view.getUint32(byte - start, little)) : view.getBigUint64(byte - start, little);
	const length = async () => {
		if (!has(widths())) await fill(widths());
		const found = lengthAt(at);
		at += widths();
		return found;
	};
	const textBytes = async (what: string) => {
		const byte = at;
		const bytes = await length();
		if (bytes > BigInt(source.size - at)) ends(bytes, what, byte);
		return Number(bytes);
	};

	return {
		get at() {
			return at;
		},
		get left() {
			return source.size - at;
		},
		get bigEndian() {
			return !little;
		},
		configure(bigEndian, isNarrow) {
			little = !bigEndian;
			narrow = isNarrow;
		},
		u32() {
			return this.number(4, (from, byte, isLittle) => from.getUint32(byte, isLittle));
		},
		async number(size, get) {
			if (!has(size)) await fill(size);
			const found = get(view, at - start, little);
			at += size;
			return found;
		},
		length,
		async text(what, keep = MAX_STRING_BYTES) {
			const bytes = await textBytes(what);
			const kept = Math.min(bytes, keep, MAX_STRING_BYTES);
			if (!has(kept)) await fill(kept);
			const text = new TextDecoder().decode(stretch.subarray(at - start, at - start + kept));
			at += bytes;
			return kept < bytes ? `${text}… (${bytes} bytes in all)` : text;
		},
		skip(bytes) {
			if (bytes > source.size - at) ends(bytes, "an array");
			at += bytes;
		},
		async skipTexts(count) {
			const width = widths();
			for (let k = 0; k < count; k++) {
				// Without a wait for each: vocabularies have hundreds of thousands.
				if (!has(width)) await fill(width);
				const bytes = lengthAt(at);
				if (bytes > BigInt(source.size - at - width)) ends(bytes, "a string");
				at += width + Number(bytes);
			}
		},
	};
}
