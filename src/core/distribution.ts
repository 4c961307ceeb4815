import { bitsOfPage, valueOfBucket, WORDS, zeroBucketEnd } from "./buckets";
import { type End, findEnd, noEnd } from "./ends";
import { countMagnitudes, type Magnitudes } from "./magnitudes";
import type { Sketch } from "./sketch";

/** The quantiles that are told, by the names they have in tables and JSON. */
export const QUANTILES = { p1: 0.01, p5: 0.05, median: 0.5, p95: 0.95, p99: 0.99 } as const;

export type QuantileName = keyof typeof QUANTILES;

/** Bins of a histogram. */
export const HISTOGRAM_BINS = 64;

/** How the finite elements of every cell of a layout are distributed, cells in C order. */
export interface Distribution {
	/** Finite elements, and those that are left out. */
	readonly count: Float64Array;
	readonly nan: Float64Array;
	readonly posInf: Float64Array;
	readonly negInf: Float64Array;
	/** NaN, as the quantiles, where a cell has no finite element. */
	readonly min: Float64Array;
	readonly max: Float64Array;
	/**
	 * For each q the `ceil(q · count)`-th smallest finite element, the first where q is 0: NumPy's method `inverted_cdf`.
	 * So a median is always one of the elements, the lower of the two in the middle.
	 */
	readonly quantiles: Readonly<Record<QuantileName, Float64Array>>;
	/**
	 * `HISTOGRAM_BINS` counts a cell, of bins as wide as each other from min to max; a bin's lower end belongs to it, the
	 * last bin's upper one too. Where all elements are the same they are in bin `HISTOGRAM_BINS / 2`.
	 */
	readonly histogram: Float64Array;
	readonly magnitudes: Magnitudes;
	/** What is at the smallest and at the largest element. */
	readonly ends: Readonly<Record<"min" | "max", End>>;
	/**
	 * How far from the element a quantile may be, relative to the element; 0 where all are exact. Elements may also be that
	 * far from the place that they have in `histogram`, not in `magnitudes`. Below the smallest normal number (2^-126 for f32, 2^-1022 for f64)
	 * the distance is at most twice that times this number. 64-bit integers past 2^53 are taken as the nearest float64.
	 */
	readonly relativeError: number;
}

/** Quantiles and histograms of what a sketch has counted. */
export function distributionOf(sketch: Sketch): Distribution {
	const { cells, count } = sketch;
	const names = Object.keys(QUANTILES) as QuantileName[];
	const empty = () => new Float64Array(cells).fill(NaN);
	const quantiles = Object.fromEntries(names.map((name) => [name, empty()])) as Record<QuantileName, Float64Array>;
	const histogram = new Float64Array(cells * HISTOGRAM_BINS);
	const magnitudes = countMagnitudes(cells);
	const ends = { min: noEnd(cells), max: noEnd(cells) };
	let exact = true;
	for (let cell = 0; cell < cells; cell++) {
		const elements = count[cell] as number;
		if (elements === 0) continue;
		const only = isExact(sketch, cell);
		exact &&= only;
		const low = sketch.min[cell] as number;
		const high = sketch.max[cell] as number;
		const bins = histogram.subarray(cell * HISTOGRAM_BINS, (cell + 1) * HISTOGRAM_BINS);
		const ranks = names.map((name) => Math.max(1, Math.ceil(QUANTILES[name] * elements)));
		let below = 0;
		let next = 0;
		eachBucket(sketch, cell, only, (found, counted) => {
			const value = Math.max(low, Math.min(high, found));
			below += counted;
			for (; next < ranks.length && (ranks[next] as number) <= below; next++) {
				const rank = ranks[next] as number;
				// The smallest and the largest are known whatever bucket they are in.
				quantiles[names[next] as QuantileName][cell] = rank === 1 ? low : rank === elements ? high : value;
			}
			const bin = binOf(value, low, high);
			bins[bin] = (bins[bin] as number) + counted;
			magnitudes.add(low === high ? low : found, counted);
		});
		magnitudes.endCell(cell);
		for (const which of ["min", "max"] as const) findEnd(ends[which], sketch, cell, which, only);
	}
	const known = (ends: Float64Array) => ends.map((end, cell) => (count[cell] === 0 ? NaN : end));
	return {
		...{ count, nan: sketch.nan, posInf: sketch.posInf, negInf: sketch.negInf },
		min: known(sketch.min),
		max: known(sketch.max),
		quantiles,
		histogram,
		magnitudes: magnitudes.found(exact ? 0 : zeroBucketEnd(sketch.scale, sketch.bits)),
		ends,
		relativeError: exact ? 0 : 2 ** -(sketch.bits + 1),
	};
}

/** The bin of a value between two others. */
export function binOf(value: number, low: number, high: number): number {
	if (low === high) return HISTOGRAM_BINS / 2;
	// The distance of two large numbers may be past the largest; that of their halves is not.
	const unit = high - low === Infinity ? 0.5 : 1;
	const part = (value * unit - low * unit) / (high * unit - low * unit);
	return Math.min(HISTOGRAM_BINS - 1, Math.floor(part * HISTOGRAM_BINS));
}

/** Whether no value of a cell has shared its bucket with another one, or is known as it is the only one. */
function isExact({ scale, seen, bits, wide, min, max }: Sketch, cell: number): boolean {
	const lost = 2 ** (WORDS[scale.width].mantissa - bits) - 1;
	const rounded = wide && Math.max(-(min[cell] as number), max[cell] as number) >= 2 ** 53;
	return !rounded && (min[cell] === max[cell] || ((seen[cell] as number) & lost) === 0);
}

/** Visits the buckets of a cell that hold something, ascending. */
function eachBucket(sketch: Sketch, cell: number, only: boolean, visit: (value: number, count: number) => void): void {
	const { scale, bits, pages, pool } = sketch;
	const perCell = WORDS[scale.width].pages;
	for (let page = 1; page < perCell - 1; page++) {
		const from = pages[cell * perCell + page] as number;
		if (from === 0) continue;
		const buckets = 2 ** bitsOfPage(scale, page, bits);
		for (let bucket = 0; bucket < buckets; bucket++) {
			const count = pool[from + bucket] as number;
			if (count > 0) visit(valueOfBucket(scale, page, bucket, bits, only), count);
		}
	}
}
