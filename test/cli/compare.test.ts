import assert from "node:assert/strict";
import { prepareProgram, run } from "./program";
import { noise, npy, place, safetensors, temporaryFolder } from "./tensor-files";

describe("tensor-inspector compare", function () {
	this.timeout(30_000);
	const { folder, remove } = temporaryFolder();
	before(prepareProgram);
	after(remove);

	const file = (name: string, values: readonly number[], shape: readonly number[] = [values.length]) =>
		place(folder, name, npy(shape, Float64Array.from(values)));

	it("ends with 0 when all elements are close, NaN to NaN and an infinity to itself", async () => {
		const a = file("close-a.npy", [1, NaN, Infinity, -Infinity, 0, 1e5]);
		const b = file("close-b.npy", [1 + 5e-6, NaN, Infinity, -Infinity, 1e-9, 1e5 + 0.5]);
		const { code, stdout, stderr } = await run("compare", a, b);
		assert.deepEqual([code, stderr], [0, ""]);
		assert.match(stdout, /All 6 elements are close \(rtol 1e-5, atol 1e-8\)/);
		assert.match(stdout, /not the same number +3\n/);
	});

	it("ends with 1 when an element is not close, and says how far, where, and which is the first", async () => {
		const a = file("far-a.npy", [1, 2, 3, 4, 5, 6], [2, 3]);
		const b = file("far-b.npy", [1, 2, 3.5, 4, 15, 6], [2, 3]);
		const { code, stdout } = await run("compare", a, b, "--json");
		assert.equal(code, 1);
		const result = JSON.parse(stdout) as Record<string, unknown>;
		assert.equal(typeof result.elapsedMs, "number");
		const { profiles, verdicts, ...numbers } = result;
		assert.deepEqual(profiles, [
			{ axis: 0, size: 2, bins: 2, maxAbs: [0.5, 10], meanAbs: [0.5 / 3, 10 / 3] },
			{ axis: 1, size: 3, bins: 3, maxAbs: [0, 10, 0.5], meanAbs: [0, 5, 0.25] },
		]);
		assert.deepEqual(verdicts, [
			{ by: "numpy.allclose", rtol: 1e-5, atol: 1e-8, failing: 2, close: false },
			{ by: "torch.testing.assert_close", rtol: 1e-7, atol: 1e-7, failing: 2, close: false },
		]);
		assert.ok(Array.isArray((numbers.ulp as { counts: number[] }).counts));
		assert.ok(Math.abs((numbers.rmse as number) - Math.sqrt(100.25 / 6)) < 1e-15);
		assert.ok(Math.abs((numbers.cosine as number) - 142.5 / Math.sqrt(91 * 294.25)) < 1e-12);
		assert.deepEqual(
			{ ...numbers, elapsedMs: 0, ulp: 0, rmse: 0, cosine: 0 },
			{
				close: false,
				a: { tensor: "", dtype: "f64", shape: [2, 3] },
				b: { tensor: "", dtype: "f64", shape: [2, 3] },
				sameShape: true,
				rtol: 1e-5,
				atol: 1e-8,
				elements: 6,
				mismatched: 2,
				different: 2,
				maxAbs: 10,
				maxRel: 10 / 15,
				nanPairs: 0,
				nanMismatches: 0,
				infMismatches: 0,
				ulp: 0,
				rmse: 0,
				cosine: 0,
				firstDifferent: { index: [0, 2], a: 3, b: 3.5 },
				worst: { index: [1, 1], a: 5, b: 15 },
				firstMismatch: { index: [0, 2], a: 3, b: 3.5 },
				elapsedMs: 0,
			},
		);
		const people = await run("compare", a, b);
		assert.equal(people.code, 1);
		assert.match(people.stdout, /2 of 6 elements are not close/);
		assert.match(people.stdout, /max \|a - b\| +10 at \[1, 1\]: a = 5, b = 15/);
		assert.match(people.stdout, /first not close +at \[0, 2\]: a = 3, b = 3\.5/);
	});

	it("ends with 1 when NaN or infinities stand against other numbers", async () => {
		const numbers = file("numbers.npy", [1, 2, 3]);
		for (const odd of [
			[1, NaN, 3],
			[1, 2, Infinity],
		]) {
			const { code, stdout } = await run("compare", numbers, file("odd.npy", odd), "--json");
			assert.equal(code, 1);
			assert.equal((JSON.parse(stdout) as { mismatched: number }).mismatched, 1);
		}
		const { code } = await run("compare", file("plus.npy", [Infinity]), file("minus.npy", [-Infinity]));
		assert.equal(code, 1);
	});

	it("takes tolerances", async () => {
		const a = file("tolerant-a.npy", [100]);
		const b = file("tolerant-b.npy", [101]);
		assert.equal((await run("compare", a, b, "--rtol", "0", "--atol", "0.99")).code, 1);
		assert.equal((await run("compare", a, b, "--rtol", "0", "--atol", "1")).code, 0);
		assert.equal((await run("compare", a, b, "--rtol", "0.01")).code, 0);
		assert.equal((await run("compare", a, a, "--rtol", "0", "--atol", "0")).code, 0);
	});

	it("ends with 1 when the shapes differ, and compares nothing", async () => {
		const a = file("shape-a.npy", [1, 2, 3, 4], [2, 2]);
		const b = file("shape-b.npy", [1, 2, 3, 4], [4]);
		const { code, stdout } = await run("compare", a, b, "--json");
		assert.equal(code, 1);
		const { close, sameShape, elements, worst } = JSON.parse(stdout) as Record<string, unknown>;
		assert.deepEqual([close, sameShape, elements, worst], [false, false, 0, null]);
		assert.match((await run("compare", a, b)).stdout, /The shapes differ, .+ and .+; no values/);
	});

	it("compares real and imaginary parts of complex tensors, and says that it does", async () => {
		const a = place(folder, "complex-a.npy", npy([2], Float64Array.of(1, 2, 3, 4), "<c16"));
		const b = place(folder, "complex-b.npy", npy([2], Float64Array.of(1, 2, 3, 5), "<c16"));
		const { code, stdout } = await run("compare", a, b);
		assert.equal(code, 1);
		assert.match(stdout, /1 of 4 real and imaginary parts are not close/);
		assert.match(stdout, /at \[1, 1\]: a = 4, b = 5/);
		assert.match(stdout, /last index is 0 for the real part/);
	});

	it("compares tensors of different files, types and formats by FILE#TENSOR, also where a file's name holds a #", async () => {
		const values = noise(6);
		const tensors = { x: { shape: [6], values: noise(6, 2) }, "h#0": { shape: [6], values } };
		const hash = place(folder, "run #3.safetensors", safetensors(tensors));
		const plain = place(folder, "golden#x.npy", npy([6], Float64Array.from(values)));
		assert.equal((await run("compare", `${hash}#h#0`, plain, "--rtol", "0", "--atol", "0")).code, 0);
		assert.equal((await run("compare", `${hash}#x`, plain)).code, 1);
	});
});
