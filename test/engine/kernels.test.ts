import assert from "node:assert/strict";
import fc from "fast-check";
import type { DType } from "../../src/core/dtype";
import { type Box, denseStrides, type Layout, type Shape, sizeOf } from "../../src/core/layout";
import { emptyMoments, type Moments, mergeMoments } from "../../src/core/moments";
import { decodeChunk } from "../../src/engine/decoded";
import { addChunk } from "../../src/engine/kernels";
import { planChunk } from "../../src/engine/plan";
import { anyBoxes, anyLayout, anyLie, anyNumbers, anyShape, chunkOf, type Lie, type Values } from "./chunks";
import { assertExact, exactCells } from "./oracle";

const SEED = 20241123;

const plainLie = (shape: Shape, order: "C" | "F"): Lie => {
	const axes = shape.map((_, axis) => axis);
	return {
		axes: order === "C" ? axes : axes.reverse(),
		gaps: shape.map(() => 0),
		backwards: shape.map(() => false),
		bigEndian: false,
	};
};

function momentsOf(
	tensor: Values,
	layout: Layout,
	boxes: readonly Box[],
	lies: readonly Lie[],
	shares: number,
): Moments {
	const dtype: DType =
		tensor.values instanceof Float64Array ? "f64" : tensor.values instanceof BigInt64Array ? "i64" : "u64";
	const parts = Array.from({ length: shares }, () => emptyMoments(dtype, sizeOf(layout.cells)));
	boxes.forEach((box, i) => {
		addChunk(parts[i % shares] as Moments, layout, decodeChunk(chunkOf(tensor, box, lies[i % lies.length] as Lie)));
	});
	return parts.reduce(mergeMoments);
}

const whole = (shape: Shape): Box => ({ origin: shape.map(() => 0), shape });

/** Numbers that look random and are the same in every run. */
function noise(count: number, of: (uniform: number) => number): Float64Array {
	let state = 12345;
	return Float64Array.from({ length: count }, () => {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		return of(state / 2 ** 32);
	});
}

describe("reference kernels", () => {
	it("agree with exact arithmetic on any shape, layout, order, split into chunks and shares", function () {
		this.timeout(120_000);
		const anyCase = anyShape.chain((shape) =>
			fc.record({
				values: anyNumbers(sizeOf(shape)),
				layout: anyLayout(shape),
				boxes: anyBoxes(shape),
				lies: fc.array(anyLie(shape.length), { minLength: 1, maxLength: 3 }),
				shares: fc.integer({ min: 1, max: 3 }),
			}),
		);
		fc.assert(
			fc.property(anyCase, ({ values, layout, boxes, lies, shares }) => {
				const tensor = { shape: layout.shape, values };
				assertExact(momentsOf(tensor, layout, boxes, lies, shares), exactCells(values, layout));
			}),
			{ seed: SEED, numRuns: 600 },
		);
	});

	it("agree with exact arithmetic on 64-bit integers of any size", function () {
		this.timeout(60_000);
		const integers = (signed: boolean) =>
			fc.oneof(
				signed ? fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n) : fc.bigInt(0n, 2n ** 64n - 1n),
				signed ? fc.bigInt(2n ** 63n - 9n, 2n ** 63n - 1n) : fc.bigInt(2n ** 64n - 9n, 2n ** 64n - 1n),
				fc.bigInt(0n, 3n),
			);
		const anyCase = fc.tuple(anyShape, fc.boolean()).chain(([shape, signed]) => {
			const size = sizeOf(shape);
			const array = (list: bigint[]) => (signed ? BigInt64Array.from(list) : BigUint64Array.from(list));
			return fc.record({
				values: fc
					.oneof(integers(signed), integers(signed))
					.chain(() => fc.array(integers(signed), { minLength: size, maxLength: size }).map(array)),
				layout: anyLayout(shape),
				boxes: anyBoxes(shape),
				lies: fc.array(anyLie(shape.length), { minLength: 1, maxLength: 2 }),
			});
		});
		fc.assert(
			fc.property(anyCase, ({ values, layout, boxes, lies }) => {
				const tensor = { shape: layout.shape, values };
				assertExact(momentsOf(tensor, layout, boxes, lies, 2), exactCells(values, layout));
			}),
			{ seed: SEED, numRuns: 200 },
		);
	});

	const HARD = {
		"mean 1e8, deviation 1": (u: number) => 1e8 + 3 * (u - 0.5),
		"half zeros": (u: number) => Math.max(0, u - 0.5),
		"an outlier now and then": (u: number) => (u > 0.9999 ? 1e12 : u),
		"plus and minus the largest number": (u: number) => (u > 0.5 ? Number.MAX_VALUE : -Number.MAX_VALUE),
		"subnormal numbers": (u: number) => Math.round(1000 * u) * Number.MIN_VALUE,
		"numbers whose squares underflow": (u: number) => u * 1e-200,
		"NaN and infinities in between": (u: number) => (u > 0.7 ? NaN : u > 0.6 ? Infinity : u > 0.5 ? -Infinity : u),
	} satisfies Record<string, (uniform: number) => number>;
	const LARGE: readonly Shape[] = [[20_001], [3, 9001], [9001, 3], [70, 5, 61], [2, 6, 33, 31]];
	for (const [what, of] of Object.entries(HARD)) {
		it(`agree with exact arithmetic over many blocks: ${what}`, function () {
			this.timeout(60_000);
			for (const shape of LARGE) {
				const tensor = { shape, values: noise(sizeOf(shape), of) };
				for (let mask = 0; mask < 2 ** shape.length; mask++) {
					const cells = shape.map((size, axis) => (mask & (1 << axis) ? Math.min(size, 9) : 1));
					const layout = { shape, cells };
					const exact = exactCells(tensor.values, layout);
					for (const order of ["C", "F"] as const) {
						const moments = momentsOf(tensor, layout, [whole(shape)], [plainLie(shape, order)], 1);
						assertExact(moments, exact, `[${shape}] cells [${cells}] ${order}`);
					}
				}
			}
		});
	}

	it("add nothing for an empty chunk", () => {
		const layout = { shape: [0, 3], cells: [0, 3] };
		const moments = momentsOf(
			{ shape: [0, 3], values: new Float64Array(0) },
			layout,
			[whole([0, 3])],
			[plainLie([0, 3], "C")],
			1,
		);
		assert.equal(moments.count.length, 0);
	});
});

describe("a plan", () => {
	const plan = (shape: Shape, cells: Shape, strides: Shape = denseStrides(shape)) =>
		planChunk({ origin: shape.map(() => 0), shape, strides, offset: 0 }, { shape, cells });

	it("sums a whole dense tensor in one run, in C and in F order", () => {
		for (const order of ["C", "F"] as const) {
			const { outer, run, rows } = plan([4, 6, 5, 7], [1, 1, 1, 1], denseStrides([4, 6, 5, 7], order));
			assert.deepEqual([outer.length, run.count, rows], [0, 840, undefined]);
		}
	});

	it("sums images per channel in runs of an image", () => {
		const { outer, run, rows } = plan([4, 6, 9, 8], [1, 6, 1, 1]);
		assert.deepEqual([outer.map(({ count }) => count), run.count, rows], [[4, 6], 72, undefined]);
	});

	it("sums channels-last images per channel as columns over all pixels", () => {
		const { outer, run, rows } = plan([4, 5, 7, 64], [1, 1, 1, 64]);
		assert.deepEqual([outer.length, run.count, rows?.count], [0, 64, 140]);
	});

	it("sums a short average inside a kept axis as columns that share cells", () => {
		const { run, rows } = plan([50, 100, 2], [1, 100, 1]);
		assert.deepEqual([run.count, rows?.count], [200, 50]);
		assert.deepEqual([...(run.cells ?? [])].slice(0, 6), [0, 0, 1, 1, 2, 2]);
	});

	it("sums them in runs where there are too many columns for the cache", () => {
		const { outer, run, rows } = plan([50, 2000, 7], [1, 2000, 1]);
		assert.deepEqual([outer.map(({ count }) => count), run.count, rows], [[50, 2000], 7, undefined]);
	});

	it("sums long groups of the last axis in runs", () => {
		const { outer, run, rows } = plan([8, 96], [8, 2]);
		assert.deepEqual([outer.map(({ count }) => count), run.count, run.cells, rows], [[16], 48, undefined, undefined]);
	});

	it("sums groups of channels in runs of a group", () => {
		const { outer, run, rows } = plan([4, 64, 7, 7], [4, 32, 1, 1]);
		assert.deepEqual([outer.map(({ count }) => count), run.count, run.cells, rows], [[128], 98, undefined, undefined]);
	});

	it("sums groups that are cut by the chunk, or of unequal length, by a table of their cells", () => {
		const cut = planChunk({ origin: [16], shape: [96], strides: [1], offset: 0 }, { shape: [128], cells: [4] });
		assert.deepEqual([...new Set(cut.run.cells)], [0, 1, 2, 3]);
		assert.equal(plan([100], [3]).run.cells?.length, 100);
	});
});
