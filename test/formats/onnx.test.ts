import assert from "node:assert/strict";
import type { TensorInfo } from "../../src/core/tensor";
import { memorySource, openTensors } from "../../src/formats";
import type { ByteSource } from "../../src/formats/reader";
import { join } from "./build";
import { damagedCopies } from "./damage";
import { counting } from "./node-source";
import {
	bytes,
	double,
	external,
	fixed,
	floats,
	model,
	node,
	number,
	packed,
	tensorHead,
	varint,
} from "./protobuf-build";
import { allValues } from "./values";

/** A model with files beside it. */
function beside(file: Uint8Array, others: Readonly<Record<string, Uint8Array>>, left = { open: 0 }): ByteSource {
	return {
		...memorySource("m.onnx", file),
		sibling: async (name) => {
			const found = others[name];
			if (found === undefined) throw new Error(`no ${name}`);
			left.open++;
			return { ...memorySource(name, found), close: async () => void left.open-- };
		},
	};
}

async function valuesOf(file: Uint8Array, name = "m.onnx") {
	const opened = await openTensors(memorySource(name, file));
	return Promise.all(
		opened.tensors.map(async (tensor) => [tensor.name, ...(await allValues(opened, tensor, 3))] as const),
	);
}

const initializer = (tensor: Uint8Array) => bytes(5, tensor);

describe("an ONNX model", () => {
	it("lists initializers and tensors of nodes, of graphs inside nodes and of functions, by their paths", async () => {
		const constant = (name: string, value: number) =>
			node(name, "Constant", join(bytes(1, "value"), bytes(5, floats("", value))));
		const branch = bytes(6, constant("", 2), initializer(floats("b", 3)));
		const graph = [
			constant("one", 1),
			node("cond", "If", join(bytes(1, "then_branch"), branch)),
			node("", "Loop", join(bytes(1, "parts"), bytes(10, floats("", 4)), bytes(10, floats("", 5)))),
			initializer(floats("w", 6, 7)),
		];
		const functions = bytes(25, bytes(1, "Scale"), bytes(7, constant("k", 8).slice(2)));
		assert.deepEqual(await valuesOf(model(graph, functions)), [
			["one/value", [1]],
			["cond/then_branch/Constant_0/value", [2]],
			["cond/then_branch/b", [3]],
			["Loop_2/parts[0]", [4]],
			["Loop_2/parts[1]", [5]],
			["w", [6, 7]],
			["Scale/k/value", [8]],
		]);
	});

	it("reads every typed field, packed, alone and in several runs", async () => {
		const typed = (name: string, dims: readonly number[], type: number, ...data: readonly Uint8Array[]) =>
			initializer(join(tensorHead(dims, type), bytes(8, name), ...data));
		const one = new Uint8Array(Float32Array.of(1, 2).buffer);
		const graph = [
			typed("packed", [2], 1, bytes(4, one)),
			typed("alone", [3], 1, fixed(4, 1), fixed(4, 2), fixed(4, -3)),
			typed("mixed", [3], 1, bytes(4, one), fixed(4, 5)),
			typed("f16", [2], 10, bytes(5, packed(0x3c00, 0xc000))),
			typed("i32", [3], 6, number(5, 1), number(5, -1n), bytes(5, packed(-(2 ** 31)))),
			typed("i4", [3], 22, bytes(5, packed(0x7f, 0x08))),
			typed("i64", [2], 7, bytes(7, packed(-(2n ** 63n), 2n ** 53n + 1n))),
			typed("u64", [1], 13, number(11, 2n ** 64n - 1n)),
			typed("u32", [1], 12, bytes(11, packed(2 ** 32 - 1))),
			typed("f64", [2], 11, bytes(10, double(0.1), double(-1e300))),
			typed("c64", [1], 14, bytes(4, one)),
			typed("none", [0, 4], 1),
		];
		assert.deepEqual(await valuesOf(model(graph)), [
			["packed", [1, 2]],
			["alone", [1, 2, -3]],
			["mixed", [1, 2, 5]],
			["f16", [1, -2]],
			["i32", [1, -1, -(2 ** 31)]],
			["i4", [-1, 7, -8]],
			["i64", [-(2n ** 63n), 2n ** 53n + 1n]],
			["u64", [2n ** 64n - 1n]],
			["u32", [2 ** 32 - 1]],
			["f64", [0.1, -1e300]],
			["c64", [1], [2]],
			["none", []],
		]);
	});

	it("decodes large varint data when it is read, and says then what is missing", async () => {
		const count = 100_000;
		const values = Array.from({ length: count }, (_, i) => (i % 3 === 0 ? -i - 1 : i * 1000));
		const data = (some: readonly number[]) =>
			join(tensorHead([count], 7), bytes(8, "x"), bytes(7, Uint8Array.from(Buffer.concat(some.map(varint)))));
		const [[, read]] = (await valuesOf(model([initializer(data(values))]))) as [readonly [string, (number | bigint)[]]];
		assert.deepEqual(read.map(Number), values);
		const opened = await openTensors(memorySource("m.onnx", model([initializer(data(values.slice(1)))])));
		await assert.rejects(allValues(opened, opened.tensors[0] as TensorInfo, 1e6), {
			code: "corrupt",
			message: /asks for 100000 entries of data, but 99999 were found/,
		});
	});

	it("reads external data beside it, file by file, and leaves none open", async () => {
		const data = new Uint8Array(Float32Array.of(9, 1, 2, 3).buffer);
		const left = { open: 0 };
		const graph = [
			initializer(external("all", [2, 2], { location: "d/w.bin" })),
			initializer(external("part", [2], { location: "./d/w.bin", offset: "4", length: "8" })),
		];
		const opened = await openTensors(beside(model(graph), { "d/w.bin": data }, left));
		assert.deepEqual(await allValues(opened, opened.tensors[0] as TensorInfo, 9), [[9, 1, 2, 3]]);
		assert.deepEqual(await allValues(opened, opened.tensors[1] as TensorInfo, 1), [[1, 2]]);
		assert.equal(left.open, 0);
	});

	it("keeps tensors of the same name apart, and tells what the model says about itself", async () => {
		const more = bytes(14, bytes(1, "author"), bytes(2, "me"));
		const opened = await openTensors(
			memorySource("m.onnx", model([initializer(floats("w", 1)), initializer(floats("w", 2))], more)),
		);
		assert.deepEqual(
			opened.tensors.map(({ name }) => name),
			["w", "w (2)"],
		);
		const { producer_name, opset, author, nodes } = opened.metadata;
		assert.deepEqual([producer_name, opset, author, nodes], ["a test", "ai.onnx 17", "me", "0"]);
	});

	const PROBLEMS: readonly (readonly [string, Uint8Array, string, RegExp])[] = [
		[
			"has too few bytes",
			join(tensorHead([3], 1), bytes(9, new Uint8Array(8))),
			"corrupt",
			/f32 \[3\] take 12 bytes, but raw_data has 8/,
		],
		["has a negative length", join(tensorHead([-1n], 1), bytes(9)), "corrupt", /\[-1\] has a negative length/],
		["has an impossible shape", tensorHead([2 ** 40, 2 ** 40], 1), "corrupt", /more than any file holds/],
		["has no values", tensorHead([2], 1), "corrupt", /take 2 entries of data, but there are 0/],
		["holds texts", join(tensorHead([1], 8), bytes(6, "a")), "unsupported", /texts/],
		["is of an unknown type", join(tensorHead([1], 99), bytes(9, [1])), "unsupported", /type 99/],
		["is damaged inside", join(tensorHead([1], 1), [0x4a, 0x7f]), "corrupt", /said to take 127 bytes/],
		[
			"has too few varints",
			join(tensorHead([4], 7), bytes(7, packed(300, 300))),
			"corrupt",
			/asks for 4 entries of data, but 2/,
		],
		["has its data nowhere", external("", [1], { location: "no.bin" }), "not-found", /"no\.bin".*cannot be reached/],
		["has its data outside", external("", [1], { location: "../no.bin" }), "corrupt", /only files in its own folder/],
		[
			"has its data at a strange place",
			external("", [1], { location: "a", offset: "-1" }),
			"corrupt",
			/offset of its external data is "-1"/,
		],
	];
	for (const [title, tensor, code, says] of PROBLEMS) {
		it(`shows the others where a tensor ${title}`, async () => {
			const opened = await openTensors(
				memorySource("m.onnx", model([initializer(tensor), initializer(floats("ok", 1))])),
			);
			const [bad, ok] = opened.tensors;
			assert.equal(bad?.problem?.code, code);
			assert.match(bad?.problem?.message ?? "", says);
			assert.deepEqual(await allValues(opened, ok as TensorInfo, 9), [[1]]);
		});
	}

	it("of 100 GB reads its headers only", async () => {
		const most = 50_000_000_000;
		const lots = join(tensorHead([most / 4], 1), bytes(8, "big"), varint(8 * 9 + 2), varint(most));
		const small = initializer(floats("small", 1, 2));
		const inner = lots.length + most;
		const graphLength = 1 + varint(inner).length + inner + small.length;
		const start = join(number(1, 8), varint(8 * 7 + 2), varint(graphLength), varint(8 * 5 + 2), varint(inner), lots);
		const size = start.length + most + small.length;
		const source: ByteSource = {
			name: "big.onnx",
			size,
			async read(offset, length) {
				const out = new Uint8Array(length);
				out.set(start.subarray(Math.min(offset, start.length), offset + length));
				const from = start.length + most;
				if (offset + length > from)
					out.set(small.subarray(Math.max(0, offset - from), offset + length - from), Math.max(0, from - offset));
				return out;
			},
		};
		const { source: counted, reads } = counting(source);
		const opened = await openTensors(counted);
		assert.deepEqual(
			opened.tensors.map(({ name, bytes, problem }) => [name, bytes, problem]),
			[
				["big", most, undefined],
				["small", 8, undefined],
			],
		);
		assert.ok(reads.count <= 6 && reads.bytes < 20_000, JSON.stringify(reads));
	});

	it("without a graph is refused, as are other protobuf files", async () => {
		const refused = (file: Uint8Array, name: string) =>
			openTensors(memorySource(name, file)).then(
				() => "read",
				({ message }: Error) => message,
			);
		assert.match(await refused(number(1, 8), "m.onnx"), /has a graph \(field 7\), and this file has none/);
		assert.match(
			await refused(join(number(1, 1), bytes(2, bytes(1, "x"))), "saved_model.pb"),
			/SavedModel's graph.*variables\.index/,
		);
		assert.match(await refused(join(bytes(1, "abc"), bytes(9, "x")), "x.pb"), /no TensorProto/);
		assert.match(await refused(number(1, 8), "m.what"), /as no format does/);
	});
});

describe("an ONNX tensor", () => {
	it("is known by its content under any name, and called as it says", async () => {
		assert.deepEqual(await valuesOf(floats("x", 1, 2, 3), "input_0.bin"), [["x", [1, 2, 3]]]);
	});

	it("is not seen in bytes that do not fit it to the last", async () => {
		for (const file of [join(floats("x", 1), [0]), floats("x", 1).slice(0, -1), tensorHead([1], 1), join([8, 1])]) {
			await assert.rejects(openTensors(memorySource("x.bin", file)), { code: "unknown-format" });
		}
	});

	it("of a sequence is called by the sequence's name and its place", async () => {
		const sequence = join(bytes(1, "s"), number(2, 1), bytes(3, floats("", 1)), bytes(3, floats("", 2, 3)));
		assert.deepEqual(await valuesOf(sequence, "input_0.pb"), [
			["s[0]", [1]],
			["s[1]", [2, 3]],
		]);
	});
});

describe("a file of ONNX", () =>
	damagedCopies([
		[
			"m.onnx",
			model([
				node("c", "Constant", join(bytes(1, "value"), bytes(5, floats("", 1)))),
				initializer(floats("w", 1, 2)),
				initializer(join(tensorHead([3], 7), bytes(7, [1, 2, 3]))),
			]),
		],
		["external.onnx", model([initializer(external("w", [2], { location: "b.bin", offset: "4", length: "8" }))])],
		["input_0.pb", floats("x", 1, 2)],
		["sequence.pb", join(bytes(1, "s"), number(2, 1), bytes(3, floats("", 1)))],
	]));
