// f64 to signed floats of 16 or 8 bits, rounded once to nearest, ties to even.

/**
 * Writes `count` codes of a type with `mantissa` bits and exponent `bias`: values past `limit` get the code `over`, NaN
 * gets `nan`. `width` is 1 or 2 bytes; values are read in pairs. Answers how many finite ones were past the limit.
 */
export function encodeMini(
	from: usize,
	count: i32,
	to: usize,
	width: i32,
	mantissa: i32,
	bias: i32,
	limit: f64,
	over: i32,
	nan: i32,
): i32 {
	const all = i64x2.splat(i64.MAX_VALUE);
	const exponents = i64x2.splat(0x7ff0000000000000);
	const least = i64x2.splat((<i64>(1023 + 1 - bias)) << 52);
	const up = i64x2.splat((<i64>(52 - mantissa)) << 52);
	// A power of two that gives the type's subnormals the codes of float64's.
	const down = f64x2.splat(reinterpret<f64>((<i64>bias) << 52));
	const limits = f64x2.splat(limit);
	const infinity = f64x2.splat(Infinity);
	const overs = i64x2.splat(over);
	const nans = i64x2.splat(nan);
	const signBit = (width << 3) - 1;
	let past = i64x2.splat(0);
	for (let i = 0; i < count; i += 2, from += 16) {
		// Behind an odd last value lies an old one, which must not be counted.
		const v = i + 1 < count ? v128.load(from) : v128.load64_zero(from);
		const x = v128.and(v, all);
		const exponent = i64x2.add(laneMax(v128.and(x, exponents), least), up);
		// Adding 2^52 units of the last place that is kept rounds to one; past 2^1023 it is past every limit, too.
		const rounded = f64x2.sub(f64x2.add(x, exponent), exponent);
		const code = i64x2.shr_u(f64x2.mul(rounded, down), 52 - mantissa);
		const beyond = v128.not(f64x2.le(rounded, limits));
		const magnitude = v128.bitselect(overs, code, beyond);
		const sign = i64x2.shl(i64x2.shr_u(v, 63), signBit);
		const coded = v128.bitselect(nans, v128.or(magnitude, sign), f64x2.ne(v, v));
		past = i64x2.sub(past, v128.and(f64x2.gt(x, limits), f64x2.lt(x, infinity)));
		if (width == 2) {
			store<u16>(to, <u16>i64x2.extract_lane(coded, 0));
			if (i + 1 < count) store<u16>(to, <u16>i64x2.extract_lane(coded, 1), 2);
			to += 4;
		} else {
			store<u8>(to, <u8>i64x2.extract_lane(coded, 0));
			if (i + 1 < count) store<u8>(to, <u8>i64x2.extract_lane(coded, 1), 1);
			to += 2;
		}
	}
	return <i32>(i64x2.extract_lane(past, 0) + i64x2.extract_lane(past, 1));
}

// @ts-ignore: decorator
@inline
function laneMax(a: v128, b: v128): v128 {
	return v128.bitselect(a, b, i64x2.gt_s(a, b));
}
