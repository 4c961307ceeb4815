import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import fc from "fast-check";
import { createSums, momentsIn, type Precision, ROUND } from "../../src/core/arithmetic";
import { factsOf } from "../../src/core/dtype";
import { decodeMiniFloat, encodeMiniFloat, type MiniFloat } from "../../src/core/minifloat";

const FOLDER = "test/fixtures/arithmetic";
const recorded = JSON.parse(readFileSync(path.join(FOLDER, "numpy.json"), "utf8")) as {
	readonly sums: readonly {
		readonly length: number;
		readonly pairwise: number;
		readonly sequential: number;
		readonly half: number;
	}[];
	readonly far: Readonly<Record<"mean" | "fastVariance" | "twoPassVariance" | "trueVariance", number>>;
};

/** The float32 values of mean 1e4 and deviation 1 that the record was made from. */
function farValues(): Float64Array {
	const bytes = readFileSync(path.join(FOLDER, "steps-from-1e4.npy"));
	const steps = new Int16Array(new Uint8Array(bytes.subarray(128)).buffer);
	assert.equal(steps.length, 65536);
	return Float64Array.from(steps, (step) => 1e4 + step / 1024);
}

const terms = (length: number) => Array.from({ length }, (_, k) => (((k * 7919) % 2048) - 700) / 256);

describe("arithmetic in a precision", () => {
	it("rounds like the type's own encoder: nearest, ties to even, subnormal, past the largest", () => {
		for (const dtype of ["f16", "bf16"] as const) {
			const type = factsOf(dtype).mini as MiniFloat;
			const expected = (value: number) => decodeMiniFloat(type, encodeMiniFloat(type, value));
			const check = (value: number) => assert.ok(Object.is(ROUND[dtype](value), expected(value)), `${dtype} ${value}`);
			const special = [
				0,
				-0,
				NaN,
				Infinity,
				-Infinity,
				65504,
				65519.99,
				65520,
				65536,
				1e300,
				5e-324,
				2 ** -24,
				2 ** -25,
			];
			for (const value of special) for (const sign of [1, -1]) check(sign * value);
			// Halfway between two neighbours, for every exponent.
			for (let code = 1; code < 0x7bff; code += 37)
				check((decodeMiniFloat(type, code) + decodeMiniFloat(type, code + 1)) / 2);
			fc.assert(
				fc.property(fc.double(), (value) => check(value)),
				{ numRuns: 3000, seed: 7 },
			);
			fc.assert(
				fc.property(fc.float(), (value) => check(value)),
				{ numRuns: 3000, seed: 8 },
			);
		}
	});

	it("sums as NumPy does: float32 pairwise and one by one, float16 one by one", () => {
		for (const { length, pairwise, sequential, half } of recorded.sums) {
			const values = terms(length).map((value) => Math.fround(value * Math.fround(1.1)));
			const sumOf = (precision: Precision, summation: "pairwise" | "sequential", numbers: readonly number[]) => {
				const sums = createSums(precision, summation, [length]);
				for (const value of numbers) sums.add(0, value);
				return sums.total(0);
			};
			assert.equal(sumOf("f32", "pairwise", values), pairwise, `pairwise ${length}`);
			assert.equal(sumOf("f32", "sequential", values), sequential, `sequential ${length}`);
			assert.equal(sumOf("f16", "sequential", terms(length)), half, `half ${length}`);
		}
	});

	it("gives 8.0 for a true variance of 0.9989 at mean 1e4 by the fast variance in float32", () => {
		const values = farValues();
		const { far } = recorded;
		assert.equal(far.fastVariance, 8);
		assert.equal(far.trueVariance.toFixed(4), "0.9989");
		const fast = momentsIn(values, "f32", { summation: "pairwise", variance: "fast" });
		assert.deepEqual(fast, { mean: far.mean, variance: 8 });
		const twoPass = momentsIn(values, "f32", { summation: "pairwise", variance: "two-pass" });
		assert.deepEqual(twoPass, { mean: far.mean, variance: far.twoPassVariance });
		const exact = momentsIn(values, "f64", { summation: "pairwise", variance: "two-pass" });
		assert.ok(Math.abs(exact.variance - far.trueVariance) < 1e-12);
	});

	it("sums each of several interleaved cells on its own", () => {
		const sums = createSums("f32", "pairwise", [300, 5]);
		const values = terms(300);
		values.forEach((value, k) => {
			sums.add(0, value);
			if (k % 60 === 0) sums.add(1, value);
		});
		const alone = createSums("f32", "pairwise", [300]);
		for (const value of values) alone.add(0, value);
		assert.equal(sums.total(0), alone.total(0));
		assert.equal(
			sums.total(1),
			[0, 60, 120, 180, 240].reduce((sum, k) => sum + (values[k] as number), 0),
		);
	});
});
