import { TensorError } from "../../core/errors";
import type { Box } from "../../core/layout";
import { sizeOf } from "../../core/layout";
import type { ByteSource } from "../reader";
import { type H5Dataset, type H5Module, hdf5Library, libraryError } from "./library";
import { type Superblock, superblockOf } from "./object-header";

/** A source that can be read at once, as the library needs it. */
export interface SyncSource extends ByteSource {
	readSync(offset: number, length: number, target?: Uint8Array): Uint8Array;
}

/** A file in the library's hands. */
export interface H5File {
	/** Does something with the library, which has these filters then, and the open file; what goes wrong is a sentence about `what`. */
	use<T>(what: string, work: (library: H5Module, file: bigint) => T, filters?: readonly number[]): Promise<T>;
	/** Bytes of the source itself. */
	readonly read: (offset: number, length: number) => Uint8Array;
	/** Undefined where it is none that is known. */
	readonly superblock: () => Superblock | undefined;
	close(): void;
}

let mounts = 0;
/** EIO of the library's file system. */
const INPUT_OUTPUT_ERROR = 29;

/** A source as an HDF5 file, read by range. It is opened again by itself where the library crashed and was loaded anew. */
export function h5File(source: SyncSource): H5File {
	let mounted: { readonly library: H5Module; readonly file: bigint; readonly path: string } | undefined;
	let failure: unknown;

	const mount = (library: H5Module) => {
		const name = `file${mounts++}`;
		const node = library.FS.createFile("/", name, {}, true, false);
		// The node is one of a file in memory; its size and its reads are ours.
		Object.defineProperty(node, "usedBytes", { get: () => source.size, set: () => {} });
		const read = (_: unknown, heap: Int8Array, offset: number, length: number, position: number) => {
			const count = Math.max(0, Math.min(length, source.size - position));
			try {
				const into = new Uint8Array(heap.buffer, heap.byteOffset + offset, count);
				const bytes = source.readSync(position, count, into);
				if (bytes.buffer !== into.buffer) into.set(bytes);
			} catch (thrown) {
				// It may not cross the library: what C has on its stack is not cleaned up by an exception.
				failure = thrown;
				throw new library.FS.ErrnoError(INPUT_OUTPUT_ERROR);
			}
			return count;
		};
		node.stream_ops = { ...node.stream_ops, read };
		const path = `/${name}`;
		try {
			return { library, path, file: library.open(path, library.H5F_ACC_RDONLY, false, -1, -1) };
		} catch (thrown) {
			unlink(library, path);
			throw thrown;
		}
	};

	let superblock: { readonly found: Superblock | undefined } | undefined;
	const readAt = (offset: number, length: number) =>
		source.readSync(offset, Math.max(0, Math.min(length, source.size - offset)));

	return {
		read: readAt,
		superblock() {
			superblock ??= { found: superblockOf(readAt, source.size) };
			return superblock.found;
		},
		async use(what, work, filters = []) {
			const library = await hdf5Library(filters);
			failure = undefined;
			try {
				if (mounted?.library !== library) mounted = mount(library);
				return work(library, mounted.file);
			} catch (thrown) {
				throw failure ?? libraryError(thrown, what);
			}
		},
		close() {
			if (mounted === undefined) return;
			const { library, file, path } = mounted;
			mounted = undefined;
			try {
				library.close_file(file);
			} catch {
				// A damaged file may not even close.
			}
			unlink(library, path);
		},
	};
}

function unlink(library: H5Module, path: string): void {
	try {
		library.FS.unlink(path);
	} catch {
		// It stays as an empty name.
	}
}

/** The records of a box of a dataset, dense in C order, handed to `take` as bytes that are the library's own. */
export function withRecords<T>(
	library: H5Module,
	file: bigint,
	path: string,
	recordBytes: number,
	box: Box,
	take: (records: Uint8Array) => T,
): T {
	const bytes = sizeOf(box.shape) * recordBytes;
	const pointer = library._malloc(Math.max(1, bytes));
	if (pointer === 0) throw new TensorError("too-large", `There is no memory for ${bytes} bytes of the HDF5 library.`);
	try {
		// What a failed read leaves untouched must not look like values.
		library.HEAPU8.fill(0, pointer, pointer + bytes);
		// A scalar has no axes that a part could be told by.
		const scalar = box.shape.length === 0;
		const part = (numbers: readonly number[]) => (scalar ? null : numbers.map(BigInt));
		const ones = box.shape.map(() => 1);
		library.get_dataset_data(file, path, part(box.shape), part(box.origin), part(ones), BigInt(pointer));
		return take(library.HEAPU8.subarray(pointer, pointer + bytes));
	} finally {
		library._free(pointer);
	}
}

/** Attributes longer than this are not read. */
const MAX_ATTRIBUTE_BYTES = 2 ** 16;

/** An attribute as text, or as numbers; undefined where it is neither, or long. */
export function attributeOf(
	library: H5Module,
	file: bigint,
	path: string,
	name: string,
): string | readonly number[] | undefined {
	const about = library.get_attribute_metadata(file, path, name);
	const bytes = about.size * about.total_size;
	if (about.shape === null || about.total_size === 0 || bytes > MAX_ATTRIBUTE_BYTES) return undefined;
	const isText = about.type === 3;
	if (!isText && !(about.type === 0 && about.size <= 8)) return undefined;
	const pointer = library._malloc(bytes);
	try {
		library.get_attribute_data(file, path, name, BigInt(pointer));
		const data = library.HEAPU8.slice(pointer, pointer + bytes);
		return isText ? text(library, about, data) : integers(about, data);
	} finally {
		if (about.vlen) library.reclaim_vlen_memory(file, path, name, BigInt(pointer));
		library._free(pointer);
	}
}

function text(library: H5Module, { vlen, size, total_size: count }: H5Dataset, data: Uint8Array): string | undefined {
	const view = new DataView(data.buffer);
	const parts = Array.from({ length: count }, (_, k) => {
		if (!vlen) return new TextDecoder().decode(data.subarray(k * size, (k + 1) * size)).replace(/\0.*$/s, "");
		const pointer = view.getUint32(4 * k, true);
		return pointer === 0 ? "" : library.UTF8ToString(pointer);
	});
	return parts.join(", ");
}

function integers({ size, signed, littleEndian, total_size: count }: H5Dataset, data: Uint8Array): number[] {
	const view = new DataView(data.buffer);
	return Array.from({ length: count }, (_, k) => {
		const at = k * size;
		if (size === 1) return signed ? view.getInt8(at) : view.getUint8(at);
		if (size === 2) return signed ? view.getInt16(at, littleEndian) : view.getUint16(at, littleEndian);
		if (size === 4) return signed ? view.getInt32(at, littleEndian) : view.getUint32(at, littleEndian);
		return Number(signed ? view.getBigInt64(at, littleEndian) : view.getBigUint64(at, littleEndian));
	});
}
