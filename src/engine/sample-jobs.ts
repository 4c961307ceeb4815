import { DTYPES, partsOf, realDType } from "../core/dtype";
import { type Box, type Layout, sizeOf } from "../core/layout";
import { COUNTED, emptyMoments } from "../core/moments";
import type { CallContext } from "../rpc";
import { buffersOf, type CellRange, layoutWithParts } from "./derive";
import { type OpenFiles, type Target, useTarget } from "./open-files";
import { SAMPLE_BOX_BYTES, sampleBoxes } from "./sample";
import { eachChunk } from "./share";
import { createStack } from "./stack";

/** Statistics of a sample of a tensor, without where values are first, and the number of its elements. */
export interface SampledMoments {
	readonly found: readonly (readonly CellRange[])[];
	readonly seen: number;
}

/** Bytes of values in a sample at most, unless its first box alone is larger. */
const MOST_BYTES = 2 ** 23;

/** Statistics of a sample that is spread evenly over a tensor, one for each layout; after `mostMs` no more is read. */
export function momentsOfSample(
	files: OpenFiles,
	input: { readonly target: Target; readonly layouts: readonly Layout[]; readonly mostMs: number },
	context: CallContext,
): Promise<SampledMoments> {
	const { dtype } = input.target;
	const layouts = partsOf(dtype) === 2 ? input.layouts.map(layoutWithParts) : input.layouts;
	return useTarget(files, input.target, context.signal, async ({ open }, info) => {
		const moments = layouts.map((layout) => emptyMoments(realDType(dtype), sizeOf(layout.cells)));
		const stack = createStack(dtype, layouts, moments);
		const bytesEach = DTYPES[dtype].bits / 8;
		const [first] = open.boxes(info, Math.max(1, Math.floor(SAMPLE_BOX_BYTES / bytesEach)));
		const end = Date.now() + input.mostMs;
		let seen = 0;
		const boxes = function* (): Generator<Box> {
			for (const box of first ? sampleBoxes(info.shape, first.shape) : []) {
				const size = sizeOf(box.shape);
				if (seen > 0 && ((seen + size) * bytesEach > MOST_BYTES || Date.now() > end)) return;
				seen += size;
				yield box;
			}
		};
		await eachChunk(open, info, boxes(), { signal: context.signal, progress: () => {} }, stack.add);
		stack.flush();
		for (const { first } of moments) for (const kind of COUNTED) first[kind].fill(Infinity);
		context.transfer(...buffersOf(moments));
		return { found: moments.map((all) => [{ firstCell: 0, moments: all }]), seen };
	});
}
