import { COUNTED, type Moments, mergeGroup, widen } from "./moments";

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
	for (const kind of COUNTED) {
		addCounts(into[kind], to, other[kind], from, cells);
		keepLeast(into.first[kind], to, other.first[kind], from, cells);
	}
}

function addCounts(into: Float64Array, to: number, other: Float64Array, from: number, cells: number): void {
	for (let i = 0; i < cells; i++) into[to + i] = (into[to + i] as number) + (other[from + i] as number);
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
