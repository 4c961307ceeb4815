import assert from "node:assert/strict";
import { TensorError } from "../../src/core/errors";
import { PROFILE_SORTS, type ProfileSort } from "../../src/core/profile-order";
import { at, f64, noise, withEngine, writeTensors } from "./files";

/** 5,000 channels of 3 values, some of them zero, NaN, infinite or far out. */
const CHANNELS = 5000;
const VALUES = noise(3 * CHANNELS, 8);
for (let c = 0; c < CHANNELS; c += 700) VALUES.fill(0, 3 * c, 3 * c + 3);
for (let c = 11; c < CHANNELS; c += 900) VALUES[3 * c + 1] = c % 2 ? NaN : -Infinity;
VALUES[3 * 4321] = 900;

/** What an order goes by, from the definition alone. */
const SCORES: Readonly<Record<Exclude<ProfileSort, "index" | "worst">, (own: readonly number[]) => number>> = {
	std: (own) => Math.sqrt(meanOf(finiteOf(own).map((x) => (x - meanOf(finiteOf(own))) ** 2))),
	mean: (own) => Math.abs(meanOf(finiteOf(own))),
	largest: (own) => Math.max(...finiteOf(own).map(Math.abs)),
	zeros: (own) => finiteOf(own).filter((x) => x === 0).length / finiteOf(own).length,
	nonFinite: (own) => own.length - finiteOf(own).length,
};
const finiteOf = (own: readonly number[]) => own.filter(Number.isFinite);
const meanOf = (own: readonly number[]) => own.reduce((sum, x) => sum + x, 0) / own.length;

describe("the indices of an axis that come first in an order", function () {
	this.timeout(60_000);
	const { file, engine } = withEngine();
	const where = () => at(writeTensors(file("ranked.npy"), [f64("", [CHANNELS, 3], VALUES)]));
	const ownOf = (index: number) => [...VALUES.subarray(3 * index, 3 * index + 3)];

	for (const sort of Object.keys(SCORES) as (keyof typeof SCORES)[]) {
		it(`are those of the definition, each alone, of an axis that is shown in bins: ${PROFILE_SORTS[sort]}`, async () => {
			const { profile, indices } = await engine().ranked({ ...where(), part: 0, ranking: { axis: 0, sort } });
			const scores = Array.from({ length: CHANNELS }, (_, index) => SCORES[sort](ownOf(index)));
			const sorted = [...scores].sort((a, b) => b - a);
			assert.deepEqual(
				[profile.bins, profile.size, indices.length, new Set(indices).size],
				[2048, CHANNELS, 2048, 2048],
			);
			indices.forEach((index, place) => {
				assert.ok(Math.abs((scores[index] as number) - (sorted[place] as number)) < 1e-12, `${place}: ${index}`);
				assert.ok(Math.abs((profile.mean[place] as number) - meanOf(finiteOf(ownOf(index)))) < 1e-12);
				assert.equal(profile.max[place], Math.max(...finiteOf(ownOf(index))));
			});
		});
	}

	it("begin with the flagged ones where the worst are wanted: not finite, dead, then far out", async () => {
		const { profile, indices } = await engine().ranked({ ...where(), part: 0, ranking: { axis: 0, sort: "worst" } });
		const lost = Array.from({ length: CHANNELS }, (_, c) => c).filter((c) => ownOf(c).some((x) => !Number.isFinite(x)));
		const dead = Array.from({ length: CHANNELS }, (_, c) => c).filter((c) => ownOf(c).every((x) => x === 0));
		assert.deepEqual([...indices.subarray(0, lost.length + dead.length)], [...lost, ...dead]);
		assert.ok(indices.subarray(0, 40).includes(4321));
		assert.equal(profile.nan[0], 1);
	});

	it("are all indices of a short axis, and none of an axis that is not there", async () => {
		const { profile, indices } = await engine().ranked({ ...where(), part: 0, ranking: { axis: 1, sort: "mean" } });
		assert.deepEqual([profile.bins, [...indices].sort()], [3, [0, 1, 2]]);
		await assert.rejects(
			engine().ranked({ ...where(), part: 0, ranking: { axis: 2, sort: "mean" } }),
			(thrown) => thrown instanceof TensorError && thrown.code === "bad-option",
		);
	});
});
