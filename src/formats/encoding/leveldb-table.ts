import { TensorError, throwIfAborted } from "../../core/errors";
import type { ByteSource } from "../reader";
import { varintAt } from "./protobuf";
import { unsnappy } from "./snappy";

const FOOTER_BYTES = 48;
const MAGIC = [0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb];
const MAX_BLOCK_BYTES = 100_000_000;
const MAX_ENTRIES = 1_000_000;

/** A key and its value. */
export interface TableEntry {
	readonly key: Uint8Array;
	readonly value: Uint8Array;
}

/** Whether a file that ends in these bytes is a LevelDB table. */
export function isTableEnd(end: Uint8Array): boolean {
	return MAGIC.every((byte, k) => end[end.length - MAGIC.length + k] === byte);
}

/**
 * The entries of a LevelDB table (google/leveldb, doc/table_format.md), in order, block by block. Throws `unknown-format`
 * where the file has no footer of one, `corrupt` where a block is damaged.
 */
export async function* tableEntries(source: ByteSource, signal?: AbortSignal): AsyncGenerator<TableEntry> {
	const footer =
		source.size < FOOTER_BYTES ? undefined : await source.read(source.size - FOOTER_BYTES, FOOTER_BYTES, signal);
	if (footer === undefined || !isTableEnd(footer)) {
		const message =
			"The index of a TensorFlow checkpoint ends as a LevelDB table does, and this file does not; it is another file, or cut.";
		throw new TensorError("unknown-format", message, { file: source.name, byte: Math.max(0, source.size - 8) });
	}
	const where = { file: source.name, byte: source.size - FOOTER_BYTES };
	const meta = handleAt(footer, 0, where);
	const index = handleAt(footer, meta.end, where);
	let entries = 0;
	for (const { value } of entriesOf(await readBlock(source, index, signal), source.name, index.offset)) {
		throwIfAborted(signal);
		const handle = handleAt(value, 0, where);
		for (const entry of entriesOf(await readBlock(source, handle, signal), source.name, handle.offset)) {
			if (++entries > MAX_ENTRIES)
				throw new TensorError("too-large", `The table has more than the ${MAX_ENTRIES} entries that are read.`, where);
			yield entry;
		}
	}
}

interface Handle {
	readonly offset: number;
	readonly size: number;
	/** Where the handle itself ends. */
	readonly end: number;
}

function handleAt(bytes: Uint8Array, at: number, where: { readonly file: string; readonly byte: number }): Handle {
	const offset = varintAt(bytes, at, bytes.length);
	const size = offset && varintAt(bytes, at + offset.length, bytes.length);
	if (offset && size) {
		return { offset: Number(offset.value), size: Number(size.value), end: at + offset.length + size.length };
	}
	throw new TensorError("corrupt", "The place of a block does not end within its field; the file is damaged.", where);
}

/** A block without its trailer of a compression type and a checksum, decompressed. */
async function readBlock(
	source: ByteSource,
	{ offset, size }: Handle,
	signal: AbortSignal | undefined,
): Promise<Uint8Array> {
	const where = { file: source.name, byte: offset };
	const fail = (code: "corrupt" | "too-large" | "unsupported", message: string) =>
		new TensorError(code, message, where);
	if (offset + size + 5 > source.size) {
		throw fail(
			"corrupt",
			`A block of ${size} bytes is said to start at byte ${offset}, but the file has ${source.size}; it is damaged or cut.`,
		);
	}
	if (size > MAX_BLOCK_BYTES)
		throw fail("too-large", `A block takes ${size} bytes, more than the ${MAX_BLOCK_BYTES} that are read.`);
	const bytes = await source.read(offset, size + 5, signal);
	const [block, type] = [bytes.subarray(0, size), bytes[size]];
	if (type === 0) return block;
	if (type !== 1)
		throw fail(
			"unsupported",
			`A block is compressed in a way (${type}) that TensorFlow does not use; the file may be damaged.`,
		);
	const whole = unsnappy(block);
	if (whole === undefined) throw fail("corrupt", "A block does not decompress with snappy; the file is damaged.");
	return whole;
}

/** Entries of a block: each key shares its beginning with the one before; places to start from are listed at the end. */
function* entriesOf(block: Uint8Array, file: string, byte: number): Generator<TableEntry> {
	const fail = () =>
		new TensorError("corrupt", "A block's entries do not end where it does; the file is damaged.", { file, byte });
	const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
	if (block.length < 4) throw fail();
	const end = block.length - 4 - 4 * view.getUint32(block.length - 4, true);
	if (end < 0) throw fail();
	let key: Uint8Array = new Uint8Array(0);
	for (let at = 0; at < end; ) {
		const lengths: number[] = [];
		for (let k = 0; k < 3; k++) {
			const length = varintAt(block, at, end);
			if (length === undefined) throw fail();
			lengths.push(Number(length.value));
			at += length.length;
		}
		const [shared, own, size] = lengths as [number, number, number];
		if (shared > key.length || at + own + size > end) throw fail();
		const whole = new Uint8Array(shared + own);
		whole.set(key.subarray(0, shared));
		whole.set(block.subarray(at, at + own), shared);
		key = whole;
		yield { key, value: block.slice(at + own, at + own + size) };
		at += own + size;
	}
}
