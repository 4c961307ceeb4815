import type { AxisProfile } from "./inspection";
import type { Extremes } from "./moments";
import { flagsOf } from "./profile-flags";

/** What the indices of an axis may be sorted by, the largest first. */
export const PROFILE_SORTS = {
	index: "index",
	worst: "worst first",
	std: "std",
	mean: "|mean|",
	largest: "largest |value|",
	zeros: "share of zeros",
	nonFinite: "NaN and ±Inf",
} as const;

export type ProfileSort = keyof typeof PROFILE_SORTS;

/** What "worst first" means, for people. */
export const WORST_RULE =
	"flagged indices first, in the order of the flags (not finite, dead, constant, saturated, mean far out, std far out), then the others";

/** The bins of a profile in an order; those of which nothing is known come last, equal ones by their index. */
export function orderOf(profile: AxisProfile, sort: ProfileSort): Int32Array {
	const bins = Int32Array.from({ length: profile.bins }, (_, bin) => bin);
	if (sort === "index") return bins;
	const scores = Float64Array.from(bins, scoreOf(profile, sort));
	return bins.sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b);
}

/** How far to the front a bin belongs. */
function scoreOf(profile: AxisProfile, sort: Exclude<ProfileSort, "index">): (bin: number) => number {
	const known = (bin: number, value: number) => ((profile.count[bin] ?? 0) > 0 ? value : -1);
	const lost = (bin: number) => (profile.nan[bin] ?? 0) + (profile.posInf[bin] ?? 0) + (profile.negInf[bin] ?? 0);
	switch (sort) {
		case "worst": {
			const flags = flagsOf(profile);
			const rank = new Map<number, number>();
			flags.forEach(({ bins }, k) => {
				for (const bin of bins) if (!rank.has(bin)) rank.set(bin, flags.length - k);
			});
			return (bin) => rank.get(bin) ?? 0;
		}
		case "std":
			return (bin) => known(bin, profile.std[bin] as number);
		case "mean":
			return (bin) => known(bin, Math.abs(profile.mean[bin] as number));
		case "largest":
			return (bin) => known(bin, Math.max(Math.abs(Number(profile.min[bin])), Math.abs(Number(profile.max[bin]))));
		case "zeros":
			return (bin) => known(bin, (profile.zeros[bin] as number) / (profile.count[bin] as number));
		case "nonFinite":
			return lost;
	}
}

/** A profile with only some of its bins, in the order they are named. */
export function pickBins(profile: AxisProfile, bins: Int32Array): AxisProfile {
	const floats = (values: Float64Array) => Float64Array.from(bins, (bin) => values[bin] as number);
	const extremes = (values: Extremes): Extremes => {
		if (values instanceof Float64Array) return floats(values);
		const picked = Array.from(bins, (bin) => values[bin] as bigint);
		return values instanceof BigInt64Array ? BigInt64Array.from(picked) : BigUint64Array.from(picked);
	};
	const { count, mean, std, min, max, nan, posInf, negInf, zeros } = profile;
	return {
		...profile,
		bins: bins.length,
		...{ count: floats(count), mean: floats(mean), std: floats(std), min: extremes(min), max: extremes(max) },
		...{ nan: floats(nan), posInf: floats(posInf), negInf: floats(negInf), zeros: floats(zeros) },
	};
}
