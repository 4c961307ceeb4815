import { formatNumber } from "../core/format";
import type { AxisProfile } from "../core/inspection";
import { cellOfIndex } from "../core/layout";
import type { Surface, Theme } from "./surface";

/** Where a chart's plot lies in its canvas, in CSS pixels, and the values at its lower and upper end. */
export interface ChartFrame {
	readonly width: number;
	readonly height: number;
	readonly left: number;
	readonly top: number;
	readonly bottom: number;
	readonly low: number;
	readonly high: number;
}

/** Round values between two ends: as few as there are with three of them, if the ends can be told apart. */
export function ticksBetween(low: number, high: number): number[] {
	const spread = high - low;
	if (!(spread > 0) || !Number.isFinite(spread)) return [low, high];
	const power = 10 ** Math.floor(Math.log10(spread));
	for (const factor of [5, 2, 1, 0.5, 0.2, 0.1]) {
		const step = factor * power;
		const first = Math.ceil(low / step);
		const count = Math.floor(high / step) - first + 1;
		if (count >= 3) return Array.from({ length: count }, (_, k) => Number(((first + k) * step).toPrecision(12)));
	}
	return [low, high];
}

/** Draws lines at round values, with the values beside them. */
export function drawGrid(
	context: Surface,
	{ left, low, high, width }: ChartFrame,
	theme: Theme,
	y: (value: number) => number,
): void {
	context.font = `${theme.fontSize - 2}px ${theme.fontFamily}`;
	context.textAlign = "right";
	context.textBaseline = "middle";
	for (const tick of ticksBetween(low, high)) {
		context.globalAlpha = tick === 0 ? 0.5 : theme.highContrast ? 0.4 : 0.14;
		context.strokeStyle = theme.line;
		context.lineWidth = 1;
		context.beginPath();
		context.moveTo(left, Math.round(y(tick)) + 0.5);
		context.lineTo(width - 8, Math.round(y(tick)) + 0.5);
		context.stroke();
		context.globalAlpha = theme.highContrast ? 1 : 0.8;
		context.fillStyle = theme.text;
		context.fillText(formatNumber(tick, 3), left - 6, y(tick));
	}
	context.globalAlpha = 1;
}

/** A cross at the lower edge where an index has NaN, a triangle where it has an infinity only. */
export function drawNonFinite(
	context: Surface,
	profile: AxisProfile,
	theme: Theme,
	x: (bin: number) => number,
	bottom: number,
): void {
	context.strokeStyle = theme.warning;
	context.fillStyle = theme.warning;
	context.lineWidth = 1.75;
	let last = -Infinity;
	for (let bin = 0; bin < profile.bins; bin++) {
		const infinite = (profile.posInf[bin] ?? 0) + (profile.negInf[bin] ?? 0) > 0;
		if (!profile.nan[bin] && !infinite) continue;
		const at = x(bin);
		if (at - last < 4) continue;
		last = at;
		context.beginPath();
		if (profile.nan[bin]) {
			context.moveTo(at - 3, bottom - 8);
			context.lineTo(at + 3, bottom - 2);
			context.moveTo(at + 3, bottom - 8);
			context.lineTo(at - 3, bottom - 2);
			context.stroke();
		} else {
			context.moveTo(at - 4, bottom - 2);
			context.lineTo(at, bottom - 9);
			context.lineTo(at + 4, bottom - 2);
			context.fill();
		}
	}
}

/** A name under a chart, at a position. */
export interface PositionLabel {
	readonly position: number;
	readonly text: string;
}

/** Names of round indices that lie `size` after `first`, in `bins`: at most so many. */
export function indexLabels(
	{ size, bins }: Pick<AxisProfile, "size" | "bins">,
	first: number,
	most: number,
): PositionLabel[] {
	const rough = Math.max(1, size / most);
	const power = 10 ** Math.floor(Math.log10(rough));
	const every = Math.max(1, [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough) ?? 1);
	const labels: PositionLabel[] = [];
	for (let index = Math.ceil(first / every) * every; index < first + size; index += every) {
		labels.push({ position: cellOfIndex(index - first, size, bins), text: String(index) });
	}
	return labels;
}

/** Names that have room under a chart of such a width. */
export function labelsWithin({ left, width }: ChartFrame): number {
	return Math.max(2, Math.floor((width - left) / 56));
}

/** Writes names under the chart. */
export function drawLabels(
	context: Surface,
	labels: readonly PositionLabel[],
	{ bottom }: Pick<ChartFrame, "bottom">,
	theme: Theme,
	x: (position: number) => number,
): void {
	context.fillStyle = theme.text;
	context.textBaseline = "top";
	context.textAlign = "center";
	for (const { position, text } of labels) context.fillText(text, x(position), bottom + 5);
}
