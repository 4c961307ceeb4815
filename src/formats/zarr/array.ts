import type { DType } from "../../core/dtype";
import { type ErrorCode, TensorError } from "../../core/errors";
import type { Shape } from "../../core/layout";
import type { Json } from "../encoding/json";
import type { Meta } from "./store";

/** Numbers as they are stored. */
export interface Stored {
	readonly dtype: DType;
	readonly bigEndian: boolean;
}

/** One step from an array's values to the bytes of a chunk, in the order of writing. */
export type Step =
	| { readonly kind: "gzip" | "zlib" | "blosc" | "zstd" | "lz4" | "bz2" | "crc32c" }
	/** The bytes of all elements apart, first bytes first. */
	| { readonly kind: "shuffle"; readonly size: number }
	/** Differences to the element before. */
	| { readonly kind: "delta"; readonly from: Stored; readonly to: Stored }
	/** (value − offset) · scale, rounded. */
	| {
			readonly kind: "scale";
			readonly from: Stored;
			readonly to: Stored;
			readonly offset: number;
			readonly scale: number;
	  };

/** Many chunks (or further shards) in one file, with an index of their places at its start or end. */
export interface Shards {
	/** Elements of one file along every axis, a multiple of the chunk's. */
	readonly shape: Shape;
	readonly index: { readonly bigEndian: boolean; readonly checked: boolean; readonly atEnd: boolean };
}

/** How the values of an array lie in its chunks. */
export interface Layout extends Stored {
	/** Elements of a chunk along every axis, also of those at the array's edges. */
	readonly chunk: Shape;
	/** Axes from the slowest to the fastest inside a chunk. */
	readonly order: readonly number[];
	readonly steps: readonly Step[];
	/** Shards from the outermost to those in it; chunks lie in the last. */
	readonly shards: readonly Shards[];
	/** The element that stands where there is no chunk. */
	readonly fill: Uint8Array;
	/** The file of a chunk (or shard) with these numbers, below the array's folder. */
	key(indices: readonly number[]): string;
}

/** An array whose description was understood. */
export interface ZarrArray extends Layout {
	readonly path: string;
	readonly shape: Shape;
}

/** What a type's spelling means: numbers, or why there are none. */
export type ZarrType = Stored | { readonly other: string; readonly reason: string };

/** A sentence about an array that is damaged or not readable here. */
export function refuse(message: string, code: ErrorCode = "corrupt"): never {
	throw new TensorError(code, message);
}

/** An integer of 0 or more, exact; throws `corrupt` with what it should have been. */
export function lengthOf(value: Json | undefined, what: string): number | bigint {
	const whole = typeof value === "number" ? Number.isSafeInteger(value) : typeof value === "bigint";
	if (whole && (value as number | bigint) >= 0) return value as number | bigint;
	return refuse(`The metadata gives ${what} as ${shown(value)}, and a number of 0 or more was expected.`);
}

/** Axis lengths; throws `corrupt`. */
export function lengthsOf(value: Json | undefined, what: string): readonly (number | bigint)[] {
	if (!Array.isArray(value)) return refuse(`The metadata has no list for ${what}, but ${shown(value)}.`);
	return value.map((length) => lengthOf(length, what));
}

/** The chunk's lengths, one of at least 1 per axis; throws `corrupt`. */
export function chunkShape(value: Json | undefined, shape: readonly (number | bigint)[]): Shape {
	const chunk = lengthsOf(value, "the shape of its chunks");
	if (chunk.length !== shape.length) {
		refuse(`The array has ${shape.length} axes, but its chunks have ${chunk.length}; the metadata is damaged.`);
	}
	return chunk.map((length) => {
		// A chunk of nothing along an axis that is empty anyway is written by some programs.
		if (length > 0) return Number(length);
		return shape.includes(0) ? 1 : refuse("The chunks have the length 0 along an axis; the metadata is damaged.");
	});
}

/** A value for a sentence. */
export function shown(value: Json | undefined): string {
	if (value === undefined) return "nothing";
	return plain(value).slice(0, 80);
}

/** JSON text of a value. */
export function plain(value: Json): string {
	const text = JSON.stringify(value, (_, part) =>
		part instanceof Map ? Object.fromEntries(part) : typeof part === "bigint" ? `${part}` : part,
	);
	return text ?? "null";
}

/** A named thing of version 3 with its settings: `{"name": …, "configuration": {…}}`, or the bare name. */
export function named(value: Json | undefined): { readonly name: string; readonly settings: Meta } {
	if (typeof value === "string") return { name: value, settings: new Map() };
	const object: Meta = value instanceof Map ? (value as Meta) : new Map();
	const name = object.get("name");
	const settings = object.get("configuration");
	if (typeof name !== "string") return refuse(`The metadata has ${shown(value)} where a name was expected.`);
	return { name, settings: settings instanceof Map ? (settings as Meta) : new Map() };
}
