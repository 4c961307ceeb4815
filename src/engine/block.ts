import { type Counted, type Moments, mergeGroup, powerOfTwoNear, SAFE_SQUARE, widen } from "../core/moments";
import type { Decoded } from "./decoded";
import { indexWithin, type Loop } from "./plan";

/** Values that one mean is taken of before it is merged: few enough that a plain sum is exact to 1e-12. */
export const BLOCK = 4096;

/** Smallest magnitude whose differences can still be squared. */
const SAFE_LOW = 2 ** -400;

/** Integers below this are float64 numbers. */
const EXACT_INTEGERS = 2 ** 53;

/** Evenly spaced values of one cell. */
export interface Run {
	readonly cell: number;
	/** Position in memory of the first value, and the distance of one from the next. */
	readonly start: number;
	readonly step: number;
	readonly count: number;
	/** Value k is index `from + k` of `loop`, whose index 0 has the C-order index `index`. */
	readonly loop: Loop;
	readonly from: number;
	readonly index: number;
}

/** Adds a run of any length. */
export function addRun(into: Moments, chunk: Decoded, run: Run): void {
	for (let done = 0; done < run.count; done += BLOCK) {
		const count = Math.min(BLOCK, run.count - done);
		addBlock(into, chunk, { ...run, start: run.start + done * run.step, from: run.from + done, count });
	}
}

/** Corrected two-pass mean and deviation of up to `BLOCK` values. */
export function addBlock(into: Moments, chunk: Decoded, run: Run): void {
	const { values } = chunk;
	const { cell, start, step, count } = run;
	let sum = 0;
	let low = Infinity;
	let high = -Infinity;
	let zeros = 0;
	for (let k = 0, p = start; k < count; k++, p += step) {
		const x = values[p] as number;
		sum += x;
		if (x < low) low = x;
		if (x > high) high = x;
		if (x === 0) zeros++;
	}
	if (!Number.isFinite(sum) && countNonFinite(into, chunk, run)) return;
	widenBy(into, chunk, run, low, high);
	if (zeros > 0) countZeros(into, chunk, run, zeros);
	const largest = Math.max(-low, high);
	if (wasRounded(chunk, largest)) {
		addWide(into, chunk.wide, run);
		return;
	}
	if (low === high) {
		mergeGroup(into, cell, count, low, 0);
		return;
	}
	// Sums and squares of other values leave float64's range: they are taken in a unit of the values' size.
	const unit = isSquarable(largest) ? 1 : powerOfTwoNear(largest);
	const scale = 1 / unit;
	if (unit !== 1) {
		sum = 0;
		for (let k = 0, p = start; k < count; k++, p += step) sum += (values[p] as number) * scale;
	}
	const mean = sum / count;
	let rest = 0;
	let squares = 0;
	for (let k = 0, p = start; k < count; k++, p += step) {
		const deviation = (values[p] as number) * scale - mean;
		rest += deviation;
		squares += deviation * deviation;
	}
	const std = Math.min(Number.MAX_VALUE, deviationOf(squares, rest, count) * unit);
	mergeGroup(into, cell, count, mean * unit, std, (rest / count) * unit);
}

/** Whether values up to this magnitude, and their differences, have squares within float64's range. */
export function isSquarable(largest: number): boolean {
	return largest < SAFE_SQUARE && largest >= SAFE_LOW;
}

/** Whether values up to this magnitude are integers that float64 could not hold exactly. */
export function wasRounded(chunk: Decoded, largest: number): chunk is Decoded & Required<Pick<Decoded, "wide">> {
	return chunk.wide !== undefined && largest >= EXACT_INTEGERS;
}

/** The same for integers that float64 would round: their distances from the first of them are exact, or small beside it. */
function addWide(into: Moments, wide: NonNullable<Decoded["wide"]>, { cell, start, step, count }: Run): void {
	const pivot = wide[start] as bigint;
	const distance = (k: number) => Number((wide[start + k * step] as bigint) - pivot);
	let sum = 0;
	for (let k = 0; k < count; k++) sum += distance(k);
	const mean = sum / count;
	let rest = 0;
	let squares = 0;
	for (let k = 0; k < count; k++) {
		const deviation = distance(k) - mean;
		rest += deviation;
		squares += deviation * deviation;
	}
	const rounded = Number(pivot);
	const meanRest = Number(pivot - BigInt(rounded)) + mean + rest / count;
	mergeGroup(into, cell, count, rounded, deviationOf(squares, rest, count), meanRest);
}

/** Population deviation from sums of the deviations from a value near the mean. */
export function deviationOf(squares: number, rest: number, count: number): number {
	return Math.sqrt(Math.max(0, squares - (rest * rest) / count) / count);
}

/** Counts the non-finite values of a block and adds the others; answers false where there are none. */
function countNonFinite(into: Moments, chunk: Decoded, run: Run): boolean {
	const { start, step, count } = run;
	let finiteFrom = 0;
	let found = false;
	for (let k = 0; k <= count; k++) {
		const x = chunk.values[start + k * step] as number;
		if (k < count && Number.isFinite(x)) continue;
		if (k < count) {
			found = true;
			countApart(into, Number.isNaN(x) ? "nan" : x > 0 ? "posInf" : "negInf", run.cell, indexOf(run, k));
		} else if (!found) break;
		const finite = { ...run, start: start + finiteFrom * step, from: run.from + finiteFrom, count: k - finiteFrom };
		if (finite.count > 0) addBlock(into, chunk, finite);
		finiteFrom = k + 1;
	}
	return found;
}

function indexOf(run: Run, k: number): number {
	return run.index + indexWithin(run.loop, run.from + k);
}

function countApart(into: Moments, kind: Counted, cell: number, index: number): void {
	into[kind][cell] = (into[kind][cell] as number) + 1;
	if (index < (into.first[kind][cell] as number)) into.first[kind][cell] = index;
}

/** Adds the zeros of a run, and the first of them. */
export function countZeros(into: Moments, { values }: Decoded, run: Run, zeros: number): void {
	const { cell, start, step, count } = run;
	const { first } = into;
	into.zeros[cell] = (into.zeros[cell] as number) + zeros;
	// Along one axis indices ascend; along joined ones none comes before that of the loop's first value.
	const ascending = run.loop.axes.length <= 1;
	if ((first.zeros[cell] as number) <= (ascending ? indexOf(run, 0) : run.index)) return;
	for (let k = 0; k < count; k++) {
		if (values[start + k * step] !== 0) continue;
		first.zeros[cell] = Math.min(first.zeros[cell] as number, indexOf(run, k));
		if (ascending) return;
	}
}

/** Widens a cell's extremes; among integers that round to the same float64 the exact one is looked up. */
export function widenBy(into: Moments, chunk: Decoded, run: Run, low: number, high: number): void {
	const { cell, start, step, count } = run;
	const { values, wide } = chunk;
	if (!wide) {
		widen(into.min, cell, low, "min");
		widen(into.max, cell, high, "max");
		return;
	}
	for (let k = 0, p = start; k < count; k++, p += step) {
		if (values[p] === low) widen(into.min, cell, wide[p] as bigint, "min");
		if (values[p] === high) widen(into.max, cell, wide[p] as bigint, "max");
	}
}
