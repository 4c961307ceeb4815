import { type Distribution, HISTOGRAM_BINS, QUANTILES, type QuantileName } from "../core/distribution";
import { type DType, partsOf } from "../core/dtype";
import { formatNumber } from "../core/format";
import { type Layout, sizeOf } from "../core/layout";
import { MAX_SKETCHED_CELLS } from "../core/sketch";
import type { TensorRef } from "../engine/api";
import { BadUsage } from "./arguments";
import type { Terminal } from "./terminal";

/** The quantiles in the order of tables. */
export const QUANTILE_NAMES = Object.keys(QUANTILES) as QuantileName[];

/** Throws BadUsage where a layout has more sets than quantiles are kept of. */
export function checkSketched({ cells }: Layout): void {
	const sets = sizeOf(cells);
	if (sets <= MAX_SKETCHED_CELLS) return;
	throw new BadUsage(
		`--quantiles takes up to ${MAX_SKETCHED_CELLS} sets, and this layout has ${sets}; average over more axes, use larger groups, or leave it out.`,
	);
}

/** Quantiles and histograms of every part of a tensor. */
export async function distributionsOf(
	ref: TensorRef,
	layout: Layout,
	dtype: DType,
	terminal: Terminal,
): Promise<Distribution[]> {
	const found: Distribution[] = [];
	for (const part of partsOf(dtype) === 2 ? ([0, 1] as const) : ([0] as const)) {
		const bar = terminal.bar("Counting");
		const options = { signal: terminal.signal, onProgress: bar.show };
		const { distribution } = await terminal.engine.distribution({ ...ref, part, layout }, options).finally(bar.end);
		found.push(distribution);
	}
	return found;
}

const LEVELS = "▁▂▃▄▅▆▇█";

/** A cell's histogram as a line of bars, blank where a bin is empty. */
export function bars({ histogram }: Distribution, cell: number): string {
	const bins = histogram.subarray(cell * HISTOGRAM_BINS, (cell + 1) * HISTOGRAM_BINS);
	const most = bins.reduce((a, b) => Math.max(a, b), 0);
	return Array.from(bins, (count) =>
		count === 0 ? " " : LEVELS[Math.min(LEVELS.length - 1, Math.floor((count / most) * LEVELS.length))],
	)
		.join("")
		.trimEnd();
}

/** A line that says how far quantiles may be off. */
export function errorText({ relativeError }: Distribution): string {
	return relativeError === 0
		? "  quantiles are exact\n"
		: `  quantiles are within ${formatNumber(100 * relativeError, 2)} % of the element's value\n`;
}
