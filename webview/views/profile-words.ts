import { formatCount, formatNumber } from "../../src/core/format";
import { type AxisProfile, isUnseen } from "../../src/core/inspection";
import { PROFILE_SERIES, type ProfileSeries, seriesOf } from "../../src/drawing/profile-series";
import type { ShownProfile } from "../../src/drawing/shown-profile";

const HEADINGS = ["Index", "Count", "Mean", "Std", "Min", "Max", "NaN", "+Inf", "−Inf", "Zeros"] as const;
const SAMPLED_HEADINGS = HEADINGS.map((heading) => (heading === "Index" ? heading : `${heading} seen`));
/** What stands over the columns of a profile's table. */
export function profileHeadings(sampled: boolean): readonly string[] {
	return sampled ? SAMPLED_HEADINGS : HEADINGS;
}

/** Where what the chart shows is lowest and highest. */
export function summaryOf(
	{ profile, nameOf }: ShownProfile,
	letter: string,
	sampled: boolean,
	series: ProfileSeries = "mean",
): string {
	const values = series === "mean" ? profile.mean : seriesOf(profile, series);
	let [lowest, highest] = [-1, -1];
	for (let bin = 0; bin < profile.bins; bin++) {
		const value = values[bin] as number;
		if (Number.isNaN(value) || (!profile.count[bin] && series !== "nonFinite")) continue;
		if (lowest < 0 || value < (values[lowest] as number)) lowest = bin;
		if (highest < 0 || value > (values[highest] as number)) highest = bin;
	}
	if (lowest < 0) return profile.bins === 0 ? "No index." : "No finite value.";
	const at = (bin: number) => `${formatNumber(values[bin] as number)} at ${letter} ${nameOf(bin)}`;
	const from = sampled ? " in the sample" : "";
	const name = series === "mean" ? "Mean" : capitalized(PROFILE_SERIES[series]);
	return lowest === highest ? `${name}${from} ${at(lowest)}.` : `${name}${from} from ${at(lowest)} to ${at(highest)}.`;
}

function capitalized(words: string): string {
	return words.slice(0, 1).toUpperCase() + words.slice(1);
}

/** A bin's numbers in words. */
export function valuesOf(profile: AxisProfile, bin: number, sampled: boolean): string {
	if (sampled && isUnseen(profile, bin)) return "unknown, as no value of it is in the sample";
	const seen = sampled ? " seen" : "";
	const number = (values: AxisProfile["min"]) => formatNumber(values[bin] ?? NaN);
	const counted = (
		[
			["NaN", profile.nan],
			["+Inf", profile.posInf],
			["−Inf", profile.negInf],
		] as const
	).flatMap(([name, counts]) => (counts[bin] ? [`${formatCount(counts[bin])} ${name}`] : []));
	const finite = profile.count[bin]
		? [
				`mean ${number(profile.mean)}`,
				`std ${number(profile.std)}`,
				`min${seen} ${number(profile.min)}`,
				`max${seen} ${number(profile.max)}`,
			]
		: ["no finite value"];
	return [...(sampled ? ["in the sample"] : []), ...finite, ...counted].join(", ");
}

/** A bin's row in the table. */
export function rowOf({ profile, nameOf }: ShownProfile, bin: number, sampled: boolean): string[] {
	if (sampled && isUnseen(profile, bin)) return [nameOf(bin), "unknown", ...HEADINGS.slice(2).map(() => "–")];
	const some = Boolean(profile.count[bin]);
	const number = (values: AxisProfile["min"]) => (some ? formatNumber(values[bin] ?? NaN) : "–");
	const count = (counts: Float64Array) => formatCount(counts[bin] ?? 0);
	return [
		nameOf(bin),
		count(profile.count),
		number(profile.mean),
		number(profile.std),
		number(profile.min),
		number(profile.max),
		count(profile.nan),
		count(profile.posInf),
		count(profile.negInf),
		count(profile.zeros),
	];
}
