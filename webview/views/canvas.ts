import type { Theme } from "../../src/drawing/surface";

let known: Theme | undefined;
// A canvas that was thrown away is forgotten with what draws it.
const redraws = new WeakMap<Element, () => void>();
const drawn = new Set<WeakRef<Element>>();

// VS Code changes the body's class and the root's style when the theme changes; a canvas hears of neither.
const changed = () => {
	known = undefined;
	for (const reference of drawn) {
		const element = reference.deref();
		if (element) redraws.get(element)?.();
		else drawn.delete(reference);
	}
};
const observer = new MutationObserver(changed);
observer.observe(document.documentElement, { attributes: true, attributeFilter: ["style", "class"] });
observer.observe(document.body, { attributes: true, attributeFilter: ["class", "data-vscode-theme-id"] });
matchMedia("(forced-colors: active)").addEventListener("change", changed);
matchMedia("print").addEventListener("change", changed);
const watchDensity = () => {
	const again = () => {
		changed();
		watchDensity();
	};
	matchMedia(`(resolution: ${devicePixelRatio}dppx)`).addEventListener("change", again, { once: true });
};
watchDensity();

/** Calls back when what is drawn in an element has to be drawn anew: another theme, another pixel density. */
export function whenShownAnew(element: Element, redraw: () => void): void {
	if (!redraws.has(element)) drawn.add(new WeakRef(element));
	redraws.set(element, redraw);
}

/** The theme's colours as the style sheet names them. */
export function themeOf(element: Element): Theme {
	if (known) return known;
	const style = getComputedStyle(element);
	const colour = (name: string, fallback: string) => style.getPropertyValue(name).trim() || fallback;
	const text = colour("--ti-foreground", "#888");
	known = {
		background: colour("--ti-background", "#fff"),
		text,
		line: text,
		lit: colour("--ti-lit", "#3794ff"),
		hatch: colour("--ti-hatch", "#000"),
		pointed: colour("--ti-pointed", text),
		accent: colour("--ti-accent", "#3794ff"),
		warning: colour("--ti-warning", "#cca700"),
		highContrast: document.body.matches(".vscode-high-contrast") || matchMedia("(forced-colors: active)").matches,
		fontFamily: style.fontFamily,
		fontSize: Number.parseFloat(style.fontSize) || 13,
	};
	return known;
}

/** Gives a canvas its size in CSS pixels at the screen's density, cleared and ready to draw in CSS pixels. */
export function prepareCanvas(
	canvas: HTMLCanvasElement,
	width: number,
	height: number,
): CanvasRenderingContext2D | null {
	const scale = Math.max(1, devicePixelRatio);
	const [columns, rows] = [Math.round(width * scale), Math.round(height * scale)];
	if (canvas.width !== columns || canvas.height !== rows) {
		canvas.width = columns;
		canvas.height = rows;
		canvas.style.height = `${height}px`;
	}
	const context = canvas.getContext("2d");
	context?.setTransform(scale, 0, 0, scale, 0, 0);
	context?.clearRect(0, 0, width, height);
	return context;
}

/** Draws what stays the same while other things move: once for each key, whose parts are compared one by one, then from its image. */
export type StillLayer = (
	context: CanvasRenderingContext2D,
	key: readonly unknown[],
	draw: (context: OffscreenCanvasRenderingContext2D) => void,
) => void;

/** A layer under what moves on a canvas. */
export function createStillLayer(): StillLayer {
	const image = new OffscreenCanvas(1, 1);
	let drawn: readonly unknown[] = [];
	return (context, key, draw) => {
		const { width, height } = context.canvas;
		const next = [width, height, ...key];
		if (next.length !== drawn.length || next.some((part, k) => !Object.is(part, drawn[k]))) {
			drawn = next;
			// A new size clears it.
			image.width = width;
			image.height = height;
			const still = image.getContext("2d");
			if (!still) return;
			still.setTransform(context.getTransform());
			draw(still);
		}
		context.save();
		context.resetTransform();
		context.drawImage(image, 0, 0);
		context.restore();
	};
}
