import type { AxisProfile } from "./inspection";

/** Robust z-score past which an index is an outlier (Iglewicz & Hoaglin 1993). */
export const OUTLIER_SCORE = 3.5;
/** Indices below which no outliers are told: a median of fewer says little. */
export const OUTLIER_FROM = 8;
/** Share of the median deviation that an outlier must be away from the median, so that rounding makes none. */
export const OUTLIER_SHARE = 0.01;

/** Share of the largest variance that values between two ends can have, from which on they are taken to lie at these ends. */
export const SATURATED_SHARE = 0.9;
/** Elements below which nothing is called saturated: two different values always lie at their ends. */
export const SATURATED_FROM = 32;

const OUTLIER_RULE =
	`more than ${OUTLIER_SCORE} × 1.4826 × MAD, and more than ${OUTLIER_SHARE * 100} % of the median std, ` +
	`from the median of those not dead; told from ${OUTLIER_FROM} of them`;

/** A rule that statistics alone decide; `rule` is what it says, with its thresholds. */
interface FlagRule {
	readonly label: string;
	readonly rule: string;
	/** The bins of a profile that it holds for, ascending. */
	readonly find: (profile: AxisProfile) => number[];
}

/** What is told of an index of an axis, most serious first. */
export const PROFILE_FLAGS = {
	nonFinite: {
		label: "not finite",
		rule: "has NaN or ±Inf",
		find: (p) => binsWhere(p, (bin) => nonFinite(p, bin) > 0),
	},
	dead: {
		label: "dead",
		rule: "every element is zero, of at least 2",
		find: (p) => binsWhere(p, (bin) => isDead(p, bin)),
	},
	constant: {
		label: "constant",
		rule: "min = max, not zero, all finite, of at least 2 elements",
		find: (p) => binsWhere(p, (bin) => isConstant(p, bin)),
	},
	saturated: {
		label: "saturated",
		rule: `nearly all at min or max: std² ≥ ${SATURATED_SHARE} · (max − mean) · (mean − min), its largest value, of at least ${SATURATED_FROM} elements`,
		find: (p) => binsWhere(p, (bin) => isSaturated(p, bin)),
	},
	meanOutlier: { label: "mean far out", rule: `mean ${OUTLIER_RULE}`, find: (p) => outliers(p, p.mean) },
	stdOutlier: { label: "std far out", rule: `std ${OUTLIER_RULE}`, find: (p) => outliers(p, p.std) },
} as const satisfies Record<string, FlagRule>;

export type ProfileFlag = keyof typeof PROFILE_FLAGS;

/** The flags that a profile has, in the table's order, each with its bins. */
export function flagsOf(profile: AxisProfile): { readonly flag: ProfileFlag; readonly bins: readonly number[] }[] {
	return (Object.keys(PROFILE_FLAGS) as ProfileFlag[])
		.map((flag) => ({ flag, bins: PROFILE_FLAGS[flag].find(profile) }))
		.filter(({ bins }) => bins.length > 0);
}

function binsWhere({ bins }: AxisProfile, holds: (bin: number) => boolean): number[] {
	return Array.from({ length: bins }, (_, bin) => bin).filter(holds);
}

function nonFinite({ nan, posInf, negInf }: AxisProfile, bin: number): number {
	return (nan[bin] ?? 0) + (posInf[bin] ?? 0) + (negInf[bin] ?? 0);
}

function isDead(profile: AxisProfile, bin: number): boolean {
	const count = profile.count[bin] ?? 0;
	return count > 1 && profile.zeros[bin] === count && nonFinite(profile, bin) === 0;
}

function isConstant(profile: AxisProfile, bin: number): boolean {
	if ((profile.count[bin] ?? 0) < 2 || nonFinite(profile, bin) > 0 || isDead(profile, bin)) return false;
	return profile.min[bin] === profile.max[bin];
}

/** Bhatia and Davis (2000): no values between two ends have a larger variance, and those at the ends alone have it. */
function isSaturated(profile: AxisProfile, bin: number): boolean {
	const [low, high] = [Number(profile.min[bin]), Number(profile.max[bin])];
	if ((profile.count[bin] ?? 0) < SATURATED_FROM || !(low < high)) return false;
	// In a unit of the largest number, as products of large ones would leave float64's range.
	const unit = Math.max(Math.abs(low), Math.abs(high));
	const [mean, std] = [(profile.mean[bin] as number) / unit, (profile.std[bin] as number) / unit];
	return std ** 2 >= SATURATED_SHARE * (high / unit - mean) * (mean - low / unit);
}

function outliers(profile: AxisProfile, values: Float64Array): number[] {
	const known = binsWhere(profile, (bin) => (profile.count[bin] ?? 0) > 0 && !isDead(profile, bin));
	if (known.length < OUTLIER_FROM) return [];
	// In a unit of the largest number, as differences of numbers near 1e308 would leave float64's range.
	const unit = known.reduce((most, bin) => Math.max(most, Math.abs(values[bin] ?? 0), profile.std[bin] ?? 0), 0);
	if (unit === 0) return [];
	const at = (bin: number) => (values[bin] ?? 0) / unit;
	const middle = median(known.map(at));
	const spread = median(known.map((bin) => Math.abs(at(bin) - middle)));
	const typical = median(known.map((bin) => (profile.std[bin] ?? 0) / unit));
	const limit = Math.max(OUTLIER_SCORE * 1.4826 * spread, OUTLIER_SHARE * typical);
	// Where more than half are equal the MAD is 0 and no score exists.
	return spread === 0 ? [] : known.filter((bin) => Math.abs(at(bin) - middle) > limit);
}

function median(values: readonly number[]): number {
	const sorted = Float64Array.from(values).sort();
	const half = sorted.length >> 1;
	const upper = sorted[half] ?? NaN;
	return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? NaN) + upper) / 2;
}
