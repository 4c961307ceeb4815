import { mixedLayers } from "../plain-colour";
import type { Surface, Theme } from "../surface";
import type { Face, Point } from "./book";
import type { DataRange } from "./data-colours";
import { fillWithValue, hatchWithin } from "./fills";

/** How cells become pixels. */
export interface View {
	/** Pixels per cell. */
	readonly unit: number;
	readonly left: number;
	readonly top: number;
}

/** The values that faces are painted with, and the range that colours run between. */
export interface Paint {
	readonly of: (element: readonly number[]) => number | undefined;
	readonly range: DataRange;
}

/** Where a point of the picture is, in pixels. */
export function placeIn(view: View, [x, y]: Point): Point {
	return [view.left + x * view.unit, view.top + y * view.unit];
}

/** A face in pixels, with its value where it is painted with one. */
interface Placed {
	readonly face: Face;
	readonly corners: readonly Point[];
	readonly value: number | undefined;
}

/** Draws faces from back to front; those of one side that follow each other do not cover each other, and are drawn as one. */
export function drawFaces(
	context: Surface,
	faces: readonly Face[],
	view: View,
	theme: Theme,
	paint: Paint | undefined,
): void {
	for (let start = 0, end = 1; start < faces.length; start = end, end = start + 1) {
		while (faces[end]?.side === faces[start]?.side) end++;
		const run = faces.slice(start, end).map((face) => ({
			face,
			corners: face.corners.map((corner) => placeIn(view, corner)),
			value: paint?.of(face.element),
		}));
		for (const { face, corners, value } of run) {
			if (paint && value !== undefined) fillWithValue(context, face, corners, value, paint.range, theme);
		}
		const plain = run.filter(({ value }) => value === undefined);
		for (const odd of [false, true])
			fillGlass(
				context,
				plain.filter(({ face }) => !face.lit && face.odd === odd),
				theme,
			);
		fillLit(
			context,
			plain.filter(({ face }) => face.lit),
			theme,
		);
		for (const lit of [false, true]) {
			for (const painted of [false, true]) {
				const alike = run.filter(({ face, value }) => face.lit === lit && (value !== undefined) === painted);
				drawEdges(context, alike, theme, { lit, painted });
			}
		}
	}
}

function trace(context: Surface, faces: readonly Placed[]): void {
	context.beginPath();
	for (const { corners } of faces) {
		const [first, ...others] = corners as [Point, ...Point[]];
		context.moveTo(first[0], first[1]);
		for (const [x, y] of others) context.lineTo(x, y);
		context.closePath();
	}
}

/** Glass dims what is behind it and has a tint; one colour does both where the theme's can be mixed. */
function fillGlass(context: Surface, faces: readonly Placed[], { background, text }: Theme): void {
	const [some] = faces;
	if (!some) return;
	const { side, odd } = some.face;
	const layers = [
		{ fill: background, alpha: side === "top" ? 0.42 : 0.52 },
		{ fill: text, alpha: (odd ? 0.13 : 0.05) + (side === "right" ? 0.05 : 0) },
	] as const;
	const mixed = mixedLayers(...layers);
	trace(context, faces);
	for (const { fill, alpha } of mixed ? [mixed] : layers) {
		context.globalAlpha = alpha;
		context.fillStyle = fill;
		context.fill();
	}
	context.globalAlpha = 1;
}

/** How much lighter or darker a side of a solid is. */
const SHADE = { top: 0.1, front: 0, right: -0.14 } as const;

function fillLit(context: Surface, faces: readonly Placed[], theme: Theme): void {
	const [some] = faces;
	if (!some) return;
	trace(context, faces);
	context.fillStyle = theme.lit;
	context.fill();
	const change = SHADE[some.face.side];
	if (change !== 0 && !theme.highContrast) {
		context.fillStyle = change > 0 ? `rgba(255,255,255,${change})` : `rgba(0,0,0,${-change})`;
		context.fill();
	}
	hatchWithin(
		context,
		faces.map(({ corners }) => corners),
		theme,
	);
}

/** Draws the edges of faces that are alike: thin ones within sets, strong ones between them. */
function drawEdges(
	context: Surface,
	faces: readonly Placed[],
	{ background, line, highContrast }: Theme,
	{ lit, painted }: { readonly lit: boolean; readonly painted: boolean },
): void {
	if (faces.length === 0) return;
	context.strokeStyle = lit && !painted ? background : line;
	for (const border of [false, true]) {
		let some = false;
		context.beginPath();
		for (const { face, corners } of faces) {
			face.borders.forEach((beyond, k) => {
				// An edge between two cells of a set is the one's second or third and the other's first or last: drawn once.
				if (beyond !== border || !(border || k === 0 || k === 3)) return;
				const [[x0, y0], [x1, y1]] = [corners[k] as Point, corners[(k + 1) % 4] as Point];
				context.moveTo(x0, y0);
				context.lineTo(x1, y1);
				some = true;
			});
		}
		if (!some) continue;
		context.globalAlpha = border ? (lit ? 0.9 : 0.75) : highContrast ? 0.5 : lit ? 0.55 : 0.34;
		context.lineWidth = border ? (painted && lit ? 2 : 1.25) : 0.75;
		context.stroke();
	}
	context.globalAlpha = 1;
}
