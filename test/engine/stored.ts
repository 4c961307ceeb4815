import fc from "fast-check";
import { byteLength, DTYPES, type DType, decode, decodeWide, factsOf, partsOf, realDType } from "../../src/core/dtype";
import { sizeOf } from "../../src/core/layout";
import { encodeMiniFloat, maxFinite } from "../../src/core/minifloat";
import { anyNumbers, type StoredTensor } from "./chunks";

/** Every dtype that there is. */
export const ALL_DTYPES = Object.keys(DTYPES) as DType[];

/** The numbers of a stored tensor in C order, the parts of complex ones in turn. */
export function numbersOf({ dtype, shape, bytes }: StoredTensor): Float64Array | BigInt64Array | BigUint64Array {
	const run = { dtype: realDType(dtype), bigEndian: false, bytes };
	const count = sizeOf(shape) * partsOf(dtype);
	return dtype === "i64" || dtype === "u64" ? decodeWide(run, count) : decode(run, count);
}

/** A tensor of a dtype and shape: random bits, the hard numbers, or the ends of the type. */
export function anyStored(dtype: DType, shape: readonly number[]): fc.Arbitrary<StoredTensor> {
	const count = sizeOf(shape);
	const length = byteLength(dtype, count);
	const bits = fc.uint8Array({ minLength: length, maxLength: length });
	const numbers = anyNumbers(count * partsOf(dtype)).map((list) => storedNumbers(dtype, list));
	const ends = fc
		.array(fc.constantFrom(...endsOf(dtype)), { minLength: count * partsOf(dtype), maxLength: count * partsOf(dtype) })
		.map((list) => storedNumbers(dtype, Float64Array.from(list)));
	const kinds = [bits, bits, numbers, numbers, numbers, ends];
	return fc.oneof(...kinds).map((bytes) => ({ dtype, shape, bytes }));
}

/** Zeros, the smallest and largest numbers of a type, and those that are none. */
function endsOf(dtype: DType): number[] {
	const { kind, bits, mini } = factsOf(realDType(dtype));
	if (kind !== "float") return kind === "int" ? [-(2 ** (bits - 1)), 0, 2 ** (bits - 1) - 1] : [0, 1, 2 ** bits - 1];
	const largest = mini ? maxFinite(mini) : bits === 32 ? 3.4028234663852886e38 : Number.MAX_VALUE;
	const least = mini ? 2 ** (1 - mini.bias - mini.mantissaBits) : bits === 32 ? 2 ** -149 : Number.MIN_VALUE;
	return [0, -0, least, -least, 3 * least, largest, -largest, NaN, Infinity, -Infinity];
}

/** Numbers rounded to a dtype, little-endian: integers are cut off and held within the type's range. */
export function storedNumbers(dtype: DType, numbers: ArrayLike<number>): Uint8Array {
	const real = realDType(dtype);
	const { kind, bits, mini } = factsOf(real);
	const bytes = new Uint8Array(Math.ceil((numbers.length * bits) / 8));
	const view = new DataView(bytes.buffer);
	/** A code of fewer bits than a byte may cross the border of two. */
	const setCode = (i: number, code: number) => {
		for (let bit = 0, place = i * bits; bit < bits; bit++, place++) {
			bytes[place >> 3] = (bytes[place >> 3] as number) | (((code >> bit) & 1) << (place & 7));
		}
	};
	for (let i = 0; i < numbers.length; i++) {
		const x = numbers[i] as number;
		const at = (i * bits) / 8;
		if (mini) {
			setCode(i, mini.signed ? encodeMiniFloat(mini, x) : Math.min(255, Math.trunc(Math.abs(x)) || 0));
		} else if (real === "f64") view.setFloat64(at, x, true);
		else if (real === "f32") view.setFloat32(at, x, true);
		else if (bits === 64) {
			const whole = BigInt(Math.trunc(Number.isFinite(x) ? x : 0));
			const low = kind === "int" ? -(2n ** 63n) : 0n;
			const high = kind === "int" ? 2n ** 63n - 1n : 2n ** 64n - 1n;
			view.setBigUint64(at, BigInt.asUintN(64, whole < low ? low : whole > high ? high : whole), true);
		} else {
			const low = kind === "int" ? -(2 ** (bits - 1)) : 0;
			const high = kind === "int" ? 2 ** (bits - 1) - 1 : 2 ** bits - 1;
			const whole = Math.max(low, Math.min(high, Math.trunc(x) || 0));
			if (bits <= 8) setCode(i, whole);
			else if (bits === 16) view.setUint16(at, whole & 0xffff, true);
			else view.setUint32(at, whole >>> 0, true);
		}
	}
	return bytes;
}
