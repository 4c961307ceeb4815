import type { Box, Layout, Shape } from "../core/layout";
import type { TensorInfo } from "../core/tensor";
import { denseBoxes } from "../formats/dense";
import type { TensorSource } from "../formats/reader";
import { extentElements } from "./extent";
import { boxesOf, CHUNK_ELEMENTS, type Parts, type Share } from "./share";

/** The boxes of shares of a tensor, and whether they are read as extents. */
export interface SharedBoxes {
	readonly inExtents: boolean;
	/** Shares to take. */
	readonly of: number;
	/** Neighbours, in the same order every time. */
	boxesOf(share: Share): Iterable<Box>;
}

/** Cells along the fastest axis from which on its indices are worked on in bands. */
const WIDE = 2 ** 14;

/** Indices in a band. */
const BAND = 2 ** 12;

/**
 * Chooses the boxes that suit a source and the layouts: large extents where values lie in one piece, chunks elsewhere, and
 * bands of columns where nearly every index of a long fastest axis has a cell of its own that other axes are summed into.
 */
export function shareBoxes(
	open: TensorSource,
	info: TensorInfo,
	layouts: readonly Layout[],
	parts: Parts,
): SharedBoxes {
	const { shape } = info;
	const { of, few } = parts;
	const large = extentElements(shape, layouts, of);
	const [probe] = open.boxes(info, large);
	const extent = probe && open.extent?.(info, probe);
	const inChunks = (boxes: () => Iterable<Box>, shares: number): SharedBoxes => ({
		inExtents: false,
		of: shares,
		boxesOf: (share) => boxesOf(boxes, share),
	});
	if (!extent) return inChunks(() => open.boxes(info, CHUNK_ELEMENTS), few);
	const fastest = extent.order === "C" ? shape.length - 1 : 0;
	const others = shape.map((size, axis) => (axis === fastest ? 1 : size));
	const isWide = ({ cells }: Layout) =>
		(cells[fastest] ?? 0) >= WIDE && others.some((size, axis) => size > 1 && cells[axis] !== size);
	if (layouts.some(isWide)) return inChunks(() => bands(shape, fastest, extent.order), of);
	const extents = [...open.boxes(info, large)];
	return { inExtents: true, of, boxesOf: (share) => boxesOf(() => extents, share) };
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
