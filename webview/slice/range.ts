import type { CellStatistics } from "../../src/core/moments";
import type { DataRange } from "../../src/drawing/picture/data-colours";

/** What the colours run over. */
export const RANGES = {
	percentiles: "1st to 99th percentile of what is shown",
	shown: "Smallest to largest of what is shown",
	deviations: "Mean ± 3 deviations of the tensor",
	tensor: "Smallest to largest of the tensor",
	own: "Own bounds",
} as const;

export type RangeId = keyof typeof RANGES;

/** How a range is chosen. */
export interface RangeChoice {
	readonly range: RangeId;
	/** Whether it reaches as far below 0 as above; undefined where that follows from the signs of the values. */
	readonly symmetric: boolean | undefined;
	/** For the range "own". */
	readonly low: number;
	readonly high: number;
}

/** The range of an image; `whole` are the statistics of all the tensor's values (after the norm, for what is shown after it), where they are known. */
export function rangeOf(
	values: readonly Float64Array[],
	whole: CellStatistics | undefined,
	choice: RangeChoice,
): DataRange {
	const bounds = boundsOf(values, whole, choice);
	if (choice.range === "own") return bounds;
	const { low, high } = bounds;
	if (!(choice.symmetric ?? (low < 0 && high > 0))) return bounds;
	const reach = Math.max(Math.abs(low), Math.abs(high));
	return { low: -reach, high: reach };
}

function boundsOf(
	values: readonly Float64Array[],
	whole: CellStatistics | undefined,
	{ range, low, high }: RangeChoice,
): DataRange {
	if (range === "own") return { low, high };
	if (whole && whole.count > 0) {
		const [min, max] = [Number(whole.min), Number(whole.max)];
		if (range === "tensor") return { low: min, high: max };
		if (range === "deviations")
			return { low: Math.max(min, whole.mean - 3 * whole.std), high: Math.min(max, whole.mean + 3 * whole.std) };
	}
	return quantileBounds(values, range === "shown" || range === "tensor" ? 0 : 0.01);
}

/** The values below and above which a share of them lies, linear between neighbours as NumPy's percentile; 0 and 1 where there are none. */
export function quantileBounds(values: readonly Float64Array[], share: number): DataRange {
	const sorted = sortedValues(values);
	const last = sorted.length - 1;
	if (last < 0) return { low: 0, high: 1 };
	const at = (place: number) => {
		const below = Math.floor(place);
		const one = sorted[below] as number;
		const next = sorted[Math.min(last, below + 1)] as number;
		return one + (next - one) * (place - below);
	};
	return { low: at(share * last), high: at((1 - share) * last) };
}

/** Values that were sorted, by the first of their lists: images are drawn many times, and sorted once. */
const known = new WeakMap<Float64Array, { readonly values: readonly Float64Array[]; readonly sorted: Float64Array }>();

/** All values together, ascending, without NaN. */
function sortedValues(values: readonly Float64Array[]): Float64Array {
	const [first] = values;
	if (!first) return new Float64Array(0);
	const found = known.get(first);
	const isSame = found?.values.length === values.length && found.values.every((list, k) => list === values[k]);
	if (found && isSame) return found.sorted;
	const all = new Float64Array(values.reduce((sum, list) => sum + list.length, 0));
	let filled = 0;
	for (const list of values) for (const value of list) if (!Number.isNaN(value)) all[filled++] = value;
	const sorted = all.subarray(0, filled).sort();
	known.set(first, { values, sorted });
	return sorted;
}
