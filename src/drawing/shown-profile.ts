import type { AxisProfile } from "../core/inspection";
import { cellOfIndex } from "../core/layout";
import { orderOf, type ProfileSort, pickBins } from "../core/profile-order";
import { boundsOf, rangeOf } from "./profile-bins";

/** A profile as a chart and its table show it: sorted, or a stretch of it, position by position. */
export interface ShownProfile {
	readonly profile: AxisProfile;
	/** The index of a position, or the first and last of a bin: "12", "12–15". */
	readonly nameOf: (position: number) => string;
	/** First and last index of a position. */
	readonly boundsOf: (position: number) => readonly [first: number, last: number];
	/** Where an index is, if it is shown. */
	readonly positionOf: (index: number) => number | undefined;
}

/** Neighbouring indices, or positions of a sorted axis. */
export interface Zoom {
	readonly start: number;
	readonly length: number;
}

/** Positions of an axis under an order, as zooms count them: its indices where it is not sorted. */
export function positionsOf({ size, bins }: AxisProfile, sort: ProfileSort): number {
	return sort === "index" ? size : bins;
}

/** A whole axis sorted, or what of it is zoomed into: from `fine`, the profile of that stretch alone, where it is there. */
export function shownProfile(
	whole: AxisProfile,
	sort: ProfileSort,
	zoom: Zoom | undefined,
	fine: AxisProfile | undefined,
): ShownProfile {
	const { size, bins } = whole;
	if (sort === "index" && zoom && fine) {
		return {
			profile: fine,
			nameOf: (position) => rangeOf(fine, position, zoom.start),
			boundsOf: (position) => boundsOf(fine, position, zoom.start),
			positionOf: (index) => {
				const at = index - zoom.start;
				return at >= 0 && at < zoom.length ? cellOfIndex(at, fine.size, fine.bins) : undefined;
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
	const profile = sort === "index" && !zoom ? whole : pickBins(whole, picked);
	return {
		profile,
		nameOf: (position) => rangeOf(whole, picked[position] as number),
		boundsOf: (position) => boundsOf(whole, picked[position] as number),
		positionOf: (index) => {
			const position = picked.indexOf(binOf(index));
			return position < 0 ? undefined : position;
		},
	};
}
