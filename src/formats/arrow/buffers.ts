import { lz4Frame } from "../encoding/lz4-frame";
import { zstdSize } from "../encoding/zstd-size";
import type { ByteSource } from "../reader";
import type { Batch } from "./messages";
import { corrupt, type Stretch } from "./slots";

/** Bytes that one packed buffer may make. */
const MAX_BUFFER_BYTES = 2 ** 30;
/** Bytes by which blocks without a declared size may look larger than they are. */
const ZSTD_SLACK_BYTES = 2 ** 28;
/** Unpacked buffers that are kept while they are read in parts. */
const KEPT_BUFFERS = 4;

/** Reads parts of buffers, unpacking those that are packed as a whole. */
export interface BufferReader {
	read(
		batch: Batch,
		buffer: Stretch,
		offset: number,
		length: number,
		signal?: AbortSignal,
		target?: Uint8Array,
	): Promise<Uint8Array>;
}

/** Reads buffers of a file. */
export function bufferReader(source: ByteSource): BufferReader {
	const kept = new Map<number, Uint8Array>();

	const unpacked = async (batch: Batch, buffer: Stretch, signal?: AbortSignal): Promise<Uint8Array> => {
		const known = kept.get(buffer.start);
		if (known) return known;
		const packed = await source.read(buffer.start, buffer.length, signal);
		const bytes = await unpack(packed, batch);
		const [oldest] = kept.size >= KEPT_BUFFERS ? kept.keys() : [];
		if (oldest !== undefined) kept.delete(oldest);
		kept.set(buffer.start, bytes);
		return bytes;
	};

	return {
		async read(batch, buffer, offset, length, signal, target) {
			const packed = batch.compression !== "none" && buffer.length > 0;
			const bytes = packed ? await unpacked(batch, buffer, signal) : undefined;
			const size = bytes?.length ?? buffer.length;
			if (offset + length > size) {
				throw corrupt(`A buffer has ${size} bytes, and ${offset + length} were expected`, batch);
			}
			return bytes?.subarray(offset, offset + length) ?? source.read(buffer.start + offset, length, signal, target);
		},
	};
}

/** Packed buffers start with their size, or with −1 where they are stored as they are. */
async function unpack(packed: Uint8Array, batch: Batch): Promise<Uint8Array> {
	if (packed.length < 8) throw corrupt("A packed buffer is shorter than its own length", batch);
	const size = Number(new DataView(packed.buffer, packed.byteOffset, 8).getBigInt64(0, true));
	const body = packed.subarray(8);
	if (size === -1) return body;
	if (size < 0 || size > MAX_BUFFER_BYTES)
		throw corrupt(`A packed buffer declares ${size} bytes, and at most ${MAX_BUFFER_BYTES} are unpacked`, batch);
	if (batch.compression === "lz4") {
		// No byte of LZ4 makes more than 255.
		if (size > 255 * body.length) throw corrupt(`A packed buffer declares ${size} bytes made of ${body.length}`, batch);
		return lz4Frame(body, size);
	}
	const most = zstdSize(body);
	if (most === undefined || most < size || most > size + ZSTD_SLACK_BYTES)
		throw corrupt(`A packed buffer declares ${size} bytes, which its data does not make`, batch);
	const { decompressZstd } = await import("hyparquet-compressors");
	try {
		const bytes = decompressZstd(body);
		if (bytes.length === size) return bytes;
	} catch {
		// Told below, as what is too short.
	}
	throw corrupt("The Zstandard data of a buffer is damaged", batch);
}
