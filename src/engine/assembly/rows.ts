// Statistics of runs of values that lie behind each other and belong to one cell each.

import { finish } from "./result";

/**
 * For each of `runs` entries of `table` (u32 position in elements, u32 count): mean, rest, std, least, greatest and
 * zeros of those f32 values, written to `out` as RESULT_BYTES each.
 */
export function rowsF32(values: usize, table: usize, runs: i32, out: usize): void {
	for (let r = 0; r < runs; r++) {
		const from = values + ((<usize>load<u32>(table)) << 2);
		const count = <i32>load<u32>(table, 4);
		let pivot = pivotF32(from, count);
		if (!finish(out, count, pivot, runF32(from, count, pivot, out))) {
			pivot = load<f64>(out);
			finish(out, count, pivot, runF32(from, count, pivot, out), true);
		}
		table += 8;
		out += 64;
	}
}

/** The same for f64 values. */
export function rowsF64(values: usize, table: usize, runs: i32, out: usize): void {
	for (let r = 0; r < runs; r++) {
		const from = values + ((<usize>load<u32>(table)) << 3);
		const count = <i32>load<u32>(table, 4);
		let pivot = load<f64>(from);
		if (!finish(out, count, pivot, runF64(from, count, pivot, out))) {
			pivot = load<f64>(out);
			finish(out, count, pivot, runF64(from, count, pivot, out), true);
		}
		table += 8;
		out += 64;
	}
}

/** Runs shorter than this are about their first value: looking at more would take longer than it saves. */
const SHORT: i32 = 64;

/** Values of a run, evenly spaced, that tell where its pivot has to be. */
const PROBES: i32 = 4;

/**
 * A pivot about which squares will hardly cancel: 0, which costs nothing to take away, or the first value where a few
 * values lie closer together than to 0.
 */
function pivotF32(from: usize, count: i32): f64 {
	const first = load<f32>(from);
	if (count < SHORT) return first;
	let least = first;
	let greatest = first;
	const step = <usize>(count / PROBES) << 2;
	for (let k: i32 = 1; k < PROBES; k++) {
		const x = load<f32>(from + <usize>k * step);
		least = min(least, x);
		greatest = max(greatest, x);
	}
	return max(least, -greatest) > greatest - least ? <f64>first : 0;
}

/** Sums of deviations from the pivot; answers that of squares, leaves that of deviations, extremes and zeros in `out`. */
function runF32(from: usize, count: i32, pivot: f64, out: usize): f64 {
	return pivot == 0 ? sumF32(from, count, 0, out, false) : sumF32(from, count, pivot, out, true);
}

// @ts-ignore: decorator
@inline
function loadPair(from: usize, p: v128, centred: bool): v128 {
	const x = f64x2.promote_low_f32x4(v128.load64_zero(from));
	return centred ? f64x2.sub(x, p) : x;
}

// @ts-ignore: decorator
@inline
function sumF32(from: usize, count: i32, pivot: f64, out: usize, centred: bool): f64 {
	let sum: f64 = 0;
	let squares: f64 = 0;
	let least: f32 = Infinity;
	let greatest: f32 = -Infinity;
	let zeros: i32 = 0;
	let end = from + ((<usize>count & ~7) << 2);
	if (from < end) {
		const p = f64x2.splat(pivot);
		const nought = f32x4.splat(0);
		// Few sums, so that everything stays in registers.
		let s0 = f64x2.splat(0);
		let s1 = s0;
		let q0 = s0;
		let q1 = s0;
		let low = f32x4.splat(Infinity);
		let high = f32x4.splat(-Infinity);
		let z = i32x4.splat(0);
		for (; from < end; from += 32) {
			const v = v128.load(from);
			const w = v128.load(from, 16);
			low = f32x4.pmin(f32x4.pmin(low, v), w);
			high = f32x4.pmax(f32x4.pmax(high, v), w);
			z = i32x4.sub(z, i32x4.add(f32x4.eq(v, nought), f32x4.eq(w, nought)));
			const a = loadPair(from, p, centred);
			const b = loadPair(from + 8, p, centred);
			s0 = f64x2.add(s0, f64x2.add(a, b));
			q0 = f64x2.add(q0, f64x2.add(f64x2.mul(a, a), f64x2.mul(b, b)));
			const c = loadPair(from + 16, p, centred);
			const d = loadPair(from + 24, p, centred);
			s1 = f64x2.add(s1, f64x2.add(c, d));
			q1 = f64x2.add(q1, f64x2.add(f64x2.mul(c, c), f64x2.mul(d, d)));
		}
		const s = f64x2.add(s0, s1);
		const q = f64x2.add(q0, q1);
		sum = f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1);
		squares = f64x2.extract_lane(q, 0) + f64x2.extract_lane(q, 1);
		least = min(
			min(f32x4.extract_lane(low, 0), f32x4.extract_lane(low, 1)),
			min(f32x4.extract_lane(low, 2), f32x4.extract_lane(low, 3)),
		);
		greatest = max(
			max(f32x4.extract_lane(high, 0), f32x4.extract_lane(high, 1)),
			max(f32x4.extract_lane(high, 2), f32x4.extract_lane(high, 3)),
		);
		zeros = i32x4.extract_lane(z, 0) + i32x4.extract_lane(z, 1) + i32x4.extract_lane(z, 2) + i32x4.extract_lane(z, 3);
	}
	for (end = from + ((<usize>count & 7) << 2); from < end; from += 4) {
		const x = load<f32>(from);
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
	return squares;
}

function runF64(from: usize, count: i32, pivot: f64, out: usize): f64 {
	let sum: f64 = 0;
	let squares: f64 = 0;
	let least: f64 = Infinity;
	let greatest: f64 = -Infinity;
	let zeros: f64 = 0;
	let end = from + ((<usize>count & ~3) << 3);
	if (from < end) {
		const p = f64x2.splat(pivot);
		const nought = f64x2.splat(0);
		let s0 = nought;
		let s1 = nought;
		let q0 = nought;
		let q1 = nought;
		let low = f64x2.splat(Infinity);
		let high = f64x2.splat(-Infinity);
		let z = i64x2.splat(0);
		for (; from < end; from += 32) {
			const v = v128.load(from);
			const w = v128.load(from, 16);
			low = f64x2.pmin(f64x2.pmin(low, v), w);
			high = f64x2.pmax(f64x2.pmax(high, v), w);
			z = i64x2.sub(z, i64x2.add(f64x2.eq(v, nought), f64x2.eq(w, nought)));
			const a = f64x2.sub(v, p);
			const b = f64x2.sub(w, p);
			s0 = f64x2.add(s0, a);
			q0 = f64x2.add(q0, f64x2.mul(a, a));
			s1 = f64x2.add(s1, b);
			q1 = f64x2.add(q1, f64x2.mul(b, b));
		}
		const s = f64x2.add(s0, s1);
		const q = f64x2.add(q0, q1);
		sum = f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1);
		squares = f64x2.extract_lane(q, 0) + f64x2.extract_lane(q, 1);
		least = min(f64x2.extract_lane(low, 0), f64x2.extract_lane(low, 1));
		greatest = max(f64x2.extract_lane(high, 0), f64x2.extract_lane(high, 1));
		zeros = <f64>(i64x2.extract_lane(z, 0) + i64x2.extract_lane(z, 1));
	}
	for (end = from + ((<usize>count & 3) << 3); from < end; from += 8) {
		const x = load<f64>(from);
		const d = x - pivot;
		sum += d;
		squares += d * d;
		least = min(least, x);
		greatest = max(greatest, x);
		zeros += <f64>(x == 0);
	}
	store<f64>(out, sum, 8);
	store<f64>(out, least, 24);
	store<f64>(out, greatest, 32);
	store<f64>(out, zeros, 40);
	return squares;
}
