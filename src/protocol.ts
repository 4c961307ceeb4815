import type { AlreadyNormalized } from "./core/already-normalized";
import type { AxisChoice } from "./core/axis-choice";
import type { BatchSizes } from "./core/batch-sizes";
import type { Distribution } from "./core/distribution";
import type { NormsApart } from "./core/equivalence";
import type { ErrorData } from "./core/errors";
import type { AxisProfile, Inspection, RankedProfile } from "./core/inspection";
import type { Box, Layout } from "./core/layout";
import type { MaskEffect } from "./core/mask";
import type { CellStatistics } from "./core/moments";
import type { ComparedNorm } from "./core/norm-comparison";
import type { InputId } from "./core/norm-inputs";
import type { Norm } from "./core/normalizations";
import type { Numerics } from "./core/numerics";
import type { ProfileSort } from "./core/profile-order";
import type { EachCell, Slice, SliceAspect, SliceWindow } from "./core/slice";
import type { FileDescription, TensorInfo } from "./core/tensor";
import type { TensorDifference } from "./core/tensor-difference";

/** The same for every rank it was said for. */
export type AxisChoices = Readonly<Record<number, AxisChoice>>;

/** A file that opened, with what was said about its axes before, or the reason why it did not. */
export type OpenedFile =
	| {
			readonly ok: true;
			readonly description: FileDescription;
			readonly axes?: AxisChoices;
			readonly ahead?: AnsweredAhead;
	  }
	| { readonly ok: false; readonly name: string; readonly error: ErrorData };

/** Names of tensors of the panel's file, by what they are to a norm. */
export type InputNames = Readonly<Partial<Record<InputId, string>>>;

/** What the inspector asks for when it wants numbers. */
export interface InspectRequest {
	readonly tensor: string;
	/** 0, or 1 for the imaginary part of a complex tensor. */
	readonly part: 0 | 1;
	/** The norm whose layout and effect are wanted; none where it does not fit the tensor. */
	readonly norm?: Norm;
	/** Names of the tensors of the same file that are the norm's inputs. */
	readonly inputs?: InputNames;
	/** Whether the first numbers are wanted, of a sample: they are exact ones too where the tensor is not sampled. */
	readonly sample?: boolean;
}

/** The answer to a request that the inspector had not made yet. */
export interface AnsweredAhead {
	readonly request: InspectRequest;
	readonly inspection: Inspection;
}

/** What the inspector asks for when it wants quantiles and histograms. */
export interface DistributionRequest {
	readonly tensor: string;
	/** 0, or 1 for the imaginary part of a complex tensor. */
	readonly part: 0 | 1;
	/** Cells to tell apart; the whole tensor is one where there is none. */
	readonly layout?: Layout;
}

/** What the inspector asks for when it zooms into a long axis. */
export interface ProfileRequest {
	readonly tensor: string;
	/** 0, or 1 for the imaginary part of a complex tensor. */
	readonly part: 0 | 1;
	readonly stretch: { readonly axis: number; readonly start: number; readonly length: number };
}

/** What the inspector asks for when it sorts a long axis. */
export interface RankedRequest {
	readonly tensor: string;
	/** 0, or 1 for the imaginary part of a complex tensor. */
	readonly part: 0 | 1;
	readonly ranking: { readonly axis: number; readonly sort: ProfileSort };
}

/** What the inspector asks for when it wants the numbers of a single set. */
export interface BoxRequest {
	readonly tensor: string;
	/** 0, or 1 for the imaginary part of a complex tensor. */
	readonly part: 0 | 1;
	/** The set's elements, at most 2^24. */
	readonly box: Box;
}

/** What the inspector asks for when it paints elements one by one. */
export interface ElementsRequest {
	readonly tensor: string;
	/** 0, or 1 for the imaginary part of a complex tensor. */
	readonly part: 0 | 1;
	/** Ascending indices of every axis; together at most 2^16 elements. */
	readonly indices: readonly (readonly number[])[];
}

/** What the inspector asks for when it shows two axes as a picture. */
export interface SliceRequest {
	readonly tensor: string;
	/** 0, or 1 for the imaginary part of a complex tensor. */
	readonly part: 0 | 1;
	readonly window: SliceWindow;
	readonly each: EachCell;
	/** One image for each; all but "before" need a norm. */
	readonly aspects: readonly SliceAspect[];
	readonly norm?: Norm;
	readonly inputs?: InputNames;
	/** Elements that are read at most: few for a first look. */
	readonly most?: number;
}

/** What a lens asks for: a tensor, and the norm that is looked at. */
export interface LensRequest {
	readonly tensor: string;
	readonly norm: Norm;
}

/** Which elements are valid, told by another tensor of the same file. */
export interface MaskChoice {
	readonly kind: "mask" | "lengths";
	readonly tensor: string;
	/** Of a mask: everything but 0 is padding. */
	readonly inverted: boolean;
	/** Of lengths: the axis they are along. */
	readonly timeAxis: number;
}

/** Another file that the user chose, and its tensors. */
export interface OtherFile {
	readonly name: string;
	readonly tensors: readonly TensorInfo[];
}

/** What the inspector asks for when it compares two tensors. */
export interface CompareTensorsRequest {
	readonly tensor: string;
	/** A tensor of the panel's own file, or of the one that was chosen last. */
	readonly other: { readonly from: "own" | "chosen"; readonly tensor: string };
	/** Two axes for a map of the largest differences. */
	readonly map?: readonly number[];
}

/** Both sides of a comparison, and how they differ where their shapes are the same. */
export interface ComparedTensors extends TensorDifference {
	readonly a: Pick<TensorInfo, "dtype" | "shape">;
	readonly b: Pick<TensorInfo, "dtype" | "shape">;
	readonly sameShape: boolean;
}

/** A file that the panel made of one of its plots. */
export interface SavedPlot {
	/** The tensor that it shows. */
	readonly tensor: string;
	/** What it shows, for the file's name: "axis-1". */
	readonly name: string;
	readonly format: "svg" | "png" | "csv";
	/** The text, or the bytes of a PNG in base64. */
	readonly content: string;
}

/** What of a tensor is exported, with the norm that is shown. */
export interface ExportTensorRequest extends Pick<InspectRequest, "tensor" | "norm" | "inputs"> {
	readonly format: "csv" | "json" | "html";
}

/** What the webview may ask of the extension host. A session belongs to one file: the webview never names one. */
export interface HostApi {
	/** The file's tensors, from its headers. */
	open(input: null): OpenedFile;
	/** Remembers what the user said about the file's axes, for this workspace. */
	rememberAxes(input: AxisChoices): null;
	/** Statistics of one tensor, with progress; a later request does not end an earlier one: cancel it. */
	inspect(input: InspectRequest): Inspection;
	/** Statistics of one box, read alone while other work goes on. */
	boxStatistics(input: BoxRequest): CellStatistics;
	/** The profile of a stretch of one axis, its bins counted from the stretch's start. */
	profile(input: ProfileRequest): AxisProfile;
	/** The single indices of one axis that come first in an order, at most 2,048. */
	ranked(input: RankedRequest): RankedProfile;
	/** The elements at all combinations of some indices of every axis, in C order. */
	elements(input: ElementsRequest): Float64Array;
	/** Two axes at one index of the others, in cells of a screen. */
	slice(input: SliceRequest): Slice;
	/** Quantiles and histograms of one tensor, from a reading of its own; otherwise as `inspect`. */
	distribution(input: DistributionRequest): Distribution;
	/** The norm's statistics and output in lesser arithmetics. */
	numerics(input: LensRequest): Numerics;
	/** How well sub-batches along an axis stand for the whole batch. */
	batchSizes(input: LensRequest & { readonly axis: number }): BatchSizes;
	/** What ignoring a mask does to the norm. */
	maskEffect(input: LensRequest & { readonly mask: MaskChoice }): MaskEffect;
	/** What each of some norms does to one part of a tensor, from one reading. */
	compareNorms(input: {
		readonly tensor: string;
		/** 0, or 1 for the imaginary part of a complex tensor. */
		readonly part: 0 | 1;
		readonly norms: readonly Norm[];
	}): readonly ComparedNorm[];
	/** How far the outputs of some norms are apart. */
	normsApart(input: { readonly tensor: string; readonly norms: readonly Norm[] }): readonly NormsApart[];
	/**
	 * Lets the user choose another file to compare with, which the host remembers for the panel's file; with `again` the
	 * remembered one is taken without a question. Null when they backed out, or nothing is remembered that opens.
	 */
	chooseOther(input: { readonly again: boolean }): OtherFile | null;
	/** How a tensor differs from another one of the same shape. */
	compareTensors(input: CompareTensorsRequest): ComparedTensors;
	/** The layouts under which a tensor is normalized. */
	alreadyNormalized(input: { readonly tensor: string }): AlreadyNormalized;
	/** Starts "Normalize and save…" for one tensor; answers with the written file's name, or null when the user backed out. */
	normalize(input: { readonly tensor: string; readonly norm: Norm; readonly inputs?: InputNames }): string | null;
	/** Copies a tensor's statistics to the clipboard as JSON. */
	copyStatistics(input: { readonly tensor: string }): null;
	/** Lets the user save a plot; answers with the written file's name, or null when they backed out. */
	savePlot(input: SavedPlot): string | null;
	/** The same of a tensor's statistics, or of a report about it. */
	exportTensor(input: ExportTensorRequest): string | null;
}

/** What the extension host may ask of the webview. */
export interface WebviewApi {
	/** The file on disk is no longer the one that was opened: offer to read it again. */
	fileChanged(input: null): null;
	/** Open the file again: it is to be read in another way. */
	reopen(input: null): null;
	/** Shows a tensor, for commands that name one. */
	select(input: { readonly tensor: string }): null;
}
