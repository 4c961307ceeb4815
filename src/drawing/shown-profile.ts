import { formatCount } from "../core/format";
import type { AxisProfile, RankedProfile } from "../core/inspection";
import { cellOfIndex, type Stretch } from "../core/layout";
import { orderOf, type ProfileSort, pickBins } from "../core/profile-order";
import { boundsOf, rangeOf } from "./profile-bins";

/** A profile as a chart and its table show it: sorted, or a stretch of it, position by position. */
export interface ShownProfile {
	readonly profile: AxisProfile;
	/** The index of a position, or the first and last of a bin: "12", "12–15". */
	readonly nameOf: (position: number) => string;
	/** First and last index of a position. */
	readonly boundsOf: (position: number) => readonly [first: number, last: number];
	/** What stands for the indices where not each of them is shown: "in 2,048 bins"; otherwise empty. */
	readonly shownAs: string;
	/** Where an index is, if it is shown. */
	readonly positionOf: (index: number) => number | undefined;
}

/** Positions of an axis under an order, as zooms count them: its indices where it is not sorted. */
export function positionsOf({ size, bins }: AxisProfile, sort: ProfileSort): number {
	return sort === "index" ? size : bins;
}

/**
 * A whole axis sorted, or what of it is zoomed into (indices, or positions of a sorted axis). Where `finer` is there it is
 * shown: the profile of the stretch alone, or the single indices that come first in the order.
 */
export function shownProfile(
	whole: AxisProfile,
	sort: ProfileSort,
	zoom: Stretch | undefined,
	finer: AxisProfile | RankedProfile | undefined,
): ShownProfile {
	const { size, bins } = whole;
	if (finer && "indices" in finer) return rankedShown(finer, zoom);
	if (sort === "index" && zoom && finer) {
		return {
			profile: finer,
			shownAs: inBins(finer),
			nameOf: (position) => rangeOf(finer, position, zoom.start),
			boundsOf: (position) => boundsOf(finer, position, zoom.start),
			positionOf: (index) => {
				const at = index - zoom.start;
				return at >= 0 && at < zoom.length ? cellOfIndex(at, finer.size, finer.bins) : undefined;
			},
		};
	}
	const order = orderOf(whole, sort);
	const binOf = (index: number) => cellOfIndex(index, size, bins);
	const [from, to] = !zoom
		? [0, bins]
		: sort === "index"
			? [binOf(zoom.start), binOf(zoom.start + zoom.length - 1) + 1]
			: [zoom.start, zoom.start + zoom.length];
	const picked = order.subarray(from, to);
	return {
		profile: sort === "index" && !zoom ? whole : pickBins(whole, picked),
		shownAs: inBins(whole),
		nameOf: (position) => rangeOf(whole, picked[position] as number),
		boundsOf: (position) => boundsOf(whole, picked[position] as number),
		positionOf: (index) => placeIn(picked, binOf(index)),
	};
}

/** Single indices in their order, or the positions of them that are zoomed into. */
function rankedShown({ profile, indices }: RankedProfile, zoom: Stretch | undefined): ShownProfile {
	const { start, length } = zoom ?? { start: 0, length: indices.length };
	const shown = indices.subarray(start, start + length);
	const positions = Int32Array.from(shown, (_, k) => start + k);
	return {
		profile: zoom ? pickBins(profile, positions) : profile,
		shownAs: `the first ${formatCount(indices.length)}`,
		nameOf: (position) => String(shown[position]),
		boundsOf: (position) => [shown[position] as number, shown[position] as number],
		positionOf: (index) => placeIn(shown, index),
	};
}

/** What stands for the indices of a profile: bins, unless each has one. */
export function inBins({ bins, size }: AxisProfile): string {
	return bins < size ? `in ${formatCount(bins)} bins` : "";
}

function placeIn(list: Int32Array, value: number): number | undefined {
	const place = list.indexOf(value);
	return place < 0 ? undefined : place;
}
