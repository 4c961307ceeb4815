import { type DType, isWideInteger } from "./dtype";
import { TensorError } from "./errors";

/** Smallest or largest value of each cell: exact integers for i64 and u64, float64 otherwise. */
export type Extremes = Float64Array | BigInt64Array | BigUint64Array;

/** Values that are counted apart, each with its first index: only `zeros` also enter mean, deviation and extremes. */
export const COUNTED = ["nan", "posInf", "negInf", "zeros"] as const;
export type Counted = (typeof COUNTED)[number];

/**
 * Statistics of the finite elements of every cell of a layout, cells in C order. They form a monoid: `emptyMoments`,
 * `mergeMoments`; so chunks, workers and files add up in any order.
 */
export interface Moments extends Readonly<Record<Counted, Float64Array>> {
	/** Finite elements. */
	readonly count: Float64Array;
	readonly mean: Float64Array;
	/**
	 * What rounding took from `mean`: the mean is `mean + meanRest`. Without it the means of two chunks near 1e8 would
	 * differ by rounding alone, and the deviation that is merged from them would be off by 1e-10.
	 */
	readonly meanRest: Float64Array;
	/** Population standard deviation; kept as the root, so that 1e308 and 1e-308 stay within float64's range. */
	readonly std: Float64Array;
	/** The end of the range that widens to every value where count is 0. */
	readonly min: Extremes;
	readonly max: Extremes;
	/** Smallest C-order index in the tensor of each counted kind; of no meaning where none was counted. */
	readonly first: Readonly<Record<Counted, Float64Array>>;
}

/** Cells that a request may have: their statistics take about 110 bytes each in every worker. */
export const MAX_CELLS = 2 ** 22;

/** Arrays of statistics, those of first indices among them. */
export const FIELDS = 14;

/** Cells up to which all arrays are in one piece of memory. */
const PACKED_CELLS = 2 ** 14;

/** Where an array of a Moments lies: memory, byte offset in it, numbers. */
export type Place = readonly [memory: ArrayBufferLike, offset: number, numbers: number];

/** Moments of nothing, for a number of cells; throws `too-large` past `MAX_CELLS`. */
export function emptyMoments(dtype: DType, cells: number): Moments {
	return emptied(blankMoments(dtype, cells), dtype);
}

/** Memory for moments, all zero, of which every cell is to be overwritten; throws as `emptyMoments` does. */
export function blankMoments(dtype: DType, cells: number): Moments {
	checkCells(cells);
	// Small fields share one piece of memory, as each piece costs something to move between threads; the system gives and
	// takes back very large pieces page by page, which costs more than their use.
	if (cells <= PACKED_CELLS) return momentsWithin(dtype, new ArrayBuffer(8 * FIELDS * cells), cells);
	return momentsIn(dtype, () => [new ArrayBuffer(8 * cells), 0, cells]);
}

/** Throws `too-large` past `MAX_CELLS`. */
export function checkCells(cells: number): void {
	if (cells <= MAX_CELLS) return;
	throw new TensorError(
		"too-large",
		`This layout has ${cells} sets, more than the ${MAX_CELLS} whose statistics are kept in memory; average over more axes, or use larger groups.`,
	);
}

/** Moments whose arrays lie behind each other in memory of `8 * FIELDS * cells` bytes. */
export function momentsWithin(dtype: DType, memory: ArrayBufferLike, cells: number): Moments {
	let taken = 0;
	return momentsIn(dtype, () => [memory, 8 * cells * taken++, cells]);
}

/** Moments whose arrays lie in the places that are given one after the other, `FIELDS` in all; `zeros` is in the seventh. */
export function momentsIn(dtype: DType, place: () => Place): Moments {
	const floats = () => new Float64Array(...place());
	const extremes = (): Extremes => {
		if (!isWideInteger(dtype)) return floats();
		return dtype === "u64" ? new BigUint64Array(...place()) : new BigInt64Array(...place());
	};
	return {
		count: floats(),
		mean: floats(),
		meanRest: floats(),
		std: floats(),
		min: extremes(),
		max: extremes(),
		zeros: floats(),
		nan: floats(),
		posInf: floats(),
		negInf: floats(),
		first: { nan: floats(), posInf: floats(), negInf: floats(), zeros: floats() },
	};
}

/** Makes moments that are all zero those of nothing. */
export function emptied(moments: Moments, dtype: DType): Moments {
	const { min, max, first } = moments;
	if (min instanceof Float64Array) min.fill(Infinity);
	else (min as BigInt64Array).fill(dtype === "u64" ? 2n ** 64n - 1n : 2n ** 63n - 1n);
	if (max instanceof Float64Array) max.fill(-Infinity);
	else (max as BigInt64Array).fill(dtype === "u64" ? 0n : -(2n ** 63n));
	for (const kind of COUNTED) first[kind].fill(Infinity);
	return moments;
}

/**
 * Adds a group of `count` finite values with mean `mean + rest` and population deviation `std` to one cell
 * (Chan, Golub & LeVeque 1979, updating formulae for pairs of groups).
 */
export function mergeGroup(into: Moments, cell: number, count: number, mean: number, std: number, rest = 0): void {
	if (count === 0) return;
	const before = into.count[cell] as number;
	const total = before + count;
	into.count[cell] = total;
	if (before === 0) {
		setMean(into, cell, mean, rest);
		into.std[cell] = std;
		return;
	}
	const old = before / total;
	const added = count / total;
	const oldMean = into.mean[cell] as number;
	const oldRest = into.meanRest[cell] as number;
	const oldStd = into.std[cell] as number;
	const delta = mean - oldMean + (rest - oldRest);
	const largest = Math.max(oldStd, std, Math.abs(delta));
	if (largest < SAFE_SQUARE && largest > 1 / SAFE_SQUARE) {
		into.std[cell] = Math.sqrt(old * oldStd * oldStd + added * std * std + delta * (delta * (old * added)));
	} else if (largest > 0) {
		// Squares would leave float64's range: the same in a unit of the size of the values.
		const unit = powerOfTwoNear(largest === Infinity ? Number.MAX_VALUE : largest);
		const [a, b] = [oldStd / unit, std / unit];
		const d = largest === Infinity ? mean / unit - oldMean / unit : delta / unit;
		const merged = Math.sqrt(old * a * a + added * b * b + d * (d * (old * added))) * unit;
		// No deviation is past the largest number, but rounding may take it there.
		into.std[cell] = Math.min(Number.MAX_VALUE, merged);
	}
	if (Number.isFinite(delta)) setMean(into, cell, oldMean, oldRest + delta * added);
	else setMean(into, cell, oldMean * old + mean * added, 0);
}

/** Stores `mean + rest` as its rounded value and what the rounding took (Knuth's two-sum). */
function setMean(into: Moments, cell: number, mean: number, rest: number): void {
	const rounded = mean + rest;
	const part = rounded - mean;
	const lost = mean - (rounded - part) + (rest - part);
	into.mean[cell] = rounded;
	into.meanRest[cell] = Number.isFinite(lost) ? lost : 0;
}

/** Values between this and its inverse can be squared and summed without leaving float64's normal range. */
export const SAFE_SQUARE = 2 ** 480;

/** A power of two within a factor of 2 of a positive number, no smaller than float64's smallest normal number. */
export function powerOfTwoNear(value: number): number {
	return 2 ** Math.max(-1022, Math.min(1023, Math.floor(Math.log2(value))));
}

/** Adds cell `from` of one Moments to cell `to` of another of the same dtype. */
export function mergeCell(into: Moments, to: number, other: Moments, from: number): void {
	const count = other.count[from] as number;
	const mean = other.mean[from] as number;
	mergeGroup(into, to, count, mean, other.std[from] as number, other.meanRest[from] as number);
	if (count > 0) {
		widen(into.min, to, other.min[from] as number | bigint, "min");
		widen(into.max, to, other.max[from] as number | bigint, "max");
	}
	for (const kind of COUNTED) {
		const added = other[kind][from] as number;
		if (added === 0) continue;
		const index = other.first[kind][from] as number;
		if (into[kind][to] === 0 || index < (into.first[kind][to] as number)) into.first[kind][to] = index;
		into[kind][to] = (into[kind][to] as number) + added;
	}
}

/** Makes an extreme cover one more value. */
export function widen(ends: Extremes, cell: number, value: number | bigint, end: "min" | "max"): void {
	const old = ends[cell] as number | bigint;
	// Comparison works across number and bigint; the array's own type decides what is stored.
	if (end === "min" ? value < old : value > old) (ends as { [cell: number]: number | bigint })[cell] = value;
}

/** Adds all cells of `other` to `into`, in place: both of the same layout and dtype. */
export function mergeMoments(into: Moments, other: Moments): Moments {
	for (let cell = 0; cell < into.count.length; cell++) mergeCell(into, cell, other, cell);
	return into;
}

/** One cell's statistics as plain numbers, for options, sentences and tests. */
export interface CellStatistics {
	readonly count: number;
	readonly mean: number;
	readonly std: number;
	readonly min: number | bigint;
	readonly max: number | bigint;
	readonly nan: number;
	readonly posInf: number;
	readonly negInf: number;
	readonly zeros: number;
}

/** Statistics of one cell; mean, std, min and max are NaN where it has no finite element. */
export function cellStatistics(moments: Moments, cell: number): CellStatistics {
	const count = moments.count[cell] as number;
	const some = count > 0;
	return {
		count,
		mean: some ? (moments.mean[cell] as number) : NaN,
		std: some ? (moments.std[cell] as number) : NaN,
		min: some ? (moments.min[cell] as number | bigint) : NaN,
		max: some ? (moments.max[cell] as number | bigint) : NaN,
		nan: moments.nan[cell] as number,
		posInf: moments.posInf[cell] as number,
		negInf: moments.negInf[cell] as number,
		zeros: moments.zeros[cell] as number,
	};
}
