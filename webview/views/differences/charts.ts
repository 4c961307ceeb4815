import type { AxisDifference, DifferenceMap } from "../../../src/core/tensor-difference";
import { BARS, drawBars, drawMap, mapSize } from "../../../src/drawing/difference-charts";
import type { Surface, Theme } from "../../../src/drawing/surface";
import { el } from "../../dom";
import { prepareCanvas, themeOf, whenShownAnew } from "../canvas";

/** Bars of the largest and the mean difference of each bin; the table beside them tells the same. */
export function createBars(difference: AxisDifference): HTMLElement {
	return drawn("difference-bars", BARS, (context, theme) => drawBars(context, difference, theme));
}

/** A map of two axes: the larger the difference, the stronger the colour. */
export function createMap(map: DifferenceMap): HTMLElement {
	return drawn("difference-map", mapSize(map), (context, theme) => drawMap(context, map, theme));
}

function drawn(
	name: string,
	{ width, height }: { readonly width: number; readonly height: number },
	draw: (context: Surface, theme: Theme) => void,
): HTMLElement {
	const canvas = el("canvas", { class: name, "aria-hidden": "true" });
	canvas.style.width = `${width}px`;
	const redraw = () => {
		const context = canvas.isConnected ? prepareCanvas(canvas, width, height) : null;
		if (context) draw(context, themeOf(canvas));
	};
	whenShownAnew(canvas, redraw);
	requestAnimationFrame(redraw);
	return canvas;
}
