import { cellOfIndex, type Layout, partStart } from "../../core/layout";

/** Which axis of a tensor goes which way in the picture; axes that are left out stay at the lit element's index. */
export interface Placement {
	/** Cubes side by side. */
	readonly books?: number;
	/** Pages of a cube, going back. */
	readonly pages?: number;
	/** Lines of a page, going down. */
	readonly lines?: number;
	/** Characters of a line, going right. */
	readonly characters?: number;
	/** Small multiples: rows of shelves, then shelves side by side. */
	readonly shelvesDown?: number;
	readonly shelvesAcross?: number;
}

/** Places the axes of a tensor: one a strip, two a matrix, three sheets, four cubes, more small multiples of cubes. */
export function placeAxes(rank: number, channelAxis: number): Placement {
	if (rank === 0) return {};
	if (rank === 1) return { characters: 0 };
	if (rank === 2) return { lines: 0, characters: 1 };
	if (rank === 3) return { books: 0, lines: 1, characters: 2 };
	const pages = channelAxis === 0 ? 1 : channelAxis;
	const rest = Array.from({ length: rank }, (_, axis) => axis).filter((axis) => axis !== 0 && axis !== pages);
	const [characters, lines, shelvesDown, shelvesAcross] = rest.reverse() as [number, number, number?, number?];
	return {
		books: 0,
		pages,
		lines,
		characters,
		...(shelvesDown === undefined ? {} : { shelvesDown }),
		...(shelvesAcross === undefined ? {} : { shelvesAcross }),
	};
}

/** The axes a placement shows. */
export function placedAxes(placement: Placement): number[] {
	return Object.values(placement).filter((axis) => axis !== undefined);
}

/**
 * The indices of one axis that are drawn: all of a short one, otherwise `most` of them: the lit one, both ends, the border
 * to the next part, then its neighbours. Ascending.
 */
export function shownIndices(layout: Layout, axis: number, lit: number, most: number): number[] {
	const size = layout.shape[axis] ?? 1;
	// A break that leaves out one or two indices saves nothing.
	if (size <= most + 2) return Array.from({ length: size }, (_, index) => index);
	const parts = layout.cells[axis] ?? 1;
	const part = cellOfIndex(lit, size, parts);
	const border = part + 1 < parts ? partStart(part + 1, size, parts) : partStart(part, size, parts);
	const grouped = parts > 1 && parts < size;
	const candidates = [lit, 0, size - 1, ...(grouped ? [border, border - 1] : []), lit + 1, lit - 1];
	for (let index = 1; index < most; index++) candidates.push(index);
	const shown = new Set<number>();
	for (const index of candidates) {
		if (shown.size < most && index >= 0 && index < size) shown.add(index);
	}
	return [...shown].sort((a, b) => a - b);
}

/** Share of a cell that a break between shown indices takes. */
export const GAP = 0.4;

/** The cells of one axis in the picture; a way that no axis goes has one cell. */
export interface Line {
	readonly axis: number | undefined;
	/** The shown indices, ascending. */
	readonly indices: readonly number[];
	/** Where each begins, in cells: indices that are no neighbours have a gap between them. */
	readonly at: readonly number[];
	/** Where the last one ends. */
	readonly length: number;
}

/** Lines up the shown indices of an axis. */
export function lineOf(axis: number | undefined, shown: readonly number[]): Line {
	let next = 0;
	const at = shown.map((index, k) => {
		if (k > 0 && index !== (shown[k - 1] as number) + 1) next += GAP;
		return next++;
	});
	return { axis, indices: shown, at, length: next };
}

/** Where the breaks of a line begin, in cells. */
export function gapsOf({ indices, at }: Line): number[] {
	return at.filter((_, k) => isBreak(indices, k)).map((start) => start + 1);
}

/** Whether indices are left out after place k. */
export function isBreak(indices: readonly number[], k: number): boolean {
	return indices[k + 1] !== undefined && indices[k + 1] !== (indices[k] as number) + 1;
}
