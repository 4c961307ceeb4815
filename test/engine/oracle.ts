import assert from "node:assert/strict";
import { unravel } from "../../src/core/inspection";
import { cellOfIndex, denseStrides, type Layout, sizeOf } from "../../src/core/layout";
import { COUNTED, cellStatistics, type Moments } from "../../src/core/moments";

/** Statistics of one cell by exact integer arithmetic: every float64 is an integer times 2^-1074. */
export interface ExactCell {
	count: number;
	sum: bigint;
	squares: bigint;
	min: number | bigint;
	max: number | bigint;
	nan: number;
	posInf: number;
	negInf: number;
	zeros: number;
	first: Record<(typeof COUNTED)[number], number>;
}

const UNIT_BITS = 1074n;
const view = new DataView(new ArrayBuffer(8));

/** A value in units of 2^-1074. */
function inUnits(value: number | bigint): bigint {
	if (typeof value === "bigint") return value << UNIT_BITS;
	view.setFloat64(0, value);
	const bits = view.getBigUint64(0);
	const exponent = (bits >> 52n) & 0x7ffn;
	const fraction = bits & ((1n << 52n) - 1n);
	const magnitude = exponent === 0n ? fraction : (fraction | (1n << 52n)) << (exponent - 1n);
	return bits >> 63n ? -magnitude : magnitude;
}

/** `numerator / denominator · 2^-1074` as the nearest float64, to within a few units in the last place. */
function toNumber(numerator: bigint, denominator: bigint): number {
	const shift = 1200n;
	const scaled = (numerator << shift) / denominator;
	const digits = BigInt((scaled < 0n ? -scaled : scaled).toString(2).length);
	const drop = digits > 64n ? digits - 64n : 0n;
	// In two steps: a subnormal result must be rounded once, and 2^-2274 is no float64.
	const power = Number(drop - shift - UNIT_BITS);
	const half = Math.trunc(power / 2);
	return Number(scaled >> drop) * 2 ** half * 2 ** (power - half);
}

function root(value: bigint): bigint {
	if (value < 2n) return value;
	let guess = 1n << BigInt(Math.ceil(value.toString(2).length / 2));
	for (;;) {
		const next = (guess + value / guess) >> 1n;
		if (next >= guess) return guess;
		guess = next;
	}
}

/** Exact mean of a cell. */
export function exactMean({ sum, count }: ExactCell): number {
	return count === 0 ? NaN : toNumber(sum, BigInt(count));
}

/** Exact population deviation of a cell. */
export function exactStd({ sum, squares, count }: ExactCell): number {
	if (count === 0) return NaN;
	const n = BigInt(count);
	// Extra bits, so that the integer root keeps more than float64 does.
	return toNumber(root((n * squares - sum * sum) << 256n), n << 128n);
}

/** Statistics of values in C order, cell by cell, by definition. */
export function exactCells(values: ArrayLike<number> | ArrayLike<bigint>, layout: Layout): ExactCell[] {
	const { shape, cells } = layout;
	const steps = denseStrides(cells);
	const never = () => ({ nan: Infinity, posInf: Infinity, negInf: Infinity, zeros: Infinity });
	const found = Array.from(
		{ length: sizeOf(cells) },
		(): ExactCell => ({
			...{ count: 0, sum: 0n, squares: 0n, min: Infinity, max: -Infinity },
			...{ nan: 0, posInf: 0, negInf: 0, zeros: 0, first: never() },
		}),
	);
	for (let flat = 0; flat < values.length; flat++) {
		const index = unravel(flat, shape);
		const at = index.reduce(
			(sum, i, a) => sum + cellOfIndex(i, shape[a] as number, cells[a] as number) * (steps[a] as number),
			0,
		);
		const cell = found[at] as ExactCell;
		const value = values[flat] as number | bigint;
		const note = (kind: (typeof COUNTED)[number]) => {
			cell[kind]++;
			cell.first[kind] = Math.min(cell.first[kind], flat);
		};
		if (Number.isNaN(value)) note("nan");
		else if (value === Infinity) note("posInf");
		else if (value === -Infinity) note("negInf");
		else {
			if (Number(value) === 0) note("zeros");
			const units = inUnits(value);
			cell.count++;
			cell.sum += units;
			cell.squares += units * units;
			if (value < cell.min) cell.min = value;
			if (value > cell.max) cell.max = value;
		}
	}
	return found;
}

/** The first index of a counted kind in each cell, Infinity where there is none. */
export function firstIndices(moments: Moments, kind: (typeof COUNTED)[number]): number[] {
	return Array.from(moments.first[kind], (index, cell) => (moments[kind][cell] === 0 ? Infinity : index));
}

/** Asserts that statistics are the exact ones: counts, extremes and first indices equal, mean and deviation to 1e-12. */
export function assertExact(moments: Moments, exact: readonly ExactCell[], what = ""): void {
	assert.equal(moments.count.length, exact.length, `${what}: number of cells`);
	const firsts = new Map(COUNTED.map((kind) => [kind, firstIndices(moments, kind)]));
	exact.forEach((cell, i) => {
		const found = cellStatistics(moments, i);
		const place = `${what} cell ${i}`;
		assert.equal(found.count, cell.count, `${place}: count`);
		for (const kind of COUNTED) {
			assert.equal(found[kind], cell[kind], `${place}: ${kind}`);
			assert.equal(firsts.get(kind)?.[i], cell.first[kind], `${place}: first ${kind}`);
		}
		if (cell.count === 0) return;
		assert.ok(found.min === cell.min || Number(found.min) === Number(cell.min), `${place}: min ${found.min}`);
		assert.ok(found.max === cell.max || Number(found.max) === Number(cell.max), `${place}: max ${found.max}`);
		if (typeof cell.min === "bigint") assert.deepEqual([found.min, found.max], [cell.min, cell.max], place);
		const mean = exactMean(cell);
		const std = exactStd(cell);
		assertClose(found.std, std, std, `${place}: std`);
		assertClose(found.mean, mean, Math.max(Math.abs(mean), std), `${place}: mean`);
	});
}

/** Subnormal numbers have few digits, and every merge rounds to them. */
const SUBNORMAL_ROUNDING = 1000 * Number.MIN_VALUE;

/** Asserts a distance of at most 1e-12 of a scale, or of rounding among subnormal numbers. */
export function assertClose(found: number, expected: number, scale: number, what: string): void {
	const distance = Math.abs(found - expected);
	assert.ok(
		Object.is(found, expected) || distance <= 1e-12 * scale || distance <= SUBNORMAL_ROUNDING,
		`${what}: found ${found}, expected ${expected} (off by ${distance / scale})`,
	);
}
