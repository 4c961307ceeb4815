import { type Scale, singleOfOrder, WORDS } from "../core/buckets";
import { type Layout, sizeOf } from "../core/layout";
import { openPage, type Sketch, widenCell } from "../core/sketch";
import type { Decoded } from "./decoded";
import { planChunk, walk } from "./plan";

/** Values with their bits, as `addValues` takes them. */
export interface Words {
	/** Of the width of the sketch's scale. */
	readonly values: Float32Array | Float64Array;
	/** The same memory. */
	readonly words: Int32Array;
}

/** Values of any float type as those of a scale; they are exact in it. */
export function wordsOf({ width }: Scale, found: Float32Array | Float64Array): Words {
	const fits = found.BYTES_PER_ELEMENT === width;
	const values = fits ? found : width === 4 ? new Float32Array(found) : new Float64Array(found);
	return { values, words: new Int32Array(values.buffer, values.byteOffset, (values.length * width) / 4) };
}

/** Adds `count` values, `step` apart from position `start` on, to a cell. */
export function addValues(sketch: Sketch, cell: number, from: Words, start: number, step: number, count: number): void {
	const add = sketch.direct > 0 ? addDirect : sketch.scale.width === 4 ? addSingles : addDoubles;
	if (add(sketch, cell, from, start, step, count)) {
		sketch.count[cell] = (sketch.count[cell] as number) + count;
	} else addAside(sketch, cell, from, start, step, count);
}

/** Bits of the infinities in sorting order: of 32-bit integers that ascend as their numbers do. */
const INFINITE = { 4: 0x7f800000, 8: 0x7ff00000 } as const;

/** Counts float32 numbers; answers false, before anything but the buckets has changed, where some are not finite. */
function addSingles(sketch: Sketch, cell: number, { words }: Words, start: number, step: number, count: number) {
	const { pages, drop } = sketch;
	const first = cell * drop.length + drop.length / 2;
	const zero = drop.length / 2;
	let { pool } = sketch;
	let low = 0x7fffffff;
	let high = -0x80000000;
	let seen = 0;
	for (let k = 0, p = start; k < count; k++, p += step) {
		const word = words[p] as number;
		const order = word ^ ((word >> 31) & 0x7fffffff);
		const octave = order >> 23;
		let at = pages[first + octave] as number;
		if (at === 0) {
			openPage(sketch, first + octave);
			pool = sketch.pool;
			at = pages[first + octave] as number;
		}
		at += (order & 0x7fffff) >>> (drop[zero + octave] as number);
		pool[at] = (pool[at] as number) + 1;
		if (order < low) low = order;
		if (order > high) high = order;
		seen |= word;
	}
	if (high >= INFINITE[4] || low < -INFINITE[4]) return false;
	widenCell(sketch, cell, singleOfOrder(low), singleOfOrder(high), seen);
	return true;
}

/** The same for float64 numbers. */
function addDoubles(sketch: Sketch, cell: number, from: Words, start: number, step: number, count: number) {
	const { pages, drop } = sketch;
	const { words } = from;
	const values = from.values;
	const first = cell * drop.length + drop.length / 2;
	const zero = drop.length / 2;
	let { pool } = sketch;
	let low = Infinity;
	let high = -Infinity;
	let finite = true;
	let seen = 0;
	let rest = 0;
	for (let k = 0, p = start; k < count; k++, p += step) {
		const x = values[p] as number;
		const word = words[(p << 1) | 1] as number;
		const order = word ^ ((word >> 31) & 0x7fffffff);
		const octave = order >> 20;
		let at = pages[first + octave] as number;
		if (at === 0) {
			openPage(sketch, first + octave);
			pool = sketch.pool;
			at = pages[first + octave] as number;
		}
		at += (order & 0xfffff) >>> (drop[zero + octave] as number);
		pool[at] = (pool[at] as number) + 1;
		if (x < low) low = x;
		if (x > high) high = x;
		if ((word & INFINITE[8]) === INFINITE[8]) finite = false;
		seen |= word;
		rest |= words[p << 1] as number;
	}
	if (!finite) return false;
	widenCell(sketch, cell, low + 0, high + 0, rest === 0 ? seen : seen | 1);
	return true;
}

/** The same where all buckets lie in their order. */
function addDirect(sketch: Sketch, cell: number, from: Words, start: number, step: number, count: number) {
	const { pool, direct, scale, bits } = sketch;
	const shift = WORDS[scale.width].mantissa - bits;
	if (scale.width === 8) return directDoubles(sketch, cell, from, start, step, count, shift);
	const { words } = from;
	let low = 0x7fffffff;
	let high = -0x80000000;
	let seen = 0;
	for (let k = 0, p = start; k < count; k++, p += step) {
		const word = words[p] as number;
		const order = word ^ ((word >> 31) & 0x7fffffff);
		const at = direct + (order >> shift);
		pool[at] = (pool[at] as number) + 1;
		if (order < low) low = order;
		if (order > high) high = order;
		seen |= word;
	}
	if (high >= INFINITE[4] || low < -INFINITE[4]) return false;
	widenCell(sketch, cell, singleOfOrder(low), singleOfOrder(high), seen);
	return true;
}

function directDoubles(
	sketch: Sketch,
	cell: number,
	{ words, values }: Words,
	start: number,
	step: number,
	count: number,
	shift: number,
) {
	const { pool, direct } = sketch;
	let low = 0x7fffffff;
	let high = -0x80000000;
	let seen = 0;
	let rest = 0;
	for (let k = 0, p = start; k < count; k++, p += step) {
		const word = words[(p << 1) | 1] as number;
		const order = word ^ ((word >> 31) & 0x7fffffff);
		const at = direct + (order >> shift);
		pool[at] = (pool[at] as number) + 1;
		if (order < low) low = order;
		if (order > high) high = order;
		seen |= word;
		rest |= words[p << 1] as number;
	}
	if (high >= INFINITE[8] || low < -INFINITE[8]) return false;
	let least = Infinity;
	let greatest = -Infinity;
	for (let k = 0, p = start; k < count; k++, p += step) {
		const x = values[p] as number;
		if (x < least) least = x;
		if (x > greatest) greatest = x;
	}
	widenCell(sketch, cell, least + 0, greatest + 0, rest === 0 ? seen : seen | 1);
	return true;
}

/** Completes what was counted in buckets where NaN and infinities are among the values. */
function addAside(sketch: Sketch, cell: number, { values }: Words, start: number, step: number, count: number): void {
	const { nan, posInf, negInf } = sketch;
	const add = (column: Float64Array, more: number) => {
		column[cell] = (column[cell] as number) + more;
	};
	for (let k = 0, p = start; k < count; k++, p += step) {
		const x = values[p] as number;
		if (Number.isFinite(x)) {
			add(sketch.count, 1);
			widenCell(sketch, cell, x + 0, x + 0, bitsSeen(sketch.scale, x));
		} else add(Number.isNaN(x) ? nan : x > 0 ? posInf : negInf, 1);
	}
}

const scratch = new DataView(new ArrayBuffer(8));

/** The mantissa bits of a number, those past the first word as its last bit. */
function bitsSeen({ width }: Scale, value: number): number {
	if (width === 4) {
		scratch.setFloat32(0, value);
		return scratch.getInt32(0);
	}
	scratch.setFloat64(0, value);
	return scratch.getInt32(4) === 0 ? scratch.getInt32(0) : scratch.getInt32(0) | 1;
}

/** Adds all values of a chunk to the cells of a layout. */
export function addTally(sketch: Sketch, layout: Layout, chunk: Decoded): void {
	if (sizeOf(chunk.shape) === 0) return;
	const from = wordsOf(sketch.scale, chunk.values);
	const { start, outer, rows, run } = planChunk(chunk, layout);
	walk(outer, start, ({ position, cell }) => {
		if (rows) {
			for (let c = 0; c < run.count; c++) {
				addValues(sketch, cell + (run.cells?.[c] ?? 0), from, position + c * run.step, rows.step, rows.count);
			}
			return;
		}
		for (let k = 0; k < run.count; ) {
			const offset = run.cells?.[k] ?? 0;
			let end = run.cells ? k + 1 : run.count;
			while (run.cells && end < run.count && run.cells[end] === offset) end++;
			addValues(sketch, cell + offset, from, position + k * run.step, run.step, end - k);
			k = end;
		}
	});
}
