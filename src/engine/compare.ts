import { partsOf } from "../core/dtype";
import { TensorError } from "../core/errors";
import type { CallContext } from "../rpc";
import { decodeChunk } from "./decoded";
import { addDifferences, type DifferenceShare, differencesOf } from "./differences";
import { type OpenFiles, type Target, useTarget } from "./open-files";
import { boxesOf, CHUNK_ELEMENTS, eachChunk, type Share } from "./share";

/** Compares a share of two tensors of one shape, part by part where both are complex. */
export async function compareShare(
	files: OpenFiles,
	input: {
		readonly a: Target;
		readonly b: Target;
		readonly rtol: number;
		readonly atol: number;
		readonly share: Share;
	},
	context: CallContext,
): Promise<DifferenceShare> {
	const { a, b, share } = input;
	if (partsOf(a.dtype) !== partsOf(b.dtype)) {
		throw new TensorError(
			"unsupported",
			`A tensor of ${a.dtype} cannot be compared with one of ${b.dtype}: only one is complex.`,
		);
	}
	const shape = partsOf(a.dtype) === 2 ? [...a.shape, 2] : a.shape;
	let found: DifferenceShare = { elements: 0, mismatched: 0, different: 0, maxAbs: 0, maxRel: 0 };
	await useTarget(files, a, context.signal, ({ open }, info) =>
		useTarget(files, b, context.signal, async (other, otherInfo) => {
			const boxes = boxesOf(() => open.boxes(info, CHUNK_ELEMENTS), share);
			await eachChunk(open, info, boxes, context, async (chunk) => {
				const second = decodeChunk(await other.open.read(otherInfo, chunk, context.signal));
				found = addDifferences(found, differencesOf(decodeChunk(chunk), second, shape, input));
			});
		}),
	);
	return found;
}
