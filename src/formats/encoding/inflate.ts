import { TensorError, throwIfAborted } from "../../core/errors";
import { checkRange } from "../memory";
import type { ByteSource } from "../reader";
import { crc32, hex32 } from "./crc32";
import { inflateStart } from "./inflate-start";

/** Compressed bytes fed at a time: one piece can become at most 1032 times as many, which bounds the memory. */
const PIECE_BYTES = 2 ** 14;

/** The same where the place's own stream inflates a piece only as fast as it is taken. */
const LARGE_PIECE_BYTES = 2 ** 17;

/** The first bytes, where a header is, are inflated without a stream: an archive may have very many members. */
const START_BYTES = 2 ** 10;

/** Two bytes of a zlib stream that tell its method and window. */
export const ZLIB_HEADER_BYTES = 2;

/** What an archive says about a deflated member. */
export interface Deflated {
	readonly name: string;
	/** Bytes when inflated. */
	readonly size: number;
	/** CRC-32 of the inflated bytes; undefined for a zlib stream (RFC 1950), which ends in a checksum of its own. */
	readonly crc: number | undefined;
	/** The compressed bytes. */
	readonly compressed: ByteSource;
}

/**
 * A deflated stream as a source: reads go forwards, one behind the position starts again from the beginning. Never
 * inflates past the declared size; at the end the size and the CRC-32 are checked. Throws `corrupt`, `cancelled`.
 */
export function inflateSource(member: Deflated): ByteSource {
	const { name, size } = member;
	let stream: Inflation | undefined;
	let start: Promise<Uint8Array> | undefined;
	let queue: Promise<unknown> = Promise.resolve();

	/** The member's first bytes, or none where they cannot be had simply; whatever is wrong shows in the stream. */
	async function readStart(signal: AbortSignal | undefined): Promise<Uint8Array> {
		const { compressed } = member;
		const skipped = Math.min(member.crc === undefined ? ZLIB_HEADER_BYTES : 0, compressed.size);
		const bytes = await compressed.read(skipped, Math.min(START_BYTES, compressed.size - skipped), signal);
		return inflateStart(bytes, Math.min(START_BYTES, size)) ?? new Uint8Array(0);
	}

	async function readNow(
		offset: number,
		length: number,
		signal: AbortSignal | undefined,
		out: Uint8Array = new Uint8Array(length),
	): Promise<Uint8Array> {
		// Reads that end the member go through the stream, which checks it.
		if (stream === undefined && offset + length <= START_BYTES && offset + length < size) {
			start ??= readStart(signal);
			const bytes = await start.catch((thrown) => {
				start = undefined;
				throw thrown;
			});
			if (offset + length <= bytes.length) return bytes.slice(offset, offset + length);
		}
		if (stream === undefined || offset < stream.position) {
			stream?.stop();
			stream = startInflation(member);
		}
		try {
			await stream.skip(offset - stream.position, signal);
			await stream.take(out, signal);
			if (stream.position === size) await stream.finish(signal);
			return out;
		} catch (thrown) {
			stream.stop();
			stream = undefined;
			throw thrown;
		}
	}

	return {
		name,
		size,
		sequential: true,
		async read(offset, length, signal, target) {
			checkRange(member, offset, length);
			const out = target && target.length >= length ? target.subarray(0, length) : undefined;
			const result = queue.then(() => {
				throwIfAborted(signal);
				return readNow(offset, length, signal, out);
			});
			queue = result.catch(() => undefined);
			return result;
		},
		async close() {
			await queue;
			stream?.stop();
			stream = undefined;
			start = undefined;
		},
	};
}

interface Inflation {
	/** Bytes that were taken or skipped so far. */
	readonly position: number;
	skip(length: number, signal: AbortSignal | undefined): Promise<void>;
	/** Fills `out`. */
	take(out: Uint8Array, signal: AbortSignal | undefined): Promise<void>;
	/** Checks that the stream ends here and was intact. */
	finish(signal: AbortSignal | undefined): Promise<void>;
	stop(): void;
}

function startInflation({ name, size, crc, compressed }: Deflated): Inflation {
	const format = crc === undefined ? "deflate" : "deflate-raw";
	const own = compressed.inflater?.(format);
	const inflater = own ?? new DecompressionStream(format);
	const pieceBytes = own ? LARGE_PIECE_BYTES : PIECE_BYTES;
	const checksum = compressed.crc32 ?? crc32;
	const writer = inflater.writable.getWriter();
	const reader = inflater.readable.getReader();
	// A damaged stream rejects all of these; the one that is awaited tells.
	for (const end of [writer.closed, reader.closed]) end.catch(() => undefined);
	let fed = 0;
	let written: Promise<undefined> | undefined;
	let pending: Promise<ReadableStreamReadResult<Uint8Array>> | undefined;
	let left: Uint8Array = new Uint8Array(0);
	let position = 0;
	let inflated = 0;
	let sum = 0;
	let allFed = false;

	const fail = (message: string) =>
		new TensorError("corrupt", `${message}; save or download the archive again.`, { file: name, byte: position });

	/** The next inflated bytes; undefined at the end. */
	async function pull(signal: AbortSignal | undefined): Promise<Uint8Array | undefined> {
		// Pieces are fed one by one while an answer is awaited: streams that count chunks instead of bytes, as Node's
		// do, would otherwise take in the whole member.
		pending ??= reader.read() as Promise<ReadableStreamReadResult<Uint8Array>>;
		pending.catch(() => undefined);
		let answer: ReadableStreamReadResult<Uint8Array> | undefined;
		while (answer === undefined) {
			throwIfAborted(signal);
			if (written === undefined && !allFed) await feed(signal);
			try {
				answer = await (written === undefined ? pending : Promise.race([pending, written]));
			} catch (thrown) {
				throw fail(`The compressed data is damaged (${thrown instanceof Error ? thrown.message : thrown})`);
			}
			if (answer === undefined) written = undefined;
		}
		pending = undefined;
		if (answer.done) return undefined;
		inflated += answer.value.length;
		if (inflated > size) throw fail(`The compressed data holds more than the ${size} bytes that the archive declares`);
		if (crc !== undefined) sum = checksum(answer.value, sum);
		return answer.value;
	}

	async function feed(signal: AbortSignal | undefined): Promise<void> {
		const length = Math.min(pieceBytes, compressed.size - fed);
		const piece = await compressed.read(fed, length, signal);
		fed += length;
		allFed = fed === compressed.size;
		const done = writer.write(piece as Uint8Array<ArrayBuffer>).then(() => undefined);
		written = done;
		done.catch(() => undefined);
		if (allFed) writer.close().catch(() => undefined);
	}

	async function need(signal: AbortSignal | undefined): Promise<void> {
		if (left.length > 0) return;
		const more = await pull(signal);
		if (more === undefined) {
			throw fail(`The compressed data ends after ${inflated} bytes, but the archive declares ${size}`);
		}
		left = more;
	}

	return {
		get position() {
			return position;
		},
		async skip(length, signal) {
			for (let todo = length; todo > 0; ) {
				await need(signal);
				const step = Math.min(todo, left.length);
				left = left.subarray(step);
				position += step;
				todo -= step;
			}
		},
		async take(out, signal) {
			for (let filled = 0; filled < out.length; ) {
				if (left.length === 0) await need(signal);
				const step = Math.min(out.length - filled, left.length);
				out.set(left.subarray(0, step), filled);
				left = left.subarray(step);
				filled += step;
				position += step;
			}
		},
		async finish(signal) {
			for (let more = await pull(signal); more !== undefined; more = await pull(signal));
			if (crc !== undefined && sum !== crc) {
				throw fail(`The bytes have the CRC-32 ${hex32(sum)}, but the archive says ${hex32(crc)}`);
			}
		},
		stop() {
			// Not awaited: a stream that lost interest in its input never answers.
			for (const end of [writer.abort(), reader.cancel()]) end.catch(() => undefined);
		},
	};
}
