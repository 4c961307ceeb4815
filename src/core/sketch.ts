import { bitsOfPage, type Scale, scaleOf, WORDS } from "./buckets";
import { type DType, isWideInteger } from "./dtype";
import { TensorError } from "./errors";

/**
 * Values of every cell of a layout, counted bucket by bucket: what quantiles and histograms are made of. Sketches form a
 * monoid (`emptySketch`, `mergeSketch`), and hold at most `MAX_BUCKETS`: when these do not suffice, every two neighbours
 * become one (Masson, Rim & Lee 2019 collapse theirs so), and `bits` says how fine those are that are left.
 */
export interface Sketch {
	readonly scale: Scale;
	readonly cells: number;
	/** Mantissa bits that are told apart now. */
	bits: number;
	/** Where the buckets of each page of each cell start in `pool`, 0 where the page has no value. */
	readonly pages: Int32Array;
	/** Mantissa bits that the numbers of each page lose. */
	readonly drop: Uint8Array;
	/** Counts of all buckets; float64 where a count may be past 2^32. */
	pool: Uint32Array | Float64Array;
	/** Length of `pool` in use. */
	used: number;
	/**
	 * Where the bucket of +0 is, when all pages are open and lie behind each other, so that a bucket is found without its
	 * page; otherwise 0.
	 */
	direct: number;
	/** Length that `pool` may grow to. */
	readonly maxBuckets: number;
	/** Finite elements of each cell. */
	readonly count: Float64Array;
	readonly min: Float64Array;
	readonly max: Float64Array;
	readonly nan: Float64Array;
	readonly posInf: Float64Array;
	readonly negInf: Float64Array;
	/** Mantissa bits that were set in any value of the cell. */
	readonly seen: Int32Array;
	/** Whether float64 may have rounded the values: integers past 2^53. */
	readonly wide: boolean;
}

/** Cells that a distribution may have: each takes some thousand buckets. */
export const MAX_SKETCHED_CELLS = 4096;

/** Buckets of all cells together: 64 MiB of counts. One for every page of every cell always fits. */
export const MAX_BUCKETS = 2 ** 24;

/** Buckets that values that are not finite are counted in, never to be read. */
const ASIDE = 1;

/** Elements for each bucket that there can be, from which on it pays to have them all. */
const DIRECT_PART = 1;

/** Values that fit the counts of `Uint32Array`. */
const NARROW = 2 ** 32;

/** A sketch of nothing, for values of a real dtype, at most `elements` of them; throws `too-large` past `MAX_SKETCHED_CELLS`. */
export function emptySketch(dtype: DType, cells: number, elements: number, maxBuckets = MAX_BUCKETS): Sketch {
	if (cells > MAX_SKETCHED_CELLS) {
		throw new TensorError(
			"too-large",
			`This layout has ${cells} sets, more than the ${MAX_SKETCHED_CELLS} whose quantiles are kept in memory; average over more axes, or use larger groups.`,
		);
	}
	const scale = scaleOf(dtype);
	const zeros = () => new Float64Array(cells);
	const { pages } = WORDS[scale.width];
	const sketch: Sketch = {
		scale,
		cells,
		bits: scale.bits,
		pages: new Int32Array(cells * pages),
		drop: new Uint8Array(pages),
		pool: elements < NARROW ? new Uint32Array(0) : new Float64Array(0),
		used: 0,
		direct: 0,
		maxBuckets,
		count: zeros(),
		min: zeros().fill(Infinity),
		max: zeros().fill(-Infinity),
		nan: zeros(),
		posInf: zeros(),
		negInf: zeros(),
		seen: new Int32Array(cells),
		wide: isWideInteger(dtype),
	};
	startPool(sketch);
	if (cells === 1 && !scale.integer && elements >= DIRECT_PART * pages * 2 ** scale.bits) openAll(sketch);
	return sketch;
}

/** Opens all pages in their order, where they fit. */
function openAll(sketch: Sketch): void {
	const { pages, bits, used, maxBuckets } = sketch;
	const size = 2 ** bits;
	const end = used + pages.length * size;
	if (end > maxBuckets) return;
	resize(sketch, end);
	for (let page = 1; page < pages.length - 1; page++) pages[page] = used + page * size;
	sketch.used = end;
	sketch.direct = used + (pages.length / 2) * size;
}

/** Starts with no page but the one for what is not finite, which all cells share. */
function startPool(sketch: Sketch): void {
	const { pages, drop, scale, bits } = sketch;
	sketch.used = ASIDE + 2 ** bits;
	sketch.direct = 0;
	if (sketch.pool.length < sketch.used) resize(sketch, Math.max(sketch.used, 2 ** 14));
	for (let page = 0; page < drop.length; page++) {
		drop[page] = WORDS[scale.width].mantissa - bitsOfPage(scale, page, bits);
	}
	for (let first = 0; first < pages.length; first += drop.length) {
		pages[first] = ASIDE;
		pages[first + drop.length - 1] = ASIDE;
	}
}

function resize(sketch: Sketch, length: number): void {
	const pool = sketch.pool instanceof Uint32Array ? new Uint32Array(length) : new Float64Array(length);
	pool.set(sketch.pool.subarray(0, Math.min(length, sketch.used)));
	sketch.pool = pool;
}

/** Makes room for the buckets of entry `entry` of `pages`; `pool`, `bits` and all entries may change. */
export function openPage(sketch: Sketch, entry: number): void {
	const { maxBuckets } = sketch;
	const page = entry % sketch.drop.length;
	const size = () => 2 ** bitsOfPage(sketch.scale, page, sketch.bits);
	while (sketch.used + size() > maxBuckets && sketch.bits > 0) collapse(sketch);
	const end = sketch.used + size();
	if (end > sketch.pool.length) resize(sketch, Math.max(end, Math.min(maxBuckets, 2 * sketch.pool.length)));
	sketch.pages[entry] = sketch.used;
	sketch.used = end;
}

/** Makes one bucket of every two neighbours. */
export function collapse(sketch: Sketch): void {
	const { pages, drop, scale, pool, bits } = sketch;
	const before = drop.slice();
	sketch.bits = bits - 1;
	sketch.pool = pool instanceof Uint32Array ? new Uint32Array(pool.length) : new Float64Array(pool.length);
	startPool(sketch);
	for (let entry = 0; entry < pages.length; entry++) {
		const from = pages[entry] as number;
		if (from <= ASIDE) continue;
		const page = entry % drop.length;
		const shift = (drop[page] as number) - (before[page] as number);
		const to = sketch.used;
		const buckets = 2 ** bitsOfPage(scale, page, bits);
		for (let k = 0; k < buckets; k++) {
			const at = to + (k >> shift);
			sketch.pool[at] = (sketch.pool[at] as number) + (pool[from + k] as number);
		}
		pages[entry] = to;
		sketch.used += buckets >> shift;
	}
}

/** Adds a sketch of the same cells and dtype to another, in place. The other one may lose buckets. */
export function mergeSketch(into: Sketch, other: Sketch): Sketch {
	while (into.bits > other.bits) collapse(into);
	while (other.bits > into.bits) collapse(other);
	for (let entry = 0; entry < other.pages.length; entry++) {
		const from = other.pages[entry] as number;
		if (from <= ASIDE) continue;
		if (into.pages[entry] === 0) openPage(into, entry);
		const page = entry % into.drop.length;
		const shift = (into.drop[page] as number) - (other.drop[page] as number);
		const to = into.pages[entry] as number;
		const buckets = 2 ** bitsOfPage(other.scale, page, other.bits);
		for (let k = 0; k < buckets; k++) {
			const at = to + (k >> shift);
			into.pool[at] = (into.pool[at] as number) + (other.pool[from + k] as number);
		}
	}
	for (let cell = 0; cell < into.cells; cell++) {
		for (const kind of ["count", "nan", "posInf", "negInf"] as const) {
			into[kind][cell] = (into[kind][cell] as number) + (other[kind][cell] as number);
		}
		widenCell(into, cell, other.min[cell] as number, other.max[cell] as number, other.seen[cell] as number);
	}
	return into;
}

/** Makes the extremes and the bits seen of a cell cover more values. */
export function widenCell({ min, max, seen }: Sketch, cell: number, low: number, high: number, bits: number): void {
	if (low < (min[cell] as number)) min[cell] = low;
	if (high > (max[cell] as number)) max[cell] = high;
	seen[cell] = (seen[cell] as number) | bits;
}

/** All buffers of a sketch, to be moved to another thread. */
export function sketchBuffers(sketch: Sketch): ArrayBuffer[] {
	const arrays = Object.values(sketch).filter((field) => ArrayBuffer.isView(field));
	return arrays.map(({ buffer }) => buffer as ArrayBuffer);
}
