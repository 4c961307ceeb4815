import { type Moments, mergeGroup } from "../core/moments";
import { addBlock, BLOCK, countZeros, deviationOf, isSquarable, type Run, wasRounded, widenBy } from "./block";
import type { Decoded } from "./decoded";
import { indexWithin, type Loop, type Place } from "./plan";

/** Elements in a block of columns: it is read twice, so it should stay in the cache. */
const COLUMN_BLOCK = 2 ** 16;

/** Sums of the columns of one block of rows. */
export interface ColumnBlock {
	readonly rows: number;
	readonly sum: Float64Array;
	readonly low: Float64Array;
	readonly high: Float64Array;
	readonly zeros: Float64Array;
	readonly mean: Float64Array;
	readonly rest: Float64Array;
	readonly squares: Float64Array;
}

/** Room for the sums of so many columns. */
export function columnBlock(columns: number): ColumnBlock {
	const array = () => new Float64Array(columns);
	const rows = Math.min(BLOCK, Math.max(64, Math.floor(COLUMN_BLOCK / columns)));
	const [sum, low, high, zeros] = [array(), array(), array(), array()];
	return { rows, sum, low, high, zeros, mean: array(), rest: array(), squares: array() };
}

/** Rows of the same cells, summed column by column. */
export function addColumns(
	into: Moments,
	chunk: Decoded,
	place: Place,
	rows: Loop,
	run: Loop,
	block: ColumnBlock,
): void {
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
	values: Float64Array | Float32Array,
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
	const squarable = low === high || isSquarable(largest);
	// NaN, infinities, integers that were rounded, magnitudes that cannot be squared: one value after the other.
	if (!Number.isFinite(block.sum[c] as number) || wasRounded(chunk, largest) || !squarable) {
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
