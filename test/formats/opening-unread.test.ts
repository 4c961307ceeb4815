import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { TensorInfo } from "../../src/core/tensor";
import { openTensors } from "../../src/formats";
import type { ByteSource } from "../../src/formats/reader";
import { FILES, SHAPE } from "../memory/files";
import { int, join } from "./build";
import { flatBufferFile, flatInts, flatText } from "./flatbuffer-build";
import { counting, nodeSource, type Reads, sparseFile } from "./node-source";
import { bytes as field, number, tensorHead, varint } from "./protobuf-build";

/** A source whose reads are counted together with those of the files beside it. */
function countingAll(source: ByteSource, reads: Reads): ByteSource {
	const { source: counted } = counting(source, reads);
	const { sibling } = source;
	return { ...counted, ...(sibling && { sibling: async (name: string) => countingAll(await sibling(name), reads) }) };
}

/** Opens a file and reads one element of each end, within bounds that its values are far beyond. */
async function staysWithin(source: ByteSource, shape: readonly number[], most: Pick<Reads, "count" | "bytes">) {
	const reads: Reads = { count: 0, bytes: 0, largest: 0, open: 0 };
	const opened = await openTensors(countingAll(source, reads));
	assert.ok(reads.count <= most.count && reads.bytes <= most.bytes, `opening: ${JSON.stringify(reads)}`);
	const [tensor] = opened.tensors as [TensorInfo];
	assert.deepEqual([tensor.problem, tensor.dtype, tensor.shape], [undefined, "f32", shape]);
	for (const origin of [shape.map(() => 0), shape.map((length) => length - 1)]) {
		const box = { origin, shape: shape.map(() => 1) };
		assert.ok((await opened.read(tensor, box)).bytes.length >= 4);
	}
	assert.ok(reads.bytes <= most.bytes + 2 ** 17, `reading two elements: ${JSON.stringify(reads)}`);
	await opened.close();
}

const COUNT = 500_000_000;
const VALUES = 4 * COUNT;

/** Heads of files whose values, two billion bytes of zeros, follow them, and what follows the values. */
const HEADED: Readonly<Record<string, readonly [head: Uint8Array, tail?: Uint8Array]>> = {
	"x.mat": [matHead()],
	"inside.onnx": onnxParts(),
	"x.pkl": picklePart(),
	"legacy.pt": [legacyHead()],
	"x.tflite": [tfliteHead()],
};

function matHead(): Uint8Array {
	const element = (type: number, data: Uint8Array) => join(int(4, type), int(4, data.length), data);
	const about = join(
		element(6, join(int(4, 7), int(4, 0))),
		element(5, join(int(4, COUNT), int(4, 1))),
		element(1, join("x", new Uint8Array(7))).map((byte, k) => (k === 4 ? 1 : byte)),
	);
	const head = join("MATLAB 5.0 MAT-file".padEnd(116), new Uint8Array(8), int(2, 0x0100), "IM");
	return join(head, int(4, 14), int(4, about.length + 8 + VALUES), about, int(4, 7), int(4, VALUES));
}

function onnxParts(): readonly [Uint8Array, Uint8Array] {
	// A message is as long as what is in it: from the innermost outwards.
	const tensor = join(tensorHead([COUNT], 1), field(8, "x"), varint(8 * 9 + 2), varint(VALUES));
	const graph = join(varint(8 * 5 + 2), varint(tensor.length + VALUES), tensor);
	const model = join(number(1, 8), field(2, "a test"), varint(8 * 7 + 2), varint(graph.length + VALUES), graph);
	return [model, field(8, number(2, 17))];
}

function short(word: string): Uint8Array {
	return join("X", int(4, word.length), word);
}

function picklePart(): readonly [Uint8Array, Uint8Array] {
	const start = join("cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(K", [0], "t", short("b"), "tR(K", [1]);
	const dtype = join("cnumpy\ndtype\n(", short("f4"), "K", [0], "K", [1], "tR(K", [3], short("<"), "NNNJ");
	const state = join(dtype, int(4, 0xffffffff), "J", int(4, 0xffffffff), "K", [0], "tb");
	const shape = join("(J", int(4, COUNT), "t");
	return [join([0x80, 4], start, shape, state, [0x89, 0x8e], int(8, VALUES)), join("tb.")];
}

function legacyHead(): Uint8Array {
	const magic = join([0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19], ".");
	const version = join([0x80, 2], "M", int(2, 1001), ".");
	const machine = join([0x80, 2], "}(", short("little_endian"), [0x88], "u.");
	const id = join("(", short("storage"), "ctorch\nFloatStorage\n", short("0"), short("cpu"), "J", int(4, COUNT), "NtQ");
	const call = join("ctorch._utils\n_rebuild_tensor_v2\n(", id, "K", [0], "J", int(4, COUNT), [0x85], "K", [1, 0x85]);
	const object = join([0x80, 2], "}", short("x"), call, [0x89], "ccollections\nOrderedDict\n)RtRs.");
	const keys = join([0x80, 2], "]", short("0"), "a.");
	return join(magic, version, machine, object, keys, int(8, COUNT));
}

function tfliteHead(): Uint8Array {
	const tensor = {
		0: flatInts(COUNT),
		1: { bytes: 1, value: 0 },
		2: { bytes: 4, value: 1 },
		3: flatText("x"),
	} as const;
	// The last thing that is written is the last buffer's list.
	return flatBufferFile(
		{
			0: { bytes: 4, value: 3 },
			2: { tables: [{ 0: { tables: [tensor] } }] },
			4: { tables: [{}, { 0: { list: new Uint8Array(0), count: VALUES } }] },
		},
		"TFL3",
	);
}

describe("opening gigabytes of values", function () {
	this.timeout(60_000);

	for (const [name, [head, tail = new Uint8Array(0)]] of Object.entries(HEADED)) {
		it(`reads none of them: ${name}`, async () => {
			const end = { offset: head.length + VALUES, bytes: tail };
			const source = sparseFile(name, end.offset + tail.length, [{ offset: 0, bytes: head }, end]);
			await staysWithin(source, name === "x.mat" ? [COUNT, 1] : [COUNT], { count: 40, bytes: 300_000 });
		});
	}

	let folder: string;
	before(() => {
		folder = fs.mkdtempSync(path.join(os.tmpdir(), "tensor-inspector-"));
	});
	after(() => fs.rmSync(folder, { recursive: true, force: true }));

	for (const [format, most] of Object.entries({
		".npy": { count: 10, bytes: 160_000 },
		".npz, stored": { count: 15, bytes: 300_000 },
		".safetensors": { count: 10, bytes: 160_000 },
		"PyTorch .pt": { count: 20, bytes: 300_000 },
		"ONNX with external data": { count: 15, bytes: 160_000 },
		GGUF: { count: 15, bytes: 300_000 },
		Zarr: { count: 15, bytes: 10_000 },
		// A header for each of 64 batches, spread over the stream.
		Arrow: { count: 150, bytes: 400_000 },
		Flax: { count: 30, bytes: 160_000 },
	})) {
		it(`reads none of them: ${format} of 4 GiB on the disk`, async () => {
			const own = fs.mkdtempSync(path.join(folder, "format-"));
			const made = FILES[format]?.(own);
			assert.ok(made);
			// A store is opened by the file that describes it.
			const isFolder = fs.statSync(made.file).isDirectory();
			const source = await nodeSource(isFolder ? path.join(made.file, ".zarray") : made.file);
			// Its rows are lists.
			const shape = format === "Arrow" ? [SHAPE[0] as number, 2 ** 20] : SHAPE;
			await staysWithin(source, shape, most);
		});
	}
});
