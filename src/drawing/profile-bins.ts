import type { AxisProfile } from "../core/inspection";
import { partStart } from "../core/layout";
import { emptyMoments, mergeGroup, widen } from "../core/moments";

/** A profile merged into at most so many bins: no more than a chart has room for. */
export function withinBins(profile: AxisProfile, most: number): AxisProfile {
	const { bins } = profile;
	if (bins <= most) return profile;
	const merged = emptyMoments("f64", most);
	const counted = ["nan", "posInf", "negInf", "zeros"] as const;
	for (let coarse = 0; coarse < most; coarse++) {
		for (let bin = partStart(coarse, bins, most); bin < partStart(coarse + 1, bins, most); bin++) {
			for (const kind of counted) merged[kind][coarse] = (merged[kind][coarse] ?? 0) + (profile[kind][bin] ?? 0);
			const count = profile.count[bin] ?? 0;
			if (count === 0) continue;
			mergeGroup(merged, coarse, count, profile.mean[bin] as number, profile.std[bin] as number);
			widen(merged.min, coarse, Number(profile.min[bin]), "min");
			widen(merged.max, coarse, Number(profile.max[bin]), "max");
		}
	}
	return { ...merged, axis: profile.axis, size: profile.size, bins: most };
}

/** First and last index of a bin; of a stretch, counted from the axis's start. */
export function boundsOf({ size, bins }: AxisProfile, bin: number, first = 0): [number, number] {
	return [partStart(bin, size, bins) + first, partStart(bin + 1, size, bins) - 1 + first];
}

/** The index of a bin, or the first and last one where it has several. */
export function rangeOf(profile: AxisProfile, bin: number, first = 0): string {
	const [start, end] = boundsOf(profile, bin, first);
	return start === end ? String(start) : `${start}–${end}`;
}
