import assert from "node:assert/strict";
import type { TensorInfo } from "../../src/core/tensor";
import { memorySource, openTensors } from "../../src/formats";
import type { ByteSource } from "../../src/formats/reader";
import { join } from "./build";
import { damagedCopies } from "./damage";
import { big, bin, extension, list, map, text, uint } from "./msgpack-build";
import { counting } from "./node-source";
import { allValues } from "./values";

const packedArray = (shape: readonly number[], dtype: string, bytes: Uint8Array) =>
	list(list(...shape.map(uint)), text(dtype), bin(bytes));
const array = (shape: readonly number[], dtype: string, bytes: Uint8Array) =>
	extension(1, packedArray(shape, dtype, bytes));
const floats = (...values: readonly number[]) => new Uint8Array(Float32Array.from(values).buffer);

const open = (file: Uint8Array, name = "m.msgpack") => openTensors(memorySource(name, file));

async function valuesOf(file: Uint8Array, name?: string) {
	const opened = await open(file, name);
	return Promise.all(opened.tensors.map(async (tensor) => [tensor.name, ...(await allValues(opened, tensor, 2))]));
}

describe("a Flax checkpoint", () => {
	const checkpoint = map({
		params: map({
			Dense_0: map({
				kernel: array([2, 2], "float32", floats(1, 2, 3, 4)),
				bias: array([2], "bfloat16", Uint8Array.of(0x80, 0x3f, 0, 0xc0)),
			}),
		}),
		step: extension(3, packedArray([], "int32", Uint8Array.of(7, 0, 0, 0))),
		seed: uint(300),
		z: extension(2, join([0x92, 0xcb], double(1.5), [0xcb], double(-2))),
		names: list(text("a"), join([0xc0])),
	});

	it("lists its arrays by their paths, and what lies between them as facts", async () => {
		assert.deepEqual(await valuesOf(checkpoint), [
			["params/Dense_0/kernel", [1, 2, 3, 4]],
			["params/Dense_0/bias", [1, -2]],
			["step", [7]],
		]);
		const { metadata, notes } = await open(checkpoint);
		assert.deepEqual(metadata, { seed: "300", z: "1.5 + -2i", "names/0": "a", "names/1": "null" });
		assert.deepEqual(notes, []);
	});

	it("is known by its content under any name", async () => {
		assert.equal((await open(checkpoint, "checkpoint_100")).reader.id, "flax");
		await assert.rejects(open(map({ a: array([3], "float32", floats(1)) }), "checkpoint_100"), {
			code: "unknown-format",
		});
		await assert.rejects(open(map({ a: uint(1) }), "checkpoint_100"), { code: "unknown-format" });
	});

	it("reads arrays in chunks as one", async () => {
		const chunked = map({
			w: map({
				__msgpack_chunked_array__: Uint8Array.of(0xc3),
				shape: map({ 0: uint(3), 1: uint(2) }),
				chunks: map({ 0: array([4], "float32", floats(1, 2, 3, 4)), 1: array([2], "float32", floats(5, 6)) }),
			}),
		});
		assert.deepEqual(await valuesOf(chunked), [["w", [1, 2, 3, 4, 5, 6]]]);
		const opened = await open(chunked);
		const { bytes } = await opened.read(opened.tensors[0] as TensorInfo, { origin: [1, 1], shape: [2, 1] });
		assert.deepEqual(new Float32Array(bytes.buffer), Float32Array.of(4, 6));
	});

	const PROBLEMS: readonly (readonly [string, Uint8Array, string, RegExp])[] = [
		["has too few bytes", array([3], "float32", floats(1)), "corrupt", /f32 \[3\] take 12 bytes, but 4 are stored/],
		["has an impossible shape", array([2 ** 31, 2 ** 31], "float64", floats(1)), "corrupt", /more than any file holds/],
		["is of an unknown dtype", array([1], "object", floats(1)), "unsupported", /dtype "object"/],
		[
			"is not packed as one",
			extension(1, Uint8Array.of(1, 2, 3)),
			"corrupt",
			/not packed as its shape, dtype and bytes/,
		],
		[
			"lacks a chunk",
			map({
				__msgpack_chunked_array__: Uint8Array.of(0xc3),
				shape: map({ 0: uint(1) }),
				chunks: map({ 1: array([1], "float32", floats(1)) }),
			}),
			"corrupt",
			/not counted from 0/,
		],
	];
	for (const [title, bad, code, says] of PROBLEMS) {
		it(`shows the others where a tensor ${title}`, async () => {
			const opened = await open(map({ bad, ok: array([1], "float32", floats(5)) }));
			assert.deepEqual(
				opened.tensors.map(({ name }) => name),
				["bad", "ok"],
			);
			assert.equal(opened.tensors[0]?.problem?.code, code);
			assert.match(opened.tensors[0]?.problem?.message ?? "", says);
			assert.deepEqual(await allValues(opened, opened.tensors[1] as TensorInfo, 9), [[5]]);
		});
	}

	it("that is cut shows what lies before the cut, and says where", async () => {
		const file = map({ a: array([1], "float32", floats(5)), b: array([1], "float32", floats(6)) });
		const opened = await open(file.slice(0, -2));
		assert.deepEqual(
			opened.tensors.map(({ name }) => name),
			["a"],
		);
		assert.match(opened.notes.join(), /What follows byte \d+ could not be read: A value of \d+ bytes/);
	});

	it("without arrays, or nested without end, is refused", async () => {
		await assert.rejects(open(list()), { code: "unknown-format", message: /holds no arrays/ });
		await assert.rejects(open(new Uint8Array(1000).fill(0x91)), { code: "corrupt", message: /more than 64 deep/ });
		await assert.rejects(open(join([0xdf], big(4, 2 ** 32 - 1))), { code: "corrupt" });
	});

	it("of gigabytes reads its headers only", async () => {
		const most = 4_000_000_000;
		const inner = join([0x93, 0x91, 0xce], big(4, most / 4), text("float32"), [0xc6], big(4, most));
		const start = join([0x82], text("w"), [0xc9], big(4, inner.length + most), [1], inner);
		const last = join(text("b"), array([1], "float32", floats(8)));
		const source: ByteSource = {
			name: "big.msgpack",
			size: start.length + most + last.length,
			async read(offset, length) {
				const out = new Uint8Array(length);
				out.set(start.subarray(Math.min(offset, start.length), offset + length));
				const from = start.length + most;
				if (offset + length > from)
					out.set(last.subarray(Math.max(0, offset - from), offset + length - from), Math.max(0, from - offset));
				return out;
			},
		};
		const { source: counted, reads } = counting(source);
		const opened = await openTensors(counted);
		assert.deepEqual(
			opened.tensors.map(({ name, bytes, problem }) => [name, bytes, problem]),
			[
				["w", most, undefined],
				["b", 4, undefined],
			],
		);
		assert.ok(reads.count <= 10 && reads.bytes < 20_000, JSON.stringify(reads));
	});

	damagedCopies([["m.msgpack", checkpoint]]);
});

function double(value: number): Uint8Array {
	const bytes = new Uint8Array(8);
	new DataView(bytes.buffer).setFloat64(0, value);
	return bytes;
}
