import type { Surface, Theme } from "../surface";
import type { Face, Point } from "./book";
import { drawFaces, type Paint, placeIn, type View } from "./faces";
import type { Label } from "./labels";
import type { Scene } from "./scene";

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

/** How a scene is drawn. */
export interface Style {
	readonly theme: Theme;
	/** Without its weight: "13px sans-serif". */
	readonly font: string;
	/** With values, every cell has its value's colour, pale outside of the lit set. */
	readonly paint?: Paint | undefined;
}

/** Draws a scene: its sets, then what moves with the lit element. */
export function drawScene(context: Surface, scene: Scene, view: View, style: Style): void {
	drawSets(context, scene, view, style);
	drawPointed(context, scene, view, style);
}

/** Draws glass for cells of other sets, solid and hatched ones for the lit set, strong lines between sets: the same for all elements of a set. */
export function drawSets(context: Surface, scene: Scene, view: View, { theme, paint }: Style): void {
	drawFaces(context, scene.faces, view, theme, paint);
	context.fillStyle = theme.text;
	for (const [from, to] of scene.breaks) {
		const [x0, y0] = placeIn(view, from);
		const [x1, y1] = placeIn(view, to);
		for (const t of [0.1, 0.5, 0.9]) {
			context.beginPath();
			context.arc(x0 + (x1 - x0) * t, y0 + (y1 - y0) * t, Math.max(1, view.unit / 14), 0, 2 * Math.PI);
			context.fill();
		}
	}
}

/** Draws the lit element, over all others, and the labels, of which its own are strong. */
export function drawPointed(context: Surface, scene: Scene, view: View, { theme, font, paint }: Style): void {
	drawFaces(context, scene.pointed, view, theme, paint);
	for (const face of scene.pointed) outline(context, face, view, theme.pointed);
	for (const label of scene.labels) drawLabel(context, label, placeIn(view, label.at), theme, font);
}

function outline(context: Surface, face: Face, view: View, colour: string): void {
	context.beginPath();
	for (const corner of face.corners) context.lineTo(...placeIn(view, corner));
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
