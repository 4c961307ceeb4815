import { ulpDistanceOf } from "../core/tensor-difference";
import type { CallContext } from "../rpc";
import { decodeChunk } from "./decoded";
import { type Comparison, type DifferenceShare, emptyShare } from "./difference-share";
import { addDifferences } from "./differences";
import { type OpenFiles, type Target, useTarget } from "./open-files";
import { boxesOf, CHUNK_ELEMENTS, eachChunk, type Share } from "./share";

/** Compares a share of two tensors of one shape, part by part where both are complex. */
export async function compareShare(
	files: OpenFiles,
	input: { readonly a: Target; readonly b: Target; readonly comparison: Comparison; readonly share: Share },
	context: CallContext,
): Promise<DifferenceShare> {
	const { a, b, comparison, share } = input;
	const found = emptyShare(comparison);
	const ulpOf = comparison.ulp ? ulpDistanceOf(a.dtype) : undefined;
	await useTarget(files, a, context.signal, ({ open }, info) =>
		useTarget(files, b, context.signal, async (other, otherInfo) => {
			const boxes = boxesOf(() => open.boxes(info, CHUNK_ELEMENTS), share);
			await eachChunk(open, info, boxes, context, async (chunk) => {
				const second = decodeChunk(await other.open.read(otherInfo, chunk, context.signal));
				addDifferences(found, decodeChunk(chunk), second, comparison, ulpOf);
			});
		}),
	);
	return found;
}
