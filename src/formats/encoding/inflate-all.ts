import { TensorError, throwIfAborted } from "../../core/errors";

/** Compressed bytes fed at a time: one piece can become at most 1032 times as many, which bounds the memory. */
const PIECE_BYTES = 2 ** 16;

/** Inflates a whole stream that is in memory. Throws `corrupt` where it is damaged or makes more than `most` bytes, `cancelled`. */
export async function inflateAll(
	bytes: Uint8Array,
	format: "gzip" | "deflate" | "deflate-raw",
	most: number,
	signal?: AbortSignal,
): Promise<Uint8Array> {
	const inflater = new DecompressionStream(format);
	const writer = inflater.writable.getWriter();
	const reader = inflater.readable.getReader();
	// A damaged stream rejects all of these; the one that is awaited tells.
	for (const end of [writer.closed, reader.closed]) end.catch(() => undefined);
	const feed = async () => {
		for (let at = 0; at < bytes.length; at += PIECE_BYTES) await writer.write(bytes.slice(at, at + PIECE_BYTES));
		await writer.close();
	};
	const fed = feed();
	fed.catch(() => undefined);
	const parts: Uint8Array[] = [];
	let size = 0;
	try {
		for (;;) {
			throwIfAborted(signal);
			const { done, value } = await reader.read();
			if (done) break;
			size += value.length;
			if (size > most) {
				throw new TensorError("corrupt", `The compressed data makes more than the ${most} bytes that were expected.`);
			}
			parts.push(value);
		}
		await fed;
	} catch (thrown) {
		// Not awaited: a stream that lost interest in its input never answers.
		for (const end of [writer.abort(), reader.cancel()]) end.catch(() => undefined);
		if (thrown instanceof TensorError) throw thrown;
		const why = thrown instanceof Error ? thrown.message : String(thrown);
		throw new TensorError("corrupt", `The compressed data is damaged (${why}).`);
	}
	const [first] = parts;
	if (parts.length === 1 && first) return first;
	const out = new Uint8Array(size);
	let at = 0;
	for (const part of parts) {
		out.set(part, at);
		at += part.length;
	}
	return out;
}
