import { roleOf } from "../src/core/layout";
import { type Chosen, exactly } from "./chosen";

/** NumPy code that normalizes `x` to `y` over the same sets: groups become an axis of their own. */
export function numpyOf({ shape, layout, norm }: Pick<Chosen, "shape" | "layout" | "norm">): string {
	if (!layout) return "";
	const split: number[] = [];
	const averaged: number[] = [];
	shape.forEach((size, axis) => {
		const role = roleOf(layout, axis);
		if (role === "grouped") split.push(layout.cells[axis] ?? 1, size / (layout.cells[axis] ?? 1));
		else split.push(size);
		if (role !== "kept") averaged.push(split.length - 1);
	});
	const grouped = split.length > shape.length;
	const tuple = (numbers: readonly number[]) => `(${numbers.join(", ")}${numbers.length === 1 ? "," : ""})`;
	const axes = `axis=${tuple(averaged)}, keepdims=True`;
	return [
		grouped ? `g = x.reshape${tuple(split)}` : "",
		`mean = ${grouped ? "g" : "x"}.mean(${axes})`,
		`var = ${grouped ? "g" : "x"}.var(${axes})`,
		`y = (${grouped ? "g" : "x"} - mean) / np.sqrt(var + ${exactly(norm.options.eps)})`,
		grouped ? "y = y.reshape(x.shape)" : "",
	]
		.filter(Boolean)
		.join("\n");
}
