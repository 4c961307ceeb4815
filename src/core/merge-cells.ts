import { COUNTED, type Counted, type Extremes, type Moments, mergeGroup, widen } from "./moments";

/** Adds `cells` cells of one Moments from `from` on to those of another from `to` on, of the same dtype: many at once cost little. */
export function mergeCells(into: Moments, to: number, other: Moments, from: number, cells: number): void {
	const { count, mean, std, meanRest, min, max } = other;
	for (let i = 0; i < cells; i++) {
		const k = from + i;
		mergeGroup(into, to + i, count[k] as number, mean[k] as number, std[k] as number, meanRest[k] as number);
	}
	if (min instanceof Float64Array && max instanceof Float64Array) {
		keepLeast(into.min as Float64Array, to, min, from, cells);
		keepGreatest(into.max as Float64Array, to, max, from, cells);
	} else {
		for (let i = 0; i < cells; i++) {
			widen(into.min, to + i, min[from + i] as bigint, "min");
			widen(into.max, to + i, max[from + i] as bigint, "max");
		}
	}
	for (const kind of COUNTED) addCounted(into, to, other, from, cells, kind);
}

/** Copies `cells` cells of one Moments from `from` on to blank ones of another from `to` on. */
export function copyCells(into: Moments, to: number, other: Moments, from: number, cells: number): void {
	const copy = (target: Extremes, source: Extremes) => {
		(target as Float64Array).set((source as Float64Array).subarray(from, from + cells), to);
	};
	const isZero = (values: Float64Array) => {
		for (let at = from; at < from + cells; at++) if (values[at] !== 0) return false;
		return true;
	};
	for (const field of ["count", "mean", "std", "min", "max"] as const) copy(into[field], other[field]);
	// The system takes longer to give memory than it takes to write it: what stays blank is not asked for.
	if (!isZero(other.meanRest)) copy(into.meanRest, other.meanRest);
	for (const kind of COUNTED) {
		if (isZero(other[kind])) continue;
		copy(into[kind], other[kind]);
		copy(into.first[kind], other.first[kind]);
	}
}

function addCounted(into: Moments, to: number, other: Moments, from: number, cells: number, kind: Counted): void {
	const [counts, firsts, added, first] = [into[kind], into.first[kind], other[kind], other.first[kind]];
	for (let i = 0; i < cells; i++) {
		const count = added[from + i] as number;
		if (count === 0) continue;
		const index = first[from + i] as number;
		if (counts[to + i] === 0 || index < (firsts[to + i] as number)) firsts[to + i] = index;
		counts[to + i] = (counts[to + i] as number) + count;
	}
}

function keepLeast(into: Float64Array, to: number, other: Float64Array, from: number, cells: number): void {
	for (let i = 0; i < cells; i++) {
		const value = other[from + i] as number;
		if (value < (into[to + i] as number)) into[to + i] = value;
	}
}

function keepGreatest(into: Float64Array, to: number, other: Float64Array, from: number, cells: number): void {
	for (let i = 0; i < cells; i++) {
		const value = other[from + i] as number;
		if (value > (into[to + i] as number)) into[to + i] = value;
	}
}
