import type { Surface, Theme } from "../surface";
import type { Face, Point } from "./book";
import type { DataRange } from "./data-colours";
import { fillWithValue, hatchWithin } from "./fills";
import type { Label } from "./labels";
import type { Scene } from "./scene";

/** How cells become pixels. */
export interface View {
	/** Pixels per cell. */
	readonly unit: number;
	readonly left: number;
	readonly top: number;
}

/** Where a scene goes in a canvas of a width in CSS pixels, and the height it needs there. */
export function fitScene(
	{ bounds }: Scene,
	width: number,
	margin: { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number },
): View & { readonly height: number } {
	const { left, right, top, bottom } = bounds;
	const unit = Math.max(5, Math.min(24, (width - margin.left - margin.right) / (right - left), 330 / (bottom - top)));
	const free = width - margin.left - margin.right - (right - left) * unit;
	return {
		unit,
		left: margin.left + Math.max(0, free / 2) - left * unit,
		top: margin.top - top * unit,
		height: Math.ceil((bottom - top) * unit + margin.top + margin.bottom),
	};
}

/** The values that faces are painted with, and the range that colours run between. */
export interface Paint {
	readonly of: (element: readonly number[]) => number | undefined;
	readonly range: DataRange;
}

/**
 * Draws a scene: glass for cells of other sets, solid and hatched for the lit set, strong lines between sets. With values,
 * every cell has its value's colour, pale outside of the lit set.
 */
export function drawScene(
	context: Surface,
	scene: Scene,
	view: View,
	colours: Theme,
	font: string,
	paint?: Paint,
): void {
	const at = ([x, y]: Point): Point => [view.left + x * view.unit, view.top + y * view.unit];
	for (const face of scene.faces) {
		const value = paint?.of(face.element);
		const corners = face.corners.map(at);
		if (paint && value !== undefined) fillWithValue(context, face, corners, value, paint.range, colours);
		else fillBySet(context, face, corners, colours);
		drawEdges(context, face, corners, colours, paint !== undefined && value !== undefined);
	}
	for (const face of scene.faces) if (face.pointed) outline(context, face, at, colours.pointed);
	context.fillStyle = colours.text;
	for (const [from, to] of scene.breaks) {
		const [x0, y0] = at(from);
		const [x1, y1] = at(to);
		for (const t of [0.1, 0.5, 0.9]) {
			context.beginPath();
			context.arc(x0 + (x1 - x0) * t, y0 + (y1 - y0) * t, Math.max(1, view.unit / 14), 0, 2 * Math.PI);
			context.fill();
		}
	}
	for (const label of scene.labels) drawLabel(context, label, at(label.at), colours, font);
}

const SHADE = { top: 0.1, front: 0, right: -0.14 } as const;

function trace(context: Surface, corners: readonly Point[]): void {
	context.beginPath();
	for (const [x, y] of corners) context.lineTo(x, y);
	context.closePath();
}

function fillBySet(context: Surface, face: Face, corners: readonly Point[], colours: Theme): void {
	trace(context, corners);
	if (face.lit) {
		context.fillStyle = colours.lit;
		context.fill();
		shade(context, face, colours);
		hatchWithin(context, corners, colours);
		return;
	}
	context.globalAlpha = face.side === "top" ? 0.42 : 0.52;
	context.fillStyle = colours.background;
	context.fill();
	context.globalAlpha = (face.odd ? 0.13 : 0.05) + (face.side === "right" ? 0.05 : 0);
	context.fillStyle = colours.text;
	context.fill();
	context.globalAlpha = 1;
}

/** Makes sides of the same colour look like those of a solid. */
function shade(context: Surface, { side }: Face, { highContrast }: Theme): void {
	const change = SHADE[side];
	if (change === 0 || highContrast) return;
	context.fillStyle = change > 0 ? `rgba(255,255,255,${change})` : `rgba(0,0,0,${-change})`;
	context.fill();
}

function drawEdges(context: Surface, face: Face, corners: readonly Point[], colours: Theme, painted: boolean): void {
	const colour = face.lit && !painted ? colours.background : colours.line;
	context.strokeStyle = colour;
	for (const border of [false, true]) {
		if (!face.borders.includes(border)) continue;
		context.beginPath();
		face.borders.forEach((beyond, k) => {
			if (beyond !== border) return;
			context.moveTo(...(corners[k] as Point));
			context.lineTo(...(corners[(k + 1) % 4] as Point));
		});
		context.globalAlpha = border ? (face.lit ? 0.9 : 0.75) : colours.highContrast ? 0.3 : face.lit ? 0.35 : 0.2;
		context.lineWidth = border ? (painted && face.lit ? 2 : 1.25) : 0.75;
		context.stroke();
	}
	context.globalAlpha = 1;
}

function outline(context: Surface, face: Face, at: (point: Point) => Point, colour: string): void {
	context.beginPath();
	for (const corner of face.corners) context.lineTo(...at(corner));
	context.closePath();
	context.strokeStyle = colour;
	context.lineWidth = 2.5;
	context.lineJoin = "round";
	context.stroke();
}

function drawLabel(
	context: Surface,
	{ text, align, baseline, strong }: Label,
	[x, y]: Point,
	colours: Theme,
	font: string,
): void {
	context.font = `${strong ? "600" : "400"} ${font}`;
	context.textAlign = align;
	context.textBaseline = baseline;
	context.fillStyle = colours.text;
	context.globalAlpha = strong || colours.highContrast ? 1 : 0.75;
	context.fillText(text, x, y);
	context.globalAlpha = 1;
}
