// Statistics of columns: every column of a block of rows belongs to one cell.

import { finish } from "./result";

/** Columns that are summed at once. */
const STRIP: usize = 4;

/** Sums of one strip of columns between its two passes: deviations and squares, extremes, zeros. */
const strip: usize = memory.data(160, 16);
const pivots: usize = memory.data(32, 16);

/** For each of `columns` f32 columns of `rows` rows, `step` bytes apart: the same results as `rowsF32` gives. */
export function columnsF32(values: usize, rows: i32, step: usize, columns: i32, out: usize): void {
	let c = 0;
	for (; c + <i32>STRIP <= columns; c += <i32>STRIP, values += STRIP * 4, out += STRIP * 64) {
		const v = v128.load(values);
		let p01 = f64x2.promote_low_f32x4(v);
		let p23 = f64x2.promote_low_f32x4(i64x2.shuffle(v, v, 1, 0));
		stripF32(values, rows, step, p01, p23);
		v128.store(pivots, p01);
		v128.store(pivots, p23, 16);
		if (results(rows, out, false)) continue;
		p01 = means(out);
		p23 = means(out + 128);
		v128.store(pivots, p01);
		v128.store(pivots, p23, 16);
		stripF32(values, rows, step, p01, p23);
		results(rows, out, true);
	}
	for (; c < columns; c++, values += 4, out += 64) oneF32(values, rows, step, out);
}

/** The same for f64 columns. */
export function columnsF64(values: usize, rows: i32, step: usize, columns: i32, out: usize): void {
	let c = 0;
	for (; c + <i32>STRIP <= columns; c += <i32>STRIP, values += STRIP * 8, out += STRIP * 64) {
		let p01 = v128.load(values);
		let p23 = v128.load(values, 16);
		stripF64(values, rows, step, p01, p23);
		v128.store(pivots, p01);
		v128.store(pivots, p23, 16);
		if (results(rows, out, false)) continue;
		p01 = means(out);
		p23 = means(out + 128);
		v128.store(pivots, p01);
		v128.store(pivots, p23, 16);
		stripF64(values, rows, step, p01, p23);
		results(rows, out, true);
	}
	for (; c < columns; c++, values += 8, out += 64) oneF64(values, rows, step, out);
}

/** Means of two neighbouring results, as they were found. */
function means(out: usize): v128 {
	return v128.load64_lane(out + 64, v128.load64_splat(out), 1);
}

function results(rows: i32, out: usize, last: bool): bool {
	let fine = true;
	for (let k: usize = 0; k < STRIP; k++, out += 64) {
		store<f64>(out, load<f64>(strip + k * 8), 8);
		store<f64>(out, load<f64>(strip + k * 8, 64), 24);
		store<f64>(out, load<f64>(strip + k * 8, 96), 32);
		store<f64>(out, load<f64>(strip + k * 8, 128), 40);
		if (!finish(out, rows, load<f64>(pivots + k * 8), load<f64>(strip + k * 8, 32), last)) fine = false;
	}
	return fine;
}

function stripF32(from: usize, rows: i32, step: usize, p01: v128, p23: v128): void {
	const nought = f32x4.splat(0);
	let s01 = f64x2.splat(0);
	let s23 = s01;
	let q01 = s01;
	let q23 = s01;
	let low = f32x4.splat(Infinity);
	let high = f32x4.splat(-Infinity);
	let z = i32x4.splat(0);
	for (let r = 0; r < rows; r++, from += step) {
		const v = v128.load(from);
		low = f32x4.pmin(low, v);
		high = f32x4.pmax(high, v);
		z = i32x4.sub(z, f32x4.eq(v, nought));
		const a = f64x2.sub(f64x2.promote_low_f32x4(v), p01);
		const b = f64x2.sub(f64x2.promote_low_f32x4(i64x2.shuffle(v, v, 1, 0)), p23);
		s01 = f64x2.add(s01, a);
		q01 = f64x2.add(q01, f64x2.mul(a, a));
		s23 = f64x2.add(s23, b);
		q23 = f64x2.add(q23, f64x2.mul(b, b));
	}
	v128.store(strip, s01);
	v128.store(strip, s23, 16);
	v128.store(strip, q01, 32);
	v128.store(strip, q23, 48);
	v128.store(strip, f64x2.promote_low_f32x4(low), 64);
	v128.store(strip, f64x2.promote_low_f32x4(i64x2.shuffle(low, low, 1, 0)), 80);
	v128.store(strip, f64x2.promote_low_f32x4(high), 96);
	v128.store(strip, f64x2.promote_low_f32x4(i64x2.shuffle(high, high, 1, 0)), 112);
	v128.store(strip, f64x2.convert_low_i32x4_s(z), 128);
	v128.store(strip, f64x2.convert_low_i32x4_s(i64x2.shuffle(z, z, 1, 0)), 144);
}

function oneF32(from: usize, rows: i32, step: usize, out: usize): void {
	let pivot = <f64>load<f32>(from);
	for (let attempt = 0; attempt < 2; attempt++) {
		let sum: f64 = 0;
		let squares: f64 = 0;
		let least: f32 = Infinity;
		let greatest: f32 = -Infinity;
		let zeros = 0;
		for (let r = 0, at = from; r < rows; r++, at += step) {
			const x = load<f32>(at);
			const d = <f64>x - pivot;
			sum += d;
			squares += d * d;
			least = min(least, x);
			greatest = max(greatest, x);
			zeros += i32(x == 0);
		}
		store<f64>(out, sum, 8);
		store<f64>(out, <f64>least, 24);
		store<f64>(out, <f64>greatest, 32);
		store<f64>(out, <f64>zeros, 40);
		if (finish(out, rows, pivot, squares, attempt == 1)) return;
		pivot = load<f64>(out);
	}
}

function stripF64(from: usize, rows: i32, step: usize, p01: v128, p23: v128): void {
	const nought = f64x2.splat(0);
	let s01 = nought;
	let s23 = nought;
	let q01 = nought;
	let q23 = nought;
	let low01 = f64x2.splat(Infinity);
	let low23 = low01;
	let high01 = f64x2.splat(-Infinity);
	let high23 = high01;
	let z01 = i64x2.splat(0);
	let z23 = z01;
	for (let r = 0; r < rows; r++, from += step) {
		const v = v128.load(from);
		const w = v128.load(from, 16);
		low01 = f64x2.pmin(low01, v);
		low23 = f64x2.pmin(low23, w);
		high01 = f64x2.pmax(high01, v);
		high23 = f64x2.pmax(high23, w);
		z01 = i64x2.sub(z01, f64x2.eq(v, nought));
		z23 = i64x2.sub(z23, f64x2.eq(w, nought));
		const a = f64x2.sub(v, p01);
		const b = f64x2.sub(w, p23);
		s01 = f64x2.add(s01, a);
		q01 = f64x2.add(q01, f64x2.mul(a, a));
		s23 = f64x2.add(s23, b);
		q23 = f64x2.add(q23, f64x2.mul(b, b));
	}
	v128.store(strip, s01);
	v128.store(strip, s23, 16);
	v128.store(strip, q01, 32);
	v128.store(strip, q23, 48);
	v128.store(strip, low01, 64);
	v128.store(strip, low23, 80);
	v128.store(strip, high01, 96);
	v128.store(strip, high23, 112);
	store<f64>(strip, <f64>i64x2.extract_lane(z01, 0), 128);
	store<f64>(strip, <f64>i64x2.extract_lane(z01, 1), 136);
	store<f64>(strip, <f64>i64x2.extract_lane(z23, 0), 144);
	store<f64>(strip, <f64>i64x2.extract_lane(z23, 1), 152);
}

function oneF64(from: usize, rows: i32, step: usize, out: usize): void {
	let pivot = load<f64>(from);
	for (let attempt = 0; attempt < 2; attempt++) {
		let sum: f64 = 0;
		let squares: f64 = 0;
		let least: f64 = Infinity;
		let greatest: f64 = -Infinity;
		let zeros = 0;
		for (let r = 0, at = from; r < rows; r++, at += step) {
			const x = load<f64>(at);
			const d = x - pivot;
			sum += d;
			squares += d * d;
			least = min(least, x);
			greatest = max(greatest, x);
			zeros += i32(x == 0);
		}
		store<f64>(out, sum, 8);
		store<f64>(out, least, 24);
		store<f64>(out, greatest, 32);
		store<f64>(out, <f64>zeros, 40);
		if (finish(out, rows, pivot, squares, attempt == 1)) return;
		pivot = load<f64>(out);
	}
}
