import { TensorError } from "../../core/errors";
import { denseStrides, type Shape, sizeOf } from "../../core/layout";
import { parseJson } from "../encoding/json";
import type { Field } from "./schema";

/** The shape inside of a row as its makers see it. */
export interface TensorShape {
	readonly shape: Shape;
	/** Of the logical axes, in elements of what is stored. */
	readonly strides: Shape;
	readonly axisNames?: readonly string[];
}

/** The shape that a column of `arrow.fixed_shape_tensor` tells in its metadata; undefined for others. Throws `corrupt`. */
export function tensorShape({ extension }: Field, widths: Shape): TensorShape | undefined {
	if (extension?.name !== "arrow.fixed_shape_tensor") return undefined;
	const told = parseJson(new TextEncoder().encode(extension.text), { file: "", byte: 0 });
	const list = (key: string) => {
		const value = told instanceof Map ? told.get(key) : undefined;
		return Array.isArray(value) ? value : undefined;
	};
	const stored = (list("shape") ?? []).map(Number);
	if (stored.some((length) => !Number.isSafeInteger(length) || length < 0) || sizeOf(stored) !== sizeOf(widths)) {
		throw new TensorError(
			"corrupt",
			`The column's tensors are said to have the shape [${stored.join(", ")}], but each row holds ${sizeOf(widths)} values; write the file again.`,
		);
	}
	const axes = stored.map((_, axis) => axis);
	const permutation = (list("permutation") ?? axes).map(Number);
	if (permutation.length !== stored.length || axes.some((axis) => !permutation.includes(axis))) {
		throw new TensorError(
			"corrupt",
			`The column's permutation [${permutation.join(", ")}] does not fit ${stored.length} axes; write the file again.`,
		);
	}
	const strides = denseStrides(stored);
	const names = list("dim_names");
	return {
		shape: permutation.map((axis) => stored[axis] as number),
		strides: permutation.map((axis) => strides[axis] as number),
		...(names?.length === stored.length ? { axisNames: permutation.map((axis) => String(names[axis])) } : {}),
	};
}
