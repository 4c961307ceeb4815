import { exactly } from "../core/format";
import { identifiers, type Recipe } from "./recipe";

/** einx code that normalizes `x` to `y`: brackets stand around what is averaged. */
export function einxOf(recipe: Recipe): string {
	const { shape, letters, averaged, grouped, groups, formula } = recipe;
	const names = identifiers(letters);
	const several = grouped.length > 1;
	const groupName = (axis: number) => (several ? `g_${names[axis]}` : "g");
	const whole = (axis: number) => (grouped.includes(axis) ? `(${groupName(axis)} ${names[axis]})` : names[axis]);
	const bracketed = [...shape.keys()].map((axis) => {
		if (averaged.includes(axis)) return `[${names[axis]}]`;
		return grouped.includes(axis) ? `(${groupName(axis)} [${names[axis]}])` : names[axis];
	});
	const brackets = bracketed.join(" ").replaceAll("] [", " ");
	const input = [...shape.keys()].map(whole).join(" ");
	const left = [...shape.keys()].flatMap((axis) => {
		if (averaged.includes(axis)) return [];
		return [grouped.includes(axis) ? groupName(axis) : names[axis]];
	});
	const sizes = grouped.map((axis) => `, ${groupName(axis)}=${groups[axis]}`).join("");
	const both = `"${[input, left.join(" ")].join(", ").trimEnd()}"`;
	const eps = exactly(formula.eps);
	if (averaged.length + grouped.length === 0)
		return "# Nothing is averaged: every value is a set of its own.\ny = x * 0";
	return [
		"import einx, numpy as np",
		...(formula.centred
			? [
					`mean = einx.mean("${brackets}", x${sizes})`,
					`var = einx.var("${brackets}", x${sizes})`,
					`y = einx.subtract(${both}, x, mean${sizes})`,
					`y = einx.divide(${both}, y, np.sqrt(var + ${eps})${sizes})`,
				]
			: [
					`square = einx.mean("${brackets}", np.square(x)${sizes})`,
					`y = einx.divide(${both}, x, np.sqrt(square + ${eps})${sizes})`,
				]),
	].join("\n");
}
