import fs from "node:fs";
import path from "node:path";
import { constants, deflateRawSync } from "node:zlib";
import { combineCrc32, crc32 } from "../../src/formats/encoding/crc32";
import { centralEntry, endOfDirectory, localHeader } from "../../src/formats/encoding/zip-writer";
import { planOutput } from "../../src/formats/writer";
import { int, join, npyFile, safetensorsFile } from "../formats/build";
import { ggufFile } from "../formats/build-gguf";
import { big, list, map, text, uint } from "../formats/msgpack-build";
import { bytes, external, model } from "../formats/protobuf-build";
import { entry, header, table } from "../formats/tf-build";
import { arrowPieces } from "./arrow";

/** Axes of the tensor in every file, and its bytes: 4 GiB of float32. */
export const SHAPE = [1024, 1024, 1024];
export const BYTES = 2 ** 32;

/** A file that was made: what the terminal is to read, and how it is told to. */
export interface Made {
	readonly file: string;
	readonly options?: readonly string[];
}

/** Bytes at a place of a file. */
type Piece = readonly [offset: number, bytes: Uint8Array];

/** Writes pieces of a file of some size; between them it is zero, and takes no room on the disk where that can be. */
export function writeSparse(file: string, size: number, pieces: readonly Piece[]): string {
	const handle = fs.openSync(file, "w");
	for (const [offset, piece] of pieces) fs.writeSync(handle, piece, 0, piece.length, offset);
	fs.ftruncateSync(handle, size);
	fs.closeSync(handle);
	return file;
}

/** A file that is a head and the tensor's values behind it. */
function headed(file: string, head: Uint8Array): Made {
	return { file: writeSparse(file, head.length + BYTES, [[0, head]]) };
}

/** The checksum of a block of bytes that is repeated. */
function crcOf(block: Uint8Array, times: number): number {
	const one = crc32(block);
	let crc = 0;
	for (let k = 0; k < times; k++) crc = combineCrc32(crc, one, block.length);
	return crc;
}

const zeros = (): number => crcOf(new Uint8Array(2 ** 24), BYTES / 2 ** 24);

function storedNpz(folder: string): Made {
	const file = path.join(folder, "x.npz");
	const plan = planOutput(file, [{ name: "x", dtype: "f32", shape: SHAPE, order: "C" }], {});
	const pieces = [...plan.pieces, ...plan.finish([zeros()])];
	return {
		file: writeSparse(
			file,
			plan.size,
			pieces.map((piece) => [piece.offset, piece.bytes] as const),
		),
	};
}

/** 64 MiB of quarters that look random: deflated about a third. */
function quarters(): Uint8Array {
	let state = 1;
	const values = Float32Array.from({ length: 2 ** 24 }, () => {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		return ((state >>> 24) - 128) / 4;
	});
	return new Uint8Array(values.buffer);
}

function deflatedNpz(folder: string): Made {
	const file = path.join(folder, "deflated.npz");
	const block = quarters();
	const times = BYTES / block.length;
	const head = npyFile({ shape: `(${SHAPE.join(", ")})`, data: new Uint8Array(0) });
	const crc = combineCrc32(crc32(head), crcOf(block, times), BYTES);
	const options = { level: 1, finishFlush: constants.Z_FULL_FLUSH };
	const [first, packed] = [deflateRawSync(head, options), deflateRawSync(block, options)];
	const last = deflateRawSync(new Uint8Array(0));
	const compressed = first.length + times * packed.length + last.length;
	const extra = join(int(2, 1), int(2, 16), int(8, head.length + BYTES), int(8, compressed));
	const facts = join(int(2, 0), int(2, 8), int(4, 0), int(4, crc), int(4, 0xffffffff), int(4, 0xffffffff));
	const name = "x.npy";
	const local = join(int(4, 0x04034b50), int(2, 45), facts, int(2, name.length), int(2, extra.length), name, extra);
	const lengths = join(int(2, name.length), int(2, extra.length), new Uint8Array(10), int(4, 0));
	const central = join(int(4, 0x02014b50), int(2, 45), int(2, 45), facts, lengths, name, extra);
	const start = local.length + compressed;
	const counts = join(int(4, 0), int(2, 1), int(2, 1), int(4, central.length), int(4, start), int(2, 0));
	const handle = fs.openSync(file, "w");
	for (const piece of [local, first]) fs.writeSync(handle, piece);
	for (let k = 0; k < times; k++) fs.writeSync(handle, packed);
	for (const piece of [last, central, join(int(4, 0x06054b50), counts)]) fs.writeSync(handle, piece);
	fs.closeSync(handle);
	return { file };
}

function torchZip(folder: string): Made {
	const elements = BYTES / 4;
	const long = (value: number) => join([0x8a, 5], int(5, value));
	const short = (value: string) => join([0x58], int(4, value.length), value);
	const storage = join("(", short("storage"), "ctorch\nFloatStorage\n", short("0"), short("cpu"), long(elements), "tQ");
	const axes = (sizes: readonly number[]) => join("(", ...sizes.map(long), "t");
	const call = join("ctorch._utils\n_rebuild_tensor_v2\n(", storage, "K", [0], axes(SHAPE), axes([2 ** 20, 1024, 1]));
	const tensor = join(call, [0x89], "ccollections\nOrderedDict\n)RtR");
	const pickle = join([0x80, 2], "}", short("x"), tensor, "s.");
	const first = { name: "archive/data.pkl", offset: 0, size: pickle.length };
	const firstHead = localHeader(first);
	const second = { name: "archive/data/0", offset: firstHead.length + pickle.length, size: BYTES };
	const secondHead = localHeader(second);
	const end = second.offset + secondHead.length + BYTES;
	const directory = join(centralEntry(first, crc32(pickle)), centralEntry(second, zeros()));
	const closing = join(directory, ...endOfDirectory([first, second], end));
	const opening = join(firstHead, pickle, secondHead);
	const pieces: Piece[] = [
		[0, opening],
		[end, closing],
	];
	return { file: writeSparse(path.join(folder, "x.pt"), end + closing.length, pieces) };
}

function onnx(folder: string): Made {
	const places = { location: "x.weights", offset: "0", length: String(BYTES) };
	const file = path.join(folder, "x.onnx");
	fs.writeFileSync(file, model([bytes(5, external("x", SHAPE, places))]));
	writeSparse(path.join(folder, "x.weights"), BYTES, []);
	return { file };
}

function checkpoint(folder: string): Made {
	const file = path.join(folder, "x.index");
	fs.writeFileSync(file, table([header(1), ["x", entry(1, SHAPE, 0, 0, BYTES)]]));
	writeSparse(path.join(folder, "x.data-00000-of-00001"), BYTES, []);
	return { file };
}

/** A Flax array in pieces of 1 GiB, as long ones are kept. */
function flax(folder: string): Made {
	const pieces: Piece[] = [];
	const piece = BYTES / 4;
	const start = join([0x81], text("x"), [0x83], text("__msgpack_chunked_array__"), [0xc3], text("shape"));
	const shape = map(Object.fromEntries(SHAPE.map((size, axis) => [axis, uint(size)])));
	let at = 0;
	const put = (bytes: Uint8Array, values = 0) => {
		pieces.push([at, bytes]);
		at += bytes.length + values;
	};
	put(join(start, shape, text("chunks"), [0x84]));
	for (let k = 0; k < 4; k++) {
		const packed = join([0x93], list(uint(piece / 4)), text("float32"), [0xc6], big(4, piece));
		put(join(text(String(k)), [0xc9], big(4, packed.length + piece), [1], packed), piece);
	}
	return { file: writeSparse(path.join(folder, "x.msgpack"), at, pieces) };
}

function zarr(folder: string): Made {
	const store = path.join(folder, "x.zarr");
	fs.mkdirSync(store);
	const about = { zarr_format: 2, shape: SHAPE, chunks: [16, 1024, 1024], dtype: "<f4", order: "C" };
	const file = path.join(store, ".zarray");
	fs.writeFileSync(file, JSON.stringify({ ...about, compressor: null, filters: null, fill_value: 0 }));
	for (let k = 0; k < 64; k++) writeSparse(path.join(store, `${k}.0.0`), BYTES / 64, []);
	return { file: store };
}

function arrow(folder: string): Made {
	const { pieces, size } = arrowPieces(64, BYTES);
	return { file: writeSparse(path.join(folder, "x.arrows"), size, pieces) };
}

/** Makes the file of each format in a folder; those of HDF5 are made by `hdf5.mjs`. */
export const FILES: Readonly<Record<string, (folder: string) => Made>> = {
	".npy": (folder) =>
		headed(path.join(folder, "x.npy"), npyFile({ shape: `(${SHAPE.join(", ")})`, data: new Uint8Array(0) })),
	".npz, stored": storedNpz,
	".npz, deflated": deflatedNpz,
	".safetensors": (folder) =>
		headed(
			path.join(folder, "x.safetensors"),
			safetensorsFile({ x: { dtype: "F32", shape: SHAPE, data_offsets: [0, BYTES] } }),
		),
	"PyTorch .pt": torchZip,
	"ONNX with external data": onnx,
	GGUF: (folder) =>
		headed(
			path.join(folder, "x.gguf"),
			ggufFile({ tensors: [{ name: "x", shape: SHAPE, type: 0, offset: 0 }], data: new Uint8Array(0) }),
		),
	Zarr: zarr,
	Arrow: arrow,
	"raw values": (folder) => ({
		file: writeSparse(path.join(folder, "x.bin"), BYTES, []),
		options: ["--raw-dtype", "f32", "--raw-shape", SHAPE.join(",")],
	}),
	"TensorFlow checkpoint": checkpoint,
	Flax: flax,
};
