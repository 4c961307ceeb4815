import { unravel } from "../core/inspection";
import { type Shape, sizeOf } from "../core/layout";
import { NUMPY_TOLERANCE, type TensorDifference, type Tolerance } from "../core/tensor-difference";
import { cosineOf, type Dot, emptyDot, mergeDot, rmseOf } from "./dot";

/** A pair of values, how far they are apart, and its C-order index (of real numbers: complex elements count two). */
export interface Pair {
	readonly index: number;
	readonly difference: number;
	readonly a: number | bigint;
	readonly b: number | bigint;
}

/** |a − b| of the pairs of finite values in some cells. */
export interface CellDifferences {
	readonly max: Float64Array;
	readonly sum: Float64Array;
	readonly count: Float64Array;
}

/** What is compared, and what of it is kept. */
export interface Comparison {
	/** Of the real numbers: complex tensors have a last axis of 2. */
	readonly shape: Shape;
	readonly parts: 1 | 2;
	/** Bins of each axis of the tensors. */
	readonly bins: Shape;
	/** The axes and cells of the map, if there is one. */
	readonly map?: { readonly axes: readonly [number, number]; readonly cells: readonly [number, number] };
	/** The tolerance asked for, where NaN is close to NaN. */
	readonly asked: Tolerance;
	/** PyTorch's for the dtypes. */
	readonly torch: Tolerance;
	/** Whether steps between neighbouring numbers are counted. */
	readonly ulp: boolean;
}

/** How a share of two tensors differs. */
export interface DifferenceShare {
	elements: number;
	mismatched: number;
	different: number;
	nanPairs: number;
	nanMismatches: number;
	infMismatches: number;
	/** Elements that NumPy's and PyTorch's defaults do not take as close. */
	failing: [number, number];
	maxAbs: number;
	maxRel: number;
	maxUlp: number;
	readonly ulps: Float64Array;
	readonly dot: Dot;
	worst?: Pair;
	firstMismatch?: Pair;
	firstDifferent?: Pair;
	readonly axes: readonly CellDifferences[];
	readonly map?: CellDifferences;
}

/** Buckets of a histogram of steps: all there are between two float64. */
const ULP_BUCKETS = 66;

function emptyCells(cells: number): CellDifferences {
	return { max: new Float64Array(cells), sum: new Float64Array(cells), count: new Float64Array(cells) };
}

/** A share of which nothing was seen yet. */
export function emptyShare({ bins, map }: Comparison): DifferenceShare {
	return {
		elements: 0,
		mismatched: 0,
		different: 0,
		nanPairs: 0,
		nanMismatches: 0,
		infMismatches: 0,
		failing: [0, 0],
		maxAbs: 0,
		maxRel: 0,
		maxUlp: 0,
		ulps: new Float64Array(ULP_BUCKETS),
		dot: emptyDot(),
		axes: bins.map(emptyCells),
		...(map ? { map: emptyCells(sizeOf(map.cells)) } : {}),
	};
}

/** Adds what another share found. */
export function mergeShare(into: DifferenceShare, other: DifferenceShare): void {
	const counted = ["elements", "mismatched", "different", "nanPairs", "nanMismatches", "infMismatches"] as const;
	for (const field of counted) into[field] += other[field];
	into.failing = [into.failing[0] + other.failing[0], into.failing[1] + other.failing[1]];
	for (const field of ["maxAbs", "maxRel", "maxUlp"] as const) into[field] = Math.max(into[field], other[field]);
	other.ulps.forEach((count, bucket) => {
		into.ulps[bucket] = (into.ulps[bucket] as number) + count;
	});
	mergeDot(into.dot, other.dot);
	if (other.worst && isWorse(other.worst, into.worst)) into.worst = other.worst;
	for (const first of ["firstMismatch", "firstDifferent"] as const) {
		const [one, two] = [into[first], other[first]];
		if (two && (!one || two.index < one.index)) into[first] = two;
	}
	into.axes.forEach((cells, axis) => {
		mergeCellDifferences(cells, other.axes[axis] as CellDifferences);
	});
	if (into.map && other.map) mergeCellDifferences(into.map, other.map);
}

/** Whether a pair is further apart than another, or as far and before it. */
export function isWorse(one: Pair, than: Pair | undefined): boolean {
	return !than || one.difference > than.difference || (one.difference === than.difference && one.index < than.index);
}

function mergeCellDifferences(into: CellDifferences, other: CellDifferences): void {
	for (let cell = 0; cell < into.max.length; cell++) addToCell(into, cell, other, cell);
}

function addToCell(into: CellDifferences, cell: number, other: CellDifferences, from: number): void {
	into.max[cell] = Math.max(into.max[cell] as number, other.max[from] as number);
	into.sum[cell] = (into.sum[cell] as number) + (other.sum[from] as number);
	into.count[cell] = (into.count[cell] as number) + (other.count[from] as number);
}

/** Adds shares up into what is told of two tensors. */
export function differenceOf(comparison: Comparison, shares: readonly DifferenceShare[]): TensorDifference {
	const { shape, bins, map, torch, ulp } = comparison;
	const all = emptyShare(comparison);
	for (const share of shares) mergeShare(all, share);
	const place = (name: "worst" | "firstMismatch" | "firstDifferent") => {
		const pair = all[name];
		return pair ? { [name]: { index: unravel(pair.index, shape), a: pair.a, b: pair.b } } : {};
	};
	const known = (values: Float64Array, { count }: CellDifferences) =>
		values.map((value, cell) => ((count[cell] as number) > 0 ? value : NaN));
	const { elements, mismatched, different, nanPairs, nanMismatches, infMismatches, maxAbs, maxRel } = all;
	return {
		...{ elements, mismatched, different, nanPairs, nanMismatches, infMismatches, maxAbs, maxRel },
		rmse: rmseOf(all.dot),
		cosine: cosineOf(all.dot),
		...(ulp
			? { ulp: { max: all.maxUlp, counts: [...all.ulps].slice(0, all.ulps.findLastIndex((n) => n > 0) + 1) } }
			: {}),
		verdicts: [
			{ by: "numpy.allclose", ...NUMPY_TOLERANCE, failing: all.failing[0] },
			{ by: "torch.testing.assert_close", ...torch, failing: all.failing[1] },
		],
		...place("worst"),
		...place("firstMismatch"),
		...place("firstDifferent"),
		profiles: all.axes.map((cells, axis) => ({
			axis,
			size: shape[axis] as number,
			bins: bins[axis] as number,
			maxAbs: known(cells.max, cells),
			meanAbs: cells.sum.map((sum, cell) => sum / (cells.count[cell] as number)),
		})),
		...(map && all.map ? { map: { ...map, maxAbs: known(all.map.max, all.map) } } : {}),
	};
}
