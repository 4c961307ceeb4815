import { type Figure, pageOf } from "../../src/drawing/figure";
import type { Theme } from "../../src/drawing/surface";

/** Pixels of a picture for each of the figure's. */
const SCALE = 2;

/** A figure as a PNG in base64, twice as fine as it is large. */
export async function pngOf(figure: Figure, theme: Theme): Promise<string> {
	const { width, height, draw } = pageOf(figure, theme);
	const canvas = new OffscreenCanvas(width * SCALE, height * SCALE);
	const context = canvas.getContext("2d");
	if (!context) throw new Error("The browser gives no canvas to draw on.");
	context.scale(SCALE, SCALE);
	draw(context);
	const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: "image/png" })).arrayBuffer());
	let text = "";
	// An argument list holds some ten thousand entries.
	for (let start = 0; start < bytes.length; start += 8192)
		text += String.fromCharCode(...bytes.subarray(start, start + 8192));
	return btoa(text);
}
