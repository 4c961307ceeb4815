import assert from "node:assert/strict";
import type { AxisProfile } from "../../src/core/inspection";
import { orderOf, PROFILE_SORTS, type ProfileSort, pickBins } from "../../src/core/profile-order";
import { seriesOf } from "../../src/drawing/profile-series";

/** Six indices: plain, dead, one with NaN, without a finite value, constant, and of large negative values. */
const PROFILE: AxisProfile = {
	axis: 0,
	size: 6,
	bins: 6,
	count: Float64Array.of(4, 4, 3, 0, 4, 4),
	mean: Float64Array.of(1, 0, 2, NaN, 3, -9),
	std: Float64Array.of(1, 0, 5, NaN, 0, 2),
	min: Float64Array.of(-1, 0, -4, Infinity, 3, -12),
	max: Float64Array.of(2, 0, 7, -Infinity, 3, -6),
	nan: Float64Array.of(0, 0, 1, 4, 0, 0),
	posInf: new Float64Array(6),
	negInf: new Float64Array(6),
	zeros: Float64Array.of(1, 4, 0, 0, 0, 0),
};

describe("the order of an axis's indices", () => {
	for (const [sort, order] of [
		["index", [0, 1, 2, 3, 4, 5]],
		["worst", [2, 3, 1, 4, 0, 5]],
		["std", [2, 5, 0, 1, 4, 3]],
		["mean", [5, 4, 2, 0, 1, 3]],
		["largest", [5, 2, 4, 0, 1, 3]],
		["zeros", [1, 0, 2, 4, 5, 3]],
		["nonFinite", [3, 2, 0, 1, 4, 5]],
	] as const satisfies readonly (readonly [ProfileSort, readonly number[]])[]) {
		it(`is by ${PROFILE_SORTS[sort]}, the largest first, equal ones by index and unknown ones last`, () => {
			assert.deepEqual([...orderOf(PROFILE, sort)], order);
		});
	}

	it("goes with all statistics of its bins, of 64-bit integers too", () => {
		const picked = pickBins({ ...PROFILE, min: BigInt64Array.of(1n, 2n, 3n, 4n, 5n, 6n) }, Int32Array.of(5, 0));
		assert.deepEqual(
			[picked.bins, [...picked.mean], [...picked.max], [...picked.min], [...picked.zeros]],
			[2, [-9, 1], [-6, 2], [6n, 1n], [0, 1]],
		);
	});

	it("can be of shares of zeros among finite values, and of NaN and infinities among all", () => {
		assert.deepEqual([...seriesOf(PROFILE, "zeros")], [0.25, 1, 0, NaN, 0, 0]);
		assert.deepEqual([...seriesOf(PROFILE, "nonFinite")], [0, 0, 0.25, 1, 0, 0]);
	});
});
