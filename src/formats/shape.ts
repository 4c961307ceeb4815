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
	const product = (lengths: readonly (number | bigint)[]) =>
		lengths.reduce<bigint>((sum, length) => sum * BigInt(length), 1n);
	// An axis of length zero does not excuse the others: strides are products of them.
	const most = product(shape.filter((length) => length > 0));
	if (most * BigInt(Math.max(bits, 8)) > 8n * BigInt(Number.MAX_SAFE_INTEGER)) {
		const lengths = shape.map((length) => clipped(length)).join(", ");
		return {
			impossible: `The shape [${lengths}] means ${clipped(most)} elements, more than any file holds (2^53 bytes)`,
		};
	}
	const elements = product(shape);
	return { bytes: Math.ceil(Number(elements * BigInt(bits)) / 8) };
}

/** A number for a sentence, shortened where it has more digits than anyone reads. */
function clipped(value: number | bigint): string {
	const digits = String(value);
	return digits.length > 30 ? `${digits.slice(0, 6)}… (${digits.length} digits)` : digits;
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
