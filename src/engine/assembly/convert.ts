// Stored values as f32 or f64, in a block that stays in the cache.

/** f16 bits to f32: exact, subnormals, infinities and NaN too. `to` may not overlap `from`. */
export function f16ToF32(from: usize, count: i32, to: usize): void {
	const sign = i32x4.splat(0x8000);
	const rest = i32x4.splat(0x7fff);
	// 2^112 moves an exponent of bias 15 to one of bias 127 and normalizes subnormals on the way.
	const scale = f32x4.splat(5.192296858534828e33);
	const special = i32x4.splat(0x7c00);
	const top = i32x4.splat(0x7f800000);
	for (let i = 0; i < count; i += 4, from += 8, to += 16) {
		const h = i32x4.extend_low_i16x8_u(v128.load64_zero(from));
		const magnitude = v128.and(h, rest);
		const value = f32x4.mul(i32x4.shl(magnitude, 13), scale);
		const isSpecial = v128.and(i32x4.ge_s(magnitude, special), top);
		v128.store(to, v128.or(v128.or(value, isSpecial), i32x4.shl(v128.and(h, sign), 16)));
	}
}

/** bf16 bits to f32. */
export function bf16ToF32(from: usize, count: i32, to: usize): void {
	for (let i = 0; i < count; i += 4, from += 8, to += 16) {
		v128.store(to, i32x4.shl(i32x4.extend_low_i16x8_u(v128.load64_zero(from)), 16));
	}
}

/** Bytes to f32 through a table of 256 values. */
export function u8ToF32(from: usize, count: i32, to: usize, table: usize): void {
	for (let i = 0; i < count; i++, from++, to += 4) store<f32>(to, load<f32>(table + ((<usize>load<u8>(from)) << 2)));
}

export function i16ToF32(from: usize, count: i32, to: usize): void {
	for (let i = 0; i < count; i += 4, from += 8, to += 16) {
		v128.store(to, f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(v128.load64_zero(from))));
	}
}

export function u16ToF32(from: usize, count: i32, to: usize): void {
	for (let i = 0; i < count; i += 4, from += 8, to += 16) {
		v128.store(to, f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(v128.load64_zero(from))));
	}
}

export function i32ToF64(from: usize, count: i32, to: usize): void {
	for (let i = 0; i < count; i += 2, from += 8, to += 16) {
		v128.store(to, f64x2.convert_low_i32x4_s(v128.load64_zero(from)));
	}
}

export function u32ToF64(from: usize, count: i32, to: usize): void {
	for (let i = 0; i < count; i += 2, from += 8, to += 16) {
		v128.store(to, f64x2.convert_low_i32x4_u(v128.load64_zero(from)));
	}
}

/** Reverses the bytes of every 2-, 4- or 8-byte value in place, and touches no byte behind them. */
export function swapBytes(at: usize, bytes: i32, width: i32): void {
	const end = at + <usize>bytes;
	for (const whole = at + <usize>(bytes & ~15); at < whole; at += 16) {
		const v = v128.load(at);
		if (width == 2) v128.store(at, i8x16.shuffle(v, v, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14));
		else if (width == 4) v128.store(at, i8x16.shuffle(v, v, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12));
		else v128.store(at, i8x16.shuffle(v, v, 7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8));
	}
	for (; at < end; at += width) {
		if (width == 2) store<u16>(at, bswap(load<u16>(at)));
		else if (width == 4) store<u32>(at, bswap(load<u32>(at)));
		else store<u64>(at, bswap(load<u64>(at)));
	}
}
