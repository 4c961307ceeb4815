import { type Box, partStart, type Shape } from "../core/layout";
import type { SliceAxis, SliceWindow } from "../core/slice";

/** A run of indices, all of one cell or of many that are seen whole. */
interface Run {
	readonly start: number;
	readonly length: number;
}

/** What is read of a window: boxes, and how many elements they hold. */
export interface SeenBoxes {
	readonly boxes: readonly Box[];
	readonly seen: number;
	/** Whether that is the whole window, in one box. */
	readonly whole: boolean;
}

/** Elements up to which runs of the faster axis stay whole where at least one of each cell is read. */
const WHOLE_RUNS = 2 ** 23;

/** The boxes that are read of a window: all of it, or of a larger one than `most` elements the middle of each cell. */
export function seenBoxes({ rows, columns, index }: SliceWindow, shape: Shape, most: number): SeenBoxes {
	// The slower axis is thinned out first: what is left of it lies in long runs of the faster one, in C order.
	const axes = (rows ? [rows, columns] : [columns]).sort((a, b) => a.axis - b.axis);
	const [slow, fast] = [axes[0] as SliceAxis, axes[1]];
	const slowRuns = runsOf(slow, most / (fast?.length ?? 1));
	const slowSeen = lengthOf(slowRuns);
	// Whole runs of the faster axis cost little: many short ones would each cost a read.
	const mostRuns = Math.max(most, WHOLE_RUNS) / slowSeen;
	const fastRuns = fast ? runsOf(fast, mostRuns) : [{ start: 0, length: 1 }];
	const boxes = slowRuns.flatMap((slowRun) =>
		fastRuns.map((fastRun) => {
			const along = (axis: number): Run =>
				axis === slow.axis ? slowRun : axis === fast?.axis ? fastRun : { start: index[axis] as number, length: 1 };
			const runs = shape.map((_, axis) => along(axis));
			return { origin: runs.map(({ start }) => start), shape: runs.map(({ length }) => length) };
		}),
	);
	const seen = slowSeen * lengthOf(fastRuns);
	return { boxes, seen, whole: seen === slow.length * (fast?.length ?? 1) };
}

/** About `most` indices of a stretch: all of them in one run, or a run in the middle of each cell. */
function runsOf({ start, length, cells }: SliceAxis, most: number): Run[] {
	if (length <= most || cells === length) return [{ start, length }];
	const each = Math.max(1, Math.floor(most / cells));
	return Array.from({ length: cells }, (_, cell) => {
		const [from, to] = [partStart(cell, length, cells), partStart(cell + 1, length, cells)];
		const seen = Math.min(each, to - from);
		return { start: start + from + Math.floor((to - from - seen) / 2), length: seen };
	});
}

function lengthOf(runs: readonly Run[]): number {
	return runs.reduce((sum, { length }) => sum + length, 0);
}
