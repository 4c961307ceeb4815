import { TensorError, throwIfAborted } from "../../core/errors";
import type { ByteSource } from "../reader";

/** Bytes of the first window; windows that follow one another double up to the largest. */
const [FIRST_BYTES, MOST_BYTES] = [2 ** 12, 2 ** 20];
/** Bytes of a line, as protocol 0 writes texts and numbers. */
const MAX_LINE_BYTES = 2 ** 26;

/** A place in a source that moves forwards. */
export interface PickleCursor {
	readonly source: ByteSource;
	readonly position: number;
	/** The next `length` bytes where they are at hand; otherwise wait for `load`. The caller copies what it keeps. */
	ready(length: number): Uint8Array | undefined;
	/** The next `length` bytes. Throws `corrupt` where the source ends before. */
	load(length: number): Promise<Uint8Array>;
	/** The bytes up to the next line feed, which is skipped. */
	line(): Promise<Uint8Array>;
	/** Passes over bytes without reading them. Throws `corrupt` where there are not so many. */
	skip(length: number): void;
}

function tooLong(file: string, byte: number): TensorError {
	const message = `A line of more than ${MAX_LINE_BYTES} bytes stands in the pickle; save it with protocol 4.`;
	return new TensorError("too-large", message, { file, byte });
}

/** A cursor over a source from a byte on. */
export function pickleCursor(source: ByteSource, start: number, signal?: AbortSignal): PickleCursor {
	let position = start;
	let windowStart = start;
	let window: Uint8Array = new Uint8Array(0);
	let ahead = FIRST_BYTES;

	const check = (length: number) => {
		if (length <= source.size - position) return;
		throw new TensorError(
			"corrupt",
			`The pickle ends early: ${length} bytes were expected from byte ${position} on, but ${source.size - position} are left; save or download the file again.`,
			{ file: source.name, byte: position },
		);
	};
	const ready = (length: number): Uint8Array | undefined => {
		const from = position - windowStart;
		if (from + length > window.length) return undefined;
		position += length;
		return window.subarray(from, from + length);
	};
	const load = async (length: number): Promise<Uint8Array> => {
		const found = ready(length);
		if (found) return found;
		check(length);
		throwIfAborted(signal);
		const follows = position >= windowStart && position <= windowStart + window.length;
		ahead = follows ? Math.min(2 * ahead, MOST_BYTES) : FIRST_BYTES;
		window = await source.read(position, Math.min(Math.max(ahead, length), source.size - position), signal);
		windowStart = position;
		return ready(length) as Uint8Array;
	};
	return {
		source,
		get position() {
			return position;
		},
		ready,
		load,
		async line() {
			for (let length = 64; ; length = Math.min(2 * length, source.size - position)) {
				const begin = position;
				const bytes = await load(Math.min(length, source.size - begin));
				const end = bytes.indexOf(10);
				position = end < 0 ? begin : begin + end + 1;
				if (end >= 0) return bytes.subarray(0, end);
				if (bytes.length >= source.size - begin) check(source.size - begin + 1);
				if (bytes.length > MAX_LINE_BYTES) throw tooLong(source.name, begin);
			}
		},
		skip(length) {
			check(length);
			position += length;
		},
	};
}
