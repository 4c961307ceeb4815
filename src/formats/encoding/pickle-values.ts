import { memorySource, rangeOf } from "../memory";
import type { ByteSource } from "../reader";
import { latin1Source } from "./latin1-text";

/** What a pickle says: plain data, and records of what its loader would have built. Nothing here is ever called. */
export type PickleValue = null | boolean | number | bigint | string | PickleNode;

/** Values with parts, compared by identity; they may hold themselves. */
export type PickleNode =
	| PickledBytes
	| PickledText
	| PickledSequence
	| PickledDict
	| PickledGlobal
	| PickledObject
	| PickledReference;

/** A byte string: in memory where it is short, otherwise only its place in the file. */
export interface PickledBytes {
	readonly kind: "bytes";
	readonly bytes?: Uint8Array;
	readonly offset: number;
	/** Bytes in the file. */
	readonly length: number;
	/** True where the file holds the bytes as UTF-8 text of the characters U+0000 to U+00FF (protocols 0 to 2 do). */
	readonly asText?: boolean;
}

/** A text too long to be a name, left in the file. */
export interface PickledText {
	readonly kind: "text";
	readonly offset: number;
	readonly length: number;
}

export interface PickledSequence {
	readonly kind: "list" | "tuple" | "set";
	readonly items: PickleValue[];
}

export interface PickledDict {
	readonly kind: "dict";
	readonly entries: Map<PickleValue, PickleValue>;
}

/** A class or function by its name, "module.name". */
export interface PickledGlobal {
	readonly kind: "global";
	readonly name: string;
}

/** What a call of something would have made: the callee, its arguments, and what was put in afterwards. */
export interface PickledObject {
	readonly kind: "object";
	readonly type: PickleValue;
	readonly args: readonly PickleValue[];
	readonly items: PickleValue[];
	readonly entries: Map<PickleValue, PickleValue>;
	state?: PickleValue;
}

/** A reference to something outside of the pickle, which its id names. */
export interface PickledReference {
	readonly kind: "reference";
	readonly id: PickleValue;
}

/** Whether a value is of a kind. */
export function isNode<Kind extends PickleNode["kind"]>(
	value: PickleValue | undefined,
	kind: Kind,
): value is Kind extends PickledSequence["kind"] ? PickledSequence : Extract<PickleNode, { readonly kind: Kind }> {
	return typeof value === "object" && value !== null && value.kind === kind;
}

/** The items of a list or tuple; undefined for all else. */
export function itemsOf(value: PickleValue | undefined): readonly PickleValue[] | undefined {
	return isNode(value, "list") || isNode(value, "tuple") ? value.items : undefined;
}

/** The name of a global, or of the global that was called to make an object; "" for all else. */
export function typeName(value: PickleValue | undefined): string {
	if (isNode(value, "object")) return typeName(value.type);
	return isNode(value, "global") ? value.name : "";
}

/** A text: a string, or the short byte string that Python 2 wrote for one. */
export function textOf(value: PickleValue | undefined): string | undefined {
	if (typeof value === "string") return value;
	if (!isNode(value, "bytes") || value.bytes === undefined) return undefined;
	try {
		return new TextDecoder("utf-8", { fatal: true }).decode(value.bytes);
	} catch {
		return new TextDecoder("latin1").decode(value.bytes);
	}
}

/** A number that counts something: a safe integer, not negative. */
export function countOf(value: PickleValue | undefined): number | undefined {
	return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

/**
 * The bytes of a byte string (or of the text that Python 2 wrote for one) in `file` as a source, `size` of them where
 * the file holds them as text, whose length does not tell; undefined for values that are none.
 */
export function bytesSource(value: PickleValue | undefined, file: ByteSource, size: number): ByteSource | undefined {
	if (typeof value === "string") return memorySource(file.name, latin1Bytes(value));
	if (!isNode(value, "bytes")) return undefined;
	if (value.bytes) return memorySource(file.name, value.bytes);
	const range = rangeOf(file, file.name, value.offset, value.length);
	return value.asText ? latin1Source(range, size) : range;
}

/** Each character as the byte of the same number; longer characters lose what does not fit. */
export function latin1Bytes(text: string): Uint8Array {
	const bytes = new Uint8Array(text.length);
	for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
	return bytes;
}
