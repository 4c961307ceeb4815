// y = (x - centre - rest) * scale * gamma + beta in f64, rounded once to what is stored.

const F32_MAX: f64 = 3.4028234663852886e38;

// @ts-ignore: decorator
@inline
function loadPair<T>(from: usize): v128 {
	return sizeof<T>() == 4 ? f64x2.promote_low_f32x4(v128.load64_zero(from)) : v128.load(from);
}

// @ts-ignore: decorator
@inline
function storePair<T>(to: usize, y: v128): void {
	if (sizeof<T>() == 4) v128.store64_lane(to, f32x4.demote_f64x2_zero(y), 0);
	else v128.store(to, y);
}

/** One coefficient for each value, or the same for all where `step` is 0; otherwise 8. Answers how many finite ones were past the range. */
// @ts-ignore: decorator
@inline
function affine<I, O>(
	from: usize,
	count: i32,
	to: usize,
	centre: usize,
	rest: usize,
	scale: usize,
	cellStep: usize,
	gamma: usize,
	gammaStep: usize,
	beta: usize,
	betaStep: usize,
): i32 {
	const limit = f64x2.splat(sizeof<O>() == 4 ? F32_MAX : f64.MAX_VALUE);
	const infinity = f64x2.splat(Infinity);
	let past = i64x2.splat(0);
	const pairs = count & ~1;
	const step = sizeof<I>() * 2;
	const width = sizeof<O>() * 2;
	if (cellStep == 0 && gammaStep == 0 && betaStep == 0) {
		const c = v128.load64_splat(centre);
		const e = v128.load64_splat(rest);
		const s = v128.load64_splat(scale);
		const g = v128.load64_splat(gamma);
		const b = v128.load64_splat(beta);
		for (let i = 0; i < pairs; i += 2, from += step, to += width) {
			const x = loadPair<I>(from);
			const y = f64x2.add(f64x2.mul(f64x2.mul(f64x2.sub(f64x2.sub(x, c), e), s), g), b);
			const magnitude = f64x2.abs(y);
			past = i64x2.sub(past, v128.and(f64x2.gt(magnitude, limit), f64x2.lt(magnitude, infinity)));
			storePair<O>(to, y);
		}
	} else {
		for (let i = 0; i < pairs; i += 2, from += step, to += width) {
			const x = loadPair<I>(from);
			const c = cellStep ? v128.load(centre) : v128.load64_splat(centre);
			const e = cellStep ? v128.load(rest) : v128.load64_splat(rest);
			const s = cellStep ? v128.load(scale) : v128.load64_splat(scale);
			const g = gammaStep ? v128.load(gamma) : v128.load64_splat(gamma);
			const b = betaStep ? v128.load(beta) : v128.load64_splat(beta);
			const y = f64x2.add(f64x2.mul(f64x2.mul(f64x2.sub(f64x2.sub(x, c), e), s), g), b);
			const magnitude = f64x2.abs(y);
			past = i64x2.sub(past, v128.and(f64x2.gt(magnitude, limit), f64x2.lt(magnitude, infinity)));
			storePair<O>(to, y);
			centre += cellStep << 1;
			rest += cellStep << 1;
			scale += cellStep << 1;
			gamma += gammaStep << 1;
			beta += betaStep << 1;
		}
	}
	let overflowed = <i32>(i64x2.extract_lane(past, 0) + i64x2.extract_lane(past, 1));
	if (count & 1) {
		const y =
			(<f64>load<I>(from) - load<f64>(centre) - load<f64>(rest)) * load<f64>(scale) * load<f64>(gamma) +
			load<f64>(beta);
		if (sizeof<O>() == 4 && abs(y) > F32_MAX && abs(y) < Infinity) overflowed++;
		store<O>(to, <O>y);
	}
	return overflowed;
}

export function affineF32(
	from: usize,
	count: i32,
	to: usize,
	centre: usize,
	rest: usize,
	scale: usize,
	cellStep: usize,
	gamma: usize,
	gammaStep: usize,
	beta: usize,
	betaStep: usize,
): i32 {
	return affine<f32, f32>(from, count, to, centre, rest, scale, cellStep, gamma, gammaStep, beta, betaStep);
}

export function affineF32ToF64(
	from: usize,
	count: i32,
	to: usize,
	centre: usize,
	rest: usize,
	scale: usize,
	cellStep: usize,
	gamma: usize,
	gammaStep: usize,
	beta: usize,
	betaStep: usize,
): i32 {
	return affine<f32, f64>(from, count, to, centre, rest, scale, cellStep, gamma, gammaStep, beta, betaStep);
}

export function affineF64(
	from: usize,
	count: i32,
	to: usize,
	centre: usize,
	rest: usize,
	scale: usize,
	cellStep: usize,
	gamma: usize,
	gammaStep: usize,
	beta: usize,
	betaStep: usize,
): i32 {
	return affine<f64, f64>(from, count, to, centre, rest, scale, cellStep, gamma, gammaStep, beta, betaStep);
}

export function affineF64ToF32(
	from: usize,
	count: i32,
	to: usize,
	centre: usize,
	rest: usize,
	scale: usize,
	cellStep: usize,
	gamma: usize,
	gammaStep: usize,
	beta: usize,
	betaStep: usize,
): i32 {
	return affine<f64, f32>(from, count, to, centre, rest, scale, cellStep, gamma, gammaStep, beta, betaStep);
}
