import { refines } from "./coarsen";
import { type DType, factsOf } from "./dtype";
import { averageOver, divisors, type Layout, type Shape, setSize, sizeOf } from "./layout";
import type { Moments } from "./moments";

/** What a normalization leaves of every set: mean 0 and variance 1, or a mean square of 1. */
export type Standard = "mean and variance" | "mean square";

/** How far from 0 and 1 the statistics of a normalized set may be. */
export interface Tolerance {
	/** |mean| at most. */
	readonly mean: number;
	/** Variance at most 1 plus this. */
	readonly above: number;
	/** Variance at least 1 less this: eps shrinks it to v / (v + eps). */
	readonly below: number;
}

/** A layout under which a tensor is normalized. */
export interface FoundLayout {
	readonly layout: Layout;
	readonly standard: Standard;
	/** Over all sets. */
	readonly largestMean: number;
	readonly smallestVariance: number;
	readonly largestVariance: number;
	/** Sets whose variance is below the tolerance, as eps makes it where the input hardly varied. */
	readonly flat: number;
	/** How likely independent numbers from N(0, 1) were to pass by luck. */
	readonly chance: number;
	/** False for unions of the sets of a finer layout that passes: these pass because it does. */
	readonly finest: boolean;
}

/** A layout whose sets have another mean and deviation each, but the same in every sample: gamma and beta follow the norm. */
export interface AffineHint {
	readonly layout: Layout;
	/** Largest difference of a mean from that of the same set in the first sample, in that set's σ. */
	readonly largestMean: number;
	readonly chance: number;
}

/** The layouts under which a tensor is normalized. */
export interface AlreadyNormalized {
	/** Finest first; those that are not `finest` follow from one that is. */
	readonly found: readonly FoundLayout[];
	/** Layouts that look like a norm followed by gamma and beta. */
	readonly hints: readonly AffineHint[];
	/** Layouts that were asked about. */
	readonly asked: number;
	/** Layouts that were not, as their sets are too many to keep. */
	readonly leftOut: number;
}

/** A layout is named where numbers from N(0, 1) would pass by luck less often than this. */
export const MOST_CHANCE = 1e-3;

/** Variance that eps may take: 1e-5 does so where the input's variance was 1e-3 or more, 1e-3 where it was 0.1. */
const EPS_ROOM = 1e-2;

/** Part of the sets that may be flat. */
const MOST_FLAT = 0.1;

/** Computed in float32 a mean is off by some roundings of 2⁻²⁴; storing adds the dtype's own, of random sign in every element. */
export function toleranceOf(dtype: DType, elements: number): Tolerance {
	const { mini, kind, bits } = factsOf(dtype);
	const digits = mini ? mini.mantissaBits : kind === "float" && bits === 64 ? 52 : kind === "float" ? 23 : 0;
	const unit = 2 ** -(digits + 1);
	const computed = 16 * 2 ** -24;
	return {
		mean: computed + (4 * unit) / Math.sqrt(elements),
		above: 2 * computed + 4 * unit,
		below: EPS_ROOM,
	};
}

/** Every layout of whole axes that is worth asking about, and the channel axis in all equal groups; sets of at least 2 elements. */
export function candidateLayouts(shape: Shape): Layout[] {
	const long = shape.map((_, axis) => axis).filter((axis) => (shape[axis] as number) > 1);
	// More axes than this have more layouts than people have names for: only runs of the last ones then.
	const subsets =
		long.length <= 6
			? Array.from({ length: 2 ** long.length - 1 }, (_, bits) => long.filter((_, k) => ((bits + 1) >> k) & 1))
			: long.map((_, k) => long.slice(k));
	const whole = subsets.map((axes) => averageOver(shape, axes));
	const grouped = [1, shape.length - 1].flatMap((channel) => {
		const size = shape[channel] ?? 1;
		if (channel < 1 || size < 2 || (channel === 1 && shape.length === 1)) return [];
		const parts = divisors(size).filter((groups) => groups > 1 && groups < size);
		return parts.map((groups) => ({
			shape,
			cells: shape.map((length, axis) => (axis === channel ? groups : axis === 0 ? length : Math.min(1, length))),
		}));
	});
	const different = new Map([...whole, ...grouped].map((layout) => [layout.cells.join(), layout]));
	return [...different.values()].filter((layout) => setSize(layout) >= 2);
}

/** Probability that the absolute value of a number from N(0, 1) is below `limit`. */
function within(limit: number): number {
	// Abramowitz & Stegun 7.1.26 of erf(limit / √2) for large limits; its slope at 0, which loses nothing, for small ones.
	if (limit < 0.1) return limit * Math.sqrt(2 / Math.PI);
	const x = limit / Math.SQRT2;
	const t = 1 / (1 + 0.3275911 * x);
	const series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
	return 1 - series * Math.exp(-x * x);
}

/**
 * How likely sets of numbers from N(0, 1) are to be within a tolerance: a set's mean has the deviation 1/√m, its variance
 * √(2/m); all sets have to, but for those that may be flat, of which only the mean counts.
 */
export function chanceOf(standard: Standard, sets: number, elements: number, tolerance: Tolerance): number {
	const mean = standard === "mean square" ? 1 : within(tolerance.mean * Math.sqrt(elements));
	const room = Math.max(tolerance.above, tolerance.below);
	const variance = within(room * Math.sqrt(elements / 2));
	const counted = Math.ceil(sets * (1 - MOST_FLAT));
	return Math.exp(sets * Math.log(mean) + counted * Math.log(variance));
}

/** Judges one layout by its statistics; undefined where its sets are not normalized, or luck would do as well. */
export function judge(
	layout: Layout,
	moments: Moments,
	dtype: DType,
	standard: Standard,
): Omit<FoundLayout, "finest"> | undefined {
	const sets = moments.count.length;
	let [largestMean, smallestVariance, largestVariance, flat, seen] = [0, Infinity, 0, 0, 0];
	for (let set = 0; set < sets; set++) {
		const count = moments.count[set] as number;
		if (count < 2) continue;
		seen++;
		const tolerance = toleranceOf(dtype, count);
		const [mean, std] = [moments.mean[set] as number, moments.std[set] as number];
		const variance = standard === "mean square" ? std * std + mean * mean : std * std;
		if (standard === "mean and variance" && Math.abs(mean) > tolerance.mean) return undefined;
		if (variance > 1 + tolerance.above) return undefined;
		largestMean = Math.max(largestMean, Math.abs(mean));
		largestVariance = Math.max(largestVariance, variance);
		if (variance < 1 - tolerance.below) flat++;
		else smallestVariance = Math.min(smallestVariance, variance);
		if (flat > MOST_FLAT * sets) return undefined;
	}
	if (seen === 0 || flat === seen) return undefined;
	const elements = setSize(layout);
	const chance = chanceOf(standard, seen, elements, toleranceOf(dtype, elements));
	if (chance > MOST_CHANCE) return undefined;
	return { layout, standard, largestMean, smallestVariance, largestVariance, flat, chance };
}

/** All layouts under which a tensor is normalized, finest first; `momentsOf` gives the statistics of a candidate. */
export function foundLayouts(
	candidates: readonly { readonly layout: Layout; readonly moments: Moments }[],
	dtype: DType,
): FoundLayout[] {
	const named = (["mean and variance", "mean square"] as const).map((standard) =>
		candidates.flatMap(({ layout, moments }) => judge(layout, moments, dtype, standard) ?? []),
	);
	const [standardized = [], ofSquares = []] = named;
	// Where the means are 0 too, a mean square of 1 says nothing more.
	const more = ofSquares.filter(
		({ layout }) => !standardized.some((found) => refines(layout, found.layout) || refines(found.layout, layout)),
	);
	return [standardized, more].flatMap((group) =>
		group.map((found) => ({
			...found,
			finest: !group.some(({ layout }) => layout !== found.layout && refines(layout, found.layout)),
		})),
	);
}

/** Whether all samples of axis 0 have the same mean and deviation in every set, as a norm with gamma and beta per channel makes them. */
export function affineHint(layout: Layout, moments: Moments, dtype: DType): AffineHint | undefined {
	const samples = layout.cells[0] ?? 1;
	if (samples < 2 || samples !== layout.shape[0]) return undefined;
	const sets = sizeOf(layout.cells.slice(1));
	const elements = setSize(layout);
	const tolerance = toleranceOf(dtype, elements);
	let [largestMean, plain] = [0, true];
	for (let set = 0; set < sets; set++) {
		const [mean, std] = [moments.mean[set] as number, moments.std[set] as number];
		if (!(std > 0)) return undefined;
		// Beta is added and rounded in float32 or the dtype: large ones cost digits.
		const room = tolerance.mean * (1 + Math.abs(mean) / std);
		if (Math.abs(mean) > tolerance.mean || Math.abs(std - 1) > EPS_ROOM) plain = false;
		for (let sample = 1; sample < samples; sample++) {
			const cell = sample * sets + set;
			const apart = Math.abs((moments.mean[cell] as number) - mean) / std;
			const ratio = ((moments.std[cell] as number) / std) ** 2;
			if (apart > room || Math.abs(ratio - 1) > EPS_ROOM) return undefined;
			largestMean = Math.max(largestMean, apart);
		}
	}
	if (plain) return undefined;
	const chance = chanceOf("mean and variance", sets * (samples - 1), elements / 2, tolerance);
	return chance > MOST_CHANCE ? undefined : { layout, largestMean, chance };
}
