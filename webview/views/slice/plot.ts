import { csvLine } from "../../../src/core/csv";
import { formatCount, formatNumber, toJsonNumber } from "../../../src/core/format";
import type { SliceAxis, SliceImage, SliceWindow } from "../../../src/core/slice";
import { COLOUR_MAPS, type ColourMapId, colourAt } from "../../../src/drawing/colour-maps";
import type { DataRange } from "../../../src/drawing/picture/data-colours";
import type { Surface, Theme } from "../../../src/drawing/surface";
import type { Plot } from "../../../src/export/figures";
import { boundHeadings } from "../../../src/export/statistics-csv";
import { colourPixels, countMarks, type MarkId, mapPixels, markOf } from "../../slice/paint";
import { indicesOf } from "../../slice/viewport";

/** What a heat map that is saved shows. */
export interface SlicePlotSubject {
	readonly name: string;
	readonly title: string;
	/** What a cell stands for, where that is no single value. */
	readonly about: string;
	/** One image, or three that are red, green and blue. */
	readonly images: readonly SliceImage[];
	readonly window: SliceWindow;
	readonly letters: readonly string[];
	readonly range: DataRange;
	readonly map: ColourMapId;
}

const MARK_NAMES = { nan: "NaN", posInf: "+Inf", negInf: "-Inf" } as const satisfies Record<MarkId, string>;

/** Room around the cells: for indices to the left and below, for the bar of colours to the right. */
const [LEFT, TOP, BOTTOM, BAR] = [64, 8, 40, 110];

/** A heat map as it is saved: a square for each cell, the first and the last indices, and the bar of its colours. */
export function slicePlot(subject: SlicePlotSubject): Plot {
	const { images, window, range, name, title, about } = subject;
	const [rows, columns] = [window.rows?.cells ?? 1, window.columns.cells];
	const unit = Math.max(1, Math.min(40, Math.floor(Math.min(600 / columns, 480 / rows))));
	const counts = countMarks(images);
	const marks = (Object.keys(MARK_NAMES) as MarkId[]).flatMap((id) =>
		counts[id] > 0 ? [`${formatCount(counts[id])} of the cells hold ${MARK_NAMES[id]}.`] : [],
	);
	const coloured = `Colours from ${formatNumber(range.low, 4)} to ${formatNumber(range.high, 4)}.`;
	return {
		name,
		title,
		notes: [[coloured, ...marks, ...(about ? [about] : [])].join(" ")],
		width: Math.max(420, LEFT + columns * unit + BAR),
		height: TOP + rows * unit + BOTTOM,
		draw(surface, theme) {
			surface.translate(LEFT, TOP);
			drawCells(surface, subject, { columns, unit });
			if (unit >= NUMBER_UNIT && images.length === 1) writeNumbers(surface, subject, { columns, unit }, theme);
			drawAxes(surface, subject, { width: columns * unit, height: rows * unit }, theme);
			if (images.length === 1) drawBar(surface, subject, { left: columns * unit + 16, height: rows * unit }, theme);
		},
		csv: () => sliceCsv(subject),
	};
}

function drawCells(
	surface: Surface,
	{ images, range, map }: SlicePlotSubject,
	{ columns, unit }: { readonly columns: number; readonly unit: number },
): void {
	const [image] = images;
	if (!image) return;
	const pixels = images.length === 3 ? colourPixels(images, range) : mapPixels(image, range, COLOUR_MAPS[map]);
	const cellsOf = new Map<string, number[]>();
	for (let cell = 0; cell < image.values.length; cell++) {
		const colour = `rgb(${pixels.subarray(4 * cell, 4 * cell + 3).join(",")})`;
		const cells = cellsOf.get(colour);
		if (cells) cells.push(cell);
		else cellsOf.set(colour, [cell]);
	}
	for (const [colour, cells] of cellsOf) {
		surface.fillStyle = colour;
		surface.beginPath();
		for (const cell of cells) surface.rect((cell % columns) * unit, Math.floor(cell / columns) * unit, unit, unit);
		surface.fill();
	}
}

/** Pixels of a cell from which its number is written into it. */
const NUMBER_UNIT = 36;

function writeNumbers(
	surface: Surface,
	{ images: [image], range, map }: SlicePlotSubject,
	{ columns, unit }: { readonly columns: number; readonly unit: number },
	theme: Theme,
): void {
	if (!image) return;
	const pixels = mapPixels(image, range, COLOUR_MAPS[map]);
	surface.font = `9px ${theme.fontFamily}`;
	surface.textAlign = "center";
	surface.textBaseline = "middle";
	image.values.forEach((value, cell) => {
		const mark = markOf(image.marks[cell] as number);
		const [red = 0, green = 0, blue = 0] = pixels.subarray(4 * cell, 4 * cell + 3);
		surface.fillStyle = 0.3 * red + 0.59 * green + 0.11 * blue < 128 ? "#ffffff" : "#000000";
		const text = mark ? MARK_NAMES[mark] : formatNumber(value, 2);
		surface.fillText(text, ((cell % columns) + 0.5) * unit, (Math.floor(cell / columns) + 0.5) * unit);
	});
}

/** A frame, the axes' names, and the indices at both ends of each. */
function drawAxes(
	surface: Surface,
	{ window: { rows, columns }, letters }: SlicePlotSubject,
	{ width, height }: { readonly width: number; readonly height: number },
	theme: Theme,
): void {
	surface.strokeStyle = theme.line;
	surface.lineWidth = 1;
	surface.strokeRect(-0.5, -0.5, width + 1, height + 1);
	surface.fillStyle = theme.text;
	surface.font = `${theme.fontSize - 2}px ${theme.fontFamily}`;
	const last = ({ start, length }: SliceAxis) => String(start + length - 1);
	surface.textBaseline = "top";
	surface.textAlign = "left";
	surface.fillText(String(columns.start), 0, height + 5);
	surface.textAlign = "right";
	if (columns.length > 1 && width > 60) surface.fillText(last(columns), width, height + 5);
	surface.textAlign = "center";
	surface.fillText(letters[columns.axis] ?? "", width / 2, height + 20);
	if (!rows) return;
	surface.textAlign = "right";
	surface.fillText(String(rows.start), -6, 0);
	surface.textBaseline = "bottom";
	if (rows.length > 1 && height > 28) surface.fillText(last(rows), -6, height);
	surface.textBaseline = "middle";
	if (height > 60) surface.fillText(letters[rows.axis] ?? "", -6, height / 2);
}

const BAR_STEPS = 64;

function drawBar(
	surface: Surface,
	{ range, map }: SlicePlotSubject,
	{ left, height }: { readonly left: number; readonly height: number },
	theme: Theme,
): void {
	const tall = Math.max(BAR_STEPS, Math.min(192, height));
	for (let step = 0; step < BAR_STEPS; step++) {
		surface.fillStyle = `rgb(${colourAt(COLOUR_MAPS[map], 1 - step / (BAR_STEPS - 1)).join(",")})`;
		surface.beginPath();
		surface.rect(left, (step * tall) / BAR_STEPS, 14, tall / BAR_STEPS);
		surface.fill();
	}
	surface.fillStyle = theme.text;
	surface.textAlign = "left";
	surface.textBaseline = "top";
	surface.fillText(formatNumber(range.high, 4), left + 20, 0);
	surface.textBaseline = "bottom";
	surface.fillText(formatNumber(range.low, 4), left + 20, tall);
}

/** A row for each cell: the indices it stands for, its values, and what else is in it. */
function sliceCsv({ images, window: { rows, columns }, letters }: SlicePlotSubject): string {
	const axes = rows ? [rows, columns] : [columns];
	const values = images.length === 3 ? ["red", "green", "blue"].map((name) => `${name} [value]`) : ["value"];
	const headings = [...axes.flatMap(({ axis }) => boundHeadings(axis, letters[axis] ?? "")), ...values, "holds"];
	const ends = (axis: SliceAxis, cell: number) => {
		const { start, length } = indicesOf(axis, cell);
		return [start, start + length - 1];
	};
	const lines = Array.from(images[0]?.values ?? [], (_, cell) => {
		const [row, column] = [Math.floor(cell / columns.cells), cell % columns.cells];
		const found = images.map((image) => toJsonNumber(image.wide?.[cell] ?? (image.values[cell] as number)));
		const mark = images.map((image) => markOf(image.marks[cell] as number)).find((each) => each) ?? "";
		return csvLine([...(rows ? ends(rows, row) : []), ...ends(columns, column), ...found, mark && MARK_NAMES[mark]]);
	});
	return csvLine(headings) + lines.join("");
}
