import { TensorError, throwIfAborted } from "../../core/errors";
import { bunzip2 } from "../encoding/bzip2";
import { hex32 } from "../encoding/crc32";
import { crc32c } from "../encoding/crc32c";
import { inflateAll } from "../encoding/inflate-all";
import { zstdSize } from "../encoding/zstd-size";
import { refuse, type Step } from "./array";
import { sizesAfter, undelta, unscale, unshuffle } from "./steps";

/** The bytes of `size` that a chunk's values take, from those it takes in the store. Throws `corrupt`, `cancelled`. */
export async function unpack(
	stored: Uint8Array,
	steps: readonly Step[],
	size: number,
	signal?: AbortSignal,
): Promise<Uint8Array> {
	const sizes = [size, ...sizesAfter(steps, size)];
	let bytes = stored;
	for (let k = steps.length - 1; k >= 0; k--) {
		throwIfAborted(signal);
		bytes = await undo(steps[k] as Step, bytes, sizes[k] as number, signal);
	}
	if (bytes.length === size) return bytes;
	return refuse(`It holds ${bytes.length} bytes of values, and ${size} were expected`);
}

/** The bytes before one step; they may be at most `most`. */
async function undo(step: Step, bytes: Uint8Array, most: number, signal?: AbortSignal): Promise<Uint8Array> {
	switch (step.kind) {
		case "gzip":
			return inflateAll(bytes, "gzip", most, signal);
		case "zlib":
			return inflateAll(bytes, "deflate", most, signal);
		case "crc32c":
			return withoutChecksum(bytes);
		case "shuffle":
			return unshuffle(bytes, step.size);
		case "delta":
			return undelta(bytes, step);
		case "scale":
			return unscale(bytes, step);
		case "bz2":
			return bunzip2(bytes, most);
		default:
			return decompress(step.kind, bytes, most);
	}
}

/** The bytes before a CRC-32C of four bytes, which has to be theirs. */
export function withoutChecksum(bytes: Uint8Array): Uint8Array {
	if (bytes.length < 4) refuse(`It takes ${bytes.length} bytes, too few for a checksum`);
	const body = bytes.subarray(0, -4);
	const told = viewOf(bytes).getUint32(body.length, true);
	const found = crc32c(body);
	if (told !== found) refuse(`The bytes have the CRC-32C ${hex32(found)}, but the store says ${hex32(told)}`);
	return body;
}

/** Bytes by which the blocks of zstd data without a declared size may look larger than they are. */
const ZSTD_SLACK_BYTES = 2 ** 28;

/** Compressions of the package, which makes as many bytes as the data says: that is looked at before. */
async function decompress(kind: "blosc" | "zstd" | "lz4", bytes: Uint8Array, most: number): Promise<Uint8Array> {
	const declared = { blosc: bloscSize, zstd: zstdMost, lz4: lz4Size }[kind](bytes);
	const loose = kind === "zstd" ? ZSTD_SLACK_BYTES : 0;
	if (declared > most + loose) refuse(`Its ${kind} data makes ${declared} bytes, and at most ${most} were expected`);
	if (declared === 0) return new Uint8Array(0);
	const { registry } = await import("zarrita");
	const codec = await registry.get(kind)?.();
	if (codec === undefined) return refuse(`The codec ${kind} is not read`, "unsupported");
	try {
		const { decode } = codecOf(
			codec.fromConfig(SETTINGS[kind], { dataType: "uint8", shape: [], codecs: [], fillValue: 0 }),
		);
		const out = await decode(bytes);
		if (out.length <= most) return out;
	} catch (thrown) {
		if (thrown instanceof TensorError) throw thrown;
		refuse(`Its ${kind} data is damaged (${thrown instanceof Error ? thrown.message : String(thrown)})`);
	}
	return refuse(`Its ${kind} data makes more than the ${most} bytes that were expected`);
}

/** What the package's codecs want to be told; nothing of it matters for reading. */
const SETTINGS = {
	blosc: { clevel: 5, cname: "lz4", shuffle: 1, blocksize: 0 },
	zstd: { level: 1 },
	lz4: { acceleration: 1 },
} as const;

interface Decoder {
	decode(bytes: Uint8Array): Promise<Uint8Array>;
}

function codecOf(codec: unknown): Decoder {
	const decoder = codec as Decoder;
	return { decode: async (bytes) => decoder.decode(bytes) };
}

function viewOf(bytes: Uint8Array): DataView {
	return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Blosc 1: sixteen bytes of header, with the sizes unpacked (at 4) and packed (at 12). */
function bloscSize(bytes: Uint8Array): number {
	if (bytes.length < 16) refuse(`It takes ${bytes.length} bytes, too few for a blosc header`);
	const packed = viewOf(bytes).getUint32(12, true);
	if (packed !== bytes.length) refuse(`Its blosc data says that it takes ${packed} bytes, but takes ${bytes.length}`);
	return viewOf(bytes).getUint32(4, true);
}

/** LZ4 as numcodecs writes it: four bytes of size, then one block. */
function lz4Size(bytes: Uint8Array): number {
	if (bytes.length < 4) refuse(`It takes ${bytes.length} bytes, too few for lz4 data`);
	return viewOf(bytes).getUint32(0, true);
}

/** What the frames declare; data without declared sizes may be of blocks that are not full. */
function zstdMost(bytes: Uint8Array): number {
	return zstdSize(bytes) ?? refuse("Its zstd data is damaged");
}
