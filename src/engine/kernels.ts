import { type Layout, sizeOf } from "../core/layout";
import { type Counted, type Moments, mergeGroup, powerOfTwoNear, SAFE_SQUARE, widen } from "../core/moments";
import type { Decoded } from "./decoded";
import { indexWithin, type Loop, type Place, planChunk, walk } from "./plan";

/** Values that one mean is taken of before it is merged: few enough that a plain sum is exact to 1e-12. */
const BLOCK = 4096;

/** Elements in a block of columns: it is read twice, so it should stay in the cache. */
const COLUMN_BLOCK = 2 ** 16;

/** Smallest magnitude whose differences can still be squared. */
const SAFE_LOW = 2 ** -400;

/** Integers below this are float64 numbers. */
const EXACT_INTEGERS = 2 ** 53;

/** Evenly spaced values of one cell. */
interface Run {
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

/** Adds all values of a chunk to the statistics of a layout. */
export function addChunk(into: Moments, layout: Layout, chunk: Decoded): void {
	if (sizeOf(chunk.shape) === 0) return;
	const { start, outer, rows, run } = planChunk(chunk, layout);
	if (rows) {
		const columns = columnBlock(run.count);
		walk(outer, start, (place) => addColumns(into, chunk, place, rows, run, columns));
	} else {
		walk(outer, start, (place) => addRows(into, chunk, place, run));
	}
}

/** A run that falls into contiguous stretches, each of one cell. */
function addRows(into: Moments, chunk: Decoded, place: Place, loop: Loop): void {
	const { step, cells } = loop;
	for (let from = 0; from < loop.count; ) {
		const offset = cells?.[from] ?? 0;
		let end = cells ? from + 1 : loop.count;
		while (cells && end < loop.count && cells[end] === offset) end++;
		const start = place.position + from * step;
		addRun(into, chunk, { cell: place.cell + offset, start, step, count: end - from, loop, from, index: place.index });
		from = end;
	}
}

function addRun(into: Moments, chunk: Decoded, run: Run): void {
	for (let done = 0; done < run.count; done += BLOCK) {
		const count = Math.min(BLOCK, run.count - done);
		addBlock(into, chunk, { ...run, start: run.start + done * run.step, from: run.from + done, count });
	}
}

/** Corrected two-pass mean and deviation of up to `BLOCK` values. */
function addBlock(into: Moments, chunk: Decoded, run: Run): void {
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
	if (chunk.wide && largest >= EXACT_INTEGERS) {
		addWide(into, chunk.wide, run);
		return;
	}
	if (low === high) {
		mergeGroup(into, cell, count, low, 0);
		return;
	}
	// Sums and squares of such values leave float64's range: they are taken in a unit of the values' size.
	const unit = largest < SAFE_SQUARE && largest >= SAFE_LOW ? 1 : powerOfTwoNear(largest);
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
function deviationOf(squares: number, rest: number, count: number): number {
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

function countZeros(into: Moments, { values }: Decoded, run: Run, zeros: number): void {
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
function widenBy(into: Moments, chunk: Decoded, run: Run, low: number, high: number): void {
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

/** Sums of the columns of one block of rows. */
interface ColumnBlock {
	readonly rows: number;
	readonly sum: Float64Array;
	readonly low: Float64Array;
	readonly high: Float64Array;
	readonly zeros: Float64Array;
	readonly mean: Float64Array;
	readonly rest: Float64Array;
	readonly squares: Float64Array;
}

function columnBlock(columns: number): ColumnBlock {
	const array = () => new Float64Array(columns);
	const rows = Math.min(BLOCK, Math.max(64, Math.floor(COLUMN_BLOCK / columns)));
	const [sum, low, high, zeros] = [array(), array(), array(), array()];
	return { rows, sum, low, high, zeros, mean: array(), rest: array(), squares: array() };
}

/** Rows of the same cells, summed column by column. */
function addColumns(into: Moments, chunk: Decoded, place: Place, rows: Loop, run: Loop, block: ColumnBlock): void {
	for (let from = 0; from < rows.count; from += block.rows) {
		const count = Math.min(block.rows, rows.count - from);
		const start = place.position + from * rows.step;
		sumColumns(chunk.values, start, count, rows.step, run, block);
		for (let c = 0; c < run.count; c++) {
			const cell = place.cell + (run.cells?.[c] ?? 0);
			const index = place.index + indexWithin(run, c);
			const column = { cell, start: start + c * run.step, step: rows.step, count, loop: rows, from, index };
			addColumn(into, chunk, column, block, c);
		}
	}
}

function sumColumns(
	values: Float64Array,
	start: number,
	count: number,
	rowStep: number,
	run: Loop,
	block: ColumnBlock,
): void {
	const { sum, low, high, zeros, mean, rest, squares } = block;
	const columns = run.count;
	for (const sums of [sum, zeros, rest, squares]) sums.fill(0);
	low.fill(Infinity);
	high.fill(-Infinity);
	for (let i = 0; i < count; i++) {
		for (let c = 0, p = start + i * rowStep; c < columns; c++, p += run.step) {
			const x = values[p] as number;
			sum[c] = (sum[c] as number) + x;
			if (x < (low[c] as number)) low[c] = x;
			if (x > (high[c] as number)) high[c] = x;
			if (x === 0) zeros[c] = (zeros[c] as number) + 1;
		}
	}
	for (let c = 0; c < columns; c++) mean[c] = (sum[c] as number) / count;
	for (let i = 0; i < count; i++) {
		for (let c = 0, p = start + i * rowStep; c < columns; c++, p += run.step) {
			const deviation = (values[p] as number) - (mean[c] as number);
			rest[c] = (rest[c] as number) + deviation;
			squares[c] = (squares[c] as number) + deviation * deviation;
		}
	}
}

function addColumn(into: Moments, chunk: Decoded, column: Run, block: ColumnBlock, c: number): void {
	const { cell, count } = column;
	const low = block.low[c] as number;
	const high = block.high[c] as number;
	const largest = Math.max(-low, high);
	const rounded = chunk.wide !== undefined && largest >= EXACT_INTEGERS;
	const squarable = low === high || (largest < SAFE_SQUARE && largest >= SAFE_LOW);
	// NaN, infinities, integers that were rounded, magnitudes that cannot be squared: one value after the other.
	if (!Number.isFinite(block.sum[c] as number) || rounded || !squarable) {
		addBlock(into, chunk, column);
		return;
	}
	const rest = block.rest[c] as number;
	if (low === high) mergeGroup(into, cell, count, low, 0);
	else {
		const std = deviationOf(block.squares[c] as number, rest, count);
		mergeGroup(into, cell, count, block.mean[c] as number, std, rest / count);
	}
	widenBy(into, chunk, column, low, high);
	const zeros = block.zeros[c] as number;
	if (zeros > 0) countZeros(into, chunk, column, zeros);
}
