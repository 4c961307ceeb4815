import type { DType } from "../core/dtype";
import type { Box, Shape } from "../core/layout";
import type { TensorInfo } from "../core/tensor";
import type { KnownFormat } from "./known";
import type { Order } from "./place";

/** Bytes that can be read from any place: a file, a member of an archive, a buffer. */
export interface ByteSource {
	/** File name without its folder, for messages and for names that a format does not hold itself. */
	readonly name: string;
	/** Length in bytes. */
	readonly size: number;
	/** True where a read behind the last one starts again from the beginning (compressed members): read forwards. */
	readonly sequential?: boolean;
	/** Exactly `length` bytes from `offset` on, in `target` where one is given, long enough, and the source can; throws `corrupt` where the source ends before, `cancelled` on abort. */
	read(offset: number, length: number, signal?: AbortSignal, target?: Uint8Array): Promise<Uint8Array>;
	/** The same at once, where the place can: for packages that cannot wait, and for what is in memory anyway. */
	readSync?(offset: number, length: number, target?: Uint8Array): Uint8Array;
	/** A stream that inflates, where the place has a faster one than `DecompressionStream`. */
	inflater?(format: CompressionFormat): ReadableWritablePair<Uint8Array, Uint8Array>;
	/** CRC-32 of bytes, after `previous` of those before, where the place has a faster one than `encoding/crc32.ts`. */
	crc32?(bytes: Uint8Array, previous?: number): number;
	/** A file in the same folder or below it, by its path from there with "/"; throws `not-found`, also for paths that lead out. */
	sibling?(path: string): Promise<ByteSource>;
	/** Names in the same folder ("") or in one below it, those of folders with a "/" behind; throws `not-found`. */
	list?(folder: string): Promise<readonly string[]>;
	close?(): Promise<void>;
}

/** A file format: one file in this folder, one line in `KNOWN` and one in `FORMATS`. */
export interface TensorReader extends KnownFormat {
	/** Whether the first bytes of a file (up to 4096) are of this format. */
	sniff(head: Uint8Array, source: { readonly name: string; readonly size: number }): boolean;
	/** Whether the last bytes of a file (up to 64) are of this format, where no format knows the first. */
	sniffEnd?(end: Uint8Array): boolean;
	/** Whether a zip archive with these members is of this format. */
	sniffMembers?(names: readonly string[]): boolean;
	/** Reads headers only. Throws a TensorError where the file as a whole cannot be understood. */
	open(source: ByteSource, signal?: AbortSignal): Promise<TensorSource>;
}

/** An open file: its tensors, and boxes of their values on demand. */
export interface TensorSource {
	readonly tensors: readonly TensorInfo[];
	/** Free text that the file carries about itself. */
	readonly metadata: Readonly<Record<string, string>>;
	/** Sentences about the file that are no errors: bytes after the data, a suffix that does not fit. */
	readonly notes: readonly string[];
	/** What the file's own loader would import and run, as in "posix.system"; nothing of it is run here. */
	readonly hazards?: readonly string[];
	/** Boxes of at most `maxElements` that cover the tensor once, in the order that reads fastest. Throws the tensor's `problem`. */
	boxes(tensor: TensorInfo, maxElements: number): Iterable<Box>;
	/** The values of one box as they lie in the file. Throws the tensor's `problem`, `corrupt`, or `cancelled`. */
	read(tensor: TensorInfo, box: Box, signal?: AbortSignal, target?: Uint8Array): Promise<Chunk>;
	/** A box whose values need not be read whole; undefined where they do not lie in one piece, or not ready to be read at once. */
	extent?(tensor: TensorInfo, box: Box): Extent | undefined;
	close(): Promise<void>;
}

/** A box of a tensor whose values lie in one piece, dense in an order, and can be read at once, a stretch at a time. */
export interface Extent extends Box {
	readonly dtype: DType;
	readonly bigEndian: boolean;
	readonly order: Order;
	/** The bytes of `count` elements from element `first` on, in `target` where it is long enough; throws as `TensorSource.read` does. */
	read(first: number, count: number, target?: Uint8Array): Uint8Array;
}

/**
 * A box of a tensor with its bytes. The element at index i of the box lies at element position `offset + Σ i[a]·strides[a]`
 * of `bytes`, that is at bit `position · bits(dtype)`, lowest bits first for types smaller than a byte.
 */
export interface Chunk extends Box {
	readonly dtype: DType;
	readonly bigEndian: boolean;
	/** In elements. */
	readonly strides: Shape;
	/** Position of the box's first element, in elements. */
	readonly offset: number;
	readonly bytes: Uint8Array;
}
