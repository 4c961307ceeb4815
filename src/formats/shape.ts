import { DTYPES, type DType } from "../core/dtype";
import { type ErrorCode, type ErrorData, TensorError, type Where } from "../core/errors";
import type { Shape } from "../core/layout";
import type { TensorInfo } from "../core/tensor";

/** Axes a tensor may have. */
export const MAX_RANK = 64;

/** Bytes of a tensor, or why its shape cannot be; exact, whatever the numbers are. */
export function bytesOf(
	shape: readonly (number | bigint)[],
	dtype: DType | { readonly bits: number },
): { readonly bytes: number } | { readonly impossible: string } {
	if (shape.length > MAX_RANK) {
		return { impossible: `The shape has ${shape.length} axes, more than the ${MAX_RANK} that a tensor may have` };
	}
	const bits = typeof dtype === "string" ? DTYPES[dtype].bits : dtype.bits;
	const elements = shape.reduce<bigint>((product, length) => product * BigInt(length), 1n);
	if (elements * BigInt(Math.max(bits, 8)) > 8n * BigInt(Number.MAX_SAFE_INTEGER)) {
		return {
			impossible: `The shape [${shape.join(", ")}] means ${elements} elements, more than any file holds (2^53 bytes)`,
		};
	}
	return { bytes: Math.ceil(Number(elements * BigInt(bits)) / 8) };
}

/** The axis lengths of a header as a Shape; lengths past 2^53, which are always refused, only for show. */
export function shownShape(shape: readonly (number | bigint)[]): Shape {
	return shape.map(Number);
}

/** An error as data, for `TensorInfo.problem`. */
export function problem(code: ErrorCode, message: string, where: Where = {}): ErrorData {
	return { code, message, where };
}

/** A tensor of which nothing but its name could be learned. */
export function unreadable(name: string, thrown: unknown): TensorInfo {
	return { name, dtype: { other: "unknown" }, shape: [], bytes: 0, problem: TensorError.from(thrown).toData() };
}
