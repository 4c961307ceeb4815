import { type DType, partsOf, realDType } from "../core/dtype";
import { axisProfile, type Inspection, partName, summarizeNorm, unravel } from "../core/inspection";
import { type Layout, type Shape, sizeOf } from "../core/layout";
import { copyCells } from "../core/merge-cells";
import { blankMoments, cellStatistics, type Moments } from "../core/moments";
import type { Norm } from "../core/normalizations";
import { coverageOf } from "../core/sampling";
import type { Chunk, Extent } from "../formats/reader";
import type { CallContext, Progress } from "../rpc";
import type { Coefficients } from "./affine";
import type { LayoutMoments } from "./api";
import { magnitudesOf, valuesOf } from "./chunk-values";
import { buffersOf, type CellRange, deriveMoments, layoutWithParts, mergeShares, splitParts } from "./derive";
import { createExtentAdder, type Sum } from "./extent";
import { type OpenFiles, type Target, useTarget } from "./open-files";
import { type PartCells, sharedCells } from "./part-cells";
import { countShared } from "./placed";
import { eachChunk, eachStep, type Taken, takeParts } from "./share";
import { shareBoxes } from "./share-boxes";
import { simdOfThread } from "./simd";

/** What was found of a tensor under the computed layouts, and the layouts that are wanted from it. */
export interface Partials {
	readonly dtype: DType;
	readonly shape: Shape;
	readonly wanted: readonly Layout[];
	readonly computed: readonly Layout[];
	/** For each computed layout, statistics of cells that lie in their place already; those of the ranges are blank. */
	readonly placed?: readonly Moments[];
	/** For each computed layout, cells that shares of the tensor touched. */
	readonly ranges: readonly (readonly CellRange[])[];
	/** Elements that these are of: all of the tensor's unless it was sampled. */
	readonly seen: number;
}

/** Sets of a norm that an inspection lists one by one. */
export const LISTED_SETS = 256;

/** What was found of a part: it is told apart from others by its number. */
export interface PartAnswer<Answer> {
	readonly part: number;
	readonly answer: Answer;
}

/** Statistics of parts of a tensor; for complex ones of layouts with an extra axis for the parts. */
export function momentsOfParts(
	files: OpenFiles,
	input: {
		readonly target: Target;
		readonly layouts: readonly Layout[];
		readonly placed: readonly Moments[];
		readonly taken: Taken;
		readonly magnitudes?: boolean;
	},
	context: CallContext,
): Promise<PartAnswer<CellRange[][]>[]> {
	const { target, placed, taken, magnitudes = false } = input;
	countShared(placed);
	const layouts = partsOf(target.dtype) === 2 ? input.layouts.map(layoutWithParts) : input.layouts;
	return useTarget(files, target, context.signal, async ({ open }, info) => {
		const { inExtents, of, boxesOf, cells } = shareBoxes(open, info, layouts);
		const simd = simdOfThread();
		const dtype = magnitudes ? "f64" : realDType(target.dtype);
		const found: PartAnswer<CellRange[][]>[] = [];
		const cellsOf = (part: number) => cells.map((parts) => parts[part] as PartCells);
		const sumsOf = (part: number): Sum[] => {
			const spans = cellsOf(part);
			const moments = simd.sums(
				dtype,
				spans.map(({ count }) => count),
			);
			return layouts.map((layout, i) => ({
				layout: { ...layout, firstCell: spans[i]?.firstCell ?? 0 },
				into: moments[i] as Moments,
			}));
		};
		const keep = (part: number, sums: readonly Sum[]) => {
			const answer = cellsOf(part).map((span, i) => {
				const { into } = sums[i] as Sum;
				const { own, firstCell } = span;
				copyCells(placed[i] as Moments, own.firstCell, into, own.firstCell - firstCell, own.count);
				return sharedCells(span).map((some): CellRange => {
					const moments = blankMoments(dtype, some.count);
					copyCells(moments, 0, into, some.firstCell - firstCell, some.count);
					return { firstCell: some.firstCell, moments };
				});
			});
			found.push({ part, answer });
		};
		const total = sizeOf(target.shape);
		if (inExtents && !magnitudes) {
			const addExtent = createExtentAdder(simd, layouts);
			const steps = function* () {
				for (const part of takeParts(taken, of)) {
					const sums = sumsOf(part);
					for (const box of boxesOf(part)) yield* addExtent(open.extent?.(info, box) as Extent, sums);
					keep(part, sums);
				}
			};
			await eachStep(steps(), context, total);
		} else {
			let before = 0;
			for (const part of takeParts(taken, of)) {
				const sums = sumsOf(part);
				let inPart = 0;
				const add = (chunk: Chunk) => {
					const values = magnitudes ? magnitudesOf(chunk) : valuesOf(simd, chunk);
					for (const { layout, into } of sums) values.addTo(into, layout);
					inPart += sizeOf(chunk.shape);
				};
				const progress = ({ done }: Progress) => context.progress({ done: before + done, total });
				await eachChunk(open, info, boxesOf(part), { signal: context.signal, progress }, add, simd.targets);
				before += inPart;
				keep(part, sums);
			}
		}
		context.transfer(...buffersOf(found.flatMap(({ answer }) => answer.flat().map(({ moments }) => moments))));
		return found;
	});
}

/** The statistics of every wanted layout, part by part. */
export function partsOfLayouts({ dtype, wanted, computed, placed, ranges }: Partials): LayoutMoments[] {
	const parts = partsOf(dtype);
	countShared(placed ?? []);
	const extended = (layout: Layout) => (parts === 2 ? layoutWithParts(layout) : layout);
	const known = computed.map(extended).map((layout, i) => ({
		layout,
		moments: mergeShares(layout, ranges[i] ?? [], realDType(dtype), placed?.[i]),
	}));
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
		.filter((kind) => whole[kind][0] !== 0 && Number.isFinite(whole.first[kind][0]))
		.map((kind) => [kind, whole.first[kind][0] as number] as const)
		.map(([kind, index]) => [kind, unravel(index, shape)]);
	return Object.fromEntries(found);
}
