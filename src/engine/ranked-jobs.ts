import { axisProfile, type RankedProfile } from "../core/inspection";
import type { Moments } from "../core/moments";
import { orderOf, type ProfileSort, pickBins } from "../core/profile-order";
import { PROFILE_BINS } from "./inspected";
import { type Partials, partsOfLayouts } from "./moments-jobs";

/** An order of the single indices of an axis: those that come first are wanted, as many as a chart has room for. */
export interface Ranking {
	readonly axis: number;
	readonly sort: ProfileSort;
}

/** Adds shares up into the profile of every index of an axis, and keeps those that come first. */
export function rankedProfile({
	part,
	ranking,
	...partials
}: Partials & { readonly part: 0 | 1; readonly ranking: Ranking }): RankedProfile {
	const [{ layout, parts }] = partsOfLayouts(partials) as [
		{ layout: Partials["wanted"][number]; parts: readonly Moments[] },
	];
	const every = axisProfile(layout, ranking.axis, parts[part] as Moments);
	const indices = orderOf(every, ranking.sort).slice(0, PROFILE_BINS);
	return { profile: pickBins(every, indices), indices };
}
