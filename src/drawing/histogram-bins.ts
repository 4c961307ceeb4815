import { type Distribution, HISTOGRAM_BINS } from "../core/distribution";
import { formatNumber } from "../core/format";
import { type PositionLabel, ticksBetween } from "./chart-scale";

/** Bins of values, and where they lie on the axis of a chart: in shares of its width. */
export interface Bins {
	/** Elements in each bin, in the order of the values. */
	readonly counts: Float64Array;
	/** The values between which a bin counts. */
	readonly boundsOf: (bin: number) => readonly [from: number, to: number];
	readonly nameOf: (bin: number) => string;
	/** What a bin counts, in a sentence. */
	readonly rule: string;
	readonly spanOf: (bin: number) => readonly [from: number, to: number];
	readonly binAt: (share: number) => number;
	readonly placeOf: (value: number) => number;
	/** Stretches of the axis, with gaps between them. */
	readonly stretches: readonly (readonly [from: number, to: number])[];
	/** Values that are named on an axis of so many pixels, at their shares. */
	readonly labels: (width: number) => readonly PositionLabel[];
}

/** `HISTOGRAM_BINS` bins as wide as each other: a bin's lower end belongs to it, the last one's upper end too. */
export function equalBins({ min, max, histogram, relativeError }: Distribution, cell: number): Bins {
	const [low, high] = [min[cell] as number, max[cell] as number];
	const bins = HISTOGRAM_BINS;
	// By shares of both ends, as their distance may be past float64.
	const edge = (at: number) => (at === bins ? high : low * (1 - at / bins) + high * (at / bins));
	const placeOf = (value: number) => (high > low ? (value / 2 - low / 2) / (high / 2 - low / 2) : 0.5);
	const near = `; a value within ${formatNumber(relativeError, 2)} of a bin’s end, relative to it, may be counted beside it`;
	const boundsOf = (bin: number) => [edge(bin), edge(bin + 1)] as const;
	return {
		counts: histogram.subarray(cell * bins, (cell + 1) * bins),
		boundsOf,
		nameOf: (bin) => rangeInWords(boundsOf(bin)),
		rule: `${bins} bins as wide as each other${relativeError === 0 ? "" : near}.`,
		spanOf: (bin) => [bin / bins, (bin + 1) / bins],
		binAt: (share) => Math.max(0, Math.min(bins - 1, Math.floor(share * bins))),
		placeOf,
		stretches: [[0, 1]],
		labels: () =>
			(high > low ? ticksBetween(low, high) : [low]).map((tick) => ({
				position: placeOf(tick),
				text: formatNumber(tick, 3),
			})),
	};
}

/** Two ends in words. */
export function rangeInWords([from, to]: readonly [number, number]): string {
	return `${formatNumber(from, 4)} to ${formatNumber(to, 4)}`;
}
