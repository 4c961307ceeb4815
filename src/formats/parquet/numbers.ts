import { type DType, factsOf } from "../../core/dtype";
import { TensorError } from "../../core/errors";
import { encodeMiniFloat } from "../../core/minifloat";
import { NATIVE, type Native } from "../native-arrays";
import type { DecodedArray } from "./pages";

/** Puts values into an array of one type, in the machine's byte order. */
export interface Writer {
	readonly bytes: Uint8Array;
	/** Puts one value; what is missing becomes NaN, or is `corrupt` where there is none. */
	put(at: number, value: unknown): void;
	/** Puts many at once where they are of the same kind of numbers. */
	putAll(at: number, values: DecodedArray): boolean;
}

/** A writer of so many values. */
export function writerOf(dtype: DType, count: number): Writer {
	const values: Native = new (dtype === "f16" ? Uint16Array : NATIVE[dtype as keyof typeof NATIVE])(count);
	return {
		bytes: new Uint8Array(values.buffer),
		put: putterOf(dtype, values),
		putAll(at, many) {
			if (dtype === "f16" || Array.isArray(many)) return false;
			if (isWide(many) !== isWide(values)) return false;
			values.set(many as never, at);
			return true;
		},
	};
}

function isWide(values: unknown): boolean {
	return values instanceof BigInt64Array || values instanceof BigUint64Array;
}

function putterOf(dtype: DType, values: Native): Writer["put"] {
	const { kind, mini } = factsOf(dtype);
	if (isWide(values)) {
		return (at, value) => {
			const wide = typeof value === "bigint" ? value : typeof value === "number" ? BigInt(value) : missing();
			values[at] = wide as never;
		};
	}
	return (at, value) => {
		const known = typeof value === "number" || typeof value === "boolean" || typeof value === "bigint";
		const number = known ? Number(value) : kind === "float" ? NaN : missing();
		values[at] = (mini ? encodeMiniFloat(mini, number) : number) as never;
	};
}

function missing(): never {
	throw new TensorError("corrupt", "Values are missing where the footer says that none are; save the file again.");
}
