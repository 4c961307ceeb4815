import type { DType } from "../core/dtype";
import { type Layout, makeLayout, type Shape, sizeOf } from "../core/layout";
import { MAX_CELLS } from "../core/moments";
import { choiceOf, type NormOptions, normOption, OPTIONS, type OptionId } from "../core/norm-options";
import {
	coefficientLayout,
	isNormId,
	layoutOf,
	NORMALIZATIONS,
	type Norm,
	type NormId,
	normalization,
	normOf,
	usersOf,
} from "../core/normalizations";
import { FRAMEWORKS, frameworkOptions, frameworksOf, isFrameworkId } from "../core/norms/frameworks";
import { type Arguments, BadUsage, integerOf, integersOf, numberOf, type OptionSpec, textOf } from "./arguments";
import { didYouMean } from "./suggestion";

/** Ids that `--norm` takes; the layout without a name is chosen by `--cells` alone. */
export const NORM_IDS = (Object.keys(NORMALIZATIONS) as NormId[]).filter((id) => id !== "cells");

/** The options by which a layout is chosen. */
export const NORM_OPTIONS = {
	norm: { value: "ID", about: `One of ${NORM_IDS.join(", ")}.` },
	axis: {
		value: "A",
		about: "The channel axis; for layerNorm and rmsNorm the first averaged axis. Negative counts from the end.",
	},
	groups: {
		value: "G",
		about: `Groups the channels are cut into, or the batch (${usersOf("groups").join(", ")}). Default 1.`,
	},
	cells: {
		value: "1,64,1,1",
		about:
			"How many parts every axis is cut into; 1 averages it, its length keeps it. Alone, or for norms without axes of their own.",
	},
} as const satisfies Readonly<Record<string, OptionSpec>>;

const LAYOUT_OPTIONS: readonly string[] = Object.keys(NORM_OPTIONS);

/** `epsPlace` as a word of a command line: `eps-place`. */
export function dashed(name: string): string {
	return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Options of the formulas, of the whole catalogue. */
const FORMULA_IDS = (Object.keys(OPTIONS) as OptionId[]).filter((id) => !LAYOUT_OPTIONS.includes(id));

/** How the terminal asks for what the formulas can be told. */
export const FORMULA_OPTIONS: Readonly<Record<string, OptionSpec>> = {
	as: {
		value: "FRAMEWORK",
		about: `The numbers of ${Object.keys(FRAMEWORKS).join(", ")}: its epsilon, axis, variance and precision, where not told otherwise.`,
	},
	...Object.fromEntries(FORMULA_IDS.map((id) => [dashed(id), specOf(id)])),
};

function specOf(id: OptionId): OptionSpec {
	const option = normOption(id);
	const users = usersOf(id);
	const few = users.length <= 3 ? ` (${users.join(", ")})` : "";
	const about = option.about.replace(/\.$/, `${few}.`);
	if (option.kind === "choice") {
		return { value: Object.keys(option.choices).join("|"), about: `${about} Default ${option.initial}.` };
	}
	const own = option.kind === "number" ? option.initial : "";
	return {
		value: id === "eps" ? "E" : "X",
		about: `${about} Default ${id === "eps" ? `${own}, or the norm's own` : own}.`,
	};
}

/** A norm as far as it is known without the tensor. */
export type NormChoice = (shape: Shape, dtype?: DType) => { readonly norm: Norm; readonly layout: Layout };

/** Reads the norm from the options; undefined where none was chosen. Throws BadUsage for options that contradict each other. */
export function chooseNorm(given: Arguments["given"]): NormChoice | undefined {
	const word = textOf(given, "norm");
	if (word !== undefined && !isNormId(word)) {
		throw new BadUsage(
			`There is no norm "${word}".${didYouMean(word, NORM_IDS)} The norms are ${NORM_IDS.join(", ")}.`,
		);
	}
	const cells = integersOf(given, "cells", 0);
	if (word !== undefined && cells && !normalization(word).uses.includes("cells")) {
		throw new BadUsage("--norm and --cells both choose what is averaged; give one of them.");
	}
	if (word === "cells" && !cells) throw new BadUsage("--norm cells needs --cells, one number for every axis.");
	const id: NormId | undefined = word ?? (cells ? "cells" : undefined);
	const options = {
		axis: integerOf(given, "axis"),
		groups: integerOf(given, "groups", 1),
		cells,
		...Object.fromEntries(FORMULA_IDS.map((option) => [option, formulaOption(given, option)])),
	} as { readonly [Option in OptionId]: NormOptions[Option] | undefined };
	for (const option of Object.keys(options) as OptionId[]) {
		if (options[option] === undefined || (id && normalization(id).uses.includes(option))) continue;
		throw new BadUsage(
			`--${dashed(option)} belongs to ${usersOf(option)
				.filter((user) => user !== "cells")
				.join(", ")}; ${id ? `${id} does not use it` : "choose one with --norm"}.`,
		);
	}
	const framework = textOf(given, "as");
	if (!id) {
		if (framework !== undefined) throw new BadUsage("--as goes with a norm; choose one with --norm.");
		return undefined;
	}
	const ofFramework = frameworkOf(framework, id);
	return (shape, dtype = "f32") => {
		const told = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
		const norm = normOf(id, shape, { ...ofFramework(dtype), ...told });
		const layout = layoutOf(norm, shape);
		const sets = sizeOf(coefficientLayout(norm, shape).cells);
		if (sets > MAX_CELLS) {
			throw new BadUsage(
				`This layout has ${sets} sets, more than the ${MAX_CELLS} whose statistics are kept in memory; average over more axes, or use larger groups.`,
			);
		}
		return { norm, layout };
	};
}

function frameworkOf(word: string | undefined, id: NormId): (dtype: DType) => Partial<NormOptions> {
	if (word === undefined) return () => ({});
	const known = frameworksOf(id);
	if (!isFrameworkId(word)) {
		const all = Object.keys(FRAMEWORKS);
		throw new BadUsage(`There is no framework "${word}".${didYouMean(word, all)} --as takes ${all.join(", ")}.`);
	}
	if (!known.includes(word)) {
		const others = known.length > 0 ? `; ${known.join(", ")} ${known.length === 1 ? "has" : "have"}` : "";
		throw new BadUsage(`${FRAMEWORKS[word].label} has no ${normalization(id).label}${others}.`);
	}
	return (dtype) => frameworkOptions(id, word, dtype) ?? {};
}

function formulaOption(given: Arguments["given"], id: OptionId): unknown {
	const option = normOption(id);
	const name = dashed(id);
	if (option.kind === "number") {
		return option.whole ? integerOf(given, name, option.least) : numberOf(given, name, option.least);
	}
	const word = textOf(given, name);
	if (word === undefined || option.kind !== "choice") return undefined;
	const value = choiceOf(id, word);
	if (value === undefined) {
		const words = Object.keys(option.choices);
		throw new BadUsage(`--${name} is "${word}".${didYouMean(word, words)} It takes ${words.join(", ")}.`);
	}
	return value;
}

/** The layout of the whole tensor: one cell, also where an axis is empty. */
export function oneCell(shape: Shape): Layout {
	return makeLayout(
		shape,
		shape.map(() => 1),
	);
}
