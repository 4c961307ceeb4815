import { exactly } from "../core/format";
import type { Recipe } from "./recipe";

/** The set of a layout as the GroupNorm paper writes it, and what is done with it. */
export function paperOf(recipe: Recipe): string {
	const { shape, letters, kept, grouped, groups, setSize, formula } = recipe;
	const conditions = [...shape.keys()].flatMap((axis) => {
		const letter = letters[axis] ?? "";
		if (kept.includes(axis)) return [`k_${letter} = i_${letter}`];
		if (!grouped.includes(axis)) return [];
		const width = (shape[axis] as number) / (groups[axis] as number);
		return [`⌊k_${letter} / ${width}⌋ = ⌊i_${letter} / ${width}⌋`];
	});
	const root = `√(1/m · Σ (x_k − μ_i)² over k ∈ S_i + ${exactly(formula.eps)})`;
	return [
		`S_i = { k ${conditions.length > 0 ? `| ${conditions.join(", ")} ` : ""}}    m = |S_i| = ${setSize}`,
		...(formula.centred
			? ["μ_i = 1/m · Σ x_k over k ∈ S_i", `σ_i = ${root}`, "y_i = (x_i − μ_i) / σ_i"]
			: [`σ_i = ${root.replace("(x_k − μ_i)²", "x_k²")}`, "y_i = x_i / σ_i"]),
	].join("\n");
}
