import { formatCount, formatNumber } from "../core/format";
import { drawLabels, ticksBetween } from "./chart-scale";
import type { Histogram } from "./histogram";
import type { Surface, Theme } from "./surface";

/** Where a histogram is drawn, in CSS pixels. */
export interface HistogramFrame {
	readonly width: number;
	readonly height: number;
}

const [LEFT, RIGHT, TOP, FOOT] = [58, 12, 26, 22];

/** The bin under a point of the chart. */
export function histogramBinAt({ binAt }: Histogram, { width }: HistogramFrame, x: number): number {
	return binAt((x - LEFT) / (width - LEFT - RIGHT));
}

/** Draws bars over the values, counts in proportion or as logarithms, with lines at the quantiles and one bin pointed at. */
export function drawHistogram(
	context: Surface,
	histogram: Histogram,
	{ width, height }: HistogramFrame,
	theme: Theme,
	{ log, pointed }: { readonly log: boolean; readonly pointed?: number | undefined },
): void {
	const { counts, quantiles, spanOf, placeOf, stretches, labels } = histogram;
	const [right, bottom] = [width - RIGHT, height - FOOT];
	const most = counts.reduce((top, count) => Math.max(top, count), 1);
	const scale = (count: number) => (log ? Math.log10(1 + count) / Math.log10(1 + most) : count / most);
	const y = (count: number) => bottom - scale(count) * (bottom - TOP);
	const x = (share: number) => LEFT + share * (right - LEFT);
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
	counts.forEach((count, bin) => {
		if (count === 0) return;
		context.fillStyle = bin === pointed ? theme.pointed : theme.accent;
		// What is counted is seen, however few.
		const tall = Math.max(1, bottom - y(count));
		const [from, to] = spanOf(bin).map(x) as [number, number];
		const wide = to - from;
		context.fillRect(from, bottom - tall, Math.max(1, wide - (wide > 3 ? 1 : 0)), tall);
	});
	context.fillStyle = theme.text;
	for (const [from, to] of stretches) context.fillRect(x(from), bottom, x(to) - x(from), 1);
	drawLabels(context, labels(right - LEFT), { bottom }, theme, x);
	drawQuantiles(context, quantiles, theme, (value) => x(placeOf(value)), bottom);
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
