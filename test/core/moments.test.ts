import assert from "node:assert/strict";
import fc from "fast-check";
import { coarsen, refines } from "../../src/core/coarsen";
import { TensorError } from "../../src/core/errors";
import { denseStrides, type Layout, sizeOf } from "../../src/core/layout";
import { emptyMoments, MAX_CELLS, mergeGroup, widen } from "../../src/core/moments";
import { commonRefinement, deriveMoments, layoutsToCompute } from "../../src/engine/derive";
import { addChunk } from "../../src/engine/kernels";
import { anyLayout, anyNumbers, anyShape } from "../engine/chunks";
import { assertClose, assertExact, exactCells } from "../engine/oracle";

const momentsOf = (values: Float64Array, layout: Layout) => {
	const moments = emptyMoments("f64", sizeOf(layout.cells));
	const { shape } = layout;
	addChunk(moments, layout, { origin: shape.map(() => 0), shape, strides: denseStrides(shape), offset: 0, values });
	return moments;
};

describe("moments", () => {
	it("merge groups whose mean is far larger than their deviation without losing it", () => {
		const moments = emptyMoments("f64", 1);
		// Two groups around 1e8 + 0.1 and 1e8 + 0.2: neither mean is a float64 number.
		mergeGroup(moments, 0, 3, 1e8, 1, 0.1);
		mergeGroup(moments, 0, 3, 1e8, 1, 0.2);
		const std = Math.sqrt(1 + 0.05 ** 2);
		assert.ok(Math.abs((moments.std[0] as number) - std) <= 1e-15 * std, `${moments.std[0]} is not ${std}`);
		const mean = (moments.mean[0] as number) - 1e8 + (moments.meanRest[0] as number);
		assert.ok(Math.abs(mean - 0.15) <= 1e-15, `${mean} is not 0.15`);
	});

	it("stay finite for the largest numbers", () => {
		const moments = emptyMoments("f64", 1);
		for (const value of [1, -1, -1, 1]) mergeGroup(moments, 0, 1, value * Number.MAX_VALUE, 0);
		assertClose(moments.mean[0] as number, 0, Number.MAX_VALUE, "mean");
		assertClose(moments.std[0] as number, Number.MAX_VALUE, Number.MAX_VALUE, "std");
	});

	it("refuse more cells than are kept in memory, and say how many there are", () => {
		assert.throws(
			() => emptyMoments("f32", MAX_CELLS + 1),
			(error) => error instanceof TensorError && error.code === "too-large" && error.message.includes("4194305 sets"),
		);
	});

	it("of parts that are not equal are refined by the same parts, and by every index", () => {
		const uneven = { shape: [5000], cells: [2048] };
		assert.ok(refines(uneven, uneven));
		assert.ok(refines({ shape: [5000], cells: [5000] }, uneven));
		assert.ok(!refines({ shape: [5000], cells: [4096] }, uneven));
	});

	it("widen extremes across numbers and integers", () => {
		const ends = BigInt64Array.of(5n);
		widen(ends, 0, 3n, "min");
		widen(ends, 0, 4n, "min");
		assert.deepEqual([...ends], [3n]);
	});

	it("of a layout that refines another merge into its moments", function () {
		this.timeout(30_000);
		const anyCase = anyShape.chain((shape) => fc.tuple(anyNumbers(sizeOf(shape)), anyLayout(shape), anyLayout(shape)));
		fc.assert(
			fc.property(anyCase, ([values, one, other]) => {
				const fine = commonRefinement(one, other);
				for (const coarse of [one, other]) {
					assert.ok(refines(fine, coarse), `[${fine.cells}] refines [${coarse.cells}]`);
					assertExact(coarsen(momentsOf(values, fine), fine, coarse, "f64"), exactCells(values, coarse));
				}
			}),
			{ seed: 7, numRuns: 200 },
		);
	});
});

describe("layouts to compute", () => {
	it("are few, and every wanted layout follows from them exactly", function () {
		this.timeout(30_000);
		const anyCase = anyShape.chain((shape) =>
			fc.tuple(anyNumbers(sizeOf(shape)), fc.array(anyLayout(shape), { minLength: 1, maxLength: 5 })),
		);
		fc.assert(
			fc.property(anyCase, ([values, wanted]) => {
				const computed = layoutsToCompute(wanted);
				assert.ok(computed.length <= wanted.length);
				const known = computed.map((layout) => ({ layout, moments: momentsOf(values, layout) }));
				deriveMoments(wanted, known, "f64").forEach((moments, i) => {
					assertExact(moments, exactCells(values, wanted[i] as Layout));
				});
			}),
			{ seed: 8, numRuns: 200 },
		);
	});

	it("of all profiles, the whole and BatchNorm of images are two", () => {
		const shape = [64, 256, 56, 56];
		const profiles = shape.map((_, axis) => ({ shape, cells: shape.map((size, a) => (a === axis ? size : 1)) }));
		const whole = { shape, cells: [1, 1, 1, 1] };
		const computed = layoutsToCompute([...profiles, whole, { shape, cells: [1, 256, 1, 1] }]);
		assert.deepEqual(
			computed.map(({ cells }) => cells),
			[
				[1, 1, 56, 56],
				[64, 256, 1, 1],
			],
		);
	});

	it("are refused before anything is read when they have too many cells together", () => {
		const shape = [2048, 2048, 2];
		const wanted = [
			{ shape, cells: [2048, 2048, 1] },
			{ shape, cells: [2048, 1, 2] },
		];
		assert.throws(() => layoutsToCompute(wanted), /4198400 sets/);
	});
});
