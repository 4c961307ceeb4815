import { formatCount, formatNumber } from "./format";
import type { TensorInfo } from "./tensor";

/** How much of a tensor its numbers come from: always said beside them. */
export interface Coverage {
	/** Whether every element was seen. */
	readonly exact: boolean;
	/** Elements that were seen: all of them where `exact`. */
	readonly seen: number;
	/** Elements there are. */
	readonly elements: number;
}

/** Bytes from which on the values of a tensor take long enough to read that a sample of them is shown first. */
export const SAMPLED_BYTES = 2 ** 26;

/** Whether a tensor gets a sample: it is large, and any place of it can be read (a front part alone would mislead). */
export function isSampled({ bytes, sequential = false }: Pick<TensorInfo, "bytes" | "sequential">): boolean {
	return bytes > SAMPLED_BYTES && !sequential;
}

/** Coverage by so many of the elements. */
export function coverageOf(seen: number, elements: number): Coverage {
	return { exact: seen === elements, seen, elements };
}

/** Where numbers come from, for people: "all 12 values", "a sample of 4 194 304 of 1 073 741 824 values (0.39 %)". */
export function coverageInWords({ exact, seen, elements }: Coverage): string {
	const values = elements === 1 ? "value" : "values";
	if (exact) return `all ${formatCount(elements)} ${values}`;
	const percent = formatNumber((100 * seen) / Math.max(1, elements), 2);
	return `a sample of ${formatCount(seen)} of ${formatCount(elements)} ${values} (${percent} %)`;
}
