import type { DType } from "../core/dtype";
import { type Box, cellOfIndex, denseStrides, type Layout, sizeOf } from "../core/layout";
import { mergeCells } from "../core/merge-cells";
import {
	blankMoments,
	COUNTED,
	coarsen,
	type Extremes,
	emptyMoments,
	MAX_CELLS,
	type Moments,
	refines,
} from "../core/moments";

/** Cells of a layout that is only computed because several others follow from it: few, so that they stay in the cache. */
const JOINED_CELLS = 2 ** 16;

/** Elements that each cell of such a layout has to have, so that merging cells costs little beside reading elements. */
const ELEMENTS_PER_JOINED_CELL = 64;

/** Of some layouts those that all others follow from by merging cells. */
export function finestLayouts(wanted: readonly Layout[]): Layout[] {
	const computed: Layout[] = [];
	for (const layout of wanted) {
		if (computed.some((finer) => refines(finer, layout))) continue;
		const kept = computed.filter((coarser) => !refines(layout, coarser));
		computed.splice(0, computed.length, ...kept, layout);
	}
	return computed;
}

/** The layouts to compute so that all wanted ones follow by merging cells; throws `too-large` past `MAX_CELLS` in all. */
export function layoutsToCompute(wanted: readonly Layout[]): Layout[] {
	const computed = finestLayouts(wanted);
	for (let best = bestJoin(computed); best; best = bestJoin(computed)) {
		const { layout } = best;
		const kept = computed.filter((coarser) => !refines(layout, coarser));
		computed.splice(0, computed.length, ...kept, layout);
	}
	// Throws where a result would be too large, before anything is read.
	const cells = computed.reduce((sum, layout) => sum + sizeOf(layout.cells), 0);
	if (cells > MAX_CELLS) emptyMoments("f64", cells);
	return computed;
}

/** The two layouts whose common refinement has the fewest cells, if that is few enough to be worth one pass less. */
function bestJoin(layouts: readonly Layout[]): { layout: Layout; cells: number } | undefined {
	let best: { layout: Layout; cells: number } | undefined;
	layouts.forEach((a, i) => {
		for (const b of layouts.slice(i + 1)) {
			const layout = commonRefinement(a, b);
			const cells = sizeOf(layout.cells);
			const limit = Math.min(JOINED_CELLS, sizeOf(a.shape) / ELEMENTS_PER_JOINED_CELL);
			if (cells <= limit && cells < (best?.cells ?? Infinity)) best = { layout, cells };
		}
	});
	return best;
}

/** A layout that refines both. */
export function commonRefinement(a: Layout, b: Layout): Layout {
	const cells = a.shape.map((size, axis) => {
		const [few, many] = [a.cells[axis] as number, b.cells[axis] as number].sort((x, y) => x - y) as [number, number];
		if (few <= 1 || few === many) return many;
		return many % few === 0 && size % many === 0 ? many : size;
	});
	return { shape: a.shape, cells };
}

/** Shares that a tensor is cut into at most, and the elements that a share is worth. */
const MOST_PARTS = 16;
const PART_ELEMENTS = 2 ** 18;

/** Cells that merging shares may take beside the work of finding them. */
const MERGED_CELLS = 2 ** 14;

/** Cells from which on their memory takes longer than waiting for the slowest of few shares. */
const MANY_CELLS = 2 ** 17;

/** Shares to find the statistics of some layouts in: many, but so that few cells are found in several of them. */
export function partsWorth(layouts: readonly Layout[]): number {
	const [layout] = layouts;
	const size = layout ? sizeOf(layout.shape) : 0;
	if (layouts.reduce((sum, { cells }) => sum + sizeOf(cells), 0) > MANY_CELLS) return 1;
	let parts = Math.min(MOST_PARTS, Math.ceil(size / PART_ELEMENTS));
	const merged = ({ shape, cells }: Layout) => {
		const slowest = shape.findIndex((length) => length > 1);
		// Of a C-order tensor: shares of the slowest axis meet in a cell each, or in all where that axis is averaged.
		return sizeOf(cells) * Math.max(0, parts / (cells[slowest] ?? 1) - 1);
	};
	while (parts > 1 && layouts.reduce((sum, each) => sum + merged(each), 0) > MERGED_CELLS)
		parts = Math.floor(parts / 2);
	return Math.max(1, parts);
}

/** The wanted statistics from those of the computed layouts, of which one refines each. */
export function deriveMoments(
	wanted: readonly Layout[],
	computed: readonly { readonly layout: Layout; readonly moments: Moments }[],
	dtype: DType,
): Moments[] {
	return wanted.map((layout) => {
		const same = computed.find((finer) => sameCells(finer.layout, layout));
		if (same) return same.moments;
		const finer = computed
			.filter((candidate) => refines(candidate.layout, layout))
			.sort((a, b) => sizeOf(a.layout.cells) - sizeOf(b.layout.cells))[0];
		if (!finer) throw new RangeError(`No computed layout refines [${layout.cells.join(", ")}].`);
		return coarsen(finer.moments, finer.layout, layout, dtype);
	});
}

function sameCells(a: Layout, b: Layout): boolean {
	return a.cells.every((parts, axis) => parts === b.cells[axis]);
}

/** Statistics of the cells of a layout from `firstCell` on, in C order. */
export interface CellRange {
	readonly firstCell: number;
	readonly moments: Moments;
}

/** The statistics of all cells of a layout from those that each share of the work found for the cells it touched. */
export function mergeShares(layout: Layout, ranges: readonly CellRange[], dtype: DType): Moments {
	const cells = sizeOf(layout.cells);
	const sorted = [...ranges].sort((a, b) => a.firstCell - b.firstCell);
	const whole = sorted.find(({ moments }) => moments.count.length === cells)?.moments;
	const into = whole ?? (covers(sorted, cells) ? blankMoments : emptyMoments)(dtype, cells);
	// Cells before this one hold what a share found: others are merged into them, but copied behind them.
	let filled = 0;
	for (const { firstCell, moments } of sorted) {
		if (moments === whole) continue;
		const end = firstCell + moments.count.length;
		const shared = whole ? end : Math.min(end, Math.max(firstCell, filled));
		mergeCells(into, firstCell, moments, 0, shared - firstCell);
		copyCells(into, shared, moments, shared - firstCell);
		filled = Math.max(filled, end);
	}
	return into;
}

/** Whether ranges, sorted by their first cells, leave none out. */
function covers(sorted: readonly CellRange[], cells: number): boolean {
	let end = 0;
	for (const { firstCell, moments } of sorted) {
		if (firstCell > end) return false;
		end = Math.max(end, firstCell + moments.count.length);
	}
	return end === cells;
}

/** Copies the cells from `from` on to those from `to` on. */
function copyCells(into: Moments, to: number, other: Moments, from: number): void {
	const copy = (target: Extremes, source: Extremes) => {
		(target as Float64Array).set((source as Float64Array).subarray(from), to);
	};
	for (const field of ["count", "mean", "meanRest", "std", "min", "max"] as const) copy(into[field], other[field]);
	for (const kind of COUNTED) {
		copy(into[kind], other[kind]);
		copy(into.first[kind], other.first[kind]);
	}
}

/** The first of a layout's cells that some boxes touch, and how many there are up to the last. */
export function cellsTouched({ shape, cells }: Layout, boxes: Iterable<Box>): { firstCell: number; count: number } {
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

/** The layout of a complex tensor's real numbers: an extra last axis of 2 parts, kept apart. */
export function layoutWithParts({ shape, cells }: Layout): Layout {
	return { shape: [...shape, 2], cells: [...cells, 2] };
}

/** Statistics of each part of a tensor, from those of a layout with or without parts. */
export function splitParts(moments: Moments, parts: 1 | 2): Moments[] {
	return parts === 1 ? [moments] : [0, 1].map((part) => onePart(moments, part));
}

function onePart(moments: Moments, part: number): Moments {
	const every = (values: Float64Array) => values.filter((_, cell) => cell % 2 === part);
	const firsts = COUNTED.map((kind) => [kind, every(moments.first[kind]).map((index) => Math.floor(index / 2))]);
	return {
		count: every(moments.count),
		mean: every(moments.mean),
		meanRest: every(moments.meanRest),
		std: every(moments.std),
		min: every(moments.min as Float64Array),
		max: every(moments.max as Float64Array),
		nan: every(moments.nan),
		posInf: every(moments.posInf),
		negInf: every(moments.negInf),
		zeros: every(moments.zeros),
		first: Object.fromEntries(firsts) as Moments["first"],
	};
}

/** All buffers of some statistics, each once, to be moved to another thread. */
export function buffersOf(all: readonly Moments[]): ArrayBuffer[] {
	const buffers = all.flatMap(({ first, ...fields }) =>
		[...Object.values(fields), ...Object.values(first)].map((values) => values.buffer as ArrayBuffer),
	);
	return [...new Set(buffers)];
}
