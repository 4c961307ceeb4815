import { type Distribution, HISTOGRAM_BINS, QUANTILES, type QuantileName } from "../core/distribution";
import { formatCount, formatNumber } from "../core/format";
import { ticksBetween } from "./chart-scale";
import type { Surface, Theme } from "./surface";

/** One cell of a distribution, as a chart shows it. */
export interface Histogram {
	readonly low: number;
	readonly high: number;
	/** Of bins as wide as each other. */
	readonly counts: Float64Array;
	readonly quantiles: Readonly<Record<QuantileName, number>>;
}

/** Where a histogram is drawn, in CSS pixels. */
export interface HistogramFrame {
	readonly width: number;
	readonly height: number;
}

const [LEFT, RIGHT, TOP, FOOT] = [58, 12, 26, 22];

/** The histogram of a cell. */
export function histogramOf({ min, max, histogram, quantiles }: Distribution, cell = 0): Histogram {
	const names = Object.keys(QUANTILES) as QuantileName[];
	return {
		low: min[cell] as number,
		high: max[cell] as number,
		counts: histogram.subarray(cell * HISTOGRAM_BINS, (cell + 1) * HISTOGRAM_BINS),
		quantiles: Object.fromEntries(names.map((name) => [name, quantiles[name][cell]])) as Histogram["quantiles"],
	};
}

/** The values between which a bin counts: a bin's lower end belongs to it. */
export function binBounds({ low, high, counts }: Histogram, bin: number): readonly [from: number, to: number] {
	const bins = counts.length;
	// By shares of both ends, as their distance may be past float64.
	const at = (edge: number) => low * (1 - edge / bins) + high * (edge / bins);
	return [at(bin), bin + 1 === bins ? high : at(bin + 1)];
}

/** The bin under a point of the chart. */
export function histogramBinAt({ counts }: Histogram, { width }: HistogramFrame, x: number): number {
	const share = (x - LEFT) / (width - LEFT - RIGHT);
	return Math.max(0, Math.min(counts.length - 1, Math.floor(share * counts.length)));
}

/** Draws bars over the values, counts in proportion or as logarithms, with lines at the quantiles and one bin pointed at. */
export function drawHistogram(
	context: Surface,
	histogram: Histogram,
	{ width, height }: HistogramFrame,
	theme: Theme,
	{ log, pointed }: { readonly log: boolean; readonly pointed?: number | undefined },
): void {
	const { low, high, counts, quantiles } = histogram;
	const [right, bottom] = [width - RIGHT, height - FOOT];
	const most = counts.reduce((top, count) => Math.max(top, count), 1);
	const scale = (count: number) => (log ? Math.log10(1 + count) / Math.log10(1 + most) : count / most);
	const y = (count: number) => bottom - scale(count) * (bottom - TOP);
	const x = (value: number) =>
		high > low ? LEFT + ((value / 2 - low / 2) / (high / 2 - low / 2)) * (right - LEFT) : (LEFT + right) / 2;
	context.font = `${theme.fontSize - 2}px ${theme.fontFamily}`;
	context.textBaseline = "middle";
	context.textAlign = "right";
	for (const count of countTicks(most, log)) {
		context.globalAlpha = theme.highContrast ? 0.4 : 0.14;
		context.strokeStyle = theme.line;
		context.lineWidth = 1;
		context.beginPath();
		context.moveTo(LEFT, Math.round(y(count)) + 0.5);
		context.lineTo(right, Math.round(y(count)) + 0.5);
		context.stroke();
		context.globalAlpha = theme.highContrast ? 1 : 0.8;
		context.fillStyle = theme.text;
		context.fillText(count >= 1e5 ? formatNumber(count, 3) : formatCount(count), LEFT - 6, y(count));
	}
	context.globalAlpha = 1;
	const wide = (right - LEFT) / counts.length;
	counts.forEach((count, bin) => {
		if (count === 0) return;
		context.fillStyle = bin === pointed ? theme.pointed : theme.accent;
		// What is counted is seen, however few.
		const tall = Math.max(1, bottom - y(count));
		context.fillRect(LEFT + bin * wide, bottom - tall, Math.max(1, wide - (wide > 3 ? 1 : 0)), tall);
	});
	context.fillStyle = theme.text;
	context.fillRect(LEFT, bottom, right - LEFT, 1);
	context.textBaseline = "top";
	context.textAlign = "center";
	for (const tick of high > low ? ticksBetween(low, high) : [low])
		context.fillText(formatNumber(tick, 3), x(tick), bottom + 5);
	drawQuantiles(context, quantiles, theme, x, bottom);
}

/** Lines at the quantiles; names stand where there is room for them. */
function drawQuantiles(
	context: Surface,
	quantiles: Histogram["quantiles"],
	theme: Theme,
	x: (value: number) => number,
	bottom: number,
): void {
	context.textBaseline = "alphabetic";
	context.strokeStyle = theme.text;
	context.fillStyle = theme.text;
	context.lineWidth = 1;
	let free = -Infinity;
	for (const [name, value] of Object.entries(quantiles)) {
		if (Number.isNaN(value)) continue;
		const at = x(value);
		context.setLineDash(name === "median" ? [] : [2, 3]);
		context.beginPath();
		context.moveTo(at, TOP - 6);
		context.lineTo(at, bottom);
		context.stroke();
		if (at < free) continue;
		context.fillText(name, at, TOP - 10);
		free = at + 34;
	}
	context.setLineDash([]);
}

/** Counts that are named beside the chart. */
function countTicks(most: number, log: boolean): number[] {
	if (!log) return ticksBetween(0, most).filter(Number.isInteger);
	const powers = Math.floor(Math.log10(most));
	const step = Math.max(1, Math.ceil(powers / 4));
	return Array.from({ length: Math.floor(powers / step) + 1 }, (_, k) => 10 ** (k * step));
}
