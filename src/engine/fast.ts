import { sizeOf } from "../core/layout";
import { type Moments, mergeGroup } from "../core/moments";
import { addBlock, BLOCK, countZeros, type Run } from "./block";
import { addChunk } from "./kernels";
import { indexWithin, type LayoutRange, type Loop, ONCE, type Place, type Plan, planChunk, walk } from "./plan";
import { BATCH, type Lanes, RESULT, type Simd } from "./simd";

/** Elements in a block of columns: every strip of it is read again from the cache. */
const COLUMN_BLOCK = 2 ** 16;

/**
 * Adds all values of a chunk to the statistics of a layout, as `addChunk` does. The kernels do plain blocks; those with
 * NaN, infinities or values that cannot be squared, and strided runs, are left to the reference.
 */
export function addLanes(simd: Simd, into: Moments, layout: LayoutRange, lanes: Lanes): void {
	if (sizeOf(lanes.shape) === 0) return;
	const plan = planChunk(lanes, layout);
	const { rows, outer, start, run } = plan;
	if (run.step !== 1 && run.count > 1) addChunk(into, layout, lanes);
	else if (rows) walk(outer, start, (place) => addColumns(simd, into, lanes, place, rows, run));
	else addRuns(simd, into, lanes, plan);
}

/** Runs that were put into the kernels' table, and where their numbers go. */
interface Pending {
	count: number;
	readonly cell: Int32Array;
	readonly from: Int32Array;
	readonly index: Float64Array;
}

/** All runs of a plan, a batch at a time. */
function addRuns(simd: Simd, into: Moments, lanes: Lanes, { start, outer, run }: Plan): void {
	const pieces = piecesOf(run);
	const last = outer.at(-1) ?? ONCE;
	const { table } = simd;
	const pending: Pending = {
		count: 0,
		cell: new Int32Array(BATCH),
		from: new Int32Array(BATCH),
		index: new Float64Array(BATCH),
	};
	walk(outer.slice(0, -1), start, (place) => {
		for (let i = 0; i < last.count; i++) {
			const position = place.position + i * last.step;
			const cell = place.cell + (last.cells?.[i] ?? 0);
			const index = place.index + indexWithin(last, i);
			for (const piece of pieces) {
				const k = pending.count++;
				table[2 * k] = position + piece.from;
				table[2 * k + 1] = piece.count;
				pending.cell[k] = cell + piece.cell;
				pending.from[k] = piece.from;
				pending.index[k] = index;
				if (pending.count === BATCH) flush(simd, into, lanes, run, pending);
			}
		}
	});
	flush(simd, into, lanes, run, pending);
}

/** The stretches of one cell each in a contiguous run, none longer than a block. */
function piecesOf({ count, cells }: Loop): { readonly from: number; readonly count: number; readonly cell: number }[] {
	const pieces = [];
	for (let from = 0; from < count; ) {
		const cell = cells?.[from] ?? 0;
		let end = cells ? from + 1 : count;
		while (cells && end < count && cells[end] === cell) end++;
		for (; from < end; from += BLOCK) pieces.push({ from, count: Math.min(BLOCK, end - from), cell });
		from = end;
	}
	return pieces;
}

function flush(simd: Simd, into: Moments, lanes: Lanes, loop: Loop, pending: Pending): void {
	const { table } = simd;
	const found = simd.rows(lanes, pending.count);
	for (let k = 0; k < pending.count; k++) {
		const cell = pending.cell[k] as number;
		const count = table[2 * k + 1] as number;
		const run = (): Run => ({
			cell,
			start: table[2 * k] as number,
			step: 1,
			count,
			loop,
			from: pending.from[k] as number,
			index: pending.index[k] as number,
		});
		addResult(into, lanes, { found, at: k * RESULT.size, cell, count, run });
	}
	pending.count = 0;
}

/** Rows of the same cells, column by column. */
function addColumns(simd: Simd, into: Moments, lanes: Lanes, place: Place, rows: Loop, columns: Loop): void {
	for (let first = 0; first < columns.count; first += BATCH) {
		const width = Math.min(BATCH, columns.count - first);
		const height = Math.min(BLOCK, Math.max(64, Math.floor(COLUMN_BLOCK / width)));
		for (let from = 0; from < rows.count; from += height) {
			const count = Math.min(height, rows.count - from);
			const start = place.position + from * rows.step + first;
			const found = simd.columns(lanes, start, count, rows.step, width);
			for (let c = 0; c < width; c++) {
				const cell = place.cell + (columns.cells?.[first + c] ?? 0);
				const run = (): Run => {
					const index = place.index + indexWithin(columns, first + c);
					return { cell, start: start + c, step: rows.step, count, loop: rows, from, index };
				};
				addResult(into, lanes, { found, at: c * RESULT.size, cell, count, run });
			}
		}
	}
}

/** What a kernel found for `count` values of a cell; `run` tells where they are, should that matter. */
interface Result {
	readonly found: Float64Array;
	readonly at: number;
	readonly cell: number;
	readonly count: number;
	readonly run: () => Run;
}

function addResult(into: Moments, lanes: Lanes, { found, at, cell, count, run }: Result): void {
	if (found[at + RESULT.trouble] !== 0) {
		addBlock(into, lanes, run());
		return;
	}
	const min = found[at + RESULT.min] as number;
	const max = found[at + RESULT.max] as number;
	if (min < (into.min[cell] as number)) into.min[cell] = min;
	if (max > (into.max[cell] as number)) into.max[cell] = max;
	const mean = found[at + RESULT.mean] as number;
	mergeGroup(into, cell, count, mean, found[at + RESULT.std] as number, found[at + RESULT.rest] as number);
	const zeros = found[at + RESULT.zeros] as number;
	if (zeros > 0) countZeros(into, lanes, run(), zeros);
}
