import { type Box, cellOfIndex, denseStrides, type Layout, sizeOf } from "../core/layout";

/** Neighbouring cells of a layout, in C order. */
export interface CellSpan {
	readonly firstCell: number;
	readonly count: number;
}

/** The cells that a part of a tensor touches, and those among them that no other part does. */
export interface PartCells extends CellSpan {
	readonly own: CellSpan;
}

/** The first of a layout's cells that some boxes touch, and how many there are up to the last. */
export function cellsTouched({ shape, cells }: Layout, boxes: Iterable<Box>): CellSpan {
	const steps = denseStrides(cells);
	let firstCell = Infinity;
	let last = -1;
	for (const box of boxes) {
		if (sizeOf(box.shape) === 0) continue;
		let [low, high] = [0, 0];
		for (let axis = 0; axis < shape.length; axis++) {
			const [size, parts, step] = [shape[axis] as number, cells[axis] as number, steps[axis] as number];
			const origin = box.origin[axis] as number;
			low += cellOfIndex(origin, size, parts) * step;
			high += cellOfIndex(origin + (box.shape[axis] as number) - 1, size, parts) * step;
		}
		firstCell = Math.min(firstCell, low);
		last = Math.max(last, high);
	}
	return last < 0 ? { firstCell: 0, count: 0 } : { firstCell, count: last - firstCell + 1 };
}

/** What cells each part has to itself, from those that each touches. */
export function ownCells(touched: readonly CellSpan[]): PartCells[] {
	return touched.map((span, part) => {
		let from = span.firstCell;
		let to = from + span.count;
		touched.forEach(({ firstCell, count }, other) => {
			const end = firstCell + count;
			if (other === part || firstCell >= to || end <= from) return;
			if (firstCell <= from) from = end;
			else to = firstCell;
		});
		return { ...span, own: { firstCell: Math.min(from, to), count: Math.max(0, to - from) } };
	});
}

/** Of the cells of a part those before and behind its own ones. */
export function sharedCells({ firstCell, count, own }: PartCells): CellSpan[] {
	const end = own.firstCell + own.count;
	return [
		{ firstCell, count: own.firstCell - firstCell },
		{ firstCell: end, count: firstCell + count - end },
	].filter((span) => span.count > 0);
}

/** Cells of all parts that others touch too: each is found in several of them and merged afterwards. */
export function cellsInSeveral(parts: readonly PartCells[]): number {
	return parts.reduce((sum, { count, own }) => sum + count - own.count, 0);
}
