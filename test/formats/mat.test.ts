import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { deflateSync } from "node:zlib";
import type { TensorInfo } from "../../src/core/tensor";
import { memorySource, openTensors } from "../../src/formats";
import { join } from "./build";
import { survivesDamage } from "./damage";
import { counting, sparseFile } from "./node-source";
import { SHARED } from "./record";
import { allValues } from "./values";

describe("a MATLAB file", () => {
	const scipy = path.resolve(SHARED, "scipy-mat/scipy/io/matlab/tests/data");
	const open = (name: string) =>
		openTensors(memorySource(name, new Uint8Array(fs.readFileSync(path.join(scipy, name)))));
	const shared = fs.existsSync(scipy) ? it : it.skip;

	shared("whose one variable has a wrong checksum shows the others", async () => {
		const { tensors, read } = await open("corrupted_zlib_checksum.mat");
		assert.deepEqual(
			tensors.map(({ name, problem }) => [name, problem?.code]),
			[
				["variable 1", "corrupt"],
				["dscodes", "unsupported"],
				["datagrid", undefined],
			],
		);
		const [, , last] = tensors;
		assert.equal((await read(last as (typeof tensors)[0], { origin: [0, 0], shape: [1, 1] })).bytes.length, 4);
	});

	shared("of string objects names them, and leaves out what MATLAB keeps for them", async () => {
		const { tensors, notes } = await open("testmatlabstring_7_WIN64.mat");
		assert.deepEqual(
			tensors.map(({ name, dtype, problem }) => [name, dtype, problem?.code]),
			["matstring1", "matstring2"].map((name) => [name, { other: "opaque" }, "unsupported"]),
		);
		assert.equal(notes.length, 1);
	});
});

/** A data element of a MATLAB 5 file, padded. */
function element(type: number, data: Uint8Array, bigEndian = false): Uint8Array {
	const out = new Uint8Array(8 + Math.ceil(data.length / 8) * 8);
	const view = new DataView(out.buffer);
	view.setUint32(0, type, !bigEndian);
	view.setUint32(4, data.length, !bigEndian);
	out.set(data, 8);
	return out;
}

interface Variable {
	readonly name: string;
	/** MATLAB's class by its number, with the flags above it. */
	readonly flags: number;
	readonly shape: readonly number[];
	/** Elements of the values: their type and bytes. */
	readonly values: readonly (readonly [number, Uint8Array])[];
}

function matrix({ name, flags, shape, values }: Variable, bigEndian = false): Uint8Array {
	const words = (numbers: readonly number[]) => {
		const view = new DataView(new ArrayBuffer(4 * numbers.length));
		for (const [k, number] of numbers.entries()) view.setInt32(4 * k, number, !bigEndian);
		return new Uint8Array(view.buffer);
	};
	const inner = join(
		element(6, words([flags, 0]), bigEndian),
		element(5, words(shape), bigEndian),
		element(1, join(name), bigEndian),
		...values.map(([type, data]) => element(type, data, bigEndian)),
	);
	return element(14, inner, bigEndian);
}

const compressed = (bytes: Uint8Array) => {
	const packed = deflateSync(bytes);
	const tag = new Uint8Array(8);
	new DataView(tag.buffer).setUint32(0, 15, true);
	new DataView(tag.buffer).setUint32(4, packed.length, true);
	return join(tag, packed);
};

function mat5(variables: readonly Uint8Array[], bigEndian = false): Uint8Array {
	const head = new Uint8Array(128).fill(32);
	head.set(join("MATLAB 5.0 MAT-file"));
	head.set(bigEndian ? join([1, 0], "MI") : join([0, 1], "IM"), 124);
	return join(head, ...variables);
}

/** A variable of a MATLAB 4 file. */
function mat4(type: number, rows: number, columns: number, complex: 0 | 1, data: Uint8Array): Uint8Array {
	return join(new Uint8Array(Int32Array.of(type, rows, columns, complex, 2).buffer), "x\0", data);
}

const doubles = (numbers: readonly number[]) => new Uint8Array(Float64Array.from(numbers).buffer);
const bytesTo = (count: number) => Uint8Array.from({ length: count }, (_, k) => k);

const cube: Variable = { name: "cube", flags: 6, shape: [3, 4, 5], values: [[2, bytesTo(60)]] };
const complex: Variable = {
	name: "z",
	flags: 0x806,
	shape: [2, 2],
	values: [
		[2, bytesTo(4)],
		[9, doubles([0.5, 1.5, -1, NaN])],
	],
};
const sparse: Variable = {
	name: "s",
	flags: 5,
	shape: [4, 3],
	values: [
		[5, new Uint8Array(Int32Array.of(1, 3, 0).buffer)],
		[5, new Uint8Array(Int32Array.of(0, 2, 2, 3).buffer)],
		[9, doubles([7, 8, 9])],
	],
};

describe("values of a MATLAB file", () => {
	const files: readonly (readonly [string, Uint8Array])[] = [
		["plain", mat5([cube, complex, sparse].map((each) => matrix(each)))],
		["compressed", mat5([cube, complex, sparse].map((each) => compressed(matrix(each))))],
	];
	for (const [kind, bytes] of files) {
		it(`are the stored ones, the first axis fastest, in any boxes (${kind})`, async () => {
			const opened = await openTensors(memorySource("a.mat", bytes));
			const [first, second, third] = opened.tensors as [TensorInfo, TensorInfo, TensorInfo];
			assert.deepEqual([first.dtype, second.dtype, third.dtype], ["u8", "c128", "f64"]);
			assert.match(first.note ?? "", /^a MATLAB double, stored as u8/);
			assert.equal(first.sequential, kind === "compressed" ? true : undefined);
			const wanted = Array.from({ length: 60 }, (_, c) => {
				const [i, j, k] = [Math.floor(c / 20), Math.floor(c / 5) % 4, c % 5];
				return i + 3 * j + 12 * k;
			});
			const z = [
				[0, 2, 1, 3],
				[0.5, -1, 1.5, NaN],
			];
			for (const maxElements of [1, 2, 7, 1000]) {
				assert.deepEqual(await allValues(opened, first, maxElements), [wanted]);
				assert.deepEqual(await allValues(opened, second, maxElements), z);
				assert.deepEqual(await allValues(opened, third, maxElements), [[0, 0, 9, 7, 0, 0, 0, 0, 0, 8, 0, 0]]);
			}
			const chunk = await opened.read(first, { origin: [1, 2, 3], shape: [2, 1, 2] });
			assert.deepEqual([...chunk.bytes], [43, 44, 55, 56]);
			await opened.close();
		});
	}

	it("in version 4 are read, complex and sparse ones and text as well", async () => {
		const table = [1, 3, 4, 2, 1, 2, 0.5, -1, 0];
		const file = (data: Uint8Array) => openTensors(memorySource("a.mat", data));
		const bytes = await file(mat4(50, 2, 3, 0, bytesTo(6)));
		assert.deepEqual(await allValues(bytes, bytes.tensors[0] as TensorInfo, 4), [[0, 2, 4, 1, 3, 5]]);
		const pair = await file(mat4(0, 1, 2, 1, doubles([1, 2, 3, 4])));
		assert.deepEqual(await allValues(pair, pair.tensors[0] as TensorInfo, 1), [
			[1, 2],
			[3, 4],
		]);
		const few = await file(mat4(2, 3, 3, 0, doubles(table)));
		assert.deepEqual(few.tensors[0]?.shape, [4, 2]);
		assert.deepEqual(await allValues(few, few.tensors[0] as TensorInfo, 3), [[0, 0.5, 0, 0, -1, 0, 0, 0]]);
		const text = await file(mat4(51, 1, 2, 0, bytesTo(2)));
		assert.equal(text.tensors[0]?.problem?.code, "unsupported");
		const vax = await file(mat4(2000, 1, 1, 0, doubles([1])));
		assert.match(vax.tensors[0]?.problem?.message ?? "", /VAX and Cray/);
	});

	it("of other classes are listed with a problem that says what to do", async () => {
		const kinds = [1, 2, 3, 4, 16].map((flags) => matrix({ ...cube, name: `v${flags}`, flags }));
		const { tensors } = await openTensors(memorySource("a.mat", mat5([...kinds, matrix(cube)])));
		assert.deepEqual(
			tensors.map(({ dtype }) => dtype),
			[...["cell", "struct", "object", "char", "function"].map((other) => ({ other })), "u8"],
		);
		assert.deepEqual(new Set(tensors.slice(0, 5).map(({ problem }) => problem?.code)), new Set(["unsupported"]));
	});

	const BROKEN: readonly (readonly [string, Variable, RegExp])[] = [
		["has fewer values than its shape says", { ...cube, shape: [3, 4, 6] }, /72 of them, but there are 60 bytes/],
		["has a negative length", { ...cube, shape: [3, -4] }, /negative/],
		["has text for numbers", { ...cube, values: [[16, bytesTo(60)]] }, /element of type 16/],
		["has a name that is no text", { ...cube, name: "\u0001" }, /no plain \(ASCII\) text/],
		["is sparse with three axes", { ...sparse, shape: [4, 3, 1] }, /has 2 axes/],
		["is sparse with too many columns", { ...sparse, shape: [4, 9] }, /lacks the places of its 9 columns/],
		["has too many elements for any file", { ...cube, shape: [2e9, 2e9, 2e9] }, /more than any file holds/],
	];
	for (const [what, variable, message] of BROKEN) {
		it(`are refused alone where a variable ${what}`, async () => {
			const { tensors } = await openTensors(memorySource("a.mat", mat5([matrix(variable), matrix(complex)])));
			assert.equal(tensors[0]?.problem?.code, "corrupt");
			assert.match(tensors[0]?.problem?.message ?? "", message);
			assert.equal(tensors[1]?.problem, undefined);
		});
	}

	it("of a sparse matrix are refused where an index leads out of it", async () => {
		const [, starts, values] = sparse.values as [
			(typeof sparse.values)[0],
			(typeof sparse.values)[0],
			(typeof sparse.values)[0],
		];
		const rows = new Uint8Array(Int32Array.of(1, 4, 0).buffer);
		const opened = await openTensors(
			memorySource("a.mat", mat5([matrix({ ...sparse, values: [[5, rows], starts, values] })])),
		);
		await assert.rejects(allValues(opened, opened.tensors[0] as TensorInfo, 9), { code: "corrupt" });
	});

	it("of gigabytes are not read when the file is opened", async () => {
		const start = mat5([matrix({ ...cube, shape: [500_000_000], values: [] })]);
		const size = start.length + 8 + 4e9;
		const head = join(start, new Uint8Array(Uint32Array.of(9, 4e9).buffer));
		new DataView(head.buffer).setUint32(132, size - 136, true);
		const opening = sparseFile("big.mat", size, [{ offset: 0, bytes: head }]);
		const { source, reads } = counting(opening);
		const opened = await openTensors(source);
		assert.deepEqual(opened.tensors[0]?.shape, [500_000_000]);
		assert.equal(opened.tensors[0]?.problem, undefined);
		assert.ok(reads.count <= 10 && reads.bytes <= 10_000, JSON.stringify(reads));
		const last = await opened.read(opened.tensors[0] as TensorInfo, { origin: [499_999_999], shape: [1] });
		assert.equal(last.bytes.length, 8);
	});

	it("of a damaged file are read or refused with a sentence", async function () {
		this.timeout(60_000);
		for (const [, bytes] of files) await survivesDamage("a.mat", bytes, 300);
		await survivesDamage(
			"a.mat",
			mat5(
				[cube, complex].map((each) => matrix(each, true)),
				true,
			),
			300,
		);
		const four = join(mat4(50, 2, 3, 0, bytesTo(6)), mat4(0, 1, 2, 1, doubles([1, 2, 3, 4])));
		await survivesDamage("a.mat", join(four, mat4(2, 2, 3, 0, doubles([1, 4, 2, 2, 0.5, 0]))), 300);
	});
});
