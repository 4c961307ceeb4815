import { type Layout, sizeOf } from "../core/layout";
import { layoutOf, type Norm } from "../core/normalizations";
import { commonRefinement } from "./derive";

/** A layout's cells as a key of maps. */
export function layoutKey({ cells }: Layout): string {
	return cells.join();
}

/** Cells that the layouts of a lens may have in all. */
const MOST_CELLS = 2 ** 21;

/** The layouts, those of few cells first, as far as their statistics may be kept. */
export function layoutsThatFit(layouts: readonly Layout[]): Layout[] {
	const different = new Map(layouts.map((layout) => [layoutKey(layout), layout]));
	let room = MOST_CELLS;
	return [...different.values()]
		.map((layout) => ({ layout, cells: sizeOf(layout.cells) }))
		.sort((a, b) => a.cells - b.cells)
		.filter(({ cells }) => {
			room -= cells;
			return room >= 0;
		})
		.map(({ layout }) => layout);
}

/** The layouts of some norms, and what each two of them cut each other into. */
export function layoutsOfNorms(norms: readonly Norm[], shape: Layout["shape"]): Layout[] {
	const layouts = norms.map((norm) => layoutOf(norm, shape));
	return [
		...layouts,
		...pairsOf(norms.length).map(([a, b]) => commonRefinement(layouts[a] as Layout, layouts[b] as Layout)),
	];
}

/** The pairs of some numbers, each once. */
export function pairsOf(count: number): [number, number][] {
	return Array.from({ length: count }, (_, a) => a).flatMap((a) =>
		Array.from({ length: count - a - 1 }, (_, k): [number, number] => [a, a + 1 + k]),
	);
}
