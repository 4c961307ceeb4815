import type { DType } from "../core/dtype";
import type { Box, Shape } from "../core/layout";
import type { TensorInfo } from "../core/tensor";

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
	/** A file in the same folder, by its bare name; throws `not-found`. */
	sibling?(name: string): Promise<ByteSource>;
	close?(): Promise<void>;
}

/** A file format: one file in this folder and one line in `FORMATS`. */
export interface TensorReader {
	readonly id: string;
	/** Name for people, as in "NumPy array". */
	readonly label: string;
	/** Suffixes with their dot, lower case; the content decides, these only break ties and name things. */
	readonly extensions: readonly string[];
	/** Whether the first bytes of a file (up to 4096) are of this format. */
	sniff(head: Uint8Array, source: { readonly name: string; readonly size: number }): boolean;
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
	/** Boxes of at most `maxElements` that cover the tensor once, in the order that reads fastest. Throws the tensor's `problem`. */
	boxes(tensor: TensorInfo, maxElements: number): Iterable<Box>;
	/** The values of one box as they lie in the file. Throws the tensor's `problem`, `corrupt`, or `cancelled`. */
	read(tensor: TensorInfo, box: Box, signal?: AbortSignal, target?: Uint8Array): Promise<Chunk>;
	close(): Promise<void>;
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
