import type { Distribution } from "../core/distribution";
import type { DType, WritableDType } from "../core/dtype";
import type { AxisProfile, Inspection, RankedProfile } from "../core/inspection";
import type { Box, Layout, Shape } from "../core/layout";
import type { CellStatistics, Moments } from "../core/moments";
import type { Norm } from "../core/normalizations";
import type { RawLayout } from "../core/raw-layout";
import type { Coverage } from "../core/sampling";
import type { EachCell, Slice, SliceAspect, SliceWindow } from "../core/slice";
import type { FileDescription } from "../core/tensor";
import type { TensorDifference } from "../core/tensor-difference";
import type { CallOptions } from "../rpc";
import type { Lenses, MaskRequest, Padding } from "./lens-api";
import type { InputRefs } from "./norm-inputs";
import type { Ranking } from "./ranked-jobs";
import type { AxisStretch } from "./stretch-jobs";

/**
 * A file: on a disk that the workers can reach, or its bytes (shared between threads) where there is no disk. With `raw`
 * it is read by that, whatever its content.
 */
export type FileRef = (
	| { readonly path: string }
	| { readonly name: string; readonly bytes: Uint8Array<SharedArrayBuffer> }
) & { readonly raw?: RawLayout };

/** One tensor of a file; without a name the only one. */
export interface TensorRef {
	readonly file: FileRef;
	readonly tensor?: string;
}

/** What of a tensor may be read. */
export interface Sampling {
	/** Whether a sample will do; the answer says what was seen, which is all of a small or a compressed tensor. */
	readonly sample?: boolean;
	/** Milliseconds after which a sample is what was read of it, 200 where not given: for disks that seek, and chunks that have to be inflated. */
	readonly sampleMs?: number;
}

/** Statistics of a tensor under one layout; complex tensors have two parts (real, imaginary), others one. */
export interface LayoutMoments {
	readonly layout: Layout;
	readonly parts: readonly Moments[];
}

export interface MomentsResult extends Coverage {
	readonly tensor: string;
	readonly dtype: DType;
	readonly shape: Shape;
	/** One for each layout asked for, in that order. */
	readonly layouts: readonly LayoutMoments[];
	readonly elapsedMs: number;
}

export interface DistributionRequest extends TensorRef {
	/** 0, or 1 for the imaginary part of a complex tensor. */
	readonly part: 0 | 1;
	/** Of the whole tensor where there is none; at most `MAX_SKETCHED_CELLS` cells. */
	readonly layout?: Layout;
}

export interface SliceRequest extends TensorRef {
	/** 0, or 1 for the imaginary part of a complex tensor. */
	readonly part: 0 | 1;
	readonly window: SliceWindow;
	readonly each: EachCell;
	/** One image for each; all but "before" need a norm. */
	readonly aspects: readonly SliceAspect[];
	readonly norm?: Norm;
	readonly inputs?: InputRefs;
	/** Elements that are read at most, `SLICE_ELEMENTS` where not given: of a larger window each cell shows a part. */
	readonly most?: number;
}

export interface DistributionResult {
	readonly tensor: string;
	readonly dtype: DType;
	readonly shape: Shape;
	readonly layout: Layout;
	readonly distribution: Distribution;
	readonly elapsedMs: number;
}

/** How a tensor is normalized; its inputs by their names, gamma and beta among them, as the norm takes and needs them. */
export interface NormalizeOptions extends InputRefs {
	readonly norm: Norm;
	readonly dtype?: WritableDType;
	/** Statistics are of the valid elements only; what padding becomes is said too. */
	readonly mask?: MaskRequest & { readonly padding: Padding };
}

/** Where a result goes. */
export interface OutputOptions {
	/** Path to write to; its suffix chooses the format. */
	readonly output: string;
	/** Whether an existing file may be replaced; otherwise it is an `exists` error. */
	readonly overwrite: boolean;
}

export interface NormalizeRequest extends TensorRef, NormalizeOptions, OutputOptions {}

/** A tensor of an output: normalized, or without a norm its own values in its own dtype. */
export type NormalizedPart = { readonly tensor?: string } & (NormalizeOptions | { readonly norm?: never });

export interface NormalizeAllRequest extends OutputOptions {
	readonly file: FileRef;
	/** In the order they are to have. */
	readonly tensors: readonly NormalizedPart[];
}

/** A tensor as it was written. */
export interface NormalizedTensor {
	/** Its name in the output. */
	readonly name: string;
	/** Its name in the input. */
	readonly tensor: string;
	readonly dtype: DType;
	readonly shape: Shape;
	/** Of the norm; absent for a tensor that was written as it is. */
	readonly layout?: Layout;
	/** Finite results past the range of the dtype written. */
	readonly overflowed: number;
}

/** What was written. */
export interface WrittenFile {
	readonly output: string;
	/** Bytes of the written file. */
	readonly bytes: number;
	readonly elapsedMs: number;
}

export interface NormalizeResult extends WrittenFile, Required<NormalizedTensor> {}

export interface NormalizeAllResult extends WrittenFile {
	readonly tensors: readonly NormalizedTensor[];
}

export interface CompareRequest {
	readonly a: TensorRef;
	readonly b: TensorRef;
	/** `|a − b| <= atol + rtol · |b|` counts as close; NaN is close to NaN, an infinity to itself. */
	readonly rtol: number;
	readonly atol: number;
	/** Two axes for a map of the largest differences. */
	readonly map?: readonly [number, number];
}

export interface CompareResult extends TensorDifference {
	readonly a: { readonly tensor: string; readonly dtype: DType; readonly shape: Shape };
	readonly b: { readonly tensor: string; readonly dtype: DType; readonly shape: Shape };
	/** Nothing was compared where the shapes differ: a size of 1 is not stretched. */
	readonly sameShape: boolean;
	readonly elapsedMs: number;
}

/** The engine as its callers see it: every call runs in workers, can be cancelled, and ends in a result or a TensorError. */
export interface Engine extends Lenses {
	/** Reads headers only. */
	describe(file: FileRef, options?: CallOptions): Promise<FileDescription>;
	/** Statistics under several layouts from one read of the tensor, or of a sample of it. */
	moments(
		request: TensorRef & Sampling & { readonly layouts: readonly Layout[] },
		options?: CallOptions,
	): Promise<MomentsResult>;
	/** Quantiles and histograms of one part of a tensor, for every cell of a layout, from one read. */
	distribution(request: DistributionRequest, options?: CallOptions): Promise<DistributionResult>;
	/** Statistics of one box of one part of a tensor, of at most 2^24 elements, read alone and at once: those of a single set. */
	boxStatistics(
		request: TensorRef & { readonly part: 0 | 1; readonly box: Box },
		options?: CallOptions,
	): Promise<CellStatistics>;
	/** The profile of a stretch of an axis, finer than that of the whole axis: bins count from the stretch's start. */
	profile(
		request: TensorRef & { readonly part: 0 | 1; readonly stretch: AxisStretch },
		options?: CallOptions,
	): Promise<AxisProfile>;
	/** The single indices of an axis that come first in an order, at most 2,048; one read of the tensor. Throws `too-large` where it has more than 2^22. */
	ranked(
		request: TensorRef & { readonly part: 0 | 1; readonly ranking: Ranking },
		options?: CallOptions,
	): Promise<RankedProfile>;
	/** The elements at some ascending indices of every axis, all combinations in C order: at most 2^16, as a picture needs them. */
	elements(
		request: TensorRef & { readonly part: 0 | 1; readonly indices: readonly (readonly number[])[] },
		options?: CallOptions,
	): Promise<Float64Array>;
	/** Two axes at one index of the others, in cells of a screen, before and after a norm; one read of what it shows. */
	slice(request: SliceRequest, options?: CallOptions): Promise<Slice>;
	/** All profiles, the whole, and a norm's summary, at the size of a screen. */
	inspect(
		request: TensorRef & Sampling & { readonly part: 0 | 1; readonly norm?: Norm; readonly inputs?: InputRefs },
		options?: CallOptions,
	): Promise<Inspection>;
	/** Writes a normalized tensor; the output appears whole or not at all. */
	normalize(request: NormalizeRequest, options?: CallOptions): Promise<NormalizeResult>;
	/** Writes tensors of one file, each normalized or as it is, to one output. */
	normalizeAll(request: NormalizeAllRequest, options?: CallOptions): Promise<NormalizeAllResult>;
	compare(request: CompareRequest, options?: CallOptions): Promise<CompareResult>;
	/** Ends the workers; calls still open reject with `cancelled`. */
	close(): Promise<void>;
}
