import { roleOf, type Shape } from "../core/layout";
import { type Norm, normalization } from "../core/normalizations";
import type { Subject } from "./subject";

/** How statistics become the divisor, as far as the norms differ in it. */
export interface Formula {
	/** Whether the mean is subtracted; the divisor is the root mean square otherwise. */
	readonly centred: boolean;
	readonly eps: number;
}

/** A layout and a formula, as code needs them: groups are axes of their own. */
export interface Recipe {
	readonly shape: Shape;
	readonly letters: readonly string[];
	readonly channelAxis: number;
	/** Groups of every axis that is split; undefined for the others. */
	readonly groups: readonly (number | undefined)[];
	/** Axes that are averaged as a whole. Axes of one index are in no list. */
	readonly averaged: readonly number[];
	readonly kept: readonly number[];
	readonly grouped: readonly number[];
	/** The shape with every split axis as groups and what is in one. */
	readonly split: Shape;
	/** What is averaged of the split shape. */
	readonly splitAveraged: readonly number[];
	readonly setSize: number;
	readonly formula: Formula;
}

/** The recipe of a layout, or none where the norm does not fit. */
export function recipeOf(subject: Subject): Recipe | undefined {
	const { shape, layout, letters, channelAxis, norm } = subject;
	const formula = formulaOf(norm);
	if (!layout || !formula || shape.includes(0)) return undefined;
	const roles = shape.map((size, axis) => (size === 1 ? undefined : roleOf(layout, axis)));
	const axes = (role: ReturnType<typeof roleOf>) => [...shape.keys()].filter((axis) => roles[axis] === role);
	const split: number[] = [];
	const splitAveraged: number[] = [];
	shape.forEach((size, axis) => {
		const parts = layout.cells[axis] ?? 1;
		if (roles[axis] === "grouped") split.push(parts, size / parts);
		else split.push(size);
		if (roles[axis] === "grouped" || roles[axis] === "averaged") splitAveraged.push(split.length - 1);
	});
	return {
		shape,
		letters,
		channelAxis,
		groups: shape.map((_, axis) => (roles[axis] === "grouped" ? layout.cells[axis] : undefined)),
		averaged: axes("averaged"),
		kept: axes("kept"),
		grouped: axes("grouped"),
		split,
		splitAveraged,
		setSize: splitAveraged.reduce((product, axis) => product * (split[axis] as number), 1),
		formula,
	};
}

/** The formula of a norm, where code can be written for it: with the population variance, or the mean square, and eps inside the root. */
function formulaOf({ id, options }: Norm): Formula | undefined {
	const { statistic, combine, element, takes } = normalization(id);
	const { epsPlace, ddof, stash, eps } = options;
	if (!statistic || combine || element || takes || stash !== "f64" || ddof !== 0) return undefined;
	if (eps !== 0 && epsPlace !== "inside") return undefined;
	if (statistic.divisor === "std" && statistic.centre === "mean") return { centred: true, eps };
	return statistic.divisor === "rms" ? { centred: false, eps } : undefined;
}

/** A layer that frameworks have for a layout. */
export type Layer =
	| { readonly kind: "layer"; readonly first: number }
	| { readonly kind: "batch" | "instance"; readonly channel: number }
	| { readonly kind: "group"; readonly channel: number; readonly groups: number };

/** The layer that averages just so, or none: its axes and groups. A set of one value has none, as frameworks refuse it. */
export function layerOf({ shape, averaged, kept, grouped, groups, channelAxis, setSize }: Recipe): Layer | undefined {
	if (setSize <= 1 || shape.length === 0) return undefined;
	const [first = 0] = averaged;
	const [split] = grouped;
	const apart = kept.filter((axis) => axis !== 0);
	const batchKept = kept.includes(0) || shape[0] === 1;
	if (split !== undefined) {
		const fits = grouped.length === 1 && split !== 0 && batchKept && apart.length === 0 && shape.length > 1;
		return fits ? { kind: "group", channel: split, groups: groups[split] as number } : undefined;
	}
	if (averaged.length > 0 && kept.every((axis) => axis < first) && (first > 0 || shape.length === 1)) {
		const channelsKept = batchKept && apart.length === 1 && apart[0] === channelAxis && shape.length > 2;
		return channelsKept ? { kind: "instance", channel: channelAxis } : { kind: "layer", first };
	}
	const [only] = kept;
	if (kept.length === 1 && only !== undefined && averaged.includes(0)) return { kind: "batch", channel: only };
	const [channel] = apart;
	if (batchKept && apart.length === 1 && channel !== undefined && shape.length > 2)
		return { kind: "instance", channel };
	return undefined;
}

/** A Python tuple. */
export function tuple(numbers: readonly (number | string)[]): string {
	return `(${numbers.join(", ")}${numbers.length === 1 ? "," : ""})`;
}

/** Names of the axes that code can use: letters, digits and underscores, in small letters, no two alike. */
export function identifiers(letters: readonly string[]): string[] {
	const taken = new Set<string>(["g"]);
	return letters.map((letter, axis) => {
		const plain = letter
			.toLowerCase()
			.replace(/[^a-z0-9_]+/g, "_")
			.replace(/^(?=[^a-z])/, "a");
		let name = plain === "" || plain === "a_" ? `a${axis}` : plain;
		for (let k = 2; taken.has(name); k++) name = `${plain}${k}`;
		taken.add(name);
		return name;
	});
}
