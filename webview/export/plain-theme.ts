import type { Theme } from "../../src/drawing/surface";

/** A theme whose colours are spelled as `rgba(…)`, whatever the style sheet calls them, with a font that is everywhere. */
export function plainTheme(theme: Theme): Theme {
	const context = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
	const plain = (colour: string) => {
		if (!context) return colour;
		context.clearRect(0, 0, 1, 1);
		context.fillStyle = colour;
		context.fillRect(0, 0, 1, 1);
		const [red, green, blue, alpha = 255] = context.getImageData(0, 0, 1, 1).data;
		return `rgba(${red},${green},${blue},${Math.round((1000 * alpha) / 255) / 1000})`;
	};
	const colours = ["background", "line", "text", "lit", "hatch", "pointed", "accent", "warning"] as const;
	return {
		...theme,
		...Object.fromEntries(colours.map((name) => [name, plain(theme[name])])),
		fontFamily: "sans-serif",
	};
}
