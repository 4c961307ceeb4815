import { type DType, factsOf, realDType } from "./dtype";

/** How close two values have to be: `|a − b| <= atol + rtol · |b|`. */
export interface Tolerance {
	readonly rtol: number;
	readonly atol: number;
}

/** What a framework's comparison with its defaults says, computed in float64; complex values are compared by their modulus. */
export interface Verdict extends Tolerance {
	readonly by: "numpy.allclose" | "torch.testing.assert_close";
	/** Elements that are not close; NaN against NaN is not, as equal_nan is False by default. */
	readonly failing: number;
}

/** A pair of values at one index. */
export interface DifferingPair {
	readonly index: readonly number[];
	readonly a: number | bigint;
	readonly b: number | bigint;
}

/** |a − b| along one axis, over pairs of finite values; `bins` as in a profile, NaN where a bin has no such pair. */
export interface AxisDifference {
	readonly axis: number;
	readonly size: number;
	readonly bins: number;
	readonly maxAbs: Float64Array;
	readonly meanAbs: Float64Array;
}

/** The largest |a − b| for each cell of two axes, rows first; NaN where a cell has no pair of finite values. */
export interface DifferenceMap {
	readonly axes: readonly [number, number];
	readonly cells: readonly [number, number];
	readonly maxAbs: Float64Array;
}

/** How two tensors of one shape differ; of complex ones the real and imaginary parts count as values of their own. */
export interface TensorDifference {
	/** Values compared. */
	readonly elements: number;
	/** Values that are not close by the tolerance asked for, where NaN is close to NaN. */
	readonly mismatched: number;
	/** Values that are not the same number; NaN is the same as NaN, −0 as 0. */
	readonly different: number;
	/** NaN in both, in one only; infinities against anything but the same infinity or NaN. */
	readonly nanPairs: number;
	readonly nanMismatches: number;
	readonly infMismatches: number;
	/** Over pairs of finite values; the relative one where b is not 0. */
	readonly maxAbs: number;
	readonly maxRel: number;
	/** Root mean square difference and cosine of the angle, over pairs of finite values; NaN where there is none. */
	readonly rmse: number;
	readonly cosine: number;
	/** Steps between neighbouring numbers of the dtype, where both have the same floating-point one. */
	readonly ulp?: {
		readonly max: number;
		/** Pairs at 0 steps, at 1, at 2, at 3 to 4, at 5 to 8, and so on. */
		readonly counts: readonly number[];
	};
	readonly verdicts: readonly Verdict[];
	/** Where the largest absolute difference is; absent where no pair is finite. */
	readonly worst?: DifferingPair;
	/** The first values, in C order, that are not close, and that differ at all. */
	readonly firstMismatch?: DifferingPair;
	readonly firstDifferent?: DifferingPair;
	readonly profiles: readonly AxisDifference[];
	readonly map?: DifferenceMap;
}

/** The defaults of numpy.allclose. */
export const NUMPY_TOLERANCE: Tolerance = { rtol: 1e-5, atol: 1e-8 };

/** The defaults of torch.testing.assert_close for a dtype: exact for integers and booleans. */
export function torchTolerance(dtype: DType): Tolerance {
	const real = realDType(dtype);
	if (real === "f16") return { rtol: 1e-3, atol: 1e-5 };
	if (real === "bf16") return { rtol: 1.6e-2, atol: 1e-5 };
	if (real === "f32") return { rtol: 1.3e-6, atol: 1e-5 };
	if (real === "f64") return { rtol: 1e-7, atol: 1e-7 };
	return { rtol: 0, atol: 0 };
}

/** The same for two dtypes: the larger of each, as assert_close does with check_dtype=False. */
export function torchTolerances(a: DType, b: DType): Tolerance {
	const [one, two] = [torchTolerance(a), torchTolerance(b)];
	return { rtol: Math.max(one.rtol, two.rtol), atol: Math.max(one.atol, two.atol) };
}

/** Steps between two finite numbers of a floating-point dtype, from its order; undefined for types without signed steps. */
export function ulpDistanceOf(dtype: DType): ((a: number, b: number) => number) | undefined {
	const real = realDType(dtype);
	const { kind, mini } = factsOf(real);
	if (kind !== "float" || mini?.signed === false) return undefined;
	const bits = new Float64Array(1);
	const words = new Int32Array(bits.buffer);
	if (real === "f64") {
		const high = (value: number) => {
			bits[0] = Math.abs(value);
			return words[1] as number;
		};
		const ordinal = (value: number): [number, number] => {
			const top = high(value);
			const low = (words[0] as number) >>> 0;
			return value < 0 ? [-top, -low] : [top, low];
		};
		return (a, b) => {
			const [[highA, lowA], [highB, lowB]] = [ordinal(a), ordinal(b)];
			return Math.abs((highA - highB) * 2 ** 32 + (lowA - lowB));
		};
	}
	const { mantissaBits, bias } = mini ?? { mantissaBits: 23, bias: 127 };
	const [perBinade, smallest] = [2 ** mantissaBits, 2 ** (1 - bias - mantissaBits)];
	const ordinal = (value: number) => {
		const magnitude = Math.abs(value);
		bits[0] = magnitude;
		const exponent = ((words[1] as number) >>> 20) - 1023;
		const steps =
			exponent < 1 - bias ? magnitude / smallest : (exponent + bias - 1 + magnitude * 2 ** -exponent) * perBinade;
		return value < 0 ? -steps : steps;
	};
	return (a, b) => Math.abs(ordinal(a) - ordinal(b));
}

/** The bucket of a number of steps in a histogram of them: 0, 1, 2, 3 to 4, 5 to 8, … */
export function ulpBucket(steps: number): number {
	return steps < 1 ? 0 : 1 + Math.ceil(Math.log2(steps));
}

/** What a bucket holds, for people: "0", "1", "2", "3 – 4". */
export function ulpBucketLabel(bucket: number): string {
	if (bucket <= 2) return String(bucket);
	const most = 2 ** (bucket - 1);
	return bucket <= 21 ? `${most / 2 + 1} – ${most}` : `to 2^${bucket - 1}`;
}
