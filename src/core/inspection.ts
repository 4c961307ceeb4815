import type { DType } from "./dtype";
import { partsOf } from "./dtype";
import { type Layout, setSize, sizeOf } from "./layout";
import { type CellStatistics, cellStatistics, type Extremes, emptyMoments, type Moments, mergeCell } from "./moments";
import { isBelowEps } from "./norm-affine";
import { affineOf, type Norm, needsMore, normalization } from "./normalizations";
import type { Coverage } from "./sampling";

/** Statistics over the index of one axis; every array has one entry per bin. */
export interface AxisProfile {
	readonly axis: number;
	/** Length of the axis. */
	readonly size: number;
	/** Bins it is shown in: `size` unless the axis is longer than a screen shows; bin b starts at index `ceil(b·size/bins)`. */
	readonly bins: number;
	readonly count: Float64Array;
	readonly mean: Float64Array;
	readonly std: Float64Array;
	readonly min: Extremes;
	readonly max: Extremes;
	readonly nan: Float64Array;
	readonly posInf: Float64Array;
	readonly negInf: Float64Array;
	readonly zeros: Float64Array;
}

/** Smallest and largest of a statistic over the sets of a layout that have finite elements; NaN where no set has. */
export interface Spread {
	readonly lowest: number;
	readonly highest: number;
}

/** A tensor's numbers under one layout, before or after the transformation. */
export interface Aspect {
	/** All finite elements together. */
	readonly whole: CellStatistics;
	readonly setMeans: Spread;
	readonly setStds: Spread;
}

/** What a normalization does to a tensor, set by set in sum. */
export interface NormSummary extends Coverage {
	readonly norm: Norm;
	readonly layout: Layout;
	/** Number of sets: cells of the layout. */
	readonly sets: number;
	/** Elements in each set. */
	readonly setSize: number;
	readonly before: Aspect;
	/** After the norm, without gamma and beta; exact, as it follows from the moments. Null where outputs are no straight lines in x. */
	readonly after: Aspect | null;
	/** Sets whose square (or size, where eps is not in the root) is below eps, so that eps and not the data sets their scale. */
	readonly belowEps: number;
	/** Sets without any finite element; in a sample, of those that have elements in it. */
	readonly empty: number;
	/** Sets of which the sample has no element, so that nothing is known of them; 0 where `exact`. */
	readonly unseen: number;
	/** The first sets in C order, up to the number asked for: index of the cell, its statistics before and after. */
	readonly first: readonly {
		readonly cell: readonly number[];
		readonly before: CellStatistics;
		readonly after: CellStatistics | null;
	}[];
}

/** Everything the panel shows of one tensor (for complex ones: of its real or its imaginary part). */
export interface Inspection extends Coverage {
	readonly dtype: DType;
	readonly part: "value" | "real" | "imaginary";
	readonly whole: CellStatistics;
	/** Smallest C-order index of the first NaN, +Inf, −Inf, as one index per axis; absent where there is none. */
	readonly first: Readonly<Partial<Record<"nan" | "posInf" | "negInf", readonly number[]>>>;
	readonly profiles: readonly AxisProfile[];
	readonly norm?: NormSummary;
	/** Milliseconds the work took. */
	readonly elapsedMs: number;
}

/** Name of one of the real parts of a dtype. */
export function partName(dtype: DType, part: number): Inspection["part"] {
	return partsOf(dtype) === 1 ? "value" : part === 0 ? "real" : "imaginary";
}

/** The profile of an axis from the moments of its `profileLayout`. */
export function axisProfile(layout: Layout, axis: number, moments: Moments): AxisProfile {
	const { count, nan, posInf, negInf, zeros, min, max } = moments;
	return {
		axis,
		size: layout.shape[axis] ?? 1,
		bins: layout.cells[axis] ?? 1,
		count,
		mean: moments.mean.map((mean, cell) => (count[cell] ? mean : NaN)),
		std: moments.std.map((std, cell) => (count[cell] ? std : NaN)),
		min,
		max,
		nan,
		posInf,
		negInf,
		zeros,
	};
}

/** Single indices of an axis in an order other than their own: bin k of the profile is index `indices[k]`. */
export interface RankedProfile {
	readonly profile: AxisProfile;
	readonly indices: Int32Array;
}

/** Statistics of all cells together. */
export function wholeOf(moments: Moments, dtype: DType): Moments {
	const whole = emptyMoments(dtype, 1);
	for (let cell = 0; cell < moments.count.length; cell++) mergeCell(whole, 0, moments, cell);
	return whole;
}

/** What the elements of each cell are moved and scaled by: `(x · unit − centre) · scale`. */
export interface CellLines {
	readonly centre: ArrayLike<number>;
	readonly scale: ArrayLike<number>;
	readonly unit?: ArrayLike<number>;
}

function linesOf(moments: Moments, norm: Norm): CellLines {
	const lines = Array.from(moments.count, (_, cell) => {
		const { mean, std, count, min, max, nan, posInf, negInf } = cellStatistics(moments, cell);
		return affineOf({ mean, std, count, min, max, nonFinite: nan + posInf + negInf }, norm);
	});
	const each = (field: "unit" | "centre" | "scale") => Float64Array.from(lines, (line) => line[field]);
	return { unit: each("unit"), centre: each("centre"), scale: each("scale") };
}

/** Moments of what the lines make of the values cell by cell: exact, as a straight line maps mean, deviation and extremes. */
export function normalizedMoments(moments: Moments, { unit, centre, scale }: CellLines): Moments {
	const cells = moments.count.length;
	const after = {
		...emptyMoments("f64", cells),
		count: moments.count,
		nan: moments.nan,
		posInf: moments.posInf,
		negInf: moments.negInf,
	};
	for (let cell = 0; cell < cells; cell++) {
		if (moments.count[cell] === 0) continue;
		const { mean, std, min, max } = cellStatistics(moments, cell);
		const [by, from, times] = [unit?.[cell] ?? 1, centre[cell] as number, scale[cell] as number];
		const normalized = (value: number | bigint) => (Number(value) * by - from) * times;
		after.mean[cell] = normalized(mean);
		after.std[cell] = std * by * times;
		after.min[cell] = normalized(min);
		after.max[cell] = normalized(max);
	}
	return after;
}

/** Moments of a layout: of which values, and of how many of them. */
export interface CoveredMoments {
	readonly layout: Layout;
	readonly moments: Moments;
	readonly dtype: DType;
	readonly coverage: Coverage;
	/** What the norm makes of each cell, where that takes more than its moments. */
	readonly coefficients: CellLines | null;
}

/** Whether outputs are straight lines in x, with what is known: not those of sets that need more and have not got it. */
function hasLines(norm: Norm, coefficients: CellLines | null): boolean {
	const { element, straightWithout } = normalization(norm.id);
	return (!element || straightWithout === true) && (coefficients !== null || !needsMore(norm));
}

/** Sums a normalization up from the moments of its layout; `listed` sets are told one by one. */
export function summarizeNorm(
	norm: Norm,
	{ layout, moments, dtype, coverage, coefficients }: CoveredMoments,
	listed: number,
): NormSummary {
	const sets = sizeOf(layout.cells);
	const lines = hasLines(norm, coefficients) ? (coefficients ?? linesOf(moments, norm)) : null;
	const after = lines && normalizedMoments(moments, lines);
	const { statistic } = normalization(norm.id);
	let [belowEps, empty, unseen] = [0, 0, 0];
	for (let cell = 0; cell < sets; cell++) {
		if (!coverage.exact && isUnseen(moments, cell)) unseen++;
		else if (moments.count[cell] === 0) empty++;
		else if (statistic && isBelowEps(cellStatistics(moments, cell), statistic, norm.options)) belowEps++;
	}
	return {
		norm,
		layout,
		sets,
		setSize: setSize(layout),
		before: aspect(moments, dtype),
		after: after && aspect(after, "f64"),
		belowEps,
		empty,
		unseen,
		...coverage,
		first: Array.from({ length: Math.min(sets, listed) }, (_, cell) => ({
			cell: unravel(cell, layout.cells),
			before: cellStatistics(moments, cell),
			after: after && cellStatistics(after, cell),
		})),
	};
}

/** Whether statistics are of no element at all: in a sample, nothing is known then. */
export function isUnseen({ count, nan, posInf, negInf }: Counts, cell: number): boolean {
	return !count[cell] && !nan[cell] && !posInf[cell] && !negInf[cell];
}

type Counts = Readonly<Record<"count" | "nan" | "posInf" | "negInf", ArrayLike<number>>>;

/** The same of one cell's numbers. */
export function isUnseenCell({ count, nan, posInf, negInf }: CellStatistics): boolean {
	return count + nan + posInf + negInf === 0;
}

function aspect(moments: Moments, dtype: DType): Aspect {
	return {
		whole: cellStatistics(wholeOf(moments, dtype), 0),
		setMeans: spread(moments.mean, moments.count),
		setStds: spread(moments.std, moments.count),
	};
}

function spread(values: Float64Array, count: Float64Array): Spread {
	let lowest = Infinity;
	let highest = -Infinity;
	for (let cell = 0; cell < values.length; cell++) {
		if (count[cell] === 0) continue;
		lowest = Math.min(lowest, values[cell] as number);
		highest = Math.max(highest, values[cell] as number);
	}
	return lowest > highest ? { lowest: NaN, highest: NaN } : { lowest, highest };
}

/** The index on every axis of position `flat` in C order. */
export function unravel(flat: number, shape: readonly number[]): number[] {
	const index = new Array<number>(shape.length);
	for (let axis = shape.length - 1; axis >= 0; axis--) {
		const length = shape[axis] as number;
		index[axis] = flat % length;
		flat = Math.floor(flat / length);
	}
	return index;
}
