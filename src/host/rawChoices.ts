import { DTYPES, type DType } from "../core/dtype";
import { TensorError } from "../core/errors";
import { formatCount, formatShape } from "../core/format";
import type { Shape } from "../core/layout";
import { type RawLayout, rawShape, suggestedShapes, valuesAfter } from "../core/raw-layout";
import type { Choice } from "./normChoices";

/** The common dtypes first. */
const FIRST: readonly DType[] = ["f32", "f16", "bf16", "f64", "u8", "i8", "i16", "u16", "i32", "u32", "i64", "u64"];

/** Every dtype, with how many values of it a file has. */
export function dtypeChoices(size: number): Choice<DType>[] {
	const others = (Object.keys(DTYPES) as DType[]).filter((dtype) => !FIRST.includes(dtype));
	return [...FIRST, ...others].map((dtype) => {
		const count = valuesAfter(0, dtype, size);
		const left = size - Math.ceil((count * DTYPES[dtype].bits) / 8);
		const description = `${formatCount(count)} values${left > 0 ? `, ${left} bytes over` : ""}`;
		const choice = { value: dtype, label: dtype, description };
		return count > 0 ? choice : { ...choice, problem: "The file is smaller than one value." };
	});
}

/** Shapes that the values after the offset may well have. */
export function shapeChoices(count: number): Choice<Shape>[] {
	return suggestedShapes(count).map((shape) => ({
		value: shape,
		label: formatShape(shape),
		description: shape.length === 1 ? "one axis" : "",
	}));
}

/** What is wrong with an offset that was typed. */
export function offsetProblem(text: string, dtype: DType, size: number): string | undefined {
	const offset = wholeNumber(text);
	if (offset === undefined || offset < 0) return "The offset must be a number of bytes, from 0 on.";
	if (valuesAfter(offset, dtype, size) > 0) return undefined;
	return `The file has ${size} bytes, so no ${dtype} value starts at byte ${offset} or later.`;
}

/** The lengths that were typed, as in "2, 3, -1" or "2 × 3"; none where they are no whole numbers. */
export function typedShape(text: string): Shape | undefined {
	const lengths = text
		.trim()
		.replace(/^[[(]|[\])]$/g, "")
		.split(/[\s,x×]+/)
		.filter((part) => part !== "")
		.map(wholeNumber);
	return lengths.includes(undefined) ? undefined : (lengths as number[]);
}

/** What is wrong with lengths that were typed, in a file of some bytes. */
export function shapeProblem(text: string, layout: Pick<RawLayout, "dtype" | "offset">, size: number) {
	const shape = typedShape(text);
	const free = shape?.filter((length) => length === -1).length ?? 0;
	if (shape === undefined || free > 1 || shape.some((length) => length < -1))
		return "Type whole numbers with commas between, slowest axis first; one of them may be -1.";
	try {
		rawShape({ ...layout, shape, order: "C", byteOrder: "little" }, size);
		return undefined;
	} catch (thrown) {
		return TensorError.from(thrown).message;
	}
}

/** Whether the order of a shape's axes in the file makes a difference. */
export function hasOrder(shape: Shape): boolean {
	return shape.filter((length) => length !== 1).length > 1;
}

function wholeNumber(text: string): number | undefined {
	const number = /^\s*-?\d+\s*$/.test(text) ? Number(text) : NaN;
	return Number.isSafeInteger(number) ? number : undefined;
}
