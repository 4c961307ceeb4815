import { type Box, denseStrides, type Shape, sizeOf } from "../../core/layout";
import { denseBoxes } from "../dense";

/**
 * Boxes of at most `maxElements` that cover a box of a dataset once, in C order. Borders lie on those of its chunks, so
 * that each is decoded once; only a chunk that is larger than allowed is cut.
 */
export function* chunkBoxes(part: Box, chunks: Shape | null, maxElements: number): Generator<Box> {
	if (sizeOf(part.shape) === 0) return;
	if (chunks === null || chunks.length !== part.shape.length) {
		yield* moved(denseBoxes(part.shape, "C", maxElements), part.origin);
		return;
	}
	const block = blockOf(part, chunks, maxElements);
	const first = part.origin.map((origin, a) => Math.floor(origin / (block[a] as number)));
	const end = part.origin.map((origin, a) => Math.ceil((origin + (part.shape[a] as number)) / (block[a] as number)));
	const index = [...first];
	for (;;) {
		const origin = index.map((at, a) => Math.max(at * (block[a] as number), part.origin[a] as number));
		const shape = origin.map((start, a) => {
			const borders = [(index[a] as number) + 1, 0] as const;
			return (
				Math.min(borders[0] * (block[a] as number), (part.origin[a] as number) + (part.shape[a] as number)) - start
			);
		});
		if (sizeOf(shape) <= maxElements) yield { origin, shape };
		else yield* moved(denseBoxes(shape, "C", maxElements), origin);
		let axis = index.length - 1;
		while (axis >= 0 && (index[axis] as number) + 1 === end[axis]) {
			index[axis] = first[axis] as number;
			axis--;
		}
		if (axis < 0) return;
		index[axis] = (index[axis] as number) + 1;
	}
}

/** As many chunks side by side as fit, the last axis first. */
function blockOf(part: Box, chunks: Shape, maxElements: number): number[] {
	const block = chunks.map((length) => Math.max(1, length));
	for (let axis = block.length - 1; axis >= 0; axis--) {
		const end = (part.origin[axis] as number) + (part.shape[axis] as number);
		const chunk = block[axis] as number;
		const others = sizeOf(block.map((length, a) => (a === axis ? 1 : Math.min(length, part.shape[a] as number))));
		const fit = Math.floor(maxElements / (others * chunk));
		const wanted = Math.ceil(end / chunk);
		block[axis] = chunk * Math.max(1, Math.min(fit, wanted));
		if (fit < wanted) break;
	}
	return block;
}

function* moved(boxes: Iterable<Box>, by: Shape): Generator<Box> {
	for (const { origin, shape } of boxes) yield { origin: origin.map((at, a) => at + (by[a] as number)), shape };
}

/** Runs of records along the last axis of a piece: where each starts in the piece, and in the box around it. */
export function* runsOf(piece: Box, box: Box): Generator<{ readonly from: number; readonly to: number }> {
	const strides = denseStrides(box.shape, "C");
	const outer = piece.shape.slice(0, -1);
	const run = piece.shape.at(-1) ?? 1;
	const start = piece.origin.reduce((sum, at, a) => sum + (at - (box.origin[a] as number)) * (strides[a] as number), 0);
	const index = outer.map(() => 0);
	for (let from = 0; ; from += run) {
		yield { from, to: start + index.reduce((sum, at, a) => sum + at * (strides[a] as number), 0) };
		let axis = outer.length - 1;
		while (axis >= 0 && (index[axis] as number) + 1 === outer[axis]) index[axis--] = 0;
		if (axis < 0) return;
		index[axis] = (index[axis] as number) + 1;
	}
}
