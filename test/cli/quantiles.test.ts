import assert from "node:assert/strict";
import { prepareProgram, run } from "./program";
import { noise, npy, place, temporaryFolder } from "./tensor-files";

describe("tensor-inspector stats --quantiles", function () {
	this.timeout(30_000);
	const { folder, remove } = temporaryFolder();
	before(prepareProgram);
	after(remove);

	it("prints quantiles and histograms of every set as JSON, after the statistics", async () => {
		const values = Float32Array.from({ length: 200 }, (_, i) => i % 100);
		const file = place(folder, "ramp.npy", npy([2, 100], values));
		const { code, stdout } = await run("stats", file, "--cells", "2,1", "--quantiles", "--json");
		assert.equal(code, 0);
		const json = JSON.parse(stdout) as Record<string, unknown>;
		const keys = "zeros p1 p5 median p95 p99 histogram quantileError exact elapsedMs".split(" ");
		assert.deepEqual(Object.keys(json).slice(-keys.length), keys);
		assert.deepEqual(
			[json.p1, json.p5, json.median, json.p95, json.p99],
			[0, 4, 49, 94, 98].map((x) => [x, x]),
		);
		assert.equal(json.quantileError, 0);
		const histogram = json.histogram as number[][];
		assert.deepEqual([histogram.length, histogram[0]?.length], [2, 64]);
		assert.equal(
			histogram[1]?.reduce((a, b) => a + b),
			100,
		);
	});

	it("prints the distributions of both parts of a complex tensor", async () => {
		const file = place(folder, "complex.npy", npy([2], Float64Array.of(1, 10, 3, 30), "<c16"));
		const { stdout } = await run("stats", file, "--quantiles", "--json");
		const { real, imag } = JSON.parse(stdout) as Record<"real" | "imag", Record<string, unknown>>;
		assert.deepEqual([real.median, imag.median, imag.p99], [[1], [10], [30]]);
	});

	it("prints rows, bars and the error for people", async () => {
		const file = place(folder, "noise.npy", npy([1000], noise(1000)));
		const { code, stdout } = await run("stats", file, "--quantiles");
		assert.equal(code, 0);
		for (const name of ["p1", "p5", "median", "p95", "p99"])
			assert.match(stdout, new RegExp(`^  ${name} +-?[0-9.]+`, "m"));
		assert.match(stdout, /^ {2}histogram {2}[▁-█ ]+$/m);
		assert.match(stdout, /within 0.024 % of the element's value/);
	});

	it("prints a column for each quantile where there are several sets", async () => {
		const file = place(folder, "sets.npy", npy([3, 4], noise(12)));
		const { stdout } = await run("stats", file, "--norm", "layerNorm", "--quantiles");
		assert.match(stdout, /^set +count +mean +std +min +max +p1 +p5 +median +p95 +p99 +zeros/m);
	});

	it("refuses more sets than it keeps quantiles of", async () => {
		const file = place(folder, "many.npy", npy([5000, 1], noise(5000)));
		const { code, stderr } = await run("stats", file, "--cells", "5000,1", "--quantiles");
		assert.equal(code, 2);
		assert.match(stderr, /--quantiles takes up to 4096 sets, and this layout has 5000/);
	});
});
