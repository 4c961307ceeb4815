import type { AxisDifference, DifferenceMap } from "../core/tensor-difference";
import type { Surface, Theme } from "./surface";

/** Size of the bars in pixels. */
export const BARS = { width: 260, height: 56 } as const;

/** Draws bars of the largest and the mean difference of each bin. */
export function drawBars(
	context: Surface,
	{ maxAbs, meanAbs }: Pick<AxisDifference, "maxAbs" | "meanAbs">,
	{ accent, text }: Theme,
	{ width: whole, height: tall }: { readonly width: number; readonly height: number } = BARS,
): void {
	const most = maxAbs.reduce((top, value) => (value > top ? value : top), 0) || 1;
	const width = whole / maxAbs.length;
	const gap = width > 4 ? 1 : 0;
	const bar = (value: number, bin: number, colour: string, alpha: number) => {
		// What is not 0 is seen, however small.
		const height = value > 0 ? Math.max(1, (value / most) * (tall - 2)) : 0;
		context.globalAlpha = alpha;
		context.fillStyle = colour;
		context.fillRect(bin * width, tall - 1 - height, Math.max(0.5, width - gap), height);
	};
	maxAbs.forEach((value, bin) => {
		bar(value, bin, accent, 0.4);
	});
	meanAbs.forEach((value, bin) => {
		bar(value, bin, accent, 1);
	});
	context.globalAlpha = 1;
	context.fillStyle = text;
	context.fillRect(0, tall - 1, whole, 1);
}

/** Pixels of one cell of a map, and of all of it. */
export function mapSize({ cells: [rows, columns] }: DifferenceMap): { unit: number; width: number; height: number } {
	const unit = Math.max(3, Math.min(16, Math.floor(512 / Math.max(rows, columns))));
	return { unit, width: columns * unit + 2, height: rows * unit + 2 };
}

/** Draws a map of two axes: the larger the difference, the stronger the colour. */
export function drawMap(context: Surface, map: DifferenceMap, { accent, text }: Theme): void {
	const { maxAbs } = map;
	const columns = map.cells[1];
	const { unit, width, height } = mapSize(map);
	const most = maxAbs.reduce((top, value) => (value > top && value < Infinity ? value : top), 0) || 1;
	context.fillStyle = accent;
	maxAbs.forEach((value, cell) => {
		if (!(value > 0)) return;
		context.globalAlpha = 0.12 + 0.88 * Math.min(1, value / most);
		context.fillRect(1 + (cell % columns) * unit, 1 + Math.floor(cell / columns) * unit, unit, unit);
	});
	context.globalAlpha = 1;
	context.strokeStyle = text;
	context.lineWidth = 1;
	context.strokeRect(0.5, 0.5, width - 1, height - 1);
}
