import { partsOf, realDType } from "../core/dtype";
import { TensorError } from "../core/errors";
import { formatCount } from "../core/format";
import { type Box, sizeOf, wholeLayout } from "../core/layout";
import { type CellStatistics, cellStatistics, emptyMoments } from "../core/moments";
import { checkBox } from "../formats/dense";
import type { Chunk } from "../formats/reader";
import type { CallContext } from "../rpc";
import { valuesOf } from "./chunk-values";
import { layoutWithParts } from "./derive";
import { type OpenFiles, type Target, useTarget } from "./open-files";
import { CHUNK_ELEMENTS, eachChunk } from "./share";
import { simdOfThread } from "./simd";

/** Elements of the largest box whose statistics are told at once, while other work goes on. */
export const MAX_BOX_ELEMENTS = 2 ** 24;

/** Statistics of the elements of one box; only what the box touches is read. */
export function statisticsOfBox(
	files: OpenFiles,
	{ target, part, box }: { readonly target: Target; readonly part: 0 | 1; readonly box: Box },
	{ signal }: CallContext,
): Promise<CellStatistics> {
	const { dtype, shape } = target;
	checkBox(shape, box);
	if (sizeOf(box.shape) > MAX_BOX_ELEMENTS) {
		throw new TensorError(
			"too-large",
			`The box has ${formatCount(sizeOf(box.shape))} elements, and at most ${formatCount(MAX_BOX_ELEMENTS)} are read for one; ask for the statistics of the whole layout.`,
			{ tensor: target.tensor },
		);
	}
	const whole = wholeLayout(shape);
	const layout = partsOf(dtype) === 2 ? layoutWithParts(whole) : whole;
	return useTarget(files, target, signal, async ({ open }, info) => {
		const moments = emptyMoments(realDType(dtype), partsOf(dtype));
		const simd = simdOfThread();
		const add = (chunk: Chunk) => valuesOf(simd, chunk).addTo(moments, { ...layout, firstCell: 0 });
		const boxes = within(open.boxes(info, CHUNK_ELEMENTS), box);
		await eachChunk(open, info, boxes, { signal, progress: () => {} }, add, simd.targets);
		return cellStatistics(moments, part);
	});
}

/** What of some boxes lies inside another one. */
export function* within(boxes: Iterable<Box>, { origin, shape }: Box): Generator<Box> {
	for (const box of boxes) {
		const from = box.origin.map((start, axis) => Math.max(start, origin[axis] as number));
		const to = box.origin.map((start, axis) =>
			Math.min(start + (box.shape[axis] as number), (origin[axis] as number) + (shape[axis] as number)),
		);
		if (from.every((start, axis) => start < (to[axis] as number)))
			yield { origin: from, shape: from.map((start, axis) => (to[axis] as number) - start) };
	}
}
