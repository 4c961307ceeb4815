import type { AxisProfile } from "../core/inspection";
import {
	type ChartFrame,
	drawGrid,
	drawLabels,
	drawNonFinite,
	indexLabels,
	labelsWithin,
	type PositionLabel,
} from "./chart-scale";
import { withinBins } from "./profile-bins";
import { drawDragged, drawSelected } from "./profile-marks";
import { drawSeries, type ProfileSeries, seriesOf } from "./profile-series";
import type { Surface, Theme } from "./surface";

/** What of a profile is drawn. */
export interface ProfileShown {
	readonly series: ProfileSeries;
	/** Whether the band from minimum to maximum is drawn around the mean. */
	readonly extremes: boolean;
}

/** What is drawn over a profile. */
export interface ProfileMarks {
	/** The position that is pointed at. */
	readonly cursor?: number | undefined;
	/** The position of the index that is selected everywhere. */
	readonly selected?: number | undefined;
	/** Positions that a drag has gone over, ends included. */
	readonly dragged?: readonly [number, number] | undefined;
	/** Names under the chart, where these are not the indices in their order. */
	readonly labels?: readonly PositionLabel[];
}

/** The frame of a profile's chart, with room for all that is shown. */
export function frameOf(
	profile: AxisProfile,
	{ series, extremes }: ProfileShown,
	{ width, height }: { readonly width: number; readonly height: number },
): ChartFrame {
	let [low, high] = [Infinity, -Infinity];
	const plain = series === "mean" ? undefined : seriesOf(profile, series);
	for (let bin = 0; bin < profile.bins; bin++) {
		const value = plain?.[bin];
		if (value !== undefined) {
			if (value >= 0) [low, high] = [0, Math.max(high, value)];
			continue;
		}
		if (!profile.count[bin]) continue;
		const [mean, std] = [profile.mean[bin] as number, profile.std[bin] as number];
		low = Math.min(low, extremes ? Number(profile.min[bin]) : mean - std);
		high = Math.max(high, extremes ? Number(profile.max[bin]) : mean + std);
	}
	if (low > high) [low, high] = [0, 1];
	const spread = high - low;
	const room = spread === 0 ? Math.abs(high) * 0.1 || 1 : Number.isFinite(spread) ? spread * 0.06 : 0;
	return { width, height, left: 58, top: 8, bottom: height - 22, low: plain ? 0 : low - room, high: high + room };
}

/** The bin under a point of the chart. */
export function binAt(profile: AxisProfile, frame: ChartFrame, x: number): number {
	const share = (x - frame.left) / (frame.width - frame.left - 8);
	return Math.max(0, Math.min(profile.bins - 1, Math.floor(share * profile.bins)));
}

/** Draws a series over the index, the mean with one deviation and the extremes, and what is marked. */
export function drawProfile(
	context: Surface,
	profile: AxisProfile,
	frame: ChartFrame,
	theme: Theme,
	shown: ProfileShown,
	marks: ProfileMarks = {},
): void {
	const { left, top, bottom, low, high, width } = frame;
	const right = width - 8;
	const x = (bin: number) => left + ((bin + 0.5) / profile.bins) * (right - left);
	// Halves first: the whole range of float64 has a length that float64 cannot hold.
	const y = (value: number) => bottom - ((value / 2 - low / 2) / (high / 2 - low / 2)) * (bottom - top);
	drawGrid(context, frame, theme, y);
	const plot = { ...frame, right, y };
	const within = withinBins(profile, Math.max(16, Math.floor((right - left) / 2)));
	if (shown.series === "mean") drawCurves(context, within, plot, shown.extremes, theme);
	else drawSeries(context, seriesOf(within, shown.series), plot, theme);
	drawNonFinite(context, profile, theme, x, bottom);
	if (marks.dragged) drawDragged(context, marks.dragged, frame, theme, x);
	if (marks.selected !== undefined) drawSelected(context, x(marks.selected), frame, theme);
	const value = shown.series === "mean" ? profile.mean : seriesOf(profile, shown.series);
	if (marks.cursor !== undefined) drawCursor(context, x(marks.cursor), value[marks.cursor], frame, theme, y);
	drawLabels(context, marks.labels ?? indexLabels(profile, 0, labelsWithin(frame)), frame, theme, x);
}

interface Plot extends ChartFrame {
	readonly right: number;
	readonly y: (value: number) => number;
}

/** The mean's line and the bands around it, in pieces where indices without a finite value come between. */
function drawCurves(
	context: Surface,
	profile: AxisProfile,
	{ left, right, low, high, y }: Plot,
	extremes: boolean,
	theme: Theme,
): void {
	const x = (bin: number) => left + ((bin + 0.5) / profile.bins) * (right - left);
	for (const [from, to] of runsOf(profile)) {
		const band = (lower: (bin: number) => number, upper: (bin: number) => number, alpha: number) => {
			context.beginPath();
			if (from === to) {
				const half = Math.min(14, (right - left) / profile.bins / 2);
				context.rect(x(from) - half, y(upper(from)), 2 * half, Math.max(1, y(lower(from)) - y(upper(from))));
			} else {
				for (let bin = from; bin <= to; bin++) context.lineTo(x(bin), y(upper(bin)));
				for (let bin = to; bin >= from; bin--) context.lineTo(x(bin), y(lower(bin)));
				context.closePath();
			}
			context.globalAlpha = alpha;
			context.fillStyle = theme.accent;
			context.fill();
			context.globalAlpha = theme.highContrast ? 1 : Math.min(1, alpha * 2.2);
			context.strokeStyle = theme.accent;
			context.lineWidth = 1;
			context.stroke();
			context.globalAlpha = 1;
		};
		const mean = (bin: number) => profile.mean[bin] as number;
		const std = (bin: number) => profile.std[bin] as number;
		if (extremes) {
			context.setLineDash(theme.highContrast ? [3, 3] : []);
			band(
				(bin) => Number(profile.min[bin]),
				(bin) => Number(profile.max[bin]),
				0.1,
			);
			context.setLineDash([]);
		}
		band(
			(bin) => clip(mean(bin) - std(bin), low, high),
			(bin) => clip(mean(bin) + std(bin), low, high),
			0.26,
		);
		context.strokeStyle = theme.text;
		context.fillStyle = theme.text;
		context.lineWidth = 1.75;
		context.lineJoin = "round";
		context.beginPath();
		for (let bin = from; bin <= to; bin++) context.lineTo(x(bin), y(mean(bin)));
		context.stroke();
		if ((right - left) / profile.bins > 7) {
			for (let bin = from; bin <= to; bin++) {
				context.beginPath();
				context.arc(x(bin), y(mean(bin)), 2.5, 0, 2 * Math.PI);
				context.fill();
			}
		}
	}
}

function drawCursor(
	context: Surface,
	x: number,
	value: number | undefined,
	{ top, bottom }: ChartFrame,
	theme: Theme,
	y: (value: number) => number,
): void {
	context.strokeStyle = theme.pointed;
	context.lineWidth = 1;
	context.setLineDash([3, 3]);
	context.beginPath();
	context.moveTo(x, top);
	context.lineTo(x, bottom);
	context.stroke();
	context.setLineDash([]);
	if (value === undefined || Number.isNaN(value)) return;
	context.fillStyle = theme.pointed;
	context.beginPath();
	context.arc(x, y(value), 4, 0, 2 * Math.PI);
	context.fill();
}

function clip(value: number, low: number, high: number): number {
	return Math.max(low, Math.min(high, value));
}

/** Runs of bins that have finite values. */
function runsOf({ bins, count }: AxisProfile): [number, number][] {
	const runs: [number, number][] = [];
	for (let bin = 0; bin < bins; bin++) {
		if (!count[bin]) continue;
		const last = runs.at(-1);
		if (last && last[1] === bin - 1) last[1] = bin;
		else runs.push([bin, bin]);
	}
	return runs;
}
