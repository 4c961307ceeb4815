import type { Shape } from "./layout";

/** What a user chooses for a normalization; each entry of the catalogue says which of them it uses. */
export interface NormOptions {
	/** The channel axis, or the axis that is averaged, or the first of those: what it is, the entry says. Negative counts from the end. */
	readonly axis: number;
	/** Equal groups that the channel axis is cut into; for ghost batches the batch axis. */
	readonly groups: number;
	/** Parts of every axis, for layouts that have no name. */
	readonly cells: Shape;
	/** Keeps the divisor from zero. */
	readonly eps: number;
	/** Where eps is added: to the mean square inside the root, to the divisor, or as the least divisor. */
	readonly epsPlace: "inside" | "outside" | "max";
	/** Taken from the number of elements that squares are divided by: 0 is the population variance, 1 the unbiased one. */
	readonly ddof: 0 | 1;
	/** Which length of a set is its divisor: the sum of magnitudes, the root of the sum of squares, the largest magnitude. */
	readonly p: "1" | "2" | "max";
	/** The precision that statistics are rounded to before they are used. */
	readonly stash: "f64" | "f32";
	/** How the variance comes from rounded statistics: as it is, or as E[x²] − E[x]², which cancels. */
	readonly variance: "two-pass" | "fast";
	/** What NaN and ±Inf do to their set: are counted apart, or make its statistics NaN as the frameworks do. */
	readonly nonFinite: "apart" | "propagate";
	/** What each value is multiplied by (Dynamic Tanh), or the sum of squares (local response). */
	readonly alpha: number;
	/** The power of the local response. */
	readonly power: number;
	/** What the local response starts from. */
	readonly bias: number;
	/** Channels in the window of the local response. */
	readonly size: number;
	/** Where the odd channel of a window of an even number lies: before the element (PyTorch) or after it (ONNX). */
	readonly evenWindow: "before" | "after";
	/** Bounds of Batch Renorm's r (from its inverse on) and d (of both signs). */
	readonly rMax: number;
	readonly dMax: number;
}

export type OptionId = keyof NormOptions;

/** How an option is told to people, and what it may be. */
export type NormOption = {
	readonly label: string;
	readonly about: string;
	/** Rarely touched: forms keep it folded away. */
	readonly rare?: true;
} & (
	| { readonly kind: "axis" | "groups" | "cells" }
	| {
			readonly kind: "number";
			readonly initial: number;
			readonly least: number;
			readonly most?: number;
			readonly whole?: true;
	  }
	| { readonly kind: "choice"; readonly initial: string | number; readonly choices: Readonly<Record<string, string>> }
);

/** Every option of every normalization: forms, questions, the terminal and messages read this table. */
export const OPTIONS = {
	axis: {
		kind: "axis",
		label: "Axis",
		about: "The axis that the norm is about: its channels, or what it averages over.",
	},
	groups: { kind: "groups", label: "Groups", about: "Equal groups that the axis is cut into." },
	cells: {
		kind: "cells",
		label: "Parts of every axis",
		about: "How many parts every axis is cut into; 1 averages it, its length keeps it.",
	},
	eps: {
		kind: "number",
		label: "Epsilon",
		about: "Keeps the divisor from zero.",
		initial: 1e-5,
		least: 0,
	},
	alpha: {
		kind: "number",
		label: "Alpha",
		about: "What values, or sums of squares, are multiplied by.",
		initial: 1,
		least: 0,
	},
	power: { kind: "number", label: "Power", about: "The power of the local response.", initial: 0.75, least: 0 },
	bias: { kind: "number", label: "Bias", about: "What the local response starts from.", initial: 1, least: 0 },
	size: {
		kind: "number",
		label: "Window",
		about: "Channels in the window.",
		initial: 5,
		least: 1,
		most: 2 ** 20,
		whole: true,
	},
	rMax: { kind: "number", label: "Most r", about: "r is kept between its inverse and this.", initial: 3, least: 1 },
	dMax: { kind: "number", label: "Most d", about: "d is kept within this of zero.", initial: 5, least: 0 },
	p: {
		kind: "choice",
		label: "Length",
		about: "Which length of a set it is divided by.",
		initial: "2",
		choices: { "1": "L1: sum of magnitudes", "2": "L2: root of the sum of squares", max: "largest magnitude" },
	},
	epsPlace: {
		kind: "choice",
		label: "Epsilon is",
		about: "Where epsilon stands in the divisor.",
		initial: "inside",
		choices: { inside: "inside the root", outside: "added to the divisor", max: "the least divisor" },
		rare: true,
	},
	ddof: {
		kind: "choice",
		label: "Variance divides by",
		about: "What is taken from the number of elements that the variance divides by.",
		initial: 0,
		choices: { "0": "the number of elements", "1": "one less (unbiased)" },
		rare: true,
	},
	stash: {
		kind: "choice",
		label: "Statistics in",
		about: "The precision that statistics are rounded to before they are used.",
		initial: "f64",
		choices: { f64: "float64 (exact)", f32: "float32" },
		rare: true,
	},
	variance: {
		kind: "choice",
		label: "Variance as",
		about: "How rounded statistics make the variance: as the mean of squared distances, or as E[x²] − E[x]².",
		initial: "two-pass",
		choices: { "two-pass": "mean of squared distances", fast: "E[x²] − E[x]² (fast)" },
		rare: true,
	},
	evenWindow: {
		kind: "choice",
		label: "An even window has one more",
		about: "Where the odd channel of a window of an even number lies.",
		initial: "before",
		choices: { before: "before (PyTorch)", after: "after (ONNX)" },
		rare: true,
	},
	nonFinite: {
		kind: "choice",
		label: "NaN and ±Inf",
		about: "What NaN and infinities do to their set.",
		initial: "apart",
		choices: { apart: "Counted apart", propagate: "Spoil their set" },
	},
} as const satisfies Readonly<Record<OptionId, NormOption>>;

/** An option with its optional parts visible to the compiler. */
export function normOption(id: OptionId): NormOption {
	return OPTIONS[id];
}

/** Whether a word names an option. */
export function isOptionId(word: string): word is OptionId {
	return Object.hasOwn(OPTIONS, word);
}

/** The value of a choice that a word stands for: numbers where the option is one. */
export function choiceOf(id: OptionId, word: string): string | number | undefined {
	const option = normOption(id);
	if (option.kind !== "choice" || !Object.hasOwn(option.choices, word)) return undefined;
	return typeof option.initial === "number" ? Number(word) : word;
}

/** What is wrong with an option's value, in a sentence; undefined where nothing is. Axes, groups and cells are the layout's to judge. */
export function optionProblem(id: OptionId, value: unknown): string | undefined {
	const option = normOption(id);
	if (option.kind === "number") {
		const { least, most = Infinity, whole } = option;
		const fits = typeof value === "number" && Number.isFinite(value) && value >= least && value <= most;
		if (fits && (!whole || Number.isInteger(value))) return undefined;
		if (id === "eps") return `eps is ${value}, but it must be zero or a small positive number such as 1e-5.`;
		return `${option.label} (${id}) is ${value}, but it must be a ${whole ? "whole " : ""}number ${most < Infinity ? `from ${least} to ${most}` : `from ${least} on`}.`;
	}
	if (option.kind !== "choice") return undefined;
	const known = Object.keys(option.choices).some((word) => choiceOf(id, word) === value);
	return known
		? undefined
		: `${option.label} (${id}) is ${JSON.stringify(value)}, but it must be one of ${Object.keys(option.choices).join(", ")}.`;
}
