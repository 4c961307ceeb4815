import type { AlreadyNormalized } from "../core/already-normalized";
import type { BatchSizes } from "../core/batch-sizes";
import type { Distribution } from "../core/distribution";
import type { DType } from "../core/dtype";
import type { NormsApart } from "../core/equivalence";
import type { AxisProfile, Inspection, RankedProfile } from "../core/inspection";
import type { Box, Layout } from "../core/layout";
import type { Mask, MaskEffect } from "../core/mask";
import type { CellStatistics, Moments } from "../core/moments";
import type { ComparedNorm } from "../core/norm-comparison";
import type { Norm } from "../core/normalizations";
import { type Accumulated, type Numerics, numericsOf } from "../core/numerics";
import type { Sketch } from "../core/sketch";
import type { Slice } from "../core/slice";
import type { FileDescription } from "../core/tensor";
import type { TensorDifference } from "../core/tensor-difference";
import type { CallContext, Handlers } from "../rpc";
import { type Coefficients, normCoefficients, styleParameters } from "./affine";
import type { NormInputs } from "./affine-parameters";
import type { FileRef, LayoutMoments, NormalizeAllRequest, TensorRef } from "./api";
import { statisticsOfBox } from "./box-jobs";
import { compareShare } from "./compare";
import type { CellRange } from "./derive";
import { type Comparison, type DifferenceShare, differenceOf } from "./difference-share";
import { mergedDistribution, sketchOfShare } from "./distribution-jobs";
import { elementsAt } from "./elements-jobs";
import type { MaskRequest } from "./lens-api";
import { alreadyNormalizedOf, batchSizesOf, compareNormsOf, maskEffectOf, normsApartOf } from "./lens-jobs";
import { type MaskedShare, maskedMomentsOfShare, readMask } from "./mask-jobs";
import { inspectionOf, layoutMoments, momentsOfParts, type PartAnswer, type Partials } from "./moments-jobs";
import { type InputRefs, type LocatedInput, type LocatedInputs, locateInputs, readInputs } from "./norm-inputs";
import { type AccumulateInput, accumulate } from "./numerics-jobs";
import { createOpenFiles, type Target, targetOf } from "./open-files";
import { finishOutput, publishOutput, startOutput } from "./output";
import { checkOutput, type OutputJob, type OutputPart } from "./output-job";
import { momentsToFill } from "./placed";
import { type Ranking, rankedProfile } from "./ranked-jobs";
import { momentsOfSample, type SampledMoments } from "./sample-jobs";
import type { Share, Taken } from "./share";
import { type SliceInput, sliceOf } from "./slice-jobs";
import { largestSingularValue, type SingularValue } from "./spectral";
import { type AxisStretch, profileOfStretch } from "./stretch-jobs";
import { type Stretch, type TransformInput, transformShare } from "./transform-share";

/** The requests that a worker answers: the parts that the engine's calls are made of. */
export interface Jobs {
	describe(input: { readonly file: FileRef }): FileDescription;
	/** Finds a tensor, for the jobs that follow. */
	locate(input: TensorRef): Target;
	/** Shared memory for the statistics of each layout's cells. */
	momentsToFill(input: { readonly dtype: DType; readonly layouts: readonly Layout[] }): Moments[];
	/**
	 * Statistics of the parts of a tensor that were left to take, under each layout that has to be computed: those of cells that
	 * no other part touches are put into `placed`, the others are answered.
	 */
	momentsOfParts(input: {
		readonly target: Target;
		readonly layouts: readonly Layout[];
		readonly placed: readonly Moments[];
		readonly taken: Taken;
		/** Whether the statistics are of |x|. */
		readonly magnitudes?: boolean;
	}): PartAnswer<CellRange[][]>[];
	/** The same of a sample that is spread over the tensor. */
	momentsOfSample(input: {
		readonly target: Target;
		readonly layouts: readonly Layout[];
		readonly mostMs: number;
	}): SampledMoments;
	/** Adds shares up into the layouts that were wanted. */
	layoutMoments(input: Partials): LayoutMoments[];
	/** Adds shares up into what the panel shows. */
	inspection(
		input: Partials & { readonly part: 0 | 1; readonly norm: Norm | null; readonly coefficients: Coefficients | null },
	): Omit<Inspection, "elapsedMs">;
	/** Statistics of one box of one part of a tensor. */
	statisticsOfBox(input: { readonly target: Target; readonly part: 0 | 1; readonly box: Box }): CellStatistics;
	/** The profile of a stretch of an axis of one part of a tensor. */
	profileOfStretch(input: {
		readonly target: Target;
		readonly part: 0 | 1;
		readonly stretch: AxisStretch;
	}): AxisProfile;
	/** Adds shares up into the indices of an axis that come first in an order. */
	rankedProfile(input: Partials & { readonly part: 0 | 1; readonly ranking: Ranking }): RankedProfile;
	/** Elements of one part of a tensor at some indices of every axis. */
	elementsAt(input: {
		readonly target: Target;
		readonly part: 0 | 1;
		readonly indices: readonly (readonly number[])[];
	}): Float64Array;
	/** A window of a tensor in cells of a screen. */
	sliceOf(input: SliceInput): Slice;
	/** Counts a share of one part of a tensor in buckets, cell by cell. */
	sketchOfShare(input: {
		readonly target: Target;
		readonly part: 0 | 1;
		readonly layout: Layout;
		readonly share: Share;
	}): Sketch;
	/** Adds shares up into quantiles and histograms. */
	mergedDistribution(input: readonly Sketch[]): Distribution;
	/** Adds shares up into each sample's statistics, and draws sub-batches. */
	batchSizes(
		input: Partials & { readonly norm: Norm; readonly axis: number; readonly draws: number; readonly seed: number },
	): BatchSizes;
	/** Finds a tensor's mask and reads it, into memory that threads share. */
	readMask(input: { readonly target: Target; readonly mask: MaskRequest }): Mask;
	/** Statistics of a share under one layout, of the valid elements and of all. */
	maskedMomentsOfShare(input: {
		readonly target: Target;
		readonly layout: Layout;
		readonly mask: Mask;
		readonly share: Share;
	}): MaskedShare;
	/** Adds shares up and compares the statistics of the valid elements with those of all. */
	maskEffect(input: { readonly valid: Partials; readonly all: Partials; readonly norm: Norm }): MaskEffect;
	/** Accumulates all sets as an arithmetic does. */
	accumulate(input: AccumulateInput): Accumulated;
	/** Compares what arithmetics made of the sets with the exact statistics. */
	numerics(input: {
		readonly exact: Moments;
		readonly accumulated: readonly Accumulated[];
		readonly norm: Norm;
	}): Numerics;
	/** Adds shares up and names the layouts that are normalized, of as many as were asked for. */
	alreadyNormalized(input: Partials & { readonly asked: number }): AlreadyNormalized;
	/** Adds shares up and sums up each of some norms. */
	compareNorms(input: Partials & { readonly norms: readonly Norm[]; readonly part: 0 | 1 }): ComparedNorm[];
	/** Adds shares up and compares the outputs of pairs of norms. */
	normsApart(input: Partials & { readonly norms: readonly Norm[] }): NormsApart[];
	/** Checks everything about an output that can be checked before the work; answers how it will be written. */
	checkOutput(input: NormalizeAllRequest): OutputJob;
	/** Adds shares up into what each cell is moved and scaled by, shared between threads. */
	normCoefficients(
		input: Partials & { readonly norm: Norm; readonly inputs: NormInputs; readonly sigma: SingularValue | null },
	): Coefficients;
	/** Finds the other tensors of a norm and checks that they fit. */
	locateInputs(input: { readonly target: Target; readonly norm: Norm; readonly refs: InputRefs }): LocatedInputs;
	/** Reads the inputs whose elements take part. */
	readInputs(input: LocatedInputs): NormInputs;
	/** Adds shares of a style up into what its deviations and means multiply and add. */
	styleParameters(input: Partials & { readonly style: LocatedInput; readonly norm: Norm }): NormInputs;
	/** The largest singular value of a weight. */
	largestSingularValue(input: { readonly target: Target }): SingularValue;
	/** Creates the temporary file beside the output. */
	startOutput(input: OutputJob): null;
	/** Writes a share of the values; answers how many were past the dtype's range, and checksums where the format wants them. */
	transformShare(input: TransformInput): { readonly overflowed: number; readonly stretches: readonly Stretch[] };
	/** Completes the temporary file and flushes it; answers its size. */
	finishOutput(input: { readonly job: OutputJob; readonly stretches: readonly (readonly Stretch[])[] }): number;
	/** Gives the temporary file the output's name. */
	publishOutput(input: OutputJob): null;
	/** Compares a share of two tensors. */
	compareShare(input: {
		readonly a: Target;
		readonly b: Target;
		readonly comparison: Comparison;
		readonly share: Share;
	}): DifferenceShare;
	/** Adds shares up into how two tensors differ. */
	difference(input: { readonly comparison: Comparison; readonly shares: readonly DifferenceShare[] }): TensorDifference;
	/** Closes a file that is kept open. */
	release(input: { readonly path: string }): null;
	/** Answers when no other job runs in this worker. */
	settled(input: null): null;
}

export type { DifferenceShare, OutputJob, OutputPart, PartAnswer, Partials, Share, Target };

/** The handlers of one worker. */
export function createJobs(): Handlers<Jobs> {
	const files = createOpenFiles();
	const running = new Set<Promise<unknown>>();
	const tracked =
		<Input, Answer>(work: (input: Input, context: CallContext) => Answer | Promise<Answer>) =>
		async (input: Input, context: CallContext): Promise<Answer> => {
			const job = Promise.resolve(work(input, context));
			running.add(job);
			try {
				return await job;
			} finally {
				running.delete(job);
			}
		};
	return {
		describe: tracked(({ file }, { signal }) =>
			files.use(file, signal, async ({ open, name, size }) => ({
				file: name,
				size,
				format: open.reader.id,
				formatLabel: open.reader.label,
				metadata: open.metadata,
				notes: open.notes,
				...(open.hazards && { hazards: open.hazards }),
				tensors: open.tensors,
			})),
		),
		locate: tracked((input, { signal }) => files.use(input.file, signal, async (opened) => targetOf(opened, input))),
		momentsToFill: tracked(({ dtype, layouts }) => momentsToFill(dtype, layouts)),
		momentsOfParts: tracked((input, context) => momentsOfParts(files, input, context)),
		momentsOfSample: tracked((input, context) => momentsOfSample(files, input, context)),
		layoutMoments: tracked((input, context) => layoutMoments(input, context)),
		inspection: tracked((input) => inspectionOf(input)),
		statisticsOfBox: tracked((input, context) => statisticsOfBox(files, input, context)),
		profileOfStretch: tracked((input, context) => profileOfStretch(files, input, context)),
		rankedProfile: tracked((input) => rankedProfile(input)),
		elementsAt: tracked((input, context) => elementsAt(files, input, context)),
		sliceOf: tracked((input, context) => sliceOf(files, input, context)),
		sketchOfShare: tracked((input, context) => sketchOfShare(files, input, context)),
		mergedDistribution: tracked((sketches, context) => mergedDistribution(sketches, context)),
		batchSizes: tracked((input, context) => batchSizesOf(input, context)),
		readMask: tracked((input, context) => readMask(files, input, context)),
		maskedMomentsOfShare: tracked((input, context) => maskedMomentsOfShare(files, input, context)),
		maskEffect: tracked((input) => maskEffectOf(input)),
		accumulate: tracked((input, context) => accumulate(files, input, context)),
		numerics: tracked(({ exact, accumulated, norm }) => numericsOf(exact, accumulated, norm)),
		alreadyNormalized: tracked((input) => alreadyNormalizedOf(input)),
		compareNorms: tracked((input, context) => compareNormsOf(input, context)),
		normsApart: tracked((input, context) => normsApartOf(input, context)),
		checkOutput: tracked((input, { signal }) => checkOutput(files, input, signal)),
		normCoefficients: tracked((input) => normCoefficients(input)),
		locateInputs: tracked(({ target, norm, refs }, { signal }) =>
			locateInputs(files, refs, { shape: target.shape, norm }, signal),
		),
		readInputs: tracked((input, { signal }) => readInputs(files, input, signal)),
		styleParameters: tracked((input) => styleParameters(input)),
		largestSingularValue: tracked((input, context) => largestSingularValue(files, input, context)),
		startOutput: tracked((job) => startOutput(job)),
		transformShare: tracked((input, context) => transformShare(files, input, context)),
		finishOutput: tracked((input) => finishOutput(input)),
		publishOutput: tracked((job) => publishOutput(job)),
		compareShare: tracked((input, context) => compareShare(files, input, context)),
		difference: tracked(({ comparison, shares }) => differenceOf(comparison, shares)),
		release: async ({ path }) => {
			await files.release(path);
			return null;
		},
		settled: async () => {
			await Promise.allSettled(running);
			return null;
		},
	};
}
