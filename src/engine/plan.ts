import { cellOfIndex, denseStrides, type Layout, partStart, type Shape } from "../core/layout";
import type { Chunk } from "../formats/reader";
import { indexTable } from "./tables";

/** A loop over a chunk: one axis, or several that lie behind each other in memory and became one. */
export interface Loop {
	readonly count: number;
	/** Elements in memory from one index to the next. */
	readonly step: number;
	/** What each index adds to the cell; absent where all belong to the same one. */
	readonly cells?: Int32Array;
	/** The axes it runs along, slowest first: their lengths, and what an index adds to the C-order index in the tensor. */
	readonly axes: readonly { readonly count: number; readonly step: number }[];
}

/** Where an element is: its position in memory, its cell, its C-order index in the tensor. */
export interface Place {
	readonly position: number;
	readonly cell: number;
	readonly index: number;
}

/**
 * How a kernel walks a chunk. Without `rows`, contiguous stretches of `run` belong to one cell each. With `rows`, a block
 * of rows, all of the same cells, is summed column by column, and the columns are the indices of `run`.
 */
export interface Plan {
	readonly start: Place;
	/** Outermost first. */
	readonly outer: readonly Loop[];
	readonly rows?: Loop;
	readonly run: Loop;
}

/** The part of a chunk that a plan depends on. */
export type ChunkGeometry = Pick<Chunk, "origin" | "shape" | "strides" | "offset">;

/**
 * Contiguous stretches shorter than this are summed as columns: where there are no rows to sum over, where there are more
 * columns than have their sums in the cache, and elsewhere.
 */
const SHORT = { alone: 16, wide: 6, narrow: 64 };

/** Columns that have their sums in the cache. */
const MOST_COLUMNS = 2 ** 13;

/** A loop that runs once. */
export const ONCE: Loop = { count: 1, step: 0, axes: [] };

/** A layout whose statistics are kept for some of its cells only: those from `firstCell` on. */
export interface LayoutRange extends Layout {
	readonly firstCell?: number;
}

/** The loops of a plan, which chunks of one shape share wherever they lie. */
type Loops = Omit<Plan, "start">;

/** Loops kept by a planner. */
const KEPT = 16;

/** Plans the walk over a non-empty chunk of a tensor with this layout; cells count from the range's first. */
export function planChunk(chunk: ChunkGeometry, layout: LayoutRange): Plan {
	return createPlanner(layout)(chunk);
}

/** Plans the walk over a non-empty chunk. */
export type Planner = (chunk: ChunkGeometry) => Plan;

/** Plans walks over chunks of one tensor: those of a shape that was planned before cost little. */
export function createPlanner({ shape, cells, firstCell = 0 }: LayoutRange): Planner {
	const cellSteps = denseStrides(cells);
	const indexSteps = denseStrides(shape);
	const known = new Map<string, Loops>();
	return (chunk) => {
		const start = { position: chunk.offset, cell: -firstCell, index: 0 };
		let key = "";
		for (let axis = 0; axis < shape.length; axis++) {
			const [size, parts] = [shape[axis] as number, cells[axis] as number];
			const [origin, count] = [chunk.origin[axis] as number, chunk.shape[axis] as number];
			start.cell += cellOfIndex(origin, size, parts) * (cellSteps[axis] as number);
			start.index += origin * (indexSteps[axis] as number);
			// Where in its parts a grouped axis begins matters; along others all chunks are alike.
			key += `${count},${chunk.strides[axis]},${phaseOf(origin, size, parts)};`;
		}
		let loops = known.get(key);
		if (!loops) {
			loops = loopsOf(chunk, { shape, cells }, cellSteps, indexSteps);
			if (known.size >= KEPT) known.clear();
			known.set(key, loops);
		}
		return { start, ...loops };
	};
}

/** What two origins of chunks of one shape have in common if their cells lie alike. */
export function phaseOf(origin: number, size: number, parts: number): number {
	if (parts === size || parts <= 1) return 0;
	return size % parts === 0 ? origin % (size / parts) : origin;
}

function loopsOf(chunk: ChunkGeometry, { shape, cells }: Layout, cellSteps: Shape, indexSteps: Shape): Loops {
	const loops: Loop[] = [];
	for (let axis = 0; axis < shape.length; axis++) {
		const origin = chunk.origin[axis] as number;
		const count = chunk.shape[axis] as number;
		const [size, parts] = [shape[axis] as number, cells[axis] as number];
		const cellStep = cellSteps[axis] as number;
		if (count === 1) continue;
		/** A loop along the axis, each step of which goes over so many of its indices. */
		const along = (steps: number, indices: number): Loop => ({
			count: steps,
			step: (chunk.strides[axis] as number) * indices,
			axes: [{ count: steps, step: (indexSteps[axis] as number) * indices }],
		});
		const first = cellOfIndex(origin, size, parts);
		const last = cellOfIndex(origin + count - 1, size, parts);
		const width = size / parts;
		if (first === last) loops.push(along(count, 1));
		else if (size % parts === 0 && origin % width === 0 && count % width === 0) {
			// Whole parts of one length: an axis of the parts that is kept, and one within them that is averaged.
			loops.push({ ...along(count / width, width), cells: indexTable(0, count / width, cellStep) });
			if (width > 1) loops.push(along(width, 1));
		} else {
			loops.push({ ...along(count, 1), cells: cellOffsets(origin, count, { size, cells: parts, step: cellStep }) });
		}
	}
	loops.sort((a, b) => Math.abs(b.step) - Math.abs(a.step));
	return arrange(collapse(loops));
}

function cellOffsets(origin: number, count: number, part: { size: number; cells: number; step: number }): Int32Array {
	const first = cellOfIndex(origin, part.size, part.cells);
	const offsets = new Int32Array(count);
	for (let cell = first, from = 0; from < count; cell++) {
		const end = Math.min(count, partStart(cell + 1, part.size, part.cells) - origin);
		offsets.fill((cell - first) * part.step, from, end);
		from = end;
	}
	return offsets;
}

/** Joins neighbours of the same kind that lie behind each other in memory. */
function collapse(loops: readonly Loop[]): Loop[] {
	const joined: Loop[] = [];
	for (const loop of loops) {
		const outer = joined.at(-1);
		if (outer && follows(outer, loop) && !outer.cells === !loop.cells) joined[joined.length - 1] = join(outer, loop);
		else joined.push(loop);
	}
	return joined;
}

const follows = (outer: Loop, inner: Loop) => outer.step === inner.step * inner.count;

function join(outer: Loop, inner: Loop): Loop {
	const count = outer.count * inner.count;
	const axes = { count, step: inner.step, axes: joinAxes(outer, inner) };
	if (!outer.cells && !inner.cells) return axes;
	const cells = new Int32Array(count);
	for (let i = 0, filled = 0; i < outer.count; i++) {
		const from = outer.cells?.[i] ?? 0;
		for (let k = 0; k < inner.count; k++) cells[filled++] = from + (inner.cells?.[k] ?? 0);
	}
	return { ...axes, cells };
}

function joinAxes(outer: Loop, inner: Loop): Loop["axes"] {
	const slow = outer.axes.at(-1);
	const [fast, ...rest] = inner.axes;
	if (!slow || !fast || slow.step !== fast.step * fast.count) return [...outer.axes, ...inner.axes];
	return [...outer.axes.slice(0, -1), { count: slow.count * fast.count, step: fast.step }, ...rest];
}

/** Chooses the loops that the kernel runs itself, innermost of all. */
function arrange(loops: Loop[]): Loops {
	const outer = [...loops];
	let run = outer.pop() ?? ONCE;
	const next = outer.at(-1);
	const more = outer.findLastIndex(({ cells }) => !cells);
	const short = (columns: number) => SHORT[more < 0 ? "alone" : columns > MOST_COLUMNS ? "wide" : "narrow"];
	// A short average inside a kept axis: as columns that share cells, if that leaves rows to sum over, or as longer stretches.
	if (!run.cells && next?.cells && run.count < short(next.count * run.count) && follows(next, run)) {
		const joined = join(next, run);
		if (more >= 0 || averages(joined) >= SHORT.alone) {
			outer.pop();
			run = joined;
		}
	}
	if (averages(run) >= short(run.count)) return { outer, run };
	const rows = outer.findLastIndex(({ cells }) => !cells);
	return { outer: outer.filter((_, i) => i !== rows), rows: outer[rows] ?? ONCE, run };
}

/** Elements in a stretch of one cell of a run, on average. */
function averages({ count, cells }: Loop): number {
	if (!cells) return Infinity;
	let stretches = 1;
	for (let i = 1; i < cells.length; i++) if (cells[i] !== cells[i - 1]) stretches++;
	return count / stretches;
}

/** What index `i` of a loop adds to the C-order index in the tensor. */
export function indexWithin(loop: Loop, i: number): number {
	let index = 0;
	for (let k = loop.axes.length - 1; k >= 0; k--) {
		const { count, step } = loop.axes[k] as Loop["axes"][number];
		index += (k === 0 ? i : i % count) * step;
		i = Math.floor(i / count);
	}
	return index;
}

/** Visits every combination of indices of the outer loops. */
export function walk(loops: readonly Loop[], start: Place, visit: (place: Place) => void, depth = 0): void {
	const loop = loops[depth];
	if (!loop) {
		visit(start);
		return;
	}
	for (let i = 0; i < loop.count; i++) {
		const place = {
			position: start.position + i * loop.step,
			cell: start.cell + (loop.cells?.[i] ?? 0),
			index: start.index + indexWithin(loop, i),
		};
		walk(loops, place, visit, depth + 1);
	}
}

/** Shape and strides of a chunk of a complex dtype as one of its real dtype, with an extra last axis of 2. */
export function withParts(chunk: ChunkGeometry): ChunkGeometry {
	const twice = (steps: Shape) => steps.map((step) => 2 * step);
	return {
		origin: [...chunk.origin, 0],
		shape: [...chunk.shape, 2],
		strides: [...twice(chunk.strides), 1],
		offset: 2 * chunk.offset,
	};
}
