import { formatNumber } from "../../../src/core/format";
import type { Stretch } from "../../../src/core/layout";
import type { SliceImage, SliceWindow } from "../../../src/core/slice";
import { COLOUR_MAPS, type ColourMapId } from "../../../src/drawing/colour-maps";
import type { DataRange } from "../../../src/drawing/picture/data-colours";
import { el, oncePerFrame, setText } from "../../dom";
import { colourPixels, mapPixels, markOf } from "../../slice/paint";
import type { Room } from "../../slice/viewport";
import { prepareCanvas, themeOf, whenShownAnew } from "../canvas";

/** A place in an image: an index along rows (0 where there are none) and one along columns. */
export interface Place {
	readonly row: number;
	readonly column: number;
}

/** What a heat map shows. */
export interface HeatMapModel {
	readonly title: string;
	/** One image, or three that are red, green and blue. */
	readonly images: readonly SliceImage[];
	/** What the images are of. */
	readonly window: SliceWindow;
	readonly range: DataRange;
	readonly map: ColourMapId;
	/** What is in sight now: the images are stretched until newer ones arrive. */
	readonly seenRows: Stretch;
	readonly seenColumns: Stretch;
	readonly size: Room;
	readonly selected: Place;
}

/** What a user does with a heat map. */
export interface HeatMapEvents {
	/** Undefined where the pointer leaves. */
	readonly pointed: (place: Place | undefined) => void;
	readonly picked: (place: Place) => void;
	/** Larger than 1 shows more. */
	readonly zoomed: (place: Place, factor: number) => void;
	/** Moves what is in sight by elements. */
	readonly moved: (rows: number, columns: number) => void;
	readonly pressed: (event: KeyboardEvent) => void;
}

/** CSS pixels of an element from which its number, or its mark, is written into it. */
const [NUMBER_WIDTH, NUMBER_HEIGHT, MARK_SIZE] = [44, 16, 9];

const MARK_SIGNS = { nan: "✕", posInf: "▲", negInf: "▼" } as const;

/** A picture of numbers, which arrow keys move in. */
export function createHeatMap(events: HeatMapEvents): {
	readonly element: HTMLElement;
	readonly show: (model: HeatMapModel) => void;
} {
	const canvas = el("canvas", {
		class: "slice-canvas",
		tabindex: 0,
		role: "application",
		"aria-roledescription": "heat map that arrow keys move in",
		"aria-describedby": "slice-readout slice-hint",
	});
	const title = el("h3");
	const element = el("div", { class: "slice-map" }, title, canvas);
	const pixels = document.createElement("canvas");
	let painted: Pick<HeatMapModel, "images" | "range" | "map"> | undefined;
	let model: HeatMapModel | undefined;

	const paint = ({ images, window, range, map }: HeatMapModel) => {
		const same = painted?.images === images && painted.map === map;
		if (same && painted?.range.low === range.low && painted.range.high === range.high) return;
		painted = { images, range, map };
		const [rows, columns] = [window.rows?.cells ?? 1, window.columns.cells];
		pixels.width = columns;
		pixels.height = rows;
		const data =
			images.length === 3 ? colourPixels(images, range) : mapPixels(images[0] as SliceImage, range, COLOUR_MAPS[map]);
		pixels.getContext("2d")?.putImageData(new ImageData(data, columns, rows), 0, 0);
	};

	const redraw = oncePerFrame(() => {
		if (!model || !canvas.isConnected) return;
		const { size } = model;
		canvas.style.width = `${size.width}px`;
		const context = prepareCanvas(canvas, size.width, size.height);
		if (!context) return;
		paint(model);
		drawImage(context, pixels, model);
		const theme = themeOf(canvas);
		context.font = `11px ${theme.fontFamily}`;
		if (isExact(model)) writeNumbers(context, model);
		const box = selectedBox(model);
		context.lineWidth = 3;
		context.strokeStyle = theme.background;
		context.strokeRect(...box);
		context.lineWidth = 1.5;
		context.strokeStyle = theme.text;
		context.strokeRect(...box);
	});
	whenShownAnew(canvas, redraw);

	const placeOf = (event: MouseEvent): Place | undefined => {
		if (!model) return undefined;
		const { seenRows, seenColumns, size } = model;
		const at = (offset: number, length: number, seen: Stretch) =>
			seen.start + Math.max(0, Math.min(seen.length - 1, Math.floor((offset / length) * seen.length)));
		return { row: at(event.offsetY, size.height, seenRows), column: at(event.offsetX, size.width, seenColumns) };
	};

	let held: { x: number; y: number; moved: boolean } | undefined;
	canvas.addEventListener("pointerdown", (event) => {
		if (event.button !== 0) return;
		held = { x: event.offsetX, y: event.offsetY, moved: false };
		canvas.setPointerCapture(event.pointerId);
	});
	canvas.addEventListener("pointermove", (event) => {
		if (!held || !model) return events.pointed(placeOf(event));
		const { seenRows, seenColumns, size } = model;
		const rows = Math.trunc(((held.y - event.offsetY) / size.height) * seenRows.length);
		const columns = Math.trunc(((held.x - event.offsetX) / size.width) * seenColumns.length);
		if (Math.hypot(event.offsetX - held.x, event.offsetY - held.y) > 4) held.moved = true;
		if (!held.moved || (rows === 0 && columns === 0)) return;
		events.moved(rows, columns);
		held = { x: event.offsetX, y: event.offsetY, moved: true };
	});
	canvas.addEventListener("pointerup", (event) => {
		const place = placeOf(event);
		if (held && !held.moved && place) events.picked(place);
		held = undefined;
	});
	canvas.addEventListener("pointerleave", () => events.pointed(undefined));
	canvas.addEventListener("dblclick", (event) => {
		const place = placeOf(event);
		if (place) events.zoomed(place, 0.5);
	});
	canvas.addEventListener(
		"wheel",
		(event) => {
			const place = placeOf(event);
			// The wheel alone scrolls the page; pinching arrives with the control key.
			if (!place || !(event.ctrlKey || event.metaKey)) return;
			event.preventDefault();
			events.zoomed(place, Math.exp(Math.max(-1, Math.min(1, event.deltaY / 200))));
		},
		{ passive: false },
	);
	canvas.addEventListener("keydown", events.pressed);

	return {
		element,
		show(next) {
			model = next;
			setText(title, next.title);
			canvas.setAttribute("aria-label", next.title);
			redraw();
		},
	};
}

/** Draws the part of the images that is in sight, where it is in sight. */
function drawImage(
	context: CanvasRenderingContext2D,
	pixels: HTMLCanvasElement,
	{ window: { rows, columns }, seenRows, seenColumns, size }: HeatMapModel,
): void {
	const along = ({ start, length }: Stretch, seen: Stretch, pixelsLong: number) => [
		((start - seen.start) / seen.length) * pixelsLong,
		(length / seen.length) * pixelsLong,
	];
	const [x, width] = along(columns, seenColumns, size.width) as [number, number];
	const [y, height] = along(rows ?? { start: 0, length: 1 }, seenRows, size.height) as [number, number];
	context.imageSmoothingEnabled = false;
	context.drawImage(pixels, x, y, width, height);
}

/** Whether every element in sight is a cell of the images. */
function isExact({ window: { rows, columns }, seenRows, seenColumns }: HeatMapModel): boolean {
	const same = (stretch: Stretch & { cells: number }, seen: Stretch) =>
		stretch.start === seen.start && stretch.length === seen.length && stretch.cells === seen.length;
	return same(columns, seenColumns) && (rows ? same(rows, seenRows) : true);
}

/** Writes numbers and marks into elements that are large enough. */
function writeNumbers(
	context: CanvasRenderingContext2D,
	{ images, range, map, seenRows, seenColumns, size }: HeatMapModel,
): void {
	const [image] = images;
	const [width, height] = [size.width / seenColumns.length, size.height / seenRows.length];
	if (!image || images.length > 1 || Math.min(width, height) < MARK_SIZE) return;
	const numbers = width >= NUMBER_WIDTH && height >= NUMBER_HEIGHT;
	const bytes = numbers ? mapPixels(image, range, COLOUR_MAPS[map]) : undefined;
	context.textAlign = "center";
	context.textBaseline = "middle";
	image.values.forEach((value, cell) => {
		const mark = markOf(image.marks[cell] as number);
		if (!mark && !bytes) return;
		const [x, y] = [
			((cell % seenColumns.length) + 0.5) * width,
			(Math.floor(cell / seenColumns.length) + 0.5) * height,
		];
		const [red, green, blue] = bytes ? bytes.subarray(4 * cell, 4 * cell + 3) : [255, 255, 0];
		context.fillStyle = 0.3 * (red ?? 0) + 0.59 * (green ?? 0) + 0.11 * (blue ?? 0) < 128 ? "#ffffff" : "#000000";
		context.fillText(mark ? MARK_SIGNS[mark] : formatNumber(value, 3), x, y, width - 4);
	});
}

/** The outline of the selected element, of at least a few pixels. */
function selectedBox({ selected, seenRows, seenColumns, size }: HeatMapModel): [number, number, number, number] {
	const along = (index: number, seen: Stretch, pixels: number): [number, number] => {
		const unit = pixels / seen.length;
		const length = Math.max(unit, 6);
		return [(index - seen.start + 0.5) * unit - length / 2, length];
	};
	const [x, width] = along(selected.column, seenColumns, size.width);
	const [y, height] = along(selected.row, seenRows, size.height);
	return [x, y, width, height];
}
