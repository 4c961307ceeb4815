import { type DType, partsOf, realDType } from "../core/dtype";
import { axisProfile, type Inspection, partName, summarizeNorm, unravel } from "../core/inspection";
import { type Box, type Layout, type Shape, sizeOf } from "../core/layout";
import { cellStatistics, type Moments } from "../core/moments";
import type { Norm } from "../core/normalizations";
import { coverageOf } from "../core/sampling";
import type { Chunk, Extent } from "../formats/reader";
import type { CallContext } from "../rpc";
import type { LayoutMoments } from "./api";
import { valuesOf } from "./chunk-values";
import {
	buffersOf,
	type CellRange,
	cellsTouched,
	deriveMoments,
	layoutWithParts,
	mergeShares,
	splitParts,
} from "./derive";
import { createExtentAdder, type Sum } from "./extent";
import { type OpenFiles, type Target, useTarget } from "./open-files";
import { eachChunk, eachStep, type Share } from "./share";
import { shareBoxes } from "./share-boxes";
import { simdOfThread } from "./simd";

/** What the shares of a tensor found under the computed layouts, and the layouts that are wanted from it. */
export interface Partials {
	readonly dtype: DType;
	readonly shape: Shape;
	readonly wanted: readonly Layout[];
	readonly computed: readonly Layout[];
	/** Of each share, for each computed layout, the cells it touched. */
	readonly shares: readonly (readonly CellRange[])[];
	/** Elements that the shares are of: all of the tensor's unless it was sampled. */
	readonly seen: number;
}

/** Sets of a norm that an inspection lists one by one. */
export const LISTED_SETS = 256;

/** Statistics of a share of a tensor; for complex ones of layouts with an extra axis for the parts. */
export function momentsOfShare(
	files: OpenFiles,
	input: { readonly target: Target; readonly layouts: readonly Layout[]; readonly share: Share },
	context: CallContext,
): Promise<CellRange[]> {
	const { target, share } = input;
	const layouts = partsOf(target.dtype) === 2 ? input.layouts.map(layoutWithParts) : input.layouts;
	return useTarget(files, target, context.signal, async ({ open }, info) => {
		const { inExtents, boxes } = shareBoxes(open, info, layouts, share);
		const simd = simdOfThread();
		const touched = layouts.map((layout) =>
			cellsTouched(layout, partsOf(target.dtype) === 2 ? withParts(boxes()) : boxes()),
		);
		const found = simd.sums(
			realDType(target.dtype),
			touched.map(({ count }) => count),
		);
		const sums = layouts.map(
			(layout, i): Sum => ({
				layout: { ...layout, firstCell: touched[i]?.firstCell ?? 0 },
				into: found[i] as Moments,
			}),
		);
		if (inExtents) {
			const addExtent = createExtentAdder(simd, sums);
			const steps = function* () {
				for (const box of boxes()) yield* addExtent(open.extent?.(info, box) as Extent);
			};
			await eachStep(steps(), context, sizeOf(target.shape));
		} else {
			const add = (chunk: Chunk) => {
				const values = valuesOf(simd, chunk);
				for (const { layout, into } of sums) values.addTo(into, layout);
			};
			await eachChunk(open, info, boxes(), context, add, simd.targets);
		}
		const own = sums.map(({ layout: { firstCell = 0 }, into }) => ({ firstCell, moments: simd.own(into) }));
		context.transfer(...buffersOf(own.map(({ moments }) => moments)));
		return own;
	});
}

/** Boxes of complex elements as those of their real numbers. */
function* withParts(boxes: Iterable<Box>): Generator<Box> {
	for (const { origin, shape } of boxes) yield { origin: [...origin, 0], shape: [...shape, 2] };
}

/** The statistics of every wanted layout, part by part. */
export function partsOfLayouts({ dtype, wanted, computed, shares }: Partials): LayoutMoments[] {
	const parts = partsOf(dtype);
	const extended = (layout: Layout) => (parts === 2 ? layoutWithParts(layout) : layout);
	const known = computed.map(extended).map((layout, i) => {
		const ranges = shares.map((share) => share[i] as CellRange);
		return { layout, moments: mergeShares(layout, ranges, realDType(dtype)) };
	});
	const derived = deriveMoments(wanted.map(extended), known, realDType(dtype));
	return wanted.map((layout, i) => ({ layout, parts: splitParts(derived[i] as Moments, parts) }));
}

/** Adds shares up into the wanted layouts, and moves the result out. */
export function layoutMoments(partials: Partials, context: CallContext): LayoutMoments[] {
	const layouts = partsOfLayouts(partials);
	context.transfer(...buffersOf(layouts.flatMap(({ parts }) => parts)));
	return layouts;
}

/** Adds shares up into an inspection of one part of a tensor. */
export function inspectionOf(
	input: Partials & { readonly part: 0 | 1; readonly norm: Norm | null },
): Omit<Inspection, "elapsedMs"> {
	const { dtype, shape, part, norm, seen } = input;
	const coverage = coverageOf(seen, sizeOf(shape));
	const real = realDType(dtype);
	const layouts = partsOfLayouts(input).map(({ layout, parts }) => ({ layout, moments: parts[part] as Moments }));
	const profiles = layouts.slice(0, shape.length);
	const whole = layouts[shape.length]?.moments as Moments;
	const ofNorm = layouts[shape.length + 1];
	const summary = norm && ofNorm ? summarizeNorm(norm, { ...ofNorm, dtype: real, coverage }, LISTED_SETS) : undefined;
	return {
		dtype,
		part: partName(dtype, part),
		whole: cellStatistics(whole, 0),
		first: firstOf(whole, shape),
		profiles: profiles.map(({ layout, moments }, axis) => axisProfile(layout, axis, moments)),
		...(summary ? { norm: summary } : {}),
		...coverage,
	};
}

function firstOf(whole: Moments, shape: Shape): Inspection["first"] {
	const found = (["nan", "posInf", "negInf"] as const)
		.map((kind) => [kind, whole.first[kind][0] as number] as const)
		.filter(([, index]) => Number.isFinite(index))
		.map(([kind, index]) => [kind, unravel(index, shape)]);
	return Object.fromEntries(found);
}
