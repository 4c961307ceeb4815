import type { Stretch } from "../../src/core/layout";
import type { SliceRequest } from "../../src/protocol";

/** The longest an element may be, in CSS pixels, to scroll in every browser. */
export const LONGEST = 8_000_000;

/** Rows and columns that are asked for beyond those in sight. */
const MARGIN = 24;

/** The indices in sight of a scrolled axis: by pixels, where these do not suffice by shares of the axis. */
export function inSight(size: number, unit: number, room: number, scrolled: number): Stretch {
	// The heading takes one unit of the room.
	const length = Math.min(size, Math.max(1, Math.floor(room / unit) - 1));
	const most = Math.min((size + 1) * unit, LONGEST) - room;
	const share = most <= 0 ? 0 : Math.min(1, Math.max(0, scrolled / most));
	return { start: Math.round(share * (size - length)), length };
}

/** How far an axis has to be scrolled to have a stretch in sight that begins at an index. */
export function scrollTo(start: number, size: number, unit: number, room: number): number {
	const length = Math.min(size, Math.max(1, Math.floor(room / unit) - 1));
	const most = Math.max(0, Math.min((size + 1) * unit, LONGEST) - room);
	return size === length ? 0 : (start / (size - length)) * most;
}

/** The request for the values in sight and some around them, each a cell of its own. */
export function around(request: SliceRequest, shape: readonly number[], rows: Stretch, columns: Stretch): SliceRequest {
	const near = (axis: number, { start, length }: Stretch) => {
		const from = Math.max(0, start - MARGIN);
		const until = Math.min(shape[axis] as number, start + length + MARGIN);
		return { axis, start: from, length: until - from, cells: until - from };
	};
	const { window } = request;
	return {
		...request,
		window: {
			...window,
			...(window.rows ? { rows: near(window.rows.axis, rows) } : {}),
			columns: near(window.columns.axis, columns),
		},
	};
}

/** Whether a request's values have those in sight, and are otherwise what another one asks for. */
export function serves(found: SliceRequest, asked: SliceRequest, rows: Stretch, columns: Stretch): boolean {
	const holds = (outer: Stretch, inner: Stretch) =>
		outer.start <= inner.start && outer.start + outer.length >= inner.start + inner.length;
	const { rows: foundRows, columns: foundColumns } = found.window;
	return (
		(!foundRows || holds(foundRows, rows)) &&
		holds(foundColumns, columns) &&
		apartFromStretches(found) === apartFromStretches(asked)
	);
}

function apartFromStretches({ window: { rows, columns, index }, ...request }: SliceRequest): string {
	return JSON.stringify([request, rows?.axis, columns.axis, index]);
}
