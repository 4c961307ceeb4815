// y = (x - centre - rest) * scale * gamma + beta in f64, rounded once to what is stored.

const F32_MAX: f64 = 3.4028234663852886e38;

// @ts-ignore: decorator
@inline
function loadPair<T>(from: usize): v128 {
	return sizeof<T>() == 4 ? f64x2.promote_low_f32x4(v128.load64_zero(from)) : v128.load(from);
}

// @ts-ignore: decorator
@inline
function coefficient(at: usize, step: usize): v128 {
	return step ? v128.load(at) : v128.load64_splat(at);
}

// @ts-ignore: decorator
@inline
function apply(x: v128, c: v128, e: v128, s: v128, g: v128, b: v128): v128 {
	return f64x2.add(f64x2.mul(f64x2.mul(f64x2.sub(f64x2.sub(x, c), e), s), g), b);
}

/** Stores four values; as f32 it answers what the largest magnitude of each lane is now. */
// @ts-ignore: decorator
@inline
function storeFour<T>(to: usize, low: v128, high: v128, largest: v128): v128 {
	if (sizeof<T>() == 8) {
		v128.store(to, low);
		v128.store(to, high, 16);
		return largest;
	}
	const four = i64x2.shuffle(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
	v128.store(to, four);
	// A NaN is not larger than anything.
	return f32x4.pmax(largest, f32x4.abs(four));
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
	const start = from;
	const fours = count & ~3;
	const step = sizeof<I>() * 4;
	const width = sizeof<O>() * 4;
	let cell: usize = 0;
	let g = gamma;
	let b = beta;
	let largest = f32x4.splat(0);
	if (cellStep == 0 && gammaStep == 0 && betaStep == 0) {
		const centres = v128.load64_splat(centre);
		const rests = v128.load64_splat(rest);
		const scales = v128.load64_splat(scale);
		const gammas = v128.load64_splat(gamma);
		const betas = v128.load64_splat(beta);
		for (let i = 0; i < fours; i += 4, from += step, to += width) {
			const low = apply(loadPair<I>(from), centres, rests, scales, gammas, betas);
			const high = apply(loadPair<I>(from + sizeof<I>() * 2), centres, rests, scales, gammas, betas);
			largest = storeFour<O>(to, low, high, largest);
		}
	} else {
		const cells = cellStep << 1;
		for (let i = 0; i < fours; i += 4, from += step, to += width) {
			const low = apply(
				loadPair<I>(from),
				coefficient(centre + cell, cellStep),
				coefficient(rest + cell, cellStep),
				coefficient(scale + cell, cellStep),
				coefficient(g, gammaStep),
				coefficient(b, betaStep),
			);
			const high = apply(
				loadPair<I>(from + sizeof<I>() * 2),
				coefficient(centre + cell + cells, cellStep),
				coefficient(rest + cell + cells, cellStep),
				coefficient(scale + cell + cells, cellStep),
				coefficient(g + (gammaStep << 1), gammaStep),
				coefficient(b + (betaStep << 1), betaStep),
			);
			largest = storeFour<O>(to, low, high, largest);
			cell += cellStep << 2;
			g += gammaStep << 2;
			b += betaStep << 2;
		}
	}
	let past = 0;
	for (let i = fours; i < count; i++, from += sizeof<I>(), to += sizeof<O>()) {
		const y = one<I>(from, centre + cell, rest + cell, scale + cell, g, b);
		if (sizeof<O>() == 4) past += isPast(y);
		store<O>(to, <O>y);
		cell += cellStep;
		g += gammaStep;
		b += betaStep;
	}
	if (sizeof<O>() == 8 || !v128.any_true(f32x4.ge(largest, f32x4.splat(<f32>F32_MAX)))) return past;
	// Rare enough to look again which ones they were, and which were infinite before.
	from = start;
	for (let i = 0; i < fours; i++, from += sizeof<I>()) {
		past += isPast(one<I>(from, centre, rest, scale, gamma, beta));
		centre += cellStep;
		rest += cellStep;
		scale += cellStep;
		gamma += gammaStep;
		beta += betaStep;
	}
	return past;
}

// @ts-ignore: decorator
@inline
function one<I>(from: usize, centre: usize, rest: usize, scale: usize, gamma: usize, beta: usize): f64 {
	const distance = <f64>load<I>(from) - load<f64>(centre) - load<f64>(rest);
	return distance * load<f64>(scale) * load<f64>(gamma) + load<f64>(beta);
}

// @ts-ignore: decorator
@inline
function isPast(y: f64): i32 {
	return i32(abs(y) > F32_MAX && abs(y) < Infinity);
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
