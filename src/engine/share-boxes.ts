import type { Box, Layout, Shape } from "../core/layout";
import { sizeOf } from "../core/layout";
import type { TensorInfo } from "../core/tensor";
import { denseBoxes } from "../formats/dense";
import type { TensorSource } from "../formats/reader";
import { extentElements } from "./extent";
import { cellsInSeveral, cellsTouched, ownCells, type PartCells } from "./part-cells";
import { CHUNK_ELEMENTS, cutBoxes } from "./share";

/** The boxes of parts of a tensor, and whether they are read as extents. The same for every number of workers. */
export interface SharedBoxes {
	readonly inExtents: boolean;
	/** Parts to take. */
	readonly of: number;
	/** Neighbours, in the same order every time. */
	boxesOf(part: number): Iterable<Box>;
	/** The cells of each layout that each part touches. */
	readonly cells: readonly (readonly PartCells[])[];
}

/** Cells along the fastest axis from which on its indices are worked on in bands. */
const WIDE = 2 ** 14;

/** Indices in a band. */
const BAND = 2 ** 12;

/** Parts that a tensor is cut into where it has few cells, and the elements that a part is worth. */
const USUAL_PARTS = 16;
const PART_ELEMENTS = 2 ** 18;

/** Cells of a part whose statistics stay in the cache, and the elements that a part of so many cells is worth. */
const PART_CELLS = 2 ** 14;
const SMALL_PART_ELEMENTS = 2 ** 16;

/** Parts of a tensor that is read in chunks, where neighbouring parts may have to decode the same piece of the file. */
const PARTS_IN_CHUNKS = 8;

/** Parts that are worth more than the merging of their cells, and cells that merging may take beside finding more of them. */
const FEW_PARTS = 4;
const MERGED_CELLS = 2 ** 14;

/** Cells that there is memory to merge. */
const MOST_MERGED_CELLS = 2 ** 21;

/**
 * Chooses the boxes that suit a source and the layouts: large extents where values lie in one piece, chunks elsewhere, and
 * bands of columns where nearly every index of a long fastest axis has a cell of its own that other axes are summed into.
 */
export function shareBoxes(open: TensorSource, info: TensorInfo, layouts: readonly Layout[]): SharedBoxes {
	const { shape, sequential = false } = info;
	const size = sizeOf(shape);
	const cells = layouts.reduce((sum, layout) => sum + sizeOf(layout.cells), 0);
	const usual = Math.min(USUAL_PARTS, Math.ceil(size / PART_ELEMENTS));
	const many = Math.min(Math.ceil(cells / PART_CELLS), Math.ceil(size / SMALL_PART_ELEMENTS));
	const most = Math.max(1, usual, many);
	const [probe] = open.boxes(info, extentElements(shape, layouts, most));
	const extent = probe && open.extent?.(info, probe);
	if (!extent) {
		const parts = sequential ? 1 : Math.min(most, PARTS_IN_CHUNKS);
		return { inExtents: false, ...fewerParts(() => open.boxes(info, CHUNK_ELEMENTS), layouts, parts) };
	}
	const fastest = extent.order === "C" ? shape.length - 1 : 0;
	const others = shape.map((length, axis) => (axis === fastest ? 1 : length));
	const isWide = (layout: Layout) =>
		(layout.cells[fastest] ?? 0) >= WIDE && others.some((length, axis) => length > 1 && layout.cells[axis] !== length);
	if (layouts.some(isWide))
		return { inExtents: false, ...fewerParts(() => bands(shape, fastest, extent.order), layouts, most) };
	const extents = (parts: number) => open.boxes(info, extentElements(shape, layouts, parts));
	return { inExtents: true, ...fewerParts(extents, layouts, most) };
}

/** Cuts boxes in as many parts as are worth the cells that several of them find. */
function fewerParts(boxes: (parts: number) => Iterable<Box>, layouts: readonly Layout[], most: number) {
	for (let parts = most; ; parts = Math.floor(parts / 2)) {
		const cut = cutBoxes(() => boxes(parts), parts);
		const cells = cellsOfParts(layouts, cut, parts);
		const merged = cells.reduce((sum, each) => sum + cellsInSeveral(each), 0);
		if (parts === 1 || merged <= (parts <= FEW_PARTS ? MOST_MERGED_CELLS : MERGED_CELLS)) {
			return { of: parts, boxesOf: cut, cells };
		}
	}
}

function cellsOfParts(layouts: readonly Layout[], cut: (part: number) => Iterable<Box>, parts: number): PartCells[][] {
	const touched = Array.from({ length: parts }, (_, part) => {
		const boxes = [...cut(part)];
		return layouts.map((layout) =>
			cellsTouched(
				layout,
				boxes.map((box) => withParts(box, layout)),
			),
		);
	});
	return layouts.map((_, i) => ownCells(touched.map((spans) => spans[i] as PartCells)));
}

/** A box of complex elements as that of their real numbers, for a layout with an axis for the parts. */
function withParts(box: Box, layout: Layout): Box {
	if (box.shape.length === layout.shape.length) return box;
	return { origin: [...box.origin, 0], shape: [...box.shape, 2] };
}

/** Boxes that cover a tensor once: of each band of the fastest axis as many other indices as a chunk holds. */
function* bands(shape: Shape, fastest: number, order: "C" | "F"): Generator<Box> {
	const size = shape[fastest] as number;
	const others = shape.map((length, axis) => (axis === fastest ? 1 : length));
	for (let at = 0; at < size; at += BAND) {
		const width = Math.min(BAND, size - at);
		for (const box of denseBoxes(others, order, CHUNK_ELEMENTS / BAND)) {
			yield { origin: box.origin.with(fastest, at), shape: box.shape.with(fastest, width) };
		}
	}
}
