import type { Box, Layout, Shape } from "../core/layout";
import type { TensorInfo } from "../core/tensor";
import { denseBoxes } from "../formats/dense";
import type { TensorSource } from "../formats/reader";
import { extentElements } from "./extent";
import { boxesOf, CHUNK_ELEMENTS, type Share } from "./share";

/** The boxes of a share of a tensor, and whether they are read as extents. */
export interface ShareBoxes {
	readonly inExtents: boolean;
	/** Neighbours, in the same order every time. */
	boxes(): Iterable<Box>;
}

/** Cells along the fastest axis from which on its indices are worked on in bands. */
const WIDE = 2 ** 14;

/** Indices in a band. */
const BAND = 2 ** 12;

/**
 * Chooses the boxes that suit a source and the layouts: large extents where values lie in one piece, chunks elsewhere, and
 * bands of columns where nearly every index of a long fastest axis has a cell of its own that other axes are summed into.
 */
export function shareBoxes(open: TensorSource, info: TensorInfo, layouts: readonly Layout[], share: Share): ShareBoxes {
	const { shape } = info;
	const large = extentElements(shape, share.of);
	const [probe] = open.boxes(info, large);
	const extent = probe && open.extent?.(info, probe);
	if (!extent) return { inExtents: false, boxes: () => boxesOf(() => open.boxes(info, CHUNK_ELEMENTS), share) };
	const fastest = extent.order === "C" ? shape.length - 1 : 0;
	const others = shape.map((size, axis) => (axis === fastest ? 1 : size));
	const isWide = ({ cells }: Layout) =>
		(cells[fastest] ?? 0) >= WIDE && others.some((size, axis) => size > 1 && cells[axis] !== size);
	if (layouts.some(isWide)) {
		return { inExtents: false, boxes: () => boxesOf(() => bands(shape, fastest, extent.order), share) };
	}
	return { inExtents: true, boxes: () => boxesOf(() => open.boxes(info, large), share) };
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
