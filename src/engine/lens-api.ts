import type { AlreadyNormalized } from "../core/already-normalized";
import type { BatchSizes } from "../core/batch-sizes";
import type { NormsApart } from "../core/equivalence";
import type { MaskEffect } from "../core/mask";
import type { ComparedNorm } from "../core/norm-comparison";
import type { Norm } from "../core/normalizations";
import type { Numerics } from "../core/numerics";
import type { CallOptions } from "../rpc";
import type { TensorRef } from "./api";

/** What is asked about sub-batches. */
export interface BatchSizesRequest extends TensorRef {
	readonly norm: Norm;
	/** The axis that samples lie along, 0 where not given. */
	readonly axis?: number;
	readonly draws?: number;
	readonly seed?: number;
}

/** Which elements of a tensor are valid, told by another tensor, perhaps of the same file. */
export type MaskRequest = {
	readonly ref: TensorRef;
	/** The tensor's axes that those of the mask, or of the lengths, are; needed where several would do. */
	readonly axes?: readonly number[];
} & (
	| {
			/** 0 is padding; with `inverted` everything else is, as in a `key_padding_mask`. */
			readonly kind: "mask";
			readonly inverted?: boolean;
	  }
	| {
			/** Valid elements of each sample from the start of the time axis on, which is 1 where not given. */
			readonly kind: "lengths";
			readonly timeAxis?: number;
	  }
);

/** What is written where a mask says padding: zeros, the values as they are, or what the set's norm makes of them. */
export type Padding = "zeros" | "unchanged" | "transformed";

/** Questions about what a norm does to a tensor, each answered from one read of it; complex tensors are refused but by `compareNorms`. */
export interface Lenses {
	/** What each of some norms does to one part of a tensor, in their order. */
	compareNorms(
		request: TensorRef & { readonly part: 0 | 1; readonly norms: readonly Norm[] },
		options?: CallOptions,
	): Promise<readonly ComparedNorm[]>;
	/** How well random sub-batches stand for the whole batch. */
	batchSizes(request: BatchSizesRequest, options?: CallOptions): Promise<BatchSizes>;
	/** How wrong the norm's statistics get in lesser arithmetics, and its output with them; reads once exactly, and twice for each arithmetic. */
	numerics(request: TensorRef & { readonly norm: Norm }, options?: CallOptions): Promise<Numerics>;
	/** What ignoring a mask does to a norm's statistics, and to its output. */
	maskEffect(
		request: TensorRef & { readonly norm: Norm; readonly mask: MaskRequest },
		options?: CallOptions,
	): Promise<MaskEffect>;
	/** Under which layouts the tensor is normalized already. */
	alreadyNormalized(request: TensorRef, options?: CallOptions): Promise<AlreadyNormalized>;
	/** How far the outputs of the norms are apart, pair by pair; a pair is absent where the parts that their sets cut each other into are too many to keep. */
	normsApart(
		request: TensorRef & { readonly norms: readonly Norm[] },
		options?: CallOptions,
	): Promise<readonly NormsApart[]>;
}
