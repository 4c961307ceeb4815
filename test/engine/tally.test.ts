import assert from "node:assert/strict";
import fc from "fast-check";
import { binOf, type Distribution, distributionOf, HISTOGRAM_BINS, QUANTILES } from "../../src/core/distribution";
import { DTYPES, type DType, decode, factsOf } from "../../src/core/dtype";
import { TensorError } from "../../src/core/errors";
import { unravel } from "../../src/core/inspection";
import { cellOfIndex, denseStrides, type Layout, sizeOf } from "../../src/core/layout";
import { emptySketch, MAX_SKETCHED_CELLS, mergeSketch, type Sketch } from "../../src/core/sketch";
import { decodeChunk } from "../../src/engine/decoded";
import { createSimd } from "../../src/engine/simd";
import { addTally, addValues, wordsOf } from "../../src/engine/tally";
import { anyBoxes, anyLayout, anyLie, anyNumbers, anyShape, chunkOf } from "./chunks";

/** Values by cell, from values in C order. */
function cellsOf(values: ArrayLike<number>, { shape, cells }: Layout): number[][] {
	const steps = denseStrides(cells);
	const found = Array.from({ length: sizeOf(cells) }, (): number[] => []);
	for (let flat = 0; flat < values.length; flat++) {
		const index = unravel(flat, shape);
		const parts = index.map((i, a) => cellOfIndex(i, shape[a] as number, cells[a] as number) * (steps[a] as number));
		found[parts.reduce((sum, part) => sum + part, 0)]?.push(values[flat] as number);
	}
	return found;
}

/** The k-th smallest by sorting. */
function ranked(sorted: readonly number[], q: number): number {
	return (sorted[Math.max(1, Math.ceil(q * sorted.length)) - 1] as number) + 0;
}

/** Asserts a distribution by its definition: sort, count. The error allowed is what the distribution claims. */
function assertDistribution(found: Distribution, cells: readonly (readonly number[])[], normal = 2 ** -1022): void {
	assert.equal(found.count.length, cells.length);
	cells.forEach((values, cell) => {
		const finite = values.filter(Number.isFinite).sort((a, b) => a - b);
		const count = (wanted: (x: number) => boolean) => values.filter(wanted).length;
		assert.equal(found.count[cell], finite.length);
		assert.equal(found.nan[cell], count(Number.isNaN));
		assert.equal(
			found.posInf[cell],
			count((x) => x === Infinity),
		);
		assert.equal(
			found.negInf[cell],
			count((x) => x === -Infinity),
		);
		const bins = [...found.histogram.subarray(cell * HISTOGRAM_BINS, (cell + 1) * HISTOGRAM_BINS)];
		assert.equal(
			bins.reduce((a, b) => a + b, 0),
			finite.length,
		);
		if (finite.length === 0) {
			assert.deepEqual([found.min[cell], found.max[cell], found.quantiles.median[cell]], [NaN, NaN, NaN]);
			return;
		}
		const [low, high] = [ranked(finite, 0), ranked(finite, 1)];
		assert.deepEqual([found.min[cell], found.max[cell]], [low, high]);
		const error = (x: number) => found.relativeError * Math.max(Math.abs(x), 2 * normal);
		for (const [name, q] of Object.entries(QUANTILES)) {
			const truth = ranked(finite, q);
			const value = found.quantiles[name as keyof typeof QUANTILES][cell] as number;
			assert.ok(Math.abs(value - truth) <= error(truth), `${name} is ${value}, not ${truth}`);
		}
		// Counts up to a bin's end lie between those of the values that are surely below it and those that may be.
		let below = 0;
		bins.forEach((counted, bin) => {
			below += counted;
			const least = finite.filter((x) => binOf(Math.min(high, x + error(x)), low, high) <= bin).length;
			const most = finite.filter((x) => binOf(Math.max(low, x - error(x)), low, high) <= bin).length;
			assert.ok(below >= least && below <= most, `up to bin ${bin}: ${below}, not ${least} to ${most}`);
		});
	});
}

const sketchOf = (dtype: DType, values: Float32Array | Float64Array, maxBuckets?: number): Sketch => {
	const sketch = emptySketch(dtype, 1, values.length, maxBuckets);
	addValues(sketch, 0, wordsOf(sketch.scale, values), 0, 1, values.length);
	return sketch;
};

/** Any stored bytes of a dtype, as values. */
const anyStored = (dtype: DType, least = 1) =>
	fc.uint8Array({ minLength: 16 * least, maxLength: 2000 }).map((bytes) => {
		const count = Math.floor((8 * bytes.length) / factsOf(dtype).bits);
		return decode({ dtype, bigEndian: false, bytes }, count);
	});

const SMALL = (Object.keys(DTYPES) as DType[]).filter((dtype) => DTYPES[dtype].bits <= 16);
const LARGE = ["f32", "f64", "i32", "u32", "i64", "u64"] as const;

describe("quantiles and histograms", function () {
	this.timeout(60_000);
	for (const dtype of SMALL) {
		it(`are exact for any values of ${dtype}`, () => {
			fc.assert(
				fc.property(anyStored(dtype), (values) => {
					const found = distributionOf(sketchOf(dtype, values));
					assert.equal(found.relativeError, 0);
					assertDistribution(found, [[...values]]);
				}),
				{ numRuns: 60 },
			);
		});
	}

	for (const dtype of SMALL.filter((dtype) => DTYPES[dtype].bits === 16)) {
		it(`count every one of the 65,536 codes of ${dtype} apart`, () => {
			const bytes = new Uint8Array(Uint16Array.from({ length: 65_536 }, (_, code) => code).buffer);
			const values = decode({ dtype, bigEndian: false, bytes }, 65_536);
			const found = distributionOf(sketchOf(dtype, values));
			assert.equal(found.relativeError, 0);
			const finite = [...values].filter(Number.isFinite).sort((a, b) => a - b);
			assert.equal(found.count[0], finite.length);
			for (const [name, q] of Object.entries(QUANTILES)) {
				assert.equal(found.quantiles[name as keyof typeof QUANTILES][0], ranked(finite, q));
			}
		});
	}

	for (const dtype of LARGE) {
		it(`are within the error they state, at most 2^-12, for any values of ${dtype}`, () => {
			fc.assert(
				fc.property(anyStored(dtype, 4), (values) => {
					const found = distributionOf(sketchOf(dtype, values));
					assert.ok(found.relativeError === 0 || found.relativeError === 2 ** -12);
					assertDistribution(found, [[...values]], dtype === "f32" ? 2 ** -126 : 2 ** -1022);
				}),
				{ numRuns: 100 },
			);
		});
	}

	it("are exact for float32 and float64 numbers of few bits, such as small integers", () => {
		fc.assert(
			fc.property(fc.array(fc.integer({ min: -4096, max: 4096 }), { minLength: 1, maxLength: 300 }), (list) => {
				for (const dtype of ["f32", "f64", "i32", "i64"] as const) {
					const found = distributionOf(sketchOf(dtype, Float64Array.from(list)));
					assert.equal(found.relativeError, 0);
					assertDistribution(found, [list]);
				}
			}),
		);
	});

	it("are near for normal numbers, zero for zeros, and say so", () => {
		const values = Float32Array.from({ length: 20_001 }, (_, i) =>
			i % 3 === 0 ? 0 : Math.sin(i * i) * Math.exp(Math.cos(i)),
		);
		const found = distributionOf(sketchOf("f32", values));
		assert.equal(found.relativeError, 2 ** -12);
		assertDistribution(found, [[...values]]);
		assert.equal(found.quantiles.median[0], 0);
	});

	it("are the value itself where all are the same, whatever bits it has", () => {
		for (const value of [Math.PI, -1e308, 5e-324, -0, 0, 2 ** -1022]) {
			const found = distributionOf(sketchOf("f64", new Float64Array(7).fill(value)));
			const values = Object.values(found.quantiles).map((column) => column[0]);
			assert.deepEqual(values, new Array(5).fill(value + 0));
			assert.equal(found.histogram[HISTOGRAM_BINS / 2], 7);
		}
	});

	it("are NaN where a cell has no finite element, and leave NaN and infinities out", () => {
		const nothing = distributionOf(sketchOf("f32", Float32Array.of(NaN, Infinity, -Infinity, NaN)));
		assertDistribution(nothing, [[NaN, Infinity, -Infinity, NaN]]);
		assert.equal(nothing.relativeError, 0);
		assertDistribution(distributionOf(sketchOf("f64", new Float64Array(0))), [[]]);
		// A NaN whose first bits are those of Infinity.
		const bits = new Float32Array(Int32Array.of(0x7f800001, -0x7fffff, 0x7f800000, 0x3f800000).buffer);
		const odd = distributionOf(sketchOf("f32", bits));
		assert.deepEqual([odd.nan[0], odd.posInf[0], odd.count[0], odd.max[0]], [2, 1, 1, 1]);
	});

	it("count what lies near the largest numbers, whose distance is past them", () => {
		const values = Float64Array.of(-Number.MAX_VALUE, Number.MAX_VALUE, 0, 1e300);
		const found = distributionOf(sketchOf("f64", values));
		assertDistribution(found, [[...values]]);
		assert.deepEqual([found.histogram[0], found.histogram[32], found.histogram[63]], [1, 2, 1]);
	});

	it("are the same however the values are split and merged", () => {
		fc.assert(
			fc.property(
				fc.constantFrom<DType>("f32", "f64", "f16", "i16"),
				fc.array(fc.uint8Array({ minLength: 0, maxLength: 400 }), { minLength: 3, maxLength: 3 }),
				(dtype, parts) => {
					const width = DTYPES[dtype].bits / 8;
					const lists = parts.map((bytes) =>
						decode({ dtype, bigEndian: false, bytes }, Math.floor(bytes.length / width)),
					);
					const each = () => lists.map((values) => sketchOf(dtype, values)) as [Sketch, Sketch, Sketch];
					const all = distributionOf(sketchOf(dtype, Float64Array.from(lists.flatMap((list) => [...list]))));
					const [a, b, c] = each();
					assert.deepEqual(distributionOf(mergeSketch(mergeSketch(a, b), c)), all);
					const [d, e, f] = each();
					assert.deepEqual(distributionOf(mergeSketch(d, mergeSketch(f, e))), all);
					const [g] = each();
					const before = distributionOf(sketchOf(dtype, lists[0] as Float64Array));
					assert.deepEqual(distributionOf(mergeSketch(emptySketch(dtype, 1, 0), g)), before);
				},
			),
			{ numRuns: 120 },
		);
	});

	it("keep the error they state, and their number of buckets, where memory is short", () => {
		fc.assert(
			fc.property(
				fc.constantFrom<DType>("f32", "f64", "f16", "i16", "u16", "i32", "bf16"),
				fc.array(fc.uint8Array({ minLength: 80, maxLength: 1600 }), { minLength: 2, maxLength: 2 }),
				fc.integer({ min: 9, max: 16 }),
				(dtype, parts, power) => {
					const lists = parts.map((bytes) =>
						decode({ dtype, bigEndian: false, bytes }, Math.floor((8 * bytes.length) / DTYPES[dtype].bits)),
					);
					const most = 2 ** power;
					const [a, b] = lists.map((values) => sketchOf(dtype, values, most)) as [Sketch, Sketch];
					const merged = mergeSketch(a, b);
					assert.ok(merged.used <= most || merged.bits === 0, `${merged.used} of ${most}`);
					const found = distributionOf(merged);
					assertDistribution(
						found,
						[lists.flatMap((list) => [...list])],
						merged.scale.width === 4 ? 2 ** -126 : 2 ** -1022,
					);
				},
			),
			{ numRuns: 120 },
		);
	});

	it("follow the cells of any layout, for any order, gaps and boxes", () => {
		const tensor = anyShape.chain((shape) =>
			fc.record({
				shape: fc.constant(shape),
				values: anyNumbers(sizeOf(shape)),
				layout: anyLayout(shape),
				boxes: anyBoxes(shape),
				lie: anyLie(shape.length),
			}),
		);
		const simd = createSimd();
		fc.assert(
			fc.property(tensor, fc.boolean(), ({ shape, values, layout, boxes, lie }, fast) => {
				const sketch = emptySketch("f64", sizeOf(layout.cells), values.length);
				for (const box of boxes) {
					const chunk = chunkOf({ shape, values }, box, lie);
					addTally(sketch, layout, (fast ? simd.lanes(chunk) : undefined) ?? decodeChunk(chunk));
				}
				assertDistribution(distributionOf(sketch), cellsOf(values, layout));
			}),
			{ numRuns: 200 },
		);
	});

	it("are the same where all buckets were opened at once, as for large tensors", () => {
		fc.assert(
			fc.property(
				fc.constantFrom<DType>("f32", "f64", "f16", "bf16"),
				fc.uint8Array({ minLength: 16, maxLength: 800 }),
				fc.boolean(),
				(dtype, bytes, split) => {
					const values = decode(
						{ dtype, bigEndian: false, bytes },
						Math.floor((8 * bytes.length) / DTYPES[dtype].bits),
					);
					const large = emptySketch(dtype, 1, 2 ** 31);
					assert.ok(large.direct > 0);
					const words = wordsOf(large.scale, values);
					const half = split ? Math.floor(values.length / 2) : values.length;
					addValues(large, 0, words, 0, 1, half);
					const other = emptySketch(dtype, 1, split ? 0 : 2 ** 31);
					addValues(other, 0, words, half, 1, values.length - half);
					const merged = distributionOf(split ? mergeSketch(other, large) : mergeSketch(large, other));
					assert.deepEqual(merged, distributionOf(sketchOf(dtype, values)));
				},
			),
			{ numRuns: 40 },
		);
	});

	it("are refused for more cells than are kept, with the number", () => {
		assert.throws(
			() => emptySketch("f32", MAX_SKETCHED_CELLS + 1, 10_000),
			(thrown) =>
				thrown instanceof TensorError && thrown.code === "too-large" && /4097 sets.*4096/.test(thrown.message),
		);
	});

	it("count past 2^32 in a tensor of that many elements", () => {
		const sketch = emptySketch("f32", 1, 2 ** 33);
		const ones = wordsOf(sketch.scale, new Float32Array(8).fill(1));
		addValues(sketch, 0, ones, 0, 1, 8);
		const at = sketch.pool.indexOf(8);
		sketch.pool[at] = 2 ** 32 + 1;
		sketch.count[0] = 2 ** 32 + 1;
		addValues(sketch, 0, ones, 0, 1, 8);
		const found = distributionOf(sketch);
		assert.deepEqual([found.histogram[32], found.count[0]], [2 ** 32 + 9, 2 ** 32 + 9]);
	});
});
