import { SLICE_MARKS, type SliceImage } from "../../src/core/slice";
import { type ColourMap, colourAt, type Rgb } from "../../src/drawing/colour-maps";
import type { DataRange } from "../../src/drawing/picture/data-colours";

/** Colours of what is no finite value: far from those of all maps, and told apart by their marks where cells are large. */
export const MARK_COLOURS = {
	nan: [236, 0, 170],
	posInf: [255, 221, 0],
	negInf: [0, 214, 255],
} as const satisfies Record<keyof typeof SLICE_MARKS, Rgb>;

export type MarkId = keyof typeof SLICE_MARKS;

/** The mark that a cell shows: of several, the one that spoils most. */
export function markOf(marks: number): MarkId | undefined {
	if (marks & SLICE_MARKS.nan) return "nan";
	if (marks & SLICE_MARKS.posInf) return "posInf";
	return marks & SLICE_MARKS.negInf ? "negInf" : undefined;
}

/** Colours told apart in a range. */
const STEPS = 1024;

/** The pixels of an image, one for each cell, as red, green, blue and opacity. */
export function mapPixels(
	{ values, marks }: SliceImage,
	range: DataRange,
	map: ColourMap,
): Uint8ClampedArray<ArrayBuffer> {
	const table = new Uint32Array(STEPS + 1);
	const bytes = new Uint8Array(table.buffer);
	for (let step = 0; step <= STEPS; step++) bytes.set([...colourAt(map, step / STEPS), 255], 4 * step);
	const pixels = new Uint32Array(values.length);
	const times = range.high > range.low ? STEPS / (range.high - range.low) : 0;
	const middle = range.high > range.low ? 0 : STEPS / 2;
	for (let cell = 0; cell < values.length; cell++) {
		const place = ((values[cell] as number) - range.low) * times + middle;
		pixels[cell] = table[place > 0 ? (place < STEPS ? Math.round(place) : STEPS) : 0] as number;
	}
	const out = new Uint8ClampedArray(pixels.buffer);
	putMarks(out, marks);
	return out;
}

/** The pixels of three images as the red, green and blue of one. */
export function colourPixels(images: readonly SliceImage[], range: DataRange): Uint8ClampedArray<ArrayBuffer> {
	const [first] = images;
	const out = new Uint8ClampedArray(4 * (first?.values.length ?? 0)).fill(255);
	const times = range.high > range.low ? 255 / (range.high - range.low) : 0;
	images.forEach(({ values }, channel) => {
		for (let cell = 0; cell < values.length; cell++)
			out[4 * cell + channel] = ((values[cell] as number) - range.low) * times;
	});
	for (const { marks } of images) putMarks(out, marks);
	return out;
}

function putMarks(pixels: Uint8ClampedArray, marks: Uint8Array): void {
	for (let cell = 0; cell < marks.length; cell++) {
		const mark = marks[cell] ? markOf(marks[cell] as number) : undefined;
		if (mark) pixels.set(MARK_COLOURS[mark], 4 * cell);
	}
}

/** Cells of an image with each mark. */
export function countMarks(images: readonly SliceImage[]): Readonly<Record<MarkId, number>> {
	const counts = { nan: 0, posInf: 0, negInf: 0 };
	for (const { marks } of images) {
		for (const mark of marks) {
			if (mark === 0) continue;
			for (const id of Object.keys(counts) as MarkId[]) if (mark & SLICE_MARKS[id]) counts[id]++;
		}
	}
	return counts;
}
