import { TensorError, throwIfAborted } from "../core/errors";
import type { ByteSource } from "./reader";

/** Bytes that are already in memory, as a source; every read is a copy that its reader owns. */
export function memorySource(name: string, bytes: Uint8Array): ByteSource {
	const readSync = (offset: number, length: number, target?: Uint8Array) => {
		checkRange({ name, size: bytes.length }, offset, length);
		// A plain copy: the bytes may be shared between threads, which TextDecoder and transfers refuse.
		const copy = target && target.length >= length ? target.subarray(0, length) : new Uint8Array(length);
		copy.set(bytes.subarray(offset, offset + length));
		return copy;
	};
	return {
		name,
		size: bytes.length,
		async read(offset, length, signal) {
			throwIfAborted(signal);
			return readSync(offset, length);
		},
		readSync,
	};
}

/** `size` bytes of another source from `start` on, as a source of their own that does not close the other. */
export function rangeOf(source: ByteSource, name: string, start: number, size: number): ByteSource {
	const { readSync, inflater, crc32 } = source;
	return {
		name,
		size,
		...(source.sequential ? { sequential: true } : {}),
		async read(offset, length, signal, target) {
			checkRange({ name, size }, offset, length);
			return source.read(start + offset, length, signal, target);
		},
		...(inflater && { inflater }),
		...(crc32 && { crc32 }),
		...(readSync && {
			readSync: (offset: number, length: number, target?: Uint8Array) => {
				checkRange({ name, size }, offset, length);
				return readSync(start + offset, length, target);
			},
		}),
	};
}

/** Throws `corrupt` unless `length` bytes from `offset` on lie inside a source. */
export function checkRange(source: { readonly name: string; readonly size: number }, offset: number, length: number) {
	if (offset >= 0 && length >= 0 && offset + length <= source.size) return;
	throw new TensorError(
		"corrupt",
		`The data ends early: ${length} bytes were expected from byte ${offset} on, but there are ${source.size} in all; copy or save the file again.`,
		{ file: source.name, byte: offset },
	);
}
