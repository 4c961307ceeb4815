import { type DType, decode, decodeWide, factsOf, isWideInteger, partsOf, realDType } from "../../src/core/dtype";
import { sizeOf } from "../../src/core/layout";
import type { TensorInfo } from "../../src/core/tensor";
import type { Chunk, TensorSource } from "../../src/formats/reader";

/** All values of a tensor in C order, real parts and imaginary parts apart; 64-bit integers as bigints. */
export async function allValues(source: TensorSource, tensor: TensorInfo, maxElements: number) {
	const dtype = tensor.dtype as DType;
	const parts = Array.from({ length: partsOf(dtype) }, () => new Array<number | bigint>(sizeOf(tensor.shape)));
	for (const box of source.boxes(tensor, maxElements)) {
		if (sizeOf(box.shape) > Math.max(1, maxElements)) throw new Error("a box is larger than asked for");
		place(await source.read(tensor, box), tensor, parts);
	}
	return parts;
}

/** Puts the values of a chunk at their C-order indices. */
export function place(chunk: Chunk, { shape }: Pick<TensorInfo, "shape">, parts: (number | bigint)[][]): void {
	const bits = factsOf(chunk.dtype).bits;
	const stored = Math.floor((chunk.bytes.length * 8) / bits);
	const run = { dtype: chunk.dtype, bigEndian: chunk.bigEndian, bytes: chunk.bytes };
	const width = parts.length;
	const values = isWideInteger(chunk.dtype)
		? decodeWide(run, stored)
		: decode({ ...run, dtype: realDType(chunk.dtype) }, stored * width);
	const count = sizeOf(chunk.shape);
	// Strides of 0 repeat an element.
	const reach = chunk.strides.reduce(
		(sum, step, axis) => sum + step * ((chunk.shape[axis] as number) - 1),
		chunk.offset,
	);
	if (count > 0 && stored <= reach) throw new Error("a chunk is too short");
	const index = chunk.shape.map(() => 0);
	for (let k = 0; k < count; k++) {
		const at = chunk.offset + index.reduce((sum, i, axis) => sum + i * (chunk.strides[axis] as number), 0);
		const target = index.reduce(
			(sum, i, axis) => sum * (shape[axis] as number) + i + (chunk.origin[axis] as number),
			0,
		);
		parts.forEach((part, p) => {
			const value = values[at * width + p];
			if (value === undefined || part[target] !== undefined)
				throw new Error(`element ${target} is missing or read twice`);
			part[target] = value;
		});
		for (let axis = index.length - 1; axis >= 0; axis--) {
			index[axis] = (index[axis] as number) + 1;
			if ((index[axis] as number) < (chunk.shape[axis] as number)) break;
			index[axis] = 0;
		}
	}
}

/** Statistics over finite values in two plain passes, as the recorded truth has them. */
export function plainStatistics(values: readonly (number | bigint)[]) {
	const finite = values.filter((value) => typeof value === "bigint" || Number.isFinite(value));
	const numbers = finite.map(Number);
	const mean = kahan(numbers) / numbers.length;
	const std = Math.sqrt(kahan(numbers.map((value) => (value - mean) ** 2)) / numbers.length);
	const count = (wanted: number) => values.filter((value) => Object.is(value, wanted)).length;
	return {
		nan: count(NaN),
		posInf: count(Infinity),
		negInf: count(-Infinity),
		min: finite.reduce<number | bigint | undefined>(
			(low, value) => (low === undefined || value < low ? value : low),
			undefined,
		),
		max: finite.reduce<number | bigint | undefined>(
			(top, value) => (top === undefined || value > top ? value : top),
			undefined,
		),
		mean,
		std,
	};
}

function kahan(values: readonly number[]): number {
	let sum = 0;
	let lost = 0;
	for (const value of values) {
		const next = sum + (value - lost);
		lost = next - sum - (value - lost);
		sum = next;
	}
	return sum;
}
