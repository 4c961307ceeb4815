import { type DType, partsOf, realDType } from "../core/dtype";
import { axisProfile, type Inspection, partName, summarizeNorm, unravel } from "../core/inspection";
import { type Box, type Layout, type Shape, sizeOf } from "../core/layout";
import { cellStatistics, type Moments } from "../core/moments";
import type { Norm } from "../core/normalizations";
import { coverageOf } from "../core/sampling";
import type { Chunk, Extent } from "../formats/reader";
import type { CallContext, Progress } from "../rpc";
import type { Coefficients } from "./affine";
import type { LayoutMoments } from "./api";
import { magnitudesOf, valuesOf } from "./chunk-values";
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
import { eachChunk, eachStep, type Parts, type Share, takeShares } from "./share";
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

/** What was found of a share: it is told apart from others by its number. */
export interface PartAnswer<Answer> {
	readonly index: number;
	readonly answer: Answer;
}

/** Statistics of shares of a tensor; for complex ones of layouts with an extra axis for the parts. */
export function momentsOfParts(
	files: OpenFiles,
	input: {
		readonly target: Target;
		readonly layouts: readonly Layout[];
		readonly parts: Parts;
		readonly magnitudes?: boolean;
	},
	context: CallContext,
): Promise<PartAnswer<CellRange[]>[]> {
	const { target, parts, magnitudes = false } = input;
	const isComplex = partsOf(target.dtype) === 2;
	const layouts = isComplex ? input.layouts.map(layoutWithParts) : input.layouts;
	return useTarget(files, target, context.signal, async ({ open }, info) => {
		const { inExtents, of, boxesOf } = shareBoxes(open, info, layouts, parts);
		const simd = simdOfThread();
		const found: PartAnswer<CellRange[]>[] = [];
		const sumsOf = (share: Share): Sum[] => {
			const touched = layouts.map((layout) =>
				cellsTouched(layout, isComplex ? withParts(boxesOf(share)) : boxesOf(share)),
			);
			const counts = touched.map(({ count }) => count);
			const moments = simd.sums(magnitudes ? "f64" : realDType(target.dtype), counts);
			return layouts.map((layout, i) => ({
				layout: { ...layout, firstCell: touched[i]?.firstCell ?? 0 },
				into: moments[i] as Moments,
			}));
		};
		const keep = ({ index }: Share, sums: readonly Sum[]) => {
			const answer = sums.map(({ layout: { firstCell = 0 }, into }) => ({ firstCell, moments: simd.own(into) }));
			found.push({ index, answer });
		};
		const total = sizeOf(target.shape);
		if (inExtents && !magnitudes) {
			const addExtent = createExtentAdder(simd, layouts);
			const steps = function* () {
				for (const share of takeShares(parts, of)) {
					const sums = sumsOf(share);
					for (const box of boxesOf(share)) yield* addExtent(open.extent?.(info, box) as Extent, sums);
					keep(share, sums);
				}
			};
			await eachStep(steps(), context, total);
		} else {
			let before = 0;
			for (const share of takeShares(parts, of)) {
				const sums = sumsOf(share);
				let inShare = 0;
				const add = (chunk: Chunk) => {
					const values = magnitudes ? magnitudesOf(chunk) : valuesOf(simd, chunk);
					for (const { layout, into } of sums) values.addTo(into, layout);
					inShare += sizeOf(chunk.shape);
				};
				const progress = ({ done }: Progress) => context.progress({ done: before + done, total });
				await eachChunk(open, info, boxesOf(share), { signal: context.signal, progress }, add, simd.targets);
				before += inShare;
				keep(share, sums);
			}
		}
		context.transfer(...buffersOf(found.flatMap(({ answer }) => answer.map(({ moments }) => moments))));
		return found;
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
	input: Partials & { readonly part: 0 | 1; readonly norm: Norm | null; readonly coefficients: Coefficients | null },
): Omit<Inspection, "elapsedMs"> {
	const { dtype, shape, part, norm, seen, coefficients } = input;
	const coverage = coverageOf(seen, sizeOf(shape));
	const real = realDType(dtype);
	const layouts = partsOfLayouts(input).map(({ layout, parts }) => ({ layout, moments: parts[part] as Moments }));
	const profiles = layouts.slice(0, shape.length);
	const whole = layouts[shape.length]?.moments as Moments;
	const ofNorm = layouts[shape.length + 1];
	const summary =
		norm && ofNorm ? summarizeNorm(norm, { ...ofNorm, dtype: real, coverage, coefficients }, LISTED_SETS) : undefined;
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
