import type { ChartFrame } from "./chart-scale";
import type { Surface, Theme } from "./surface";

/** A line through the index that is selected, with a mark at its foot. */
export function drawSelected(context: Surface, x: number, { top, bottom }: ChartFrame, theme: Theme): void {
	context.strokeStyle = theme.pointed;
	context.fillStyle = theme.pointed;
	context.lineWidth = 1.25;
	context.beginPath();
	context.moveTo(x, top);
	context.lineTo(x, bottom);
	context.stroke();
	context.beginPath();
	context.moveTo(x - 5, top);
	context.lineTo(x + 5, top);
	context.lineTo(x, top + 7);
	context.closePath();
	context.fill();
}

/** What a drag has gone over. */
export function drawDragged(
	context: Surface,
	[from, to]: readonly [number, number],
	{ top, bottom }: ChartFrame,
	theme: Theme,
	x: (position: number) => number,
): void {
	const half = (x(1) - x(0)) / 2;
	const [left, right] = [x(Math.min(from, to)) - half, x(Math.max(from, to)) + half];
	context.globalAlpha = 0.2;
	context.fillStyle = theme.text;
	context.fillRect(left, top, right - left, bottom - top);
	context.globalAlpha = 1;
}
