import { partStart, type Stretch } from "../../src/core/layout";
import { MAX_SLICE_CELLS, type SliceAxis } from "../../src/core/slice";

/** A stretch moved and cut to lie within an axis. */
export function fitted({ start, length }: Stretch, size: number): Stretch {
	const seen = Math.max(1, Math.min(size, Math.round(length)));
	return { start: Math.max(0, Math.min(size - seen, Math.round(start))), length: seen };
}

/** A stretch of another length in which an index keeps its place. */
export function zoomed({ start, length }: Stretch, size: number, index: number, factor: number): Stretch {
	const wanted = Math.max(1, Math.min(size, factor < 1 ? Math.floor(length * factor) : Math.ceil(length * factor)));
	const place = (index + 0.5 - start) / length;
	return fitted({ start: index + 0.5 - place * wanted, length: wanted }, size);
}

/** A stretch moved just as far as it takes to have an index in sight. */
export function revealing({ start, length }: Stretch, size: number, index: number): Stretch {
	return fitted({ start: Math.min(index, Math.max(start, index + 1 - length)), length }, size);
}

/** Room for an image in CSS pixels. */
export interface Room {
	readonly width: number;
	readonly height: number;
}

/** Sides of a drawn element, in CSS pixels: large enough for a number, and not larger. */
const LARGEST_ELEMENT = 56;

/** The size in which rows and columns of elements are drawn: square elements, unless one side would be too thin to see. */
export function imageSize(rows: number, columns: number, { width, height }: Room): Room {
	const unit = Math.min(LARGEST_ELEMENT, width / columns, height / rows);
	const thin = Math.min(32, height);
	if (
		unit * rows >= Math.min(thin, rows * LARGEST_ELEMENT) &&
		unit * columns >= Math.min(thin, columns * LARGEST_ELEMENT)
	) {
		return { width: unit * columns, height: unit * rows };
	}
	return {
		width: Math.min(width, Math.max(thin, columns * Math.min(LARGEST_ELEMENT, width / columns))),
		height: Math.min(height, Math.max(thin, rows * Math.min(LARGEST_ELEMENT, height / rows))),
	};
}

/** Cells for an image: one for each element, or for each device pixel where these are fewer, as many as one answer may have. */
export function cellsFor(
	rows: number,
	columns: number,
	room: Room,
	images: number,
): { readonly rows: number; readonly columns: number } {
	const density = globalThis.devicePixelRatio || 1;
	const down = Math.max(1, Math.min(rows, Math.floor(room.height * density)));
	const across = Math.max(1, Math.min(columns, Math.floor(room.width * density)));
	const over = (down * across * images) / MAX_SLICE_CELLS;
	if (over <= 1) return { rows: down, columns: across };
	// A side that is short stays whole, the other one gives way.
	const fewer = Math.sqrt(over);
	const [shorter, longer] = [Math.min(down, across), Math.max(down, across)];
	const short = Math.max(1, Math.min(shorter, Math.max(Math.floor(shorter / fewer), 1)));
	const long = Math.min(longer, Math.floor(MAX_SLICE_CELLS / images / short));
	return down <= across ? { rows: short, columns: long } : { rows: long, columns: short };
}

/** The indices of an axis that a cell stands for. */
export function indicesOf({ start, length, cells }: SliceAxis, cell: number): Stretch {
	const from = partStart(cell, length, cells);
	return { start: start + from, length: partStart(cell + 1, length, cells) - from };
}
