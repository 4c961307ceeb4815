import assert from "node:assert/strict";
import { prepareProgram, run } from "./program";
import { noise, npy, place, safetensors, temporaryFolder } from "./tensor-files";

const KEYS = "tensor dtype shape cells count mean std min max nan posInf negInf zeros exact elapsedMs".split(" ");

describe("tensor-inspector stats", function () {
	this.timeout(30_000);
	const { folder, remove } = temporaryFolder();
	before(prepareProgram);
	after(remove);

	async function json(...args: string[]): Promise<Record<string, unknown>> {
		const { code, stdout, stderr } = await run("stats", ...args, "--json");
		assert.deepEqual([code, stderr], [0, ""]);
		return JSON.parse(stdout) as Record<string, unknown>;
	}

	it("prints exactly the documented JSON of a whole tensor: one cell, arrays of length 1", async () => {
		const values = Float64Array.of(1, 2, 3, 4, 0, NaN, Infinity, -Infinity, -Infinity);
		const file = place(folder, "whole.npy", npy([3, 3], values));
		const result = await json(file);
		assert.deepEqual(Object.keys(result), KEYS);
		assert.equal(typeof result.elapsedMs, "number");
		assert.deepEqual(
			{ ...result, elapsedMs: 0 },
			{
				tensor: "",
				dtype: "f64",
				shape: [3, 3],
				cells: [1, 1],
				count: [5],
				mean: [2],
				std: [Math.SQRT2],
				min: [0],
				max: [4],
				nan: [1],
				posInf: [1],
				negInf: [2],
				zeros: [1],
				exact: true,
				elapsedMs: 0,
			},
		);
	});

	it("prints the arrays in C order of the cells of a norm", async () => {
		const shape = [2, 4, 3] as const;
		const values = noise(24);
		const file = place(folder, "norm.npy", npy(shape, values));
		const result = await json(file, "--norm", "groupNorm", "--groups", "2");
		assert.deepEqual(result.cells, [2, 2, 1]);
		const sets = Array.from({ length: 4 }, (_, set) => [...values.subarray(6 * set, 6 * set + 6)]);
		const means = sets.map((set) => set.reduce((a, b) => a + b) / 6);
		const stds = sets.map((set, k) => Math.sqrt(set.reduce((sum, x) => sum + (x - (means[k] ?? 0)) ** 2, 0) / 6));
		assert.deepEqual(result.count, [6, 6, 6, 6]);
		assert.deepEqual(
			result.min,
			sets.map((set) => Math.min(...set)),
		);
		for (const [name, expected] of [
			["mean", means],
			["std", stds],
		] as const) {
			const found = result[name] as number[];
			assert.equal(found.length, 4);
			for (const [k, value] of expected.entries()) {
				assert.ok(Math.abs((found[k] ?? NaN) - value) < 1e-14, `${name} of set ${k}`);
			}
		}
	});

	it("takes negative axes, and --cells for the same layout", async () => {
		const file = place(folder, "axes.npy", npy([2, 3, 4], noise(24)));
		const words = await json(file, "--norm", "batchNorm", "--axis", "-1");
		const equals = await json(file, "--norm=batchNorm", "--axis=-1");
		const index = await json("--axis", "2", "--norm", "batchNorm", file);
		const cells = await json(file, "--cells", "1,1,4");
		const named = await json(file, "--norm", "cells", "--cells", "1, 1, 4");
		assert.deepEqual(words.cells, [1, 1, 4]);
		for (const other of [equals, index, cells, named]) {
			assert.deepEqual({ ...other, elapsedMs: 0 }, { ...words, elapsedMs: 0 });
		}
	});

	it("uses axis 1 where none is given", async () => {
		const file = place(folder, "default.npy", npy([2, 3, 4], noise(24)));
		assert.deepEqual((await json(file, "--norm", "batchNorm")).cells, [1, 3, 1]);
		assert.deepEqual((await json(file, "--norm", "layerNorm")).cells, [2, 1, 1]);
		assert.deepEqual((await json(file, "--norm", "instanceNorm")).cells, [2, 3, 1]);
	});

	it("prints integers past 2^53 as strings, exactly", async () => {
		const values = BigInt64Array.of(-(2n ** 63n), 2n ** 53n + 1n, 5n);
		const result = await json(place(folder, "wide.npy", npy([3], values)));
		assert.deepEqual([result.dtype, result.min, result.max], ["i64", ["-9223372036854775808"], ["9007199254740993"]]);
	});

	it("prints NaN as a string where a cell has no finite element", async () => {
		const values = Float64Array.of(NaN, Infinity, 1, 2);
		const result = await json(place(folder, "nan.npy", npy([2, 2], values)), "--cells", "2,1");
		assert.deepEqual(
			[result.count, result.mean, result.std, result.min, result.max],
			[
				[0, 2],
				["NaN", 1.5],
				["NaN", 0.5],
				["NaN", 1],
				["NaN", 2],
			],
		);
	});

	it("prints one cell for an empty tensor, with nothing in it", async () => {
		const result = await json(place(folder, "empty.npy", npy([0, 3], new Float64Array(0))));
		assert.deepEqual([result.cells, result.count, result.mean, result.zeros], [[1, 1], [0], ["NaN"], [0]]);
	});

	it("prints one cell for a scalar", async () => {
		const result = await json(place(folder, "scalar.npy", npy([], Float64Array.of(7))));
		assert.deepEqual([result.shape, result.cells, result.mean, result.std], [[], [], [7], [0]]);
	});

	it("prints real and imag of a complex tensor", async () => {
		const values = Float64Array.of(1, 10, 3, NaN);
		const result = await json(place(folder, "complex.npy", npy([2], values, "<c16")));
		assert.deepEqual(Object.keys(result), "tensor dtype shape cells real imag exact elapsedMs".split(" "));
		const { real, imag } = result as unknown as Record<"real" | "imag", Record<string, unknown>>;
		assert.deepEqual(Object.keys(real), "count mean std min max nan posInf negInf zeros".split(" "));
		assert.deepEqual([real.mean, real.nan, imag.count, imag.mean, imag.nan], [[2], [0], [1], [10], [1]]);
	});

	it("chooses a tensor by its name, also one with signs in it", async () => {
		const tensors = {
			"a#b": { shape: [2], values: Float32Array.of(1, 3) },
			"--c": { shape: [1], values: Float32Array.of(5) },
		};
		const file = place(folder, "named.safetensors", safetensors(tensors));
		const first = await json(file, "--tensor", "a#b");
		assert.deepEqual([first.tensor, first.mean], ["a#b", [2]]);
		const second = await json(file, "--tensor=--c");
		assert.deepEqual([second.tensor, second.mean], ["--c", [5]]);
	});

	it("prints hundreds of thousands of sets as whole JSON", async () => {
		const count = 300_000;
		const file = place(folder, "many.npy", npy([count, 2], noise(2 * count)));
		const result = await json(file, "--norm", "layerNorm");
		assert.deepEqual(result.cells, [count, 1]);
		for (const name of KEYS.slice(4, 13)) assert.equal((result[name] as unknown[]).length, count, name);
	});

	it("prints a table of the first sets for people, and how many more there are", async () => {
		const file = place(folder, "table.npy", npy([5, 5, 4], noise(100)));
		const { code, stdout, stderr } = await run("stats", file, "--norm", "instanceNorm");
		assert.deepEqual([code, stderr], [0, ""]);
		const lines = stdout.split("\n");
		const head = lines.findIndex((line) => /^set +count +mean +std +min +max +zeros +NaN +\+Inf +-Inf$/.test(line));
		assert.ok(head > 0, stdout);
		assert.match(lines[head + 1] ?? "", /^0, 0, 0 +4 /);
		assert.match(lines[head + 20] ?? "", /^3, 4, 0 +4 /);
		assert.match(lines[head + 21] ?? "", /and 5 more sets/);
		assert.equal(new Set(lines.slice(head, head + 21).map((line) => line.length)).size, 1);
	});

	it("warns people of NaN and infinities on stderr, and keeps the numbers on stdout", async () => {
		const { code, stdout, stderr } = await run("stats", "media/samples/trouble/nan-constant-pixels.npy");
		assert.equal(code, 0);
		assert.match(stdout, /NaN +767\n/);
		assert.match(stderr, /^warning: 767 NaN, 1 \+Inf; .*\n$/);
	});
});
