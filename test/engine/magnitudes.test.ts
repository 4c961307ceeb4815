import assert from "node:assert/strict";
import fc from "fast-check";
import { distributionOf } from "../../src/core/distribution";
import { DTYPES, type DType, decode, factsOf, partsOf } from "../../src/core/dtype";
import { MAGNITUDE_BINS, MAGNITUDES_A_SIDE, type Magnitudes } from "../../src/core/magnitudes";
import { emptySketch, mergeSketch, type Sketch } from "../../src/core/sketch";
import { addTally, addValues, wordsOf } from "../../src/engine/tally";
import { at, f32, f64, noise, withEngine, writeTensors } from "./files";

/** All powers of two from 2^-1074 to 2^1023, each the double of the last, then infinity. */
const POWERS: readonly number[] = (() => {
	const powers = [5e-324];
	while ((powers.at(-1) as number) < Infinity) powers.push(2 * (powers.at(-1) as number));
	return powers;
})();
const powerOf = (exponent: number) => POWERS[Math.max(0, Math.min(POWERS.length - 1, exponent + 1074))] as number;

/** Asserts the bins of one cell by counting every value between powers of two. */
function assertMagnitudes(
	{ counts, octaves, exponent, zeroBelow }: Magnitudes,
	values: Iterable<number>,
	cell = 0,
): void {
	const finite = [...values].filter(Number.isFinite);
	const bins = [...counts.subarray(cell * MAGNITUDE_BINS, (cell + 1) * MAGNITUDE_BINS)];
	assert.equal(
		bins.reduce((a, b) => a + b, 0),
		finite.length,
		"all finite values are counted once",
	);
	const wide = octaves[cell] as number;
	const first = exponent[cell] as number;
	assert.ok(wide >= 1 && Math.abs(first % wide) === 0);
	const same = finite.every((x) => x === finite[0]);
	const isZero = (x: number) => x === 0 || (!same && Math.abs(x) < zeroBelow);
	const wanted = new Array<number>(MAGNITUDE_BINS).fill(0);
	wanted[MAGNITUDES_A_SIDE] = finite.filter(isZero).length;
	for (let k = 0; k < MAGNITUDES_A_SIDE; k++) {
		const [from, to] = [powerOf(first + k * wide), powerOf(first + (k + 1) * wide)];
		const within = (x: number) => !isZero(x) && x >= from && x < to;
		wanted[MAGNITUDES_A_SIDE + 1 + k] = finite.filter(within).length;
		wanted[MAGNITUDES_A_SIDE - 1 - k] = finite.filter((x) => within(-x)).length;
	}
	assert.deepEqual(bins, wanted, `bins of ${wide} octaves from 2^${first}`);
}

function sketchOf(dtype: DType, values: Float32Array | Float64Array): Sketch {
	const sketch = emptySketch(dtype, 1, values.length);
	addValues(sketch, 0, wordsOf(sketch.scale, values), 0, 1, values.length);
	return sketch;
}

const magnitudesOf = (dtype: DType, values: Float32Array | Float64Array) =>
	distributionOf(sketchOf(dtype, values)).magnitudes;

describe("counts by magnitude", function () {
	this.timeout(60_000);
	const { file, engine } = withEngine();

	for (const dtype of (Object.keys(DTYPES) as DType[]).filter((dtype) => partsOf(dtype) === 1)) {
		it(`are those of plain counting for any stored bytes of ${dtype}`, () => {
			const anyValues = fc.uint8Array({ minLength: 64, maxLength: 2000 }).map((bytes) => {
				const count = Math.floor((8 * bytes.length) / factsOf(dtype).bits);
				return decode({ dtype, bigEndian: false, bytes }, count);
			});
			fc.assert(
				fc.property(anyValues, (values) => assertMagnitudes(magnitudesOf(dtype, values), values)),
				{ numRuns: 60 },
			);
		});
	}

	it("tell zeros from the smallest numbers wherever all values have few bits", () => {
		const smallest = Float64Array.of(0, -0, 2 ** -149, -(2 ** -149), 2 ** -133, 1);
		const half = Float32Array.of(0, -0, 2 ** -24, -(2 ** -24), 65504, -65504);
		for (const dtype of ["bf16", "f16"] as const) {
			const values = dtype === "f16" ? half : Float32Array.of(0, -0, 2 ** -133, -(2 ** -133), 1);
			const found = magnitudesOf(dtype, values);
			assert.equal(found.zeroBelow, 0);
			assert.equal(found.counts[MAGNITUDES_A_SIDE], 2);
			assertMagnitudes(found, values);
		}
		// Of float32 the first 11 bits of subnormal numbers are kept, and the rest of them is with zero: the bound says so.
		const found = magnitudesOf("f32", Float32Array.from(smallest));
		assert.equal(found.zeroBelow, 2 ** -137);
		assert.equal(found.counts[MAGNITUDES_A_SIDE], 4);
		assertMagnitudes(found, smallest);
		assert.equal(magnitudesOf("f64", Float64Array.of(5e-324, Math.PI)).zeroBelow, 2 ** -1033);
	});

	it("count subnormal numbers in their own octaves, and the largest numbers of both signs", () => {
		const values = Float64Array.of(
			...[2 ** -1033, 1.999 * 2 ** -1033, -(2 ** -1030), 1.5 * 2 ** -1023, 2 ** -1022],
			...[Number.MAX_VALUE, -Number.MAX_VALUE, Math.PI, -Math.E, 0],
		);
		assertMagnitudes(magnitudesOf("f64", values), values);
		const narrow = values.subarray(0, 5);
		const found = magnitudesOf("f64", narrow);
		assert.equal(found.octaves[0], 1);
		assert.equal(found.exponent[0], -1033);
		assertMagnitudes(found, narrow);
		const singles = Float32Array.of(2 ** -137, -1.99 * 2 ** -127, 3.4028234663852886e38, -3.4028234663852886e38, 0.1);
		assertMagnitudes(magnitudesOf("f32", singles), singles);
	});

	it("keep what is right below a power of two below it, in bins of one octave", () => {
		const edges = [-3, 0, 5, 10].flatMap((e) => [
			2 ** e,
			2 ** e * (1 - 2 ** -53),
			-(2 ** e),
			-(2 ** e) * (1 + 2 ** -52),
		]);
		const values = Float64Array.from(edges);
		const found = magnitudesOf("f64", values);
		assert.deepEqual([found.octaves[0], found.exponent[0]], [1, -4]);
		assertMagnitudes(found, values);
		const below = 1024 * (1 - 2 ** -53);
		assertMagnitudes(magnitudesOf("f64", Float64Array.of(below)), [below]);
	});

	it("have one side only of negative or positive values, and zero's bin alone of zeros", () => {
		const negative = Float32Array.from({ length: 500 }, (_, i) => -Math.exp(i / 50 - 6));
		const found = magnitudesOf("f32", negative);
		assertMagnitudes(found, negative);
		assert.ok(found.counts.subarray(MAGNITUDES_A_SIDE).every((count) => count === 0));
		const zeros = magnitudesOf("f32", Float32Array.of(0, -0, 0, NaN, Infinity));
		assert.equal(zeros.counts[MAGNITUDES_A_SIDE], 3);
		assert.deepEqual([zeros.octaves[0], zeros.zeroBelow], [1, 0]);
		const same = magnitudesOf("f64", new Float64Array(7).fill(5e-324));
		assert.deepEqual([same.exponent[0], same.counts[MAGNITUDES_A_SIDE + 1]], [-1074, 7]);
		assertMagnitudes(magnitudesOf("f64", Float64Array.of(NaN, -Infinity)), []);
	});

	it("are of eight bits and of 64, where float64 holds the integers", () => {
		const bytes = Float32Array.from({ length: 256 }, (_, i) => i - 128);
		const found = magnitudesOf("i8", bytes);
		const side = [1, 2, 4, 8, 16, 32, 64];
		assert.deepEqual([...found.counts.subarray(MAGNITUDES_A_SIDE, MAGNITUDES_A_SIDE + 9)], [1, ...side, 0]);
		assert.equal(found.counts[MAGNITUDES_A_SIDE - 8], 1, "−128 alone");
		assertMagnitudes(found, bytes);
		const wide = Float64Array.of(0, 1, -1, 3, 2 ** 53 - 1, -(2 ** 53) + 1, 2 ** 62, -(2 ** 63), 1000);
		const integers = magnitudesOf("i64", wide);
		assert.equal(integers.zeroBelow, 0);
		assertMagnitudes(integers, wide);
	});

	it("are the same however values are split and merged, also when buckets are joined", () => {
		const values = noise(4096).map((x, i) => (i % 7 === 0 ? 0 : x * 2 ** ((i % 90) - 60)));
		const shape = [64, 64];
		const layout = { shape, cells: [1, 64] };
		const chunk = { origin: [0, 0], shape, strides: [64, 1], offset: 0, values };
		const [all, few] = [emptySketch("f64", 64, 4096), emptySketch("f64", 64, 4096, 2 ** 17)];
		addTally(all, layout, chunk);
		for (const start of [32, 0]) {
			const part = emptySketch("f64", 64, 4096, 2 ** 17);
			addTally(part, layout, { ...chunk, origin: [start, 0], shape: [32, 64], offset: start * 64 });
			mergeSketch(few, part);
		}
		assert.ok(few.bits < all.bits, "buckets were joined");
		const [truth, merged] = [distributionOf(all).magnitudes, distributionOf(few).magnitudes];
		assert.deepEqual({ ...merged, zeroBelow: 0 }, { ...truth, zeroBelow: 0 });
		for (let cell = 0; cell < 64; cell++) {
			assertMagnitudes(
				truth,
				values.filter((_, i) => i % 64 === cell),
				cell,
			);
		}
	});

	it("come with the engine's distributions, of parts of complex tensors too", async () => {
		const values = noise(30_000).map((x) => x ** 9);
		const input = writeTensors(file("spread.npy"), [f64("", [300, 100], values)]);
		assertMagnitudes((await engine().distribution({ ...at(input), part: 0 })).distribution.magnitudes, values);
		const singles = Float32Array.from(values);
		const complex = { name: "", dtype: "c64" as const, shape: [15_000], bytes: new Uint8Array(singles.buffer) };
		const pairs = writeTensors(file("pairs.npy"), [complex]);
		for (const part of [0, 1] as const) {
			const { magnitudes } = (await engine().distribution({ ...at(pairs), part })).distribution;
			assertMagnitudes(
				magnitudes,
				singles.filter((_, i) => i % 2 === part),
			);
		}
		const empty = writeTensors(file("none.npy"), [f32("", [0, 3], [])]);
		assertMagnitudes((await engine().distribution({ ...at(empty), part: 0 })).distribution.magnitudes, []);
	});
});
