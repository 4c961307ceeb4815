import assert from "node:assert/strict";
import fc from "fast-check";
import { type Distribution, distributionOf } from "../../src/core/distribution";
import { DTYPES, type DType, decode, factsOf, partsOf } from "../../src/core/dtype";
import { pilesOf } from "../../src/core/piles";
import { emptySketch, type Sketch } from "../../src/core/sketch";
import { pileSentences } from "../../src/drawing/pile-words";
import { addValues, wordsOf } from "../../src/engine/tally";
import { at, noise, withEngine, writeTensors } from "./files";

function sketchOf(dtype: DType, cells: readonly ArrayLike<number>[], maxBuckets?: number): Sketch {
	const sketch = emptySketch(dtype, cells.length, 1000, maxBuckets);
	cells.forEach((list, cell) => {
		const values = sketch.scale.width === 4 ? Float32Array.from(list) : Float64Array.from(list);
		addValues(sketch, cell, wordsOf(sketch.scale, values), 0, 1, values.length);
	});
	return sketch;
}

/** Asserts what is at both ends of a cell by comparing every value with them. */
function assertEnds({ ends }: Distribution, values: Iterable<number>, cell = 0, isExact = false): void {
	const finite = [...values].filter(Number.isFinite).map((x) => x + 0);
	if (finite.length === 0) return;
	for (const which of ["min", "max"] as const) {
		const extreme = finite.reduce((a, b) => (which === "min" ? Math.min(a, b) : Math.max(a, b)));
		const [counted, within, beside] = (["at", "within", "beside"] as const).map(
			(field) => ends[which][field][cell],
		) as [number, number, number];
		const equal = finite.filter((x) => x === extreme).length;
		const near = finite.filter((x) => Math.abs(x / 2 - extreme / 2) <= within / 2).length;
		assert.ok(counted >= equal && counted <= near, `${which}: ${counted}, not ${equal} to ${near} (${within})`);
		if (within === 0) assert.equal(counted, equal);
		assert.ok(within <= Math.max(2 ** -11 * Math.abs(extreme), 2 ** -137), `${which} within ${within} of ${extreme}`);
		assert.ok(counted + beside <= finite.length);
		if (!isExact) continue;
		assert.equal(within, 0);
		const others = finite.filter((x) => x !== extreme);
		const next = which === "min" ? Math.min(...others) : Math.max(...others);
		assert.equal(beside, others.filter((x) => x === next).length);
	}
}

const found = (dtype: DType, ...cells: readonly ArrayLike<number>[]) => distributionOf(sketchOf(dtype, cells));
const piles = (dtype: DType, ...cells: readonly ArrayLike<number>[]) => {
	const distribution = found(dtype, ...cells);
	return { max: pilesOf(distribution, "max"), min: pilesOf(distribution, "min") };
};
const NONE = { cells: [], untold: [] };

/** Nearly normal numbers: sums of twelve even ones. */
const normal = (count: number, seed = 1) => {
	const even = noise(12 * count, seed);
	return Float64Array.from({ length: count }, (_, k) => even.subarray(12 * k, 12 * k + 12).reduce((a, b) => a + b, 0));
};
const clip = (values: Float64Array, low: number, high: number) => values.map((x) => Math.min(high, Math.max(low, x)));

describe("values at the ends", function () {
	this.timeout(60_000);
	const { file, engine } = withEngine();

	for (const dtype of (Object.keys(DTYPES) as DType[]).filter((dtype) => partsOf(dtype) === 1)) {
		it(`are counted as plain counting does, for any stored bytes of ${dtype}`, () => {
			const anyValues = fc.uint8Array({ minLength: 64, maxLength: 1000 }).map((bytes) => {
				const count = Math.floor((8 * bytes.length) / factsOf(dtype).bits);
				return decode({ dtype, bigEndian: false, bytes }, count);
			});
			const clipped = fc
				.tuple(anyValues, fc.double({ noNaN: true }))
				.map(([values, most]) => values.map((x) => Math.min(x, values[0] ?? most)));
			for (const values of [anyValues, clipped]) {
				fc.assert(
					fc.property(values, (values) => assertEnds(found(dtype, values), values, 0, factsOf(dtype).bits <= 16)),
					{ numRuns: 50 },
				);
			}
		});
	}

	it("are exact at ends of few bits, whatever else there is: 6, ±1, -128", () => {
		const values = normal(4000);
		for (const [low, high] of [
			[-10, 6],
			[-1, 1],
			[-0.5, 20],
			[-128, 127],
		] as const) {
			const many = clip(
				values.map((x) => 60 * x),
				low,
				high,
			);
			for (const dtype of ["f32", "f64"] as const) {
				const { ends } = found(dtype, many);
				assert.deepEqual([ends.min.within[0], ends.max.within[0]], [0, 0]);
				assert.equal(ends.max.at[0], many.filter((x) => x === high).length);
				assert.equal(ends.min.at[0], many.filter((x) => x === low).length);
			}
		}
	});

	it("pile up after ReLU6, a hard tanh on one side and a quantization that clips, at any scale", () => {
		const values = normal(2000);
		const relu6 = clip(
			values.map((x) => 4 * x),
			0,
			6,
		);
		const oneSided = clip(values, -10, 1);
		const int8 = clip(
			values.map((x) => Math.round(80 * x)),
			-128,
			1000,
		).map((x) => Math.min(x, 127));
		assert.deepEqual(piles("f32", relu6, oneSided, clip(values, -1.5, 9)), {
			max: { cells: [0, 1], untold: [] },
			min: { cells: [2], untold: [] },
		});
		assert.deepEqual(piles("i8", int8), { max: { cells: [0], untold: [] }, min: { cells: [0], untold: [] } });
		for (const unit of [1e-300, 0.1, 1e300]) {
			assert.deepEqual(
				piles(
					"f64",
					oneSided.map((x) => unit * x),
				).max.cells,
				[0],
			);
		}
	});

	it("do not pile up by nature: normal, even, ReLU, whole numbers, two values, one value, few values", () => {
		const values = normal(2000);
		const whole = (levels: number) => Float64Array.from({ length: 2000 }, (_, k) => (k * 7) % levels);
		const plain = [
			values,
			noise(2000),
			values.map((x) => Math.max(0, x)),
			values.map((x) => Math.min(0, x)),
			values.map((x) => Math.round(3 * x)),
			whole(10),
			whole(3),
			values.map((x) => (x > 1 ? 1 : 0)),
			values.map((x) => (x > 1 ? -1 : 1)),
			new Float64Array(2000).fill(5),
			Float64Array.of(1, 2, 6, 6, 6, 6, 6, 6, 6),
			new Float64Array(0),
		];
		assert.deepEqual(piles("f32", ...plain), { max: NONE, min: NONE });
	});

	it("are told to be unknown where a bucket holds most of the range", () => {
		const values = noise(2000).map((x) => 1000.03 + x / 100);
		assert.deepEqual(piles("f32", values).max, { cells: [], untold: [0] });
		const clipped = clip(normal(2000), -9, Math.fround(1.2345678));
		assert.deepEqual(piles("f32", clipped).max, { cells: [0], untold: [] });
	});

	it("follow NaN and infinities nowhere, and are said in sentences", () => {
		const values = [...clip(normal(998), -9, 1), NaN, Infinity];
		const all = found("f32", values);
		assertEnds(all, values.map(Math.fround));
		const share = values.filter((x) => x === 1).length / 998;
		const [sentence = "", ...more] = pileSentences(all);
		assert.deepEqual(more, []);
		assert.ok(
			sentence.startsWith(`${Number((100 * share).toPrecision(2))} % of the values pile up at the max`),
			sentence,
		);
		assert.deepEqual(pileSentences(found("f32", normal(1000))), []);
	});

	it("come with the engine's distributions of each index of an axis, exactly also where buckets were joined", async () => {
		const shape = [40, 12, 10];
		const values = normal(4800).map((x, i) => (Math.floor(i / 10) % 12 === 7 ? Math.min(x, 0.5) : x));
		const bytes = new Uint8Array(Float32Array.from(values).buffer);
		const input = writeTensors(file("channels.npy"), [{ name: "", dtype: "f32", shape, bytes }]);
		const layout = { shape, cells: [1, 12, 1] };
		const { distribution } = await engine().distribution({ ...at(input), part: 0, layout });
		assert.deepEqual(pilesOf(distribution, "max"), { cells: [7], untold: [] });
		assert.deepEqual(pilesOf(distribution, "min"), NONE);
		const lists = Array.from({ length: 12 }, (_, c) => values.filter((_, i) => Math.floor(i / 10) % 12 === c));
		const few = sketchOf("f32", lists, 2 ** 12);
		assert.ok(few.bits < 6, `${few.bits} bits are left`);
		assert.deepEqual(pilesOf(distributionOf(few), "max").cells, [7]);
		assert.equal(distributionOf(few).ends.max.at[7], lists[7]?.filter((x) => x === 0.5).length);
	});
});
