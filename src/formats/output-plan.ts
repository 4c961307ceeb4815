import type { DType } from "../core/dtype";
import { TensorError } from "../core/errors";
import type { Shape } from "../core/layout";
import type { Order } from "./place";
import { bytesOf } from "./shape";

/** A tensor that is to be written; Fortran order is kept where the format can say it. */
export interface OutputTensor {
	readonly name: string;
	readonly dtype: DType;
	readonly shape: Shape;
	readonly order?: Order;
}

/** Bytes that belong at a place of the file. */
export interface Piece {
	readonly offset: number;
	readonly bytes: Uint8Array;
}

/** Where the values of one tensor go: dense, little-endian, in this order. Regions are disjoint, so threads write in place. */
export interface OutputRegion {
	readonly name: string;
	readonly dtype: DType;
	readonly shape: Shape;
	/** Of the region in the file, in bytes. */
	readonly offset: number;
	readonly bytes: number;
	readonly order: Order;
}

/** Everything about a file that is known before its values are. */
export interface OutputPlan {
	/** Bytes of the finished file. */
	readonly size: number;
	/** Headers, to be written at once. */
	readonly pieces: readonly Piece[];
	/** One for every tensor, in the order they were given. */
	readonly regions: readonly OutputRegion[];
	/** Whether `finish` needs the CRC-32 of the bytes of every region (zip archives do). */
	readonly needsCrc: boolean;
	/** What is left to write once all values are there; `crcs` as the regions, or empty where none are needed. */
	finish(crcs: readonly number[]): readonly Piece[];
}

/** Texts to store about the file, by their names; formats without a place for them leave them out. */
export type OutputMetadata = Readonly<Record<string, string>>;

/** Bytes of a tensor that is to be written; throws `bad-option` where no file can hold it. */
export function outputBytes({ name, dtype, shape }: OutputTensor): number {
	const size = bytesOf(shape, dtype);
	if ("impossible" in size) throw new TensorError("bad-option", `${size.impossible}.`, { tensor: name });
	return size.bytes;
}
