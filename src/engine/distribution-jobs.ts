import { type Distribution, distributionOf } from "../core/distribution";
import { partsOf, realDType } from "../core/dtype";
import { type Layout, sizeOf } from "../core/layout";
import { emptySketch, mergeSketch, type Sketch, sketchBuffers } from "../core/sketch";
import type { Chunk } from "../formats/reader";
import type { CallContext } from "../rpc";
import { type Decoded, decodeChunk } from "./decoded";
import { type OpenFiles, type Target, useTarget } from "./open-files";
import { boxesOf, CHUNK_ELEMENTS, eachChunk, type Share } from "./share";
import { simdOfThread } from "./simd";
import { addTally } from "./tally";

/** Counts a share of one part of a tensor in buckets. */
export function sketchOfShare(
	files: OpenFiles,
	input: { readonly target: Target; readonly part: 0 | 1; readonly layout: Layout; readonly share: Share },
	context: CallContext,
): Promise<Sketch> {
	const { target, part, layout, share } = input;
	const { dtype, shape } = target;
	return useTarget(files, target, context.signal, async ({ open }, info) => {
		const sketch = emptySketch(realDType(dtype), sizeOf(layout.cells), sizeOf(shape));
		const simd = simdOfThread();
		const add = (chunk: Chunk) => {
			const decoded = simd.lanes(chunk) ?? decodeChunk(chunk);
			addTally(sketch, layout, partsOf(dtype) === 2 ? onePart(decoded, part) : decoded);
		};
		const boxes = boxesOf(() => open.boxes(info, CHUNK_ELEMENTS), share);
		await eachChunk(open, info, boxes, context, add, simd.targets);
		context.transfer(...sketchBuffers(sketch));
		return sketch;
	});
}

/** The real or the imaginary parts of a complex chunk, whose last axis has both. */
function onePart({ origin, shape, strides, offset, values }: Decoded, part: 0 | 1): Decoded {
	const axes = shape.length - 1;
	return {
		origin: origin.slice(0, axes),
		shape: shape.slice(0, axes),
		strides: strides.slice(0, axes),
		offset: offset + part * (strides[axes] as number),
		values,
	};
}

/** Adds shares up into quantiles and histograms, and moves these out. */
export function mergedDistribution([first, ...rest]: readonly Sketch[], context: CallContext): Distribution {
	if (!first) throw new RangeError("A distribution is of at least one share.");
	const distribution = distributionOf(rest.reduce(mergeSketch, first));
	context.transfer(...arraysIn(distribution).map(({ buffer }) => buffer as ArrayBuffer));
	return distribution;
}

/** All arrays of numbers in an answer, however deep. */
function arraysIn(value: unknown): ArrayBufferView[] {
	if (ArrayBuffer.isView(value)) return [value];
	return typeof value === "object" && value !== null ? Object.values(value).flatMap(arraysIn) : [];
}
