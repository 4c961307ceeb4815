import { coarsen, refines } from "../core/coarsen";
import type { DType } from "../core/dtype";
import { type Layout, sizeOf } from "../core/layout";
import { copyCells, mergeCells } from "../core/merge-cells";
import { blankMoments, COUNTED, emptyMoments, MAX_CELLS, type Moments } from "../core/moments";

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

/**
 * The statistics of all cells of a layout, from those that each share of the work found for the cells it touched; cells of no
 * range were put into `placed` already, and the others there are blank.
 */
export function mergeShares(layout: Layout, ranges: readonly CellRange[], dtype: DType, placed?: Moments): Moments {
	const cells = sizeOf(layout.cells);
	const sorted = [...ranges].sort((a, b) => a.firstCell - b.firstCell);
	const whole = placed ? undefined : sorted.find(({ moments }) => moments.count.length === cells)?.moments;
	const into = placed ?? whole ?? (covers(sorted, cells) ? blankMoments : emptyMoments)(dtype, cells);
	// Cells before this one hold what a share found: others are merged into them, but copied behind them.
	let filled = 0;
	for (const { firstCell, moments } of sorted) {
		if (moments === whole) continue;
		const end = firstCell + moments.count.length;
		const shared = whole ? end : Math.min(end, Math.max(firstCell, filled));
		mergeCells(into, firstCell, moments, 0, shared - firstCell);
		copyCells(into, shared, moments, shared - firstCell, end - shared);
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

/** All buffers of some statistics that have to be moved to another thread, each once: what threads share stays. */
export function buffersOf(all: readonly Moments[]): ArrayBuffer[] {
	const buffers = all.flatMap(({ first, ...fields }) =>
		[...Object.values(fields), ...Object.values(first)].map(({ buffer }) => buffer),
	);
	return [...new Set(buffers)].filter((buffer) => buffer instanceof ArrayBuffer);
}
