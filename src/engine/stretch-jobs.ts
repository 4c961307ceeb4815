import { partsOf, realDType } from "../core/dtype";
import { TensorError } from "../core/errors";
import { type AxisProfile, axisProfile } from "../core/inspection";
import { sizeOf } from "../core/layout";
import { emptyMoments, type Moments } from "../core/moments";
import type { Chunk } from "../formats/reader";
import type { CallContext } from "../rpc";
import { within } from "./box-jobs";
import { valuesOf } from "./chunk-values";
import { layoutWithParts, splitParts } from "./derive";
import { PROFILE_BINS } from "./inspected";
import { type OpenFiles, type Target, useTarget } from "./open-files";
import { CHUNK_ELEMENTS, eachChunk } from "./share";
import { simdOfThread } from "./simd";

/** Some neighbouring indices of one axis of a tensor. */
export interface AxisStretch {
	readonly axis: number;
	readonly start: number;
	readonly length: number;
}

/** The profile of a stretch of an axis, as if the tensor had only that: its bins count from the stretch's start. */
export function profileOfStretch(
	files: OpenFiles,
	{ target, part, stretch }: { readonly target: Target; readonly part: 0 | 1; readonly stretch: AxisStretch },
	{ signal, progress }: CallContext,
): Promise<AxisProfile> {
	const { dtype, shape } = target;
	const { axis, start, length } = stretch;
	if (shape[axis] === undefined || length < 1 || start + length > shape[axis]) {
		throw new TensorError(
			"bad-option",
			`The indices ${start} to ${start + length - 1} of axis ${axis} were asked for, and the shape is [${shape.join(", ")}].`,
			{ tensor: target.tensor },
		);
	}
	const inside = shape.map((size, a) => (a === axis ? length : size));
	const cells = shape.map((_, a) => (a === axis ? Math.min(length, PROFILE_BINS) : 1));
	const plain = { shape: inside, cells };
	const layout = partsOf(dtype) === 2 ? layoutWithParts(plain) : plain;
	const box = { origin: shape.map((_, a) => (a === axis ? start : 0)), shape: inside };
	return useTarget(files, target, signal, async ({ open }, info) => {
		const moments = emptyMoments(realDType(dtype), sizeOf(layout.cells));
		const simd = simdOfThread();
		const add = (chunk: Chunk) => {
			const origin = chunk.origin.map((first, a) => (a === axis ? first - start : first));
			valuesOf(simd, { ...chunk, origin }).addTo(moments, { ...layout, firstCell: 0 });
		};
		const boxes = within(open.boxes(info, CHUNK_ELEMENTS), box);
		await eachChunk(open, info, boxes, { signal, progress }, add, simd.targets);
		return axisProfile(plain, axis, splitParts(moments, partsOf(dtype))[part] as Moments);
	});
}
