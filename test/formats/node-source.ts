import { readSync } from "node:fs";
import { open, readdir, stat } from "node:fs/promises";
import path from "node:path";
import { TensorError } from "../../src/core/errors";
import type { ByteSource } from "../../src/formats/reader";

/** A file on disk as a source, for tests of the readers alone. */
export async function nodeSource(file: string): Promise<ByteSource> {
	const { size } = await stat(file);
	const handle = await open(file, "r");
	const name = path.basename(file);
	return {
		name,
		size,
		async read(offset, length) {
			const bytes = new Uint8Array(length);
			const { bytesRead } = await handle.read(bytes, 0, length, offset);
			if (bytesRead < length)
				throw new TensorError("corrupt", `${bytesRead} of ${length} bytes`, { file: name, byte: offset });
			return bytes;
		},
		readSync(offset, length) {
			const bytes = new Uint8Array(length);
			if (readSync(handle.fd, bytes, 0, length, offset) === length) return bytes;
			throw new TensorError("corrupt", `Fewer than ${length} bytes`, { file: name, byte: offset });
		},
		async sibling(other) {
			try {
				return await nodeSource(path.join(path.dirname(file), other));
			} catch {
				throw new TensorError("not-found", `There is no file "${other}" in the same folder.`, { file: other });
			}
		},
		async list(folder) {
			const entries = await readdir(path.join(path.dirname(file), folder), { withFileTypes: true }).catch(() => {
				throw new TensorError("not-found", `There is no folder "${folder}" there.`, { file: folder });
			});
			return entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name));
		},
		close: () => handle.close(),
	};
}

/** What was read of a source: how often, how much, and the largest read. */
export interface Reads {
	count: number;
	bytes: number;
	largest: number;
	open: number;
}

/** A source that counts its reads. */
export function counting(source: ByteSource, reads: Reads = { count: 0, bytes: 0, largest: 0, open: 0 }) {
	reads.open++;
	const count = (length: number) => {
		reads.count++;
		reads.bytes += length;
		reads.largest = Math.max(reads.largest, length);
	};
	const { readSync: readAtOnce } = source;
	const counted: ByteSource = {
		...source,
		read(offset, length, signal) {
			count(length);
			return source.read(offset, length, signal);
		},
		...(readAtOnce && {
			readSync: (offset: number, length: number) => {
				count(length);
				return readAtOnce(offset, length);
			},
		}),
		async close() {
			reads.open--;
			await source.close?.();
		},
	};
	return { source: counted, reads };
}

/** A file of any size that is zero wherever nothing was put. */
export function sparseFile(
	name: string,
	size: number,
	pieces: readonly { readonly offset: number; readonly bytes: Uint8Array }[],
): ByteSource {
	const readAt = (offset: number, length: number) => {
		if (!(offset >= 0 && offset + length <= size)) throw new Error("a read outside the file");
		const out = new Uint8Array(length);
		for (const piece of pieces) {
			const from = Math.max(0, offset - piece.offset);
			const to = Math.min(piece.bytes.length, offset + length - piece.offset);
			if (from < to) out.set(piece.bytes.subarray(from, to), piece.offset + from - offset);
		}
		return out;
	};
	return { name, size, read: async (offset, length) => readAt(offset, length), readSync: readAt };
}
