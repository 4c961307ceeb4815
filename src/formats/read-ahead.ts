import type { ByteSource } from "./reader";

/** Bytes read after a jump, and at most: in between they double while reads follow one another. */
const [FIRST_BYTES, MOST_BYTES] = [2 ** 10, 2 ** 18];

/** The same source with small reads served from a stretch read ahead, so that headers side by side cost few reads. */
export function readAhead(source: ByteSource): ByteSource {
	let ahead = FIRST_BYTES;
	let start = 0;
	let stretch: Uint8Array = new Uint8Array(0);
	return {
		...source,
		async read(offset, length, signal, target) {
			const reached = start + stretch.length;
			if (offset >= start && offset + length <= reached) return stretch.slice(offset - start, offset - start + length);
			ahead = offset >= start && offset <= reached + ahead ? Math.min(2 * ahead, MOST_BYTES) : FIRST_BYTES;
			if (length >= ahead || offset + length > source.size) return source.read(offset, length, signal, target);
			const bytes = await source.read(offset, Math.min(ahead, source.size - offset), signal);
			[start, stretch] = [offset, bytes];
			return bytes.slice(0, length);
		},
	};
}
