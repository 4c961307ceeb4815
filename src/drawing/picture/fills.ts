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

/** Diagonal lines inside of convex faces, so that the lit set does not hang on colour; they go on from face to face. */
export function hatchWithin(
	context: Surface,
	faces: readonly (readonly Point[])[],
	{ hatch, highContrast }: Pick<Theme, "hatch" | "highContrast">,
): void {
	context.beginPath();
	for (const corners of faces) traceHatch(context, corners);
	context.strokeStyle = hatch;
	context.globalAlpha = highContrast ? 0.9 : 0.5;
	context.lineWidth = highContrast ? 1.5 : 1;
	context.stroke();
	context.globalAlpha = 1;
}

function traceHatch(context: Surface, corners: readonly Point[]): void {
	let [lowest, highest] = [Infinity, -Infinity];
	for (const [x, y] of corners) [lowest, highest] = [Math.min(lowest, x + y), Math.max(highest, x + y)];
	for (let sum = Math.ceil(lowest / HATCH) * HATCH; sum <= highest; sum += HATCH) {
		// Where the line of all points with x + y = sum enters and leaves the face.
		let [left, right] = [Infinity, -Infinity];
		for (let k = 0; k < corners.length; k++) {
			const [x0, y0] = corners[k] as Point;
			const [x1, y1] = corners[(k + 1) % corners.length] as Point;
			const [from, to] = [x0 + y0 - sum, x1 + y1 - sum];
			if (from === to || from * to > 0) continue;
			const x = x0 + ((x1 - x0) * from) / (from - to);
			[left, right] = [Math.min(left, x), Math.max(right, x)];
		}
		if (left >= right) continue;
		context.moveTo(left, sum - left);
		context.lineTo(right, sum - right);
	}
}
