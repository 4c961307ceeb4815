import assert from "node:assert/strict";
import type { TensorInfo } from "../../src/core/tensor";
import { memorySource, openTensors } from "../../src/formats";
import type { ByteSource } from "../../src/formats/reader";
import { int, join } from "./build";
import { damagedCopies } from "./damage";
import { type FlatField, type FlatTable, flatBufferFile, flatInts, flatText } from "./flatbuffer-build";
import { counting } from "./node-source";
import { allValues } from "./values";

const byte = (value: number): FlatField => ({ bytes: 1, value });
const word = (value: number): FlatField => ({ bytes: 4, value });
const long = (value: number): FlatField => ({ bytes: 8, value });

/** A tensor of a type and shape in a buffer. */
function tensor(name: string, type: number, shape: readonly number[], buffer: number, more: FlatTable = {}): FlatTable {
	return { 0: flatInts(...shape), 1: byte(type), 2: word(buffer), 3: flatText(name), ...more };
}

function model(tensors: readonly FlatTable[], buffers: readonly FlatTable[]): Uint8Array {
	const table = {
		0: word(3),
		2: { tables: [{ 0: { tables: tensors } }] },
		3: flatText("a test"),
		4: { tables: buffers },
	};
	return flatBufferFile(table, "TFL3");
}

const data = (...bytes: readonly number[]): FlatTable => ({ 0: { list: Uint8Array.from(bytes), count: bytes.length } });
const floats = data(0, 0, 128, 63, 0, 0, 0, 192);
const open = (file: Uint8Array) => openTensors(memorySource("m.tflite", file));

describe("a TensorFlow Lite model", () => {
	it("lists tensors with values, and counts those without", async () => {
		const file = model(
			[tensor("in", 0, [1], 0), tensor("w", 0, [2], 1), tensor("w", 17, [3], 2)],
			[{}, floats, data(0x7f, 0x08)],
		);
		const opened = await open(file);
		assert.deepEqual(
			opened.tensors.map(({ name, dtype }) => [name, dtype]),
			[
				["w", "f32"],
				["w (2)", "i4"],
			],
		);
		assert.deepEqual(await allValues(opened, opened.tensors[0] as TensorInfo, 1), [[1, -2]]);
		assert.deepEqual(await allValues(opened, opened.tensors[1] as TensorInfo, 9), [[-1, 7, -8]]);
		assert.deepEqual(opened.notes, ["1 tensors have values only while the model runs and are not listed."]);
		assert.deepEqual(opened.metadata, { version: "3", description: "a test", subgraphs: "1" });
	});

	it("says what the integers of quantized tensors mean", async () => {
		const quantized = (scales: readonly number[], zero: number, axis: number): FlatTable => ({
			4: {
				table: {
					2: { list: new Uint8Array(Float32Array.from(scales).buffer), count: scales.length },
					3: { list: join(...scales.map(() => int(8, zero))), count: scales.length },
					6: word(axis),
				},
			},
		});
		const file = model(
			[tensor("one", 9, [2], 1, quantized([0.5], 3, 0)), tensor("many", 9, [2], 1, quantized([0.5, 0.25], 0, 0))],
			[{}, data(1, 255)],
		);
		const opened = await open(file);
		assert.deepEqual(
			opened.tensors.map(({ note }) => note),
			[
				"stored integers of a quantized tensor: value = 0.5 × (stored − 3)",
				"stored integers of a quantized tensor: value = scale × stored, with a scale from 0.25 to 0.5 for each of the 2 indices of axis 0",
			],
		);
		assert.deepEqual(await allValues(opened, opened.tensors[0] as TensorInfo, 9), [[1, -1]]);
	});

	it("of 100 GB with its data behind the flatbuffer reads its tables only", async () => {
		const most = 100_000_000_000;
		const start = model([tensor("big", 3, [1000, most / 1000], 1)], [{}, { 1: long(1e6), 2: long(most) }]);
		const source: ByteSource = {
			name: "big.tflite",
			size: most + 1e6,
			read: async (offset, length) => {
				const out = new Uint8Array(length);
				out.set(start.subarray(Math.min(offset, start.length), offset + length));
				return out;
			},
		};
		const { source: counted, reads } = counting(source);
		const opened = await openTensors(counted);
		assert.deepEqual(
			opened.tensors.map(({ bytes, problem }) => [bytes, problem]),
			[[most, undefined]],
		);
		assert.ok(reads.count <= 4 && reads.bytes <= 3 * 4096, JSON.stringify(reads));
	});

	const PROBLEMS: readonly (readonly [string, FlatTable, FlatTable, string, RegExp])[] = [
		["has too few bytes", tensor("bad", 0, [3], 2), floats, "corrupt", /f32 \[3\] take 12 bytes, but its buffer has 8/],
		["has a negative length", tensor("bad", 0, [-1], 2), floats, "corrupt", /negative length/],
		["has an impossible shape", tensor("bad", 0, [2 ** 30, 2 ** 30], 2), floats, "corrupt", /more than any file holds/],
		["has its data past the end", tensor("bad", 0, [2], 2), { 1: long(1e6), 2: long(8) }, "corrupt", /data ends early/],
		["names a buffer that is not there", tensor("bad", 0, [2], 9), {}, "corrupt", /Element 9 of a list of 3/],
		["holds texts", tensor("bad", 5, [1], 2), floats, "unsupported", /"string" have no statistics/],
		["is of an unknown type", tensor("bad", 99, [1], 2), floats, "unsupported", /"type 99"/],
		["is sparse", tensor("bad", 0, [2], 2, { 6: { table: {} } }), floats, "unsupported", /sparse/],
	];
	for (const [title, bad, buffer, code, says] of PROBLEMS) {
		it(`shows the others where a tensor ${title}`, async () => {
			const opened = await open(model([bad, tensor("ok", 0, [2], 1)], [{}, floats, buffer]));
			assert.equal(opened.tensors[0]?.problem?.code, code);
			assert.match(opened.tensors[0]?.problem?.message ?? "", says);
			assert.deepEqual(await allValues(opened, opened.tensors[1] as TensorInfo, 9), [[1, -2]]);
		});
	}

	it("that is cut, or leads out of itself, is refused with a sentence", async () => {
		await assert.rejects(open(join(int(4, 1e6), "TFL3")), {
			code: "corrupt",
			message: /Byte 1000000 is referred to, but the file has 8/,
		});
		await assert.rejects(open(flatBufferFile({ 0: word(3) }, "TFL3")), {
			code: "corrupt",
			message: /no subgraphs or no buffers/,
		});
	});

	damagedCopies([["m.tflite", model([tensor("in", 0, [1], 0), tensor("w", 0, [2], 1)], [{}, floats])]]);
});
