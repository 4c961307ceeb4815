import type { Face, Point } from "./book";
import { type DataRange, dataColour } from "./data-colours";
import type { PictureColours } from "./draw";

/** Paints a face with the colour of its value; NaN gets a cross, the infinities a triangle up or down. */
export function fillWithValue(
	context: CanvasRenderingContext2D,
	face: Face,
	corners: readonly Point[],
	value: number,
	range: DataRange,
	colours: PictureColours,
): void {
	const [a, b, c, d] = corners as [Point, Point, Point, Point];
	const path = () => {
		context.beginPath();
		for (const [x, y] of corners) context.lineTo(x, y);
		context.closePath();
	};
	path();
	context.fillStyle = colours.background;
	context.fill();
	if (Number.isFinite(value)) {
		context.globalAlpha = face.lit ? 1 : 0.3;
		context.fillStyle = dataColour(value, range).fill;
		context.fill();
		context.globalAlpha = 1;
		return;
	}
	context.strokeStyle = colours.warning;
	context.fillStyle = colours.warning;
	context.lineWidth = 1.5;
	context.globalAlpha = face.lit ? 1 : 0.6;
	const at = (right: number, down: number): Point => [
		a[0] + (b[0] - a[0]) * right + (d[0] - a[0]) * down,
		a[1] + (b[1] - a[1]) * right + (d[1] - a[1]) * down,
	];
	context.beginPath();
	if (Number.isNaN(value)) {
		context.moveTo(...a);
		context.lineTo(...c);
		context.moveTo(...b);
		context.lineTo(...d);
		context.stroke();
	} else {
		const [base, tip] = value > 0 ? [0.75, 0.25] : [0.25, 0.75];
		context.moveTo(...at(0.2, base));
		context.lineTo(...at(0.8, base));
		context.lineTo(...at(0.5, tip));
		context.fill();
	}
	context.globalAlpha = 1;
}

/** Diagonal lines, so that the lit set does not hang on colour. */
export function hatchPattern(
	context: CanvasRenderingContext2D,
	colour: string,
	strong: boolean,
): CanvasPattern | string {
	const scale = context.getTransform().a;
	const size = Math.round(6 * scale);
	const tile = new OffscreenCanvas(size, size);
	const lines = tile.getContext("2d");
	if (!lines) return "transparent";
	lines.strokeStyle = colour;
	lines.globalAlpha = strong ? 0.9 : 0.5;
	lines.lineWidth = strong ? 1.5 * scale : scale;
	for (const shift of [-size, 0, size]) {
		lines.beginPath();
		lines.moveTo(shift - 1, size + 1);
		lines.lineTo(shift + size + 1, -1);
		lines.stroke();
	}
	const pattern = context.createPattern(tile, "repeat");
	pattern?.setTransform(new DOMMatrix().scale(1 / scale));
	return pattern ?? "transparent";
}
