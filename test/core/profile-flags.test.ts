import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { AxisProfile } from "../../src/core/inspection";
import { flagsOf } from "../../src/core/profile-flags";

/** The profile of rows of values, by the plain two-pass formulas. */
function profileOf(rows: readonly (readonly number[])[]): AxisProfile {
	const finite = rows.map((row) => row.filter(Number.isFinite));
	const means = finite.map((row) => row.reduce((sum, x) => sum + x / row.length, 0));
	const of = (measure: (row: readonly number[], index: number) => number) => Float64Array.from(finite, measure);
	const counted = (value: number) => Float64Array.from(rows, (row) => row.filter((x) => Object.is(x, value)).length);
	return {
		axis: 0,
		size: rows.length,
		bins: rows.length,
		count: of((row) => row.length),
		mean: Float64Array.from(means),
		std: of((row, k) => Math.sqrt(row.reduce((sum, x) => sum + (x - (means[k] ?? 0)) ** 2 / row.length, 0))),
		min: of((row) => Math.min(...row)),
		max: of((row) => Math.max(...row)),
		nan: counted(NaN),
		posInf: counted(Infinity),
		negInf: counted(-Infinity),
		zeros: counted(0),
	};
}
const found = (rows: readonly (readonly number[])[]) =>
	Object.fromEntries(flagsOf(profileOf(rows)).map(({ flag, bins }) => [flag, bins]));

/** Means 0, 1, … and deviations 1, so the median of nine is 4 and their MAD 2. */
const steps = Array.from({ length: 9 }, (_, k) => [k - 1, k + 1]);

describe("flags of the indices of an axis", () => {
	it("call an index dead when every element is zero, constant when all equal another number", () => {
		assert.deepEqual(
			found([
				[0, 0],
				[3, 3],
				[0, 1],
				[1, 2],
			]),
			{ dead: [0], constant: [1] },
		);
	});

	it("call values saturated that lie at their ends, not spread ones, and none of fewer than 32", () => {
		const ends = (count: number, low: number, high: number, share: number) =>
			Array.from({ length: count }, (_, k) => (k < share * count ? high : low));
		const spread = Array.from({ length: 64 }, (_, k) => k / 63);
		const nearly = [...ends(62, -1, 1, 0.3), 0.2, -0.1];
		assert.deepEqual(
			found([ends(64, -1, 1, 0.5), ends(64, 0, 6, 0.05), spread, ends(31, -1, 1, 0.5), nearly]).saturated,
			[0, 1, 4],
		);
		assert.deepEqual(found([ends(64, -1.7e308, 1.7e308, 0.5)]).saturated, [0]);
	});

	it("claim nothing from one element, and neither dead nor constant beside NaN or Inf", () => {
		assert.deepEqual(found([[0], [3]]), {});
		assert.deepEqual(
			found([
				[0, 0, NaN],
				[3, 3, Infinity],
				[NaN, NaN, -Infinity],
				[1, 2, 3],
			]),
			{ nonFinite: [0, 1, 2] },
		);
		assert.deepEqual(found([]), {});
	});

	it("call a mean an outlier past 3.5 × 1.4826 × MAD from the median, not at less", () => {
		// With one more mean the ten have the median 4.5 and the MAD 2.5: the limit is 12.97 from it.
		const last = (mean: number) => found([...steps, [mean - 1, mean + 1]]);
		assert.deepEqual(last(17.4), {});
		assert.deepEqual(last(17.5), { meanOutlier: [9] });
	});

	it("scale with the values to the ends of float64's range", () => {
		const plain = profileOf([...steps, [29, 31]]);
		for (const scale of [1e-300, 1, 5e306]) {
			const scaled = (values: AxisProfile["min"]) =>
				Float64Array.from({ length: values.length }, (_, k) => Number(values[k]) * scale);
			const [mean, std, min, max] = [plain.mean, plain.std, plain.min, plain.max].map(scaled) as [
				Float64Array,
				Float64Array,
				Float64Array,
				Float64Array,
			];
			const flags = flagsOf({ ...plain, mean, std, min, max });
			assert.deepEqual(flags, [{ flag: "meanOutlier", bins: [9] }], String(scale));
		}
	});

	it("call a deviation an outlier where means are alike, leaving dead indices out of the median", () => {
		const rows = Array.from({ length: 9 }, (_, k) => [-10 - k, 10 + k]);
		assert.deepEqual(found([...rows, [-90, 90], [0, 0]]), { dead: [10], stdOutlier: [9] });
	});

	it("tell no outlier of fewer than eight indices, of equal ones, or in rounding's noise", () => {
		assert.deepEqual(found([...steps.slice(0, 6), [999, 1001]]), {});
		assert.deepEqual(found([...Array.from({ length: 9 }, () => [-1, 1]), [9, 11]]), {});
		const noise = [...steps, [98, 102]].map(([a = 0, b = 0], k) => [
			(a + b) * 1e-9 - 1 - k / 1e4,
			(a + b) * 1e-9 + 1 + k / 1e4,
		]);
		assert.deepEqual(found(noise), {});
	});
});
