import type { BatchSizes } from "../core/batch-sizes";
import { formatCount } from "../core/format";
import { drawGrid } from "./chart-scale";
import type { Surface, Theme } from "./surface";

/** Draws the output's error over the size of sub-batches: median and the band from 5 % to 95 %; `others` adds the line of norms without one. */
export function drawBatchSizes(
	context: Surface,
	{ sizes, output }: BatchSizes,
	{ width, height }: { readonly width: number; readonly height: number },
	theme: Theme,
	others: boolean,
): void {
	const high = Math.max(...output.p95.filter(Number.isFinite), 1e-12) * 1.08;
	const frame = { width, height, left: 58, top: 8, bottom: height - 24, low: -high * 0.03, high };
	const right = width - 16;
	const x = (k: number) => frame.left + 8 + (k / Math.max(1, sizes.length - 1)) * (right - frame.left - 8);
	const y = (value: number) => frame.bottom - ((value - frame.low) / (high - frame.low)) * (frame.bottom - frame.top);
	drawGrid(context, frame, theme, y);
	const at = (values: Float64Array, k: number) => y(values[k] as number);
	context.beginPath();
	for (let k = 0; k < sizes.length; k++) context.lineTo(x(k), at(output.p95, k));
	for (let k = sizes.length - 1; k >= 0; k--) context.lineTo(x(k), at(output.p5, k));
	context.closePath();
	context.fillStyle = theme.accent;
	context.globalAlpha = theme.highContrast ? 0.35 : 0.22;
	context.fill();
	context.globalAlpha = 1;
	context.strokeStyle = theme.text;
	context.lineWidth = 2;
	context.beginPath();
	for (let k = 0; k < sizes.length; k++) context.lineTo(x(k), at(output.median, k));
	context.stroke();
	context.fillStyle = theme.text;
	for (let k = 0; k < sizes.length; k++) {
		context.beginPath();
		context.arc(x(k), at(output.median, k), 3, 0, 2 * Math.PI);
		context.fill();
	}
	context.fillStyle = theme.text;
	context.textAlign = "center";
	context.textBaseline = "top";
	const every = Math.ceil(sizes.length / Math.max(2, Math.floor(width / 48)));
	sizes.forEach((size, k) => {
		if (k % every === 0 || k === sizes.length - 1) context.fillText(formatCount(size), x(k), frame.bottom + 6);
	});
	if (!others) return;
	context.strokeStyle = theme.line;
	context.lineWidth = 1.5;
	context.setLineDash([5, 4]);
	context.beginPath();
	context.moveTo(frame.left, y(0));
	context.lineTo(right, y(0));
	context.stroke();
	context.setLineDash([]);
}
