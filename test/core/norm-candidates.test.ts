import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { guessAxes } from "../../src/core/axes";
import { type Shape, sizeOf } from "../../src/core/layout";
import { candidateNorms, groupCounts, normName } from "../../src/core/norm-candidates";
import { NORM_COLUMNS, sortedNorms } from "../../src/core/norm-columns";
import type { ComparedNorm } from "../../src/core/norm-comparison";
import { COMPARABLE_IDS, layoutOf, normalization } from "../../src/core/normalizations";

function axesOf(shape: Shape) {
	const { letters, channelAxis } = guessAxes(shape);
	return { shape, letters: [...letters], channelAxis };
}
const namesOn = (shape: Shape) => candidateNorms(axesOf(shape), {}).map((norm) => normName(norm, axesOf(shape)));

describe("the norms that are compared", () => {
	it("of (N, C, H, W) have LayerNorm over each suffix, and GroupNorm with 2, 8, 32 and C/16 groups", () => {
		const names = namesOn([4, 64, 5, 7]);
		for (const name of [
			"BatchNorm",
			"InstanceNorm",
			"LayerNorm over N, C, H, W",
			"LayerNorm over C, H, W",
			"LayerNorm over H, W",
			"LayerNorm over W",
			"LayerNorm2d",
			"GroupNorm(2)",
			"GroupNorm(4)",
			"GroupNorm(8)",
			"GroupNorm(32)",
		])
			assert.ok(names.includes(name), name);
		assert.equal(new Set(names).size, names.length);
	});

	it("have group counts that divide the channels", () => {
		assert.deepEqual([1, 2, 7, 12, 15, 256, 96].map(groupCounts), [
			[],
			[],
			[],
			[2, 6],
			[3, 5],
			[2, 8, 16, 32],
			[2, 6, 8, 32],
		]);
	});

	it("fit, on shapes of every rank, and every entry that can be compared is among them", () => {
		const met = new Set<string>();
		for (const shape of [[], [6], [4, 6], [2, 5, 6], [2, 6, 3, 4], [2, 6, 2, 3, 4], [2, 2, 2, 2, 2, 2, 2], [0, 6, 3]]) {
			for (const norm of candidateNorms(axesOf(shape), { eps: 1e-3 })) {
				assert.equal(sizeOf(layoutOf(norm, shape).shape), sizeOf(shape));
				assert.equal(norm.options.eps, normalization(norm.id).defaults?.eps ?? 1e-3);
				met.add(norm.id);
			}
		}
		assert.deepEqual([...met].sort(), [...COMPARABLE_IDS].sort());
	});

	it("are sorted by a column in both directions, those without numbers last", () => {
		const row = (sets: number, summary = true) => ({ sets, summary: summary ? {} : undefined }) as ComparedNorm;
		const column = { ...(NORM_COLUMNS[0] as (typeof NORM_COLUMNS)[number]) };
		const value = ({ sets, summary }: ComparedNorm) => (summary ? sets : NaN);
		const rows = [row(3), row(9, false), row(1), row(3), row(7)];
		const setsOf = (descending: boolean) => sortedNorms(rows, { ...column, value }, descending).map(({ sets }) => sets);
		assert.deepEqual(
			[setsOf(false), setsOf(true)],
			[
				[1, 3, 3, 7, 9],
				[7, 3, 3, 1, 9],
			],
		);
	});
});
