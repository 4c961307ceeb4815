import type { AxisProfile } from "../core/inspection";
import type { ChartFrame } from "./chart-scale";
import type { Surface, Theme } from "./surface";

/** What a chart along an axis may show. */
export const PROFILE_SERIES = {
	mean: "mean ± std",
	std: "std",
	zeros: "share of zeros",
	nonFinite: "share of NaN and ±Inf",
} as const;

export type ProfileSeries = keyof typeof PROFILE_SERIES;

/** A series that has one number for each bin, NaN where nothing is known; the mean has a chart of its own. */
export function seriesOf(profile: AxisProfile, series: Exclude<ProfileSeries, "mean">): Float64Array {
	const { std, zeros, count, nan, posInf, negInf } = profile;
	if (series === "std") return std;
	return Float64Array.from(count, (finite, bin) => {
		const lost = (nan[bin] as number) + (posInf[bin] as number) + (negInf[bin] as number);
		return series === "zeros" ? (zeros[bin] as number) / finite : lost / (finite + lost);
	});
}

/** Draws a series that begins at 0 as steps, one for each bin. */
export function drawSeries(
	context: Surface,
	values: Float64Array,
	{ left, right, bottom, y }: ChartFrame & { readonly right: number; readonly y: (value: number) => number },
	theme: Theme,
): void {
	const wide = (right - left) / values.length;
	values.forEach((value, bin) => {
		if (!(value >= 0)) return;
		const from = left + bin * wide;
		const top = Math.min(bottom, y(value));
		context.globalAlpha = theme.highContrast ? 0.6 : 0.35;
		context.fillStyle = theme.accent;
		// A gap where there is room for one, so that single indices can be told apart.
		const width = Math.max(0.5, wide - (wide > 4 ? 1 : 0));
		context.fillRect(from, top, width, bottom - top);
		context.globalAlpha = 1;
		context.fillStyle = theme.text;
		context.fillRect(from, Math.min(bottom - 1, top), width, 1.5);
	});
}
