import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { momentsIn } from "../../src/core/arithmetic";
import { type Shape, sizeOf } from "../../src/core/layout";
import { type Norm, normOptions } from "../../src/core/normalizations";
import { type ArithmeticErrors, WRONG_OUTPUT } from "../../src/core/numerics";
import { at, f32, noise, withEngine, writeTensors } from "./files";

const rowOf = (rows: readonly ArithmeticErrors[], precision: string, summation: string, variance: string) =>
	rows.find(
		(row) => row.precision === precision && row.summation === summation && row.variance === variance,
	) as ArithmeticErrors;

describe("the numerics lens", function () {
	this.timeout(60_000);
	const { file, engine } = withEngine();

	it("marks the fast variance in float32: 8.0 for a true 0.9989 at mean 1e4", async () => {
		const bytes = readFileSync("test/fixtures/arithmetic/steps-from-1e4.npy");
		const steps = new Int16Array(new Uint8Array(bytes.subarray(128)).buffer);
		const far = Float64Array.from(steps, (step) => 1e4 + step / 1024);
		const near = noise(steps.length, 2);
		const input = at(writeTensors(file("far.npy"), [f32("x", [1, 2, 65536], [...near, ...far])]));
		const norm: Norm = { id: "batchNorm", options: normOptions([1, 2, 65536]) };
		const { rows, sets } = await engine().numerics({ ...input, norm });
		assert.equal(sets, 2);
		const fast = rowOf(rows, "f32", "pairwise", "fast");
		assert.equal(fast.wrong, 1);
		assert.equal(fast.worst[0]?.set, 1);
		assert.equal(fast.worst[0]?.variance, 8);
		assert.equal(fast.worst[0]?.exactVariance.toFixed(4), "0.9989");
		assert.ok((fast.worst[1]?.rms as number) < WRONG_OUTPUT);
		assert.equal(rowOf(rows, "f32", "pairwise", "two-pass").wrong, 0);
		assert.equal(rowOf(rows, "f64", "sequential", "fast").wrong, 0);
	});

	it("emulates every set as its elements alone would be, and finds the error that its output has", async () => {
		const shape: Shape = [7, 5, 11_003];
		const values = noise(sizeOf(shape), 3).map((x, k) => Math.fround(x * 3 + Math.floor(k / 55_015)));
		const input = at(writeTensors(file("many.npy"), [f32("x", shape, values)]));
		for (const id of ["batchNorm", "instanceNorm"] as const) {
			const norm: Norm = { id, options: normOptions(shape) };
			const { rows } = await engine().numerics({ ...input, norm });
			assert.equal(rows.length, 10);
			for (const { precision, summation, variance, worst } of rows) {
				for (const found of worst.filter((_, k) => k % 9 === 0)) {
					const channel = (k: number) => Math.floor(k / 11_003) % 5;
					const own = values.filter((_, k) =>
						id === "batchNorm" ? channel(k) === found.set : Math.floor(k / 11_003) === found.set,
					);
					const expected = momentsIn(own, precision, { summation, variance });
					const what = `${id} ${precision} ${summation} ${variance} set ${found.set}`;
					assert.deepEqual({ mean: found.mean, variance: found.variance }, expected, what);
					if (!Number.isFinite(expected.mean) || !Number.isFinite(expected.variance)) {
						assert.deepEqual([found.rms, found.maxAbs], [Infinity, Infinity], what);
						continue;
					}
					const scale = 1 / Math.sqrt(Math.max(0, found.variance) + 1e-5);
					const exact = 1 / Math.sqrt(found.exactVariance + 1e-5);
					const apart = own.map((x) => (x - found.mean) * scale - (x - found.exactMean) * exact);
					const rms = Math.sqrt(apart.reduce((sum, d) => sum + d * d, 0) / own.length);
					assert.ok(Math.abs(found.rms - rms) <= 1e-9 * Math.max(1, rms), `${what}: rms ${found.rms}, not ${rms}`);
					const largest = apart.reduce((most, d) => Math.max(most, Math.abs(d)), 0);
					assert.ok(Math.abs(found.maxAbs - largest) <= 1e-9 * Math.max(1, largest), `${what}: max`);
				}
			}
		}
	});

	it("says where sums leave float16's range, counts nothing that is not finite, and stops when cancelled", async () => {
		const values = Array.from({ length: 4000 }, (_, k) => (k === 5 ? NaN : 60_000 + (k % 3)));
		const input = at(writeTensors(file("large.npy"), [f32("x", [4000, 1], values)]));
		const norm: Norm = { id: "batchNorm", options: normOptions([4000, 1]) };
		const { rows } = await engine().numerics({ ...input, norm });
		const half = rowOf(rows, "f16", "sequential", "two-pass");
		assert.deepEqual([half.wrong, half.overflowed, half.output.max], [1, 1, Infinity]);
		assert.equal(rowOf(rows, "f64", "sequential", "two-pass").wrong, 0);
		const long = at(writeTensors(file("long.npy"), [f32("x", [1, 1, 70_000], noise(70_000))]));
		const found = await engine().numerics({ ...long, norm: { ...norm, options: normOptions([1, 1, 70_000]) } });
		const { overflowed, worst } = rowOf(found.rows, "f16", "sequential", "two-pass");
		assert.deepEqual([overflowed, worst[0]?.mean], [1, 0], "a count of 70 000 is infinite in float16");
		const stop = new AbortController();
		const big = at(writeTensors(file("big.npy"), [f32("x", [8, 4, 100_000], noise(3_200_000))]));
		const request = { ...big, norm: { ...norm, options: normOptions([8, 4, 100_000]) } };
		const running = engine().numerics(request, { signal: stop.signal, onProgress: () => stop.abort() });
		await assert.rejects(running, { code: "cancelled" });
		const tooMany = at(writeTensors(file("sets.npy"), [f32("x", [70_000, 2, 2], new Float64Array(280_000))]));
		await assert.rejects(
			engine().numerics({ ...tooMany, norm: { id: "instanceNorm", options: normOptions([70_000, 2, 2]) } }),
			/140\u202f000 sets, more than the 65\u202f536/,
		);
	});
});
