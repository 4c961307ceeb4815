import { sizeOf } from "../core/layout";
import { type Moments, mergeGroup } from "../core/moments";
import { addBlock, BLOCK, countZeros, type Run } from "./block";
import { addChunk } from "./kernels";
import { type Piece, piecesOf } from "./pieces";
import { indexWithin, type LayoutRange, type Loop, ONCE, type Place, type Plan, planChunk, walk } from "./plan";
import { BATCH, type Lanes, RESULT, type Simd } from "./simd";

/** Elements in a block of columns: every strip of it is read again from the cache. */
const COLUMN_BLOCK = 2 ** 16;

/** A walk of the kernels over a chunk. */
export interface Walk {
	/** What the length of every step but the last has to be a multiple of; absent where the chunk cannot be walked in steps. */
	readonly grain?: number;
	/** Adds the values at positions from `from` to before `to`: the lanes hold them from position 0 on. Steps follow each other. */
	advance(lanes: Lanes, from: number, to: number): void;
}

/**
 * Adds all values of a chunk to the statistics of a layout, as `addChunk` does. The kernels do plain blocks; those with
 * NaN, infinities or values that cannot be squared, and strided runs, are left to the reference.
 */
export function addLanes(simd: Simd, into: Moments, layout: LayoutRange, lanes: Lanes): void {
	if (sizeOf(lanes.shape) === 0) return;
	const found = walkOf(simd, into, planChunk(lanes, layout), false);
	if (found) found.advance(lanes, 0, Infinity);
	else addChunk(into, layout, lanes);
}

/** The kernels' walk of a plan that adds to some statistics; `ascending` where positions grow as indices do. Undefined where its runs are strided. */
export function walkOf(simd: Simd, into: Moments, plan: Plan, ascending: boolean): Walk | undefined {
	const { rows, run } = plan;
	if (run.step !== 1 && run.count > 1) return undefined;
	return rows ? columnWalk(simd, into, plan, rows, ascending) : runWalk(simd, into, plan, ascending);
}

/** Runs that were put into the kernels' table: whose place, index of the last loop and piece each is. */
const pending = {
	count: 0,
	place: new Int32Array(BATCH),
	last: new Int32Array(BATCH),
	from: new Int32Array(BATCH),
};

/** Runs of one cell each, a batch at a time. */
function runWalk(simd: Simd, into: Moments, { start, outer, run }: Plan, ascending: boolean): Walk {
	const places = placesOf(outer.slice(0, -1), start);
	const last = outer.at(-1) ?? ONCE;
	const pieces = piecesOf(run);
	const { table, cells } = simd;
	// What comes next: a piece of an index of the last loop of a place, and how much of it is done.
	let [p, i, j, done] = [0, 0, 0, 0];

	const flush = (lanes: Lanes) => {
		const found = simd.rows(lanes, pending.count);
		addResults(simd, into, lanes, { found, runs: pending.count, height: 0, ascending }, (k) => ({
			cell: cells[k] as number,
			start: table[2 * k] as number,
			step: 1,
			count: table[2 * k + 1] as number,
			loop: run,
			from: pending.from[k] as number,
			index: (places[pending.place[k] as number] as Place).index + indexWithin(last, pending.last[k] as number),
		}));
		pending.count = 0;
	};

	const [onePiece, more] = pieces;
	/** Puts runs of one piece into the table that lie before `to` as a whole, as far as there is room; answers how many. */
	const putWhole = (
		{ position, cell }: Place,
		from: number,
		to: number,
		{ from: within, count, cell: ofPiece }: Piece,
	) => {
		const { step, cells: ofLast } = last;
		const first = position + within + i * step;
		const whole = step > 0 ? Math.floor((to - first - count) / step) + 1 : first + count <= to ? 1 : 0;
		const k = pending.count;
		const runs = Math.max(0, Math.min(whole, last.count - i, BATCH - 1 - k));
		for (let n = 0, at = first - from; n < runs; n++, at += step) {
			table[2 * (k + n)] = at;
			table[2 * (k + n) + 1] = count;
			cells[k + n] = cell + ofPiece + (ofLast ? (ofLast[i + n] as number) : 0);
			pending.last[k + n] = i + n;
		}
		pending.place.fill(p, k, k + runs);
		pending.from.fill(within, k, k + runs);
		pending.count += runs;
		return runs;
	};

	return {
		grain: 1,
		advance(lanes, from, to) {
			for (; p < places.length; p++, i = 0) {
				const place = places[p] as Place;
				for (; i < last.count; i++, j = 0) {
					if (onePiece && !more && done === 0) i += putWhole(place, from, to, onePiece);
					if (i === last.count) break;
					const position = place.position + i * last.step;
					const cell = place.cell + (last.cells ? (last.cells[i] as number) : 0);
					for (; j < pieces.length; j++) {
						const piece = pieces[j] as Piece;
						const first = position + piece.from + done;
						if (first >= to) return flush(lanes);
						const left = piece.count - done;
						const count = Math.min(left, to - first);
						const k = pending.count++;
						table[2 * k] = first - from;
						table[2 * k + 1] = count;
						pending.place[k] = p;
						pending.last[k] = i;
						cells[k] = cell + piece.cell;
						pending.from[k] = piece.from + done;
						if (pending.count === BATCH) flush(lanes);
						done = count < left ? done + count : 0;
						if (done > 0) return flush(lanes);
					}
				}
			}
			flush(lanes);
		},
	};
}

/** All combinations of indices of some loops. */
function placesOf(outer: readonly Loop[], start: Place): Place[] {
	const places: Place[] = [];
	walk(outer, start, (place) => places.push(place));
	return places;
}

/** Rows of the same cells, column by column. */
function columnWalk(simd: Simd, into: Moments, { start, outer, run }: Plan, rows: Loop, ascending: boolean): Walk {
	const places = placesOf(outer, start);
	// What comes next: a row of a place.
	let [p, r] = [0, 0];
	const behindEachOther = rows.count === 1 || rows.step === run.count;
	return {
		...(behindEachOther ? { grain: run.count } : {}),
		advance(lanes, from, to) {
			for (; p < places.length; p++, r = 0) {
				const place = places[p] as Place;
				const first = place.position + r * rows.step;
				if (first >= to) return;
				const left = rows.count - r;
				const count = behindEachOther ? Math.min(left, Math.floor((to - first) / run.count)) : left;
				addRows(simd, into, lanes, { place, rows, run, from: r, count, position: first - from, ascending });
				r += count;
				if (r < rows.count) return;
			}
		},
	};
}

/** Some rows of a place, the first of them at a position in the lanes. */
interface Rows {
	readonly place: Place;
	readonly rows: Loop;
	readonly run: Loop;
	readonly from: number;
	readonly count: number;
	readonly position: number;
	readonly ascending: boolean;
}

function addRows(simd: Simd, into: Moments, lanes: Lanes, some: Rows): void {
	const { place, rows, run, from, count, position, ascending } = some;
	for (let first = 0; first < run.count; first += BATCH) {
		const width = Math.min(BATCH, run.count - first);
		const height = Math.min(BLOCK, Math.max(64, Math.floor(COLUMN_BLOCK / width)));
		for (let done = 0; done < count; done += height) {
			const tall = Math.min(height, count - done);
			const start = position + done * rows.step + first;
			const found = simd.columns(lanes, start, tall, rows.step, width);
			for (let c = 0; c < width; c++) simd.cells[c] = place.cell + (run.cells ? (run.cells[first + c] as number) : 0);
			addResults(simd, into, lanes, { found, runs: width, height: tall, ascending }, (c) => {
				const index = place.index + indexWithin(run, first + c);
				const cell = simd.cells[c] as number;
				return { cell, start: start + c, step: rows.step, count: tall, loop: rows, from: from + done, index };
			});
		}
	}
}

/** What a kernel found of some runs: of as many values as the table says, or of `height` each. */
interface Found {
	readonly found: Float64Array;
	readonly runs: number;
	readonly height: number;
	/** Whether later runs have larger indices, so that the first zero of a cell is that of its first run with one. */
	readonly ascending: boolean;
}

/** Adds what a kernel found to the cells; `runOf` tells where the values are, should that matter. */
function addResults(simd: Simd, into: Moments, lanes: Lanes, results: Found, runOf: (k: number) => Run): void {
	const { found, runs, height, ascending } = results;
	const flagged = simd.merge(into, runs, height, ascending);
	if (flagged) {
		for (const flag of flagged) {
			const k = flag >> 1;
			if ((flag & 1) === 0) addBlock(into, lanes, runOf(k));
			else countZeros(into, lanes, runOf(k), found[k * RESULT.size + RESULT.zeros] as number);
		}
		return;
	}
	for (let k = 0; k < runs; k++) addResult(into, lanes, found, k, runOf);
}

/** Adds what a kernel found for one run to a cell outside of the kernels' memory. */
function addResult(into: Moments, lanes: Lanes, found: Float64Array, k: number, runOf: (k: number) => Run): void {
	const at = k * RESULT.size;
	const run = runOf(k);
	if (found[at + RESULT.trouble] !== 0) {
		addBlock(into, lanes, run);
		return;
	}
	const { cell, count } = run;
	const min = found[at + RESULT.min] as number;
	const max = found[at + RESULT.max] as number;
	if (min < (into.min[cell] as number)) into.min[cell] = min;
	if (max > (into.max[cell] as number)) into.max[cell] = max;
	const mean = found[at + RESULT.mean] as number;
	mergeGroup(into, cell, count, mean, found[at + RESULT.std] as number, found[at + RESULT.rest] as number);
	const zeros = found[at + RESULT.zeros] as number;
	if (zeros > 0) countZeros(into, lanes, run, zeros);
}
