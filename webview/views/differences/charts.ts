import type { DifferenceMap } from "../../../src/core/tensor-difference";
import { el } from "../../dom";
import { prepareCanvas, themeOf, whenShownAnew } from "../canvas";

const [WIDTH, HEIGHT] = [260, 56] as const;

/** Bars of the largest and the mean difference of each bin; the table beside them tells the same. */
export function createBars(maxAbs: Float64Array, meanAbs: Float64Array): HTMLElement {
	return drawn("difference-bars", WIDTH, HEIGHT, (context, { accent, text }) => {
		const most = maxAbs.reduce((top, value) => (value > top ? value : top), 0) || 1;
		const width = WIDTH / maxAbs.length;
		const gap = width > 4 ? 1 : 0;
		const bar = (value: number, bin: number, colour: string, alpha: number) => {
			// What is not 0 is seen, however small.
			const height = value > 0 ? Math.max(1, (value / most) * (HEIGHT - 2)) : 0;
			context.globalAlpha = alpha;
			context.fillStyle = colour;
			context.fillRect(bin * width, HEIGHT - 1 - height, Math.max(0.5, width - gap), height);
		};
		maxAbs.forEach((value, bin) => {
			bar(value, bin, accent, 0.4);
		});
		meanAbs.forEach((value, bin) => {
			bar(value, bin, accent, 1);
		});
		context.globalAlpha = 1;
		context.fillStyle = text;
		context.fillRect(0, HEIGHT - 1, WIDTH, 1);
	});
}

/** A map of two axes: the larger the difference, the stronger the colour. */
export function createMap({ cells: [rows, columns], maxAbs }: DifferenceMap): HTMLElement {
	const unit = Math.max(3, Math.min(16, Math.floor(512 / Math.max(rows, columns))));
	return drawn("difference-map", columns * unit + 2, rows * unit + 2, (context, { accent, text }) => {
		const most = maxAbs.reduce((top, value) => (value > top && value < Infinity ? value : top), 0) || 1;
		context.fillStyle = accent;
		maxAbs.forEach((value, cell) => {
			if (!(value > 0)) return;
			context.globalAlpha = 0.12 + 0.88 * Math.min(1, value / most);
			context.fillRect(1 + (cell % columns) * unit, 1 + Math.floor(cell / columns) * unit, unit, unit);
		});
		context.globalAlpha = 1;
		context.strokeStyle = text;
		context.strokeRect(0.5, 0.5, columns * unit + 1, rows * unit + 1);
	});
}

type Colours = ReturnType<typeof themeOf>;

function drawn(
	name: string,
	width: number,
	height: number,
	draw: (context: CanvasRenderingContext2D, colours: Colours) => void,
): HTMLElement {
	const canvas = el("canvas", { class: name, "aria-hidden": "true" });
	canvas.style.width = `${width}px`;
	const redraw = () => {
		const context = canvas.isConnected ? prepareCanvas(canvas, width, height) : null;
		if (context) draw(context, themeOf(canvas));
	};
	whenShownAnew(redraw);
	requestAnimationFrame(redraw);
	return canvas;
}
