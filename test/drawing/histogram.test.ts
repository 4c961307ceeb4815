import assert from "node:assert/strict";
import fc from "fast-check";
import { distributionOf } from "../../src/core/distribution";
import { emptySketch } from "../../src/core/sketch";
import { BINNINGS, type Binning, type Histogram, histogramOf } from "../../src/drawing/histogram";
import { addValues, wordsOf } from "../../src/engine/tally";

function histogram(values: ArrayLike<number>, binning: Binning): Histogram {
	const sketch = emptySketch("f64", 1, values.length);
	addValues(sketch, 0, wordsOf(sketch.scale, Float64Array.from(values)), 0, 1, values.length);
	return histogramOf(distributionOf(sketch), binning);
}

const bins = ({ counts }: Histogram) => Array.from(counts, (_, bin) => bin);

/** Numbers of all magnitudes that the kept bits hold, so that every one is where the histogram says. */
const anyValues = fc.array(
	fc.oneof(
		fc.constant(0),
		fc
			.tuple(fc.integer({ min: -2047, max: 2047 }), fc.integer({ min: -1000, max: 900 }))
			.map(([whole, power]) => whole * 2 ** power),
		fc.constantFrom(Number.MAX_VALUE, -Number.MAX_VALUE, 5e-324, 1, -1),
	),
	{ minLength: 1, maxLength: 60 },
);

describe("a histogram's bins", () => {
	for (const binning of Object.keys(BINNINGS) as Binning[]) {
		it(`lie beside each other on the axis, and are found there: ${BINNINGS[binning]}`, () => {
			fc.assert(
				fc.property(anyValues, (values) => {
					const found = histogram(values, binning);
					let end = 0;
					for (const bin of bins(found)) {
						const [from, to] = found.spanOf(bin);
						assert.ok(from >= end - 1e-12 && to > from && to <= 1 + 1e-12, `${bin}: ${from} to ${to}`);
						assert.equal(found.binAt((from + to) / 2), bin);
						end = to;
					}
					assert.equal(found.binAt(-1), 0);
					assert.equal(found.binAt(2), found.counts.length - 1);
				}),
			);
		});
	}

	it("by magnitude have every value between their bounds and over their span, and go on where the last one ends", () => {
		fc.assert(
			fc.property(anyValues, (values) => {
				const found = histogram(values, "magnitude");
				const counted = bins(found).map((bin) => {
					const [from, to] = found.boundsOf(bin);
					const within = (x: number) =>
						from === -to
							? Math.abs(x) <= to
							: from < 0
								? x > from && x <= to
								: x >= from && (x < to || to === Number.MAX_VALUE);
					const inside = values.filter((x) => within(x) || (from === -Number.MAX_VALUE && x === from));
					const [left, right] = found.spanOf(bin);
					for (const x of inside) {
						const place = found.placeOf(x);
						assert.ok(place >= left - 1e-9 && place <= right + 1e-9, `${x} at ${place}, not ${left} to ${right}`);
					}
					return inside.length;
				});
				assert.deepEqual([...found.counts], counted);
			}),
		);
	});

	it("by magnitude have names on the axis that stand apart, zero's always, on narrow axes too", () => {
		fc.assert(
			fc.property(anyValues, fc.integer({ min: 160, max: 1200 }), (values, width) => {
				const labels = histogram(values, "magnitude").labels(width);
				assert.equal(labels.filter(({ text }) => text === "0").length, 1);
				const places = labels.map(({ position }) => position * width).sort((a, b) => a - b);
				places.forEach((place, k) => {
					assert.ok(place >= -1e-9 && place <= width + 1e-9);
					if (k > 0) assert.ok(place - (places[k - 1] as number) >= 29, `${places}`);
				});
			}),
		);
	});

	it("by magnitude are named by round ends: powers of ten, or of two where there is room for each", () => {
		const wide = histogram([1e-5, 0.01, 30, -30, 0], "magnitude");
		const texts = wide.labels(600).map(({ text }) => text);
		assert.ok(texts.length > 5, `${texts}`);
		for (const text of texts) assert.match(text, /^-?(0|10*|0\.0*1|1e-?\d+)$/);
		const few = histogram([-1, -2, -6, -0.5], "magnitude");
		assert.deepEqual(
			few.labels(600).map(({ text }) => text),
			["0", "-0.5", "-1", "-2", "-4", "-8"],
		);
		assert.deepEqual(few.nameOf(0), "-8 to -4");
		assert.equal(few.nameOf(4), "0");
	});

	it("say what they count: finite values, those left out, and what is with zero", () => {
		const found = histogram([NaN, NaN, Infinity, -Infinity, Math.PI, 0], "magnitude");
		assert.equal(found.counted, "2 finite values, without 2 NaN, 1 +Inf, 1 −Inf");
		assert.match(found.rule, /to 2 times it; zeros apart, with what is nearer to 0 than 1\.09e-311\.$/);
		assert.match(histogram([1, -1, 2], "magnitude").rule, /negative values on the left, zeros in the middle\.$/);
		assert.match(histogram([1, -1, Math.PI], "equal").rule, /64 bins .* within 0\.00024 of a bin’s end/);
		assert.equal(histogram([1, 2], "equal").counted, "2 finite values");
	});
});
