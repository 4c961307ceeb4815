import type { Surface, Theme } from "../surface";
import type { Face, Point } from "./book";
import { type DataRange, dataColour } from "./data-colours";

/** Paints a face with the colour of its value; NaN gets a cross, the infinities a triangle up or down. */
export function fillWithValue(
	context: Surface,
	face: Face,
	corners: readonly Point[],
	value: number,
	range: DataRange,
	colours: Theme,
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

/** Pixels between two lines of the hatch, along an axis. */
const HATCH = 6;

/** Diagonal lines inside of a convex face, so that the lit set does not hang on colour; they go on from face to face. */
export function hatchWithin(
	context: Surface,
	corners: readonly Point[],
	{ hatch, highContrast }: Pick<Theme, "hatch" | "highContrast">,
): void {
	const sums = corners.map(([x, y]) => x + y);
	const last = Math.floor(Math.max(...sums) / HATCH);
	context.beginPath();
	for (let k = Math.ceil(Math.min(...sums) / HATCH); k <= last; k++) {
		const ends = crossings(corners, k * HATCH);
		const [from, to] = [ends[0], ends.at(-1)];
		if (!from || !to) continue;
		context.moveTo(...from);
		context.lineTo(...to);
	}
	context.strokeStyle = hatch;
	context.globalAlpha = highContrast ? 0.9 : 0.5;
	context.lineWidth = highContrast ? 1.5 : 1;
	context.stroke();
	context.globalAlpha = 1;
}

/** Where the line of all points with `x + y = sum` crosses the edges of a face, from left to right. */
function crossings(corners: readonly Point[], sum: number): Point[] {
	const found = corners.flatMap(([x0, y0], k): Point[] => {
		const [x1, y1] = corners[(k + 1) % corners.length] as Point;
		const [from, to] = [x0 + y0 - sum, x1 + y1 - sum];
		if (from === to || from * to > 0) return [];
		const share = from / (from - to);
		return [[x0 + (x1 - x0) * share, y0 + (y1 - y0) * share]];
	});
	return found.sort(([a], [b]) => a - b);
}
