import { type Precision, ROUND, type Summation } from "./arithmetic";
import type { Moments } from "./moments";
import { affineOf, type Norm } from "./normalizations";

/** How statistics may be accumulated: the precision of every operation, and the order of the sums. */
export interface Arithmetic {
	readonly precision: Precision;
	readonly summation: Summation;
}

/** The arithmetics that are compared, from the most exact on. */
export const ARITHMETICS: readonly Arithmetic[] = [
	{ precision: "f64", summation: "sequential" },
	{ precision: "f32", summation: "pairwise" },
	{ precision: "f32", summation: "sequential" },
	{ precision: "bf16", summation: "sequential" },
	{ precision: "f16", summation: "sequential" },
];

/** Sets whose accumulation may be emulated. */
export const MOST_EMULATED_SETS = 2 ** 16;

/** Sets of each arithmetic that are told one by one, the worst first. */
export const LISTED_EMULATED = 64;

/** Root mean square error of the output from which on a set counts as wrong: a hundredth of its deviation. */
export const WRONG_OUTPUT = 0.01;

/** What an arithmetic makes of each set. */
export interface Accumulated extends Arithmetic {
	readonly mean: Float64Array;
	/** mean((x − mean)²) with the arithmetic's own mean, in a second pass. */
	readonly twoPass: Float64Array;
	/** E[x²] − E[x]², which cancels where the mean is large against the deviation. */
	readonly fast: Float64Array;
}

/** A set as an arithmetic has it, beside the exact numbers. */
export interface EmulatedSet {
	readonly set: number;
	readonly mean: number;
	readonly exactMean: number;
	readonly variance: number;
	readonly exactVariance: number;
	/** Root mean square and largest absolute error of the normalized output. */
	readonly rms: number;
	readonly maxAbs: number;
}

/** How far the statistics of one arithmetic and the outputs with them are from the exact ones. */
export interface ArithmeticErrors extends Arithmetic {
	readonly variance: "two-pass" | "fast";
	/** Over sets, in σ (with eps) of the exact statistics. */
	readonly mean: Summary;
	/** Over sets: |σ / exact σ − 1|. */
	readonly std: Summary;
	/** Over sets: root mean square error of the normalized output. */
	readonly output: Summary;
	/** Sets whose output is off by more than `WRONG_OUTPUT`, or is no number. */
	readonly wrong: number;
	/** Sets whose sums, or whose number of elements (float16 ends at 65 504), left the precision's range. */
	readonly overflowed: number;
	/** Sets whose variance came out negative; it counts as 0, as Flax clips it. */
	readonly negative: number;
	readonly worst: readonly EmulatedSet[];
}

/** Median and largest of something over sets. */
export interface Summary {
	readonly median: number;
	readonly max: number;
}

/** The errors of every arithmetic and both variances. */
export interface Numerics {
	/** Sets with a finite element. */
	readonly sets: number;
	readonly rows: readonly ArithmeticErrors[];
}

/** Compares what arithmetics made of the sets with the exact statistics; errors of outputs follow from the sets' moments, as they are affine in x. */
export function numericsOf(exact: Moments, accumulated: readonly Accumulated[], norm: Norm): Numerics {
	const sets = Array.from(exact.count.keys()).filter((set) => (exact.count[set] as number) > 0);
	const rows = accumulated.flatMap((each) =>
		(["two-pass", "fast"] as const).map((variance) => errorsOf(exact, each, variance, norm, sets)),
	);
	return { sets: sets.length, rows };
}

function errorsOf(
	exact: Moments,
	found: Accumulated,
	variance: "two-pass" | "fast",
	norm: Norm,
	sets: readonly number[],
): ArithmeticErrors {
	const variances = variance === "fast" ? found.fast : found.twoPass;
	const emulated = sets.map((set) =>
		emulatedSet(exact, set, found.mean[set] as number, variances[set] as number, norm),
	);
	const { precision, summation } = found;
	return {
		precision,
		summation,
		variance,
		mean: summaryOf(emulated.map(({ meanError }) => meanError)),
		std: summaryOf(emulated.map(({ stdError }) => stdError)),
		output: summaryOf(emulated.map(({ told }) => told.rms)),
		wrong: emulated.filter(({ told }) => !(told.rms <= WRONG_OUTPUT)).length,
		overflowed: emulated.filter(
			({ told }) =>
				!Number.isFinite(told.mean) ||
				!Number.isFinite(told.variance) ||
				!Number.isFinite(ROUND[precision](exact.count[told.set] as number)),
		).length,
		negative: emulated.filter(({ told }) => told.variance < 0).length,
		worst: emulated
			.map(({ told }) => told)
			.sort((a, b) => b.rms - a.rms || a.set - b.set)
			.slice(0, LISTED_EMULATED),
	};
}

function emulatedSet(exact: Moments, set: number, mean: number, variance: number, norm: Norm) {
	const at = (values: ArrayLike<number | bigint>) => Number(values[set]);
	const [exactMean, exactStd, count] = [at(exact.mean), at(exact.std), at(exact.count)];
	const told = { set, mean, exactMean, variance, exactVariance: exactStd * exactStd };
	const full = affineOf({ mean: exactMean, std: exactStd, count, nonFinite: 0 }, norm);
	if (!Number.isFinite(mean) || !Number.isFinite(variance)) {
		return { told: { ...told, rms: Infinity, maxAbs: Infinity }, meanError: Infinity, stdError: Infinity };
	}
	const own = affineOf({ mean, std: Math.sqrt(Math.max(0, variance)), count, nonFinite: 0 }, norm);
	const apart = mean - exactMean - at(exact.meanRest);
	const slope = own.scale - full.scale;
	// y' − y = (x − μ)·(s' − s) − (μ' − μ)·s'
	const difference = (distance: number) => distance * slope - apart * own.scale;
	const ends = [at(exact.min), at(exact.max)].map((x) => Math.abs(difference(x - exactMean)));
	const scale = full.scale === 0 ? (apart === 0 ? 0 : Infinity) : full.scale;
	return {
		told: { ...told, rms: Math.hypot(slope * exactStd, apart * own.scale), maxAbs: Math.max(...ends) },
		meanError: apart === 0 ? 0 : Math.abs(apart) * scale,
		stdError: own.scale === full.scale ? 0 : own.scale === 0 ? 1 : Math.abs(full.scale / own.scale - 1),
	};
}

function summaryOf(values: readonly number[]): Summary {
	const sorted = Float64Array.from(values).sort();
	return { median: sorted[Math.max(0, Math.ceil(sorted.length / 2) - 1)] ?? 0, max: sorted.at(-1) ?? 0 };
}
