import { TensorError, throwIfAborted } from "../../core/errors";
import { checkRange } from "../memory";
import type { ByteSource } from "../reader";

/** Bytes of text decoded at a time. */
const PIECE_BYTES = 2 ** 20;

/**
 * Bytes that a file holds as UTF-8 text, each as the character of the same number, as a source of `size` bytes that is
 * read forwards; a read behind the position starts again from the beginning. Throws `corrupt` where the text is none.
 */
export function latin1Source(text: ByteSource, size: number): ByteSource {
	let queue: Promise<unknown> = Promise.resolve();
	/** Where reading goes on: bytes given so far, and bytes of text taken for them. */
	let given = 0;
	let taken = 0;

	async function readNow(offset: number, length: number, signal?: AbortSignal): Promise<Uint8Array> {
		if (offset < given) given = taken = 0;
		const out = new Uint8Array(length);
		while (given < offset + length) {
			throwIfAborted(signal);
			const wanted = Math.min(PIECE_BYTES, 2 * (offset + length - given), text.size - taken);
			if (wanted === 0) throw fault("The text ends early", taken);
			const piece = await text.read(taken, wanted, signal);
			taken += decode(piece, out, offset, length);
		}
		return out;
	}

	/** Puts characters of a piece where they belong until there are enough; how many of its bytes were used. */
	function decode(piece: Uint8Array, out: Uint8Array, offset: number, length: number): number {
		let at = 0;
		while (at < piece.length && given < offset + length) {
			const first = piece[at] as number;
			const second = piece[at + 1];
			if (first >= 0x80 && second === undefined && at > 0) break;
			if (first >= 0x80 && ((first !== 0xc2 && first !== 0xc3) || second === undefined || second >> 6 !== 2)) {
				throw fault("A character past U+00FF was found", taken + at);
			}
			const value = first < 0x80 ? first : ((first & 3) << 6) | ((second as number) & 63);
			if (given >= offset) out[given - offset] = value;
			given++;
			at += first < 0x80 ? 1 : 2;
		}
		return at;
	}

	function fault(what: string, byte: number): TensorError {
		[given, taken] = [0, 0];
		const sentence = `${what} where ${size} bytes written as Latin-1 text were expected; save the file again.`;
		return new TensorError("corrupt", sentence, { file: text.name, byte });
	}

	return {
		name: text.name,
		size,
		sequential: true,
		async read(offset, length, signal) {
			checkRange({ name: text.name, size }, offset, length);
			const result = queue.then(() => readNow(offset, length, signal));
			queue = result.catch(() => undefined);
			return result;
		},
	};
}
