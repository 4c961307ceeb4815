import { type Layout, roleOf, sizeOf } from "../../src/core/layout";
import { drawSets } from "../../src/drawing/picture/draw";
import { composeScene } from "../../src/drawing/picture/scene";
import { el, oncePerFrame } from "../dom";
import { prepareCanvas, themeOf, whenShownAnew } from "./canvas";

/** A small picture of a layout. */
export interface Glyph {
	readonly element: HTMLCanvasElement;
	readonly show: (layout: Layout, channelAxis: number) => void;
}

const [WIDTH, HEIGHT] = [96, 52] as const;

/** A layout on a tensor of a few indices an axis, with its first set lit: the same roles, drawn small. */
export function createGlyph(): Glyph {
	const element = el("canvas", { class: "glyph", "aria-hidden": "true" });
	let shown: { readonly layout: Layout; readonly channelAxis: number } | undefined;
	let key = "";
	const draw = () => {
		if (!shown) return;
		const { layout, channelAxis } = shown;
		const scene = composeScene({
			layout: small(layout, channelAxis),
			letters: [],
			channelAxis,
			lit: layout.shape.map(() => 0),
			most: { cells: 4, books: 2 },
		});
		const { left, top, right, bottom } = scene.bounds;
		const unit = Math.min((WIDTH - 4) / (right - left), (HEIGHT - 4) / (bottom - top), 14);
		const view = {
			unit,
			left: (WIDTH - (right - left) * unit) / 2 - left * unit,
			top: (HEIGHT - (bottom - top) * unit) / 2 - top * unit,
		};
		const context = prepareCanvas(element, WIDTH, HEIGHT);
		const plain = { ...scene, breaks: [] };
		if (context) drawSets(context, plain, view, { theme: themeOf(element), font: "10px sans-serif" });
	};
	const redraw = oncePerFrame(draw);
	whenShownAnew(element, redraw);
	return {
		element,
		show(layout, channelAxis) {
			const next = JSON.stringify([layout, channelAxis]);
			if (next === key) return;
			key = next;
			shown = sizeOf(layout.shape) > 0 ? { layout, channelAxis } : undefined;
			redraw();
		},
	};
}

/** The same roles on an axis of a few indices; past four axes only the first and the last ones have more than one. */
function small(layout: Layout, channelAxis: number): Layout {
	const { shape } = layout;
	const most = shape.map((_, axis) =>
		shape.length > 4 && axis !== 0 && axis !== channelAxis && axis < shape.length - 2
			? 1
			: axis === 0 && shape.length > 2
				? 2
				: 4,
	);
	const sizes = shape.map((size, axis) => Math.min(size, most[axis] ?? 1));
	const cells = sizes.map((size, axis) => {
		const role = roleOf(layout, axis);
		return role === "averaged" ? Math.min(1, size) : role === "grouped" && size === 4 ? 2 : size;
	});
	return { shape: sizes, cells };
}
