import assert from "node:assert/strict";
import fc from "fast-check";
import { choose } from "../../src/core/chosen";
import { MAX_SLICE_CELLS, SLICE_MARKS } from "../../src/core/slice";
import { COLOUR_MAPS, colourAt, mapFor } from "../../src/drawing/colour-maps";
import { checkSliceChoices, shownSlice } from "../../webview/slice/choices";
import { exactText } from "../../webview/slice/exact-text";
import { countMarks, MARK_COLOURS, mapPixels } from "../../webview/slice/paint";
import { quantileBounds, rangeOf } from "../../webview/slice/range";
import { inSight, scrollTo } from "../../webview/slice/table-window";
import { cellsFor, fitted, imageSize, indicesOf, revealing, zoomed } from "../../webview/slice/viewport";

/** CIE lightness of a colour, from 0 to 100 (sRGB, D65). */
function lightness([red, green, blue]: readonly number[]): number {
	const linear = (value = 0) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
	const y = 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
	return y > 216 / 24389 ? 116 * Math.cbrt(y) - 16 : (y * 24389) / 27;
}

const SHARES = Array.from({ length: 101 }, (_, k) => k / 100);
const size = fc.integer({ min: 1, max: 5_000_000 });

describe("the rules of slices", () => {
	for (const [id, map] of Object.entries(COLOUR_MAPS)) {
		it(`the colour map ${id} has an even lightness: ${map.diverging ? "up to its middle and down again" : "always up"}`, () => {
			const along = SHARES.map((share) => lightness(colourAt(map, share)));
			const halves = map.diverging ? [along.slice(0, 51), along.slice(50).reverse()] : [along];
			for (const half of halves) {
				const [first, last] = [half[0] as number, half.at(-1) as number];
				half.forEach((value, k) => {
					// Never down by what an eye sees, and nowhere far from the straight line between the ends.
					if (k > 0) assert.ok(value >= (half[k - 1] as number) - 0.2, `${id} falls at ${k}`);
					const even = first + ((last - first) * k) / (half.length - 1);
					assert.ok(Math.abs(value - even) < 13, `${id} at ${k}: lightness ${value}, evenly ${even}`);
				});
				assert.ok(last - first > 40, `${id} runs over ${last - first} of lightness`);
			}
		});
	}

	it("a range about 0 has a map with a neutral middle, another one has not", () => {
		assert.equal(mapFor({ low: -2, high: 2 }), "blueOrange");
		assert.equal(mapFor({ low: -2, high: 3 }), "viridis");
		assert.equal(mapFor({ low: 0, high: 3 }), "viridis");
	});

	it("percentiles are those of NumPy, of finite values alone", () => {
		const { low, high } = quantileBounds([Float64Array.of(4, NaN, 1), Float64Array.of(3, 2)], 0.01);
		// numpy.percentile([1, 2, 3, 4], [1, 99])
		assert.ok(Math.abs(low - 1.03) < 1e-15 && Math.abs(high - 3.97) < 1e-15, `${low}, ${high}`);
		assert.deepEqual(quantileBounds([Float64Array.of(NaN)], 0.01), { low: 0, high: 1 });
	});

	it("a range is symmetric about 0 where values have both signs, or where that is asked for", () => {
		const about = { symmetric: undefined, low: 5, high: 6 };
		const both = [Float64Array.of(-1, 4)];
		assert.deepEqual(rangeOf(both, undefined, { ...about, range: "shown" }), { low: -4, high: 4 });
		assert.deepEqual(rangeOf(both, undefined, { ...about, range: "shown", symmetric: false }), { low: -1, high: 4 });
		const one = [Float64Array.of(1, 4)];
		assert.deepEqual(rangeOf(one, undefined, { ...about, range: "shown" }), { low: 1, high: 4 });
		assert.deepEqual(rangeOf(one, undefined, { ...about, range: "shown", symmetric: true }), { low: -4, high: 4 });
		assert.deepEqual(rangeOf(both, undefined, { ...about, range: "own", symmetric: true }), { low: 5, high: 6 });
	});

	it("pixels have the colours of values, the ends' beyond the range, the middle's where all are equal, and marks their own", () => {
		const images = {
			aspect: "before",
			values: Float64Array.of(-9, 0, 1, 2, 9, NaN, NaN, 1),
			marks: Uint8Array.of(0, 0, 0, 0, 0, SLICE_MARKS.nan, SLICE_MARKS.negInf, SLICE_MARKS.posInf),
		} as const;
		const pixels = mapPixels(images, { low: 0, high: 2 }, COLOUR_MAPS.grey);
		const colours = Array.from({ length: 8 }, (_, k) => [...pixels.subarray(4 * k, 4 * k + 3)]);
		const grey = (value: number) => [value, value, value];
		assert.deepEqual(colours.slice(0, 5), [0, 0, 128, 255, 255].map(grey));
		assert.deepEqual(colours.slice(5), [MARK_COLOURS.nan, MARK_COLOURS.negInf, MARK_COLOURS.posInf]);
		assert.deepEqual(countMarks([images]), { nan: 1, posInf: 1, negInf: 1 });
		const flat = mapPixels(
			{ ...images, values: Float64Array.of(3), marks: Uint8Array.of(0) },
			{ low: 3, high: 3 },
			COLOUR_MAPS.grey,
		);
		assert.deepEqual([...flat.subarray(0, 3)], grey(128));
	});

	it("what is in sight lies in its axis, however it is zoomed and moved, and keeps the index it is zoomed at", () => {
		fc.assert(
			fc.property(size, size, size, fc.double({ min: 0.01, max: 100, noNaN: true }), (length, start, at, factor) => {
				const seen = fitted({ start, length: Math.min(length, at) }, length);
				const index = seen.start + (at % seen.length);
				for (const next of [zoomed(seen, length, index, factor), revealing(seen, length, at % length)]) {
					assert.ok(next.start >= 0 && next.length >= 1 && next.start + next.length <= length);
				}
				const near = zoomed(seen, length, index, factor);
				assert.ok(index >= near.start && index < near.start + near.length, `${index} left ${JSON.stringify(near)}`);
				const shown = revealing(seen, length, at % length);
				assert.ok(at % length >= shown.start && at % length < shown.start + shown.length);
			}),
			{ numRuns: 2000 },
		);
	});

	it("an image fits its room, and has no more cells than elements, pixels, or one answer holds", () => {
		const room = fc.record({ width: fc.integer({ min: 80, max: 3000 }), height: fc.integer({ min: 80, max: 2000 }) });
		fc.assert(
			fc.property(size, size, room, fc.constantFrom(1, 3), (rows, columns, most, images) => {
				const found = imageSize(rows, columns, most);
				assert.ok(found.width <= most.width + 1e-6 && found.height <= most.height + 1e-6, JSON.stringify(found));
				assert.ok(found.width >= Math.min(32, columns) && found.height >= Math.min(32, rows), JSON.stringify(found));
				const cells = cellsFor(rows, columns, found, images);
				assert.ok(cells.rows >= 1 && cells.columns >= 1 && cells.rows <= rows && cells.columns <= columns);
				assert.ok(cells.rows * cells.columns * images <= MAX_SLICE_CELLS, JSON.stringify(cells));
			}),
			{ numRuns: 2000 },
		);
	});

	it("the cells of an axis hold each of its indices once", () => {
		fc.assert(
			fc.property(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 400 }), (length, cells) => {
				fc.pre(cells <= length);
				let next = 7;
				for (let cell = 0; cell < cells; cell++) {
					const found = indicesOf({ axis: 0, start: 7, length, cells }, cell);
					assert.ok(found.start === next && found.length >= 1);
					next += found.length;
				}
				assert.equal(next, 7 + length);
			}),
		);
	});

	it("a table scrolls to each index of an axis of any length", () => {
		fc.assert(
			fc.property(size, fc.nat(), (length, at) => {
				const index = at % length;
				const scrolled = scrollTo(Math.min(index, Math.max(0, length - 13)), length, 24, 348);
				const { start, length: seen } = inSight(length, 24, 348, scrolled);
				assert.ok(start >= 0 && start + seen <= length && index >= start && index < start + seen, `${index}: ${start}`);
			}),
			{ numRuns: 2000 },
		);
	});

	it("the text of a value reads back as the same value of its dtype, and is the shortest of a float32", () => {
		assert.equal(exactText(Math.fround(0.1), "f32"), "0.1");
		assert.equal(exactText(0.1, "f64"), "0.1");
		assert.equal(exactText(-0, "f32"), "-0");
		assert.equal(exactText(2n ** 63n, "u64"), "9223372036854775808");
		fc.assert(
			fc.property(fc.float(), (value) => Object.is(Math.fround(Number(exactText(value, "f32"))), value)),
			{ numRuns: 2000 },
		);
	});

	it("lines go down and characters across, unless the user chose other axes, and never the same twice", () => {
		for (const shape of [[8], [3, 8], [2, 3, 8], [2, 3, 8, 9], [2, 9, 8, 3], [2, 3, 4, 5, 6]]) {
			const chosen = choose(shape, {});
			const plain = shownSlice(chosen, {}, true);
			assert.notEqual(plain.rows, plain.columns);
			assert.equal(plain.rows === undefined, shape.length === 1);
			for (let rows = -1; rows <= shape.length; rows++) {
				for (let columns = -1; columns <= shape.length; columns++) {
					const shown = shownSlice(chosen, { rows, columns }, true);
					assert.notEqual(shown.rows, shown.columns, JSON.stringify([shape, rows, columns]));
					assert.ok(
						shape[shown.columns] !== undefined && (shape.length === 1 || shape[shown.rows ?? -1] !== undefined),
					);
					if (shape[columns] !== undefined) assert.equal(shown.columns, columns);
				}
			}
		}
		const nhwc = shownSlice(choose([2, 9, 8, 3], { convention: "channelsLast" }), { rgb: true }, true);
		assert.deepEqual([nhwc.rows, nhwc.columns, nhwc.colourAxis, nhwc.rgb], [1, 2, 3, true]);
		assert.equal(shownSlice(choose([2, 4, 8, 8], {}), { rgb: true }, true).rgb, false);
		assert.equal(shownSlice(choose([2, 4, 8, 8], {}), { effect: true }, false).effect, false);
	});

	it("of remembered choices only what is one is used", () => {
		const good = {
			rows: 1,
			columns: 0,
			effect: true,
			range: "own",
			low: -1,
			high: 2,
			colours: "grey",
			each: "largest",
			seen: { rows: { start: 1, length: 2 }, columns: { start: 0, length: 5 } },
		};
		assert.deepEqual(checkSliceChoices(good), good);
		const bad = {
			rows: "1",
			effect: 1,
			range: "toString",
			low: Infinity,
			colours: "constructor",
			each: 3,
			seen: { rows: {} },
		};
		assert.deepEqual(checkSliceChoices(bad), {});
		for (const none of [undefined, null, 3, "x"]) assert.deepEqual(checkSliceChoices(none), {});
	});
});
