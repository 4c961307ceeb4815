import { type Layout, makeLayout, type Shape, sizeOf } from "../core/layout";
import { MAX_CELLS } from "../core/moments";
import {
	isNormId,
	layoutOf,
	NORMALIZATIONS,
	type Norm,
	type NormId,
	normalization,
	normOptions,
} from "../core/normalizations";
import { type Arguments, BadUsage, integerOf, integersOf, numberOf, type OptionSpec, textOf } from "./arguments";
import { didYouMean } from "./suggestion";

/** Ids that `--norm` takes; the layout without a name is chosen by `--cells`. */
export const NORM_IDS = (Object.keys(NORMALIZATIONS) as NormId[]).filter((id) => id !== "cells");

/** The options by which a normalization is chosen. */
export const NORM_OPTIONS = {
	norm: { value: "ID", about: `One of ${NORM_IDS.join(", ")}.` },
	axis: {
		value: "A",
		about: "The channel axis; for layerNorm the first averaged axis. Default 1; negative counts from the end.",
	},
	groups: { value: "G", about: "Groups the channels are cut into (groupNorm). Default 1." },
	cells: {
		value: "1,64,1,1",
		about: "In place of --norm: how many parts every axis is cut into; 1 averages it, its length keeps it.",
	},
} as const satisfies Readonly<Record<string, OptionSpec>>;

/** A norm as far as it is known without the tensor. */
export type NormChoice = (shape: Shape) => { readonly norm: Norm; readonly layout: Layout };

/** Reads the norm from the options; undefined where none was chosen. Throws BadUsage for options that contradict each other. */
export function chooseNorm(given: Arguments["given"]): NormChoice | undefined {
	const word = textOf(given, "norm");
	const axis = integerOf(given, "axis");
	const groups = integerOf(given, "groups", 1);
	const cells = integersOf(given, "cells", 0);
	const eps = numberOf(given, "eps", 0);
	if (word !== undefined && !isNormId(word)) {
		throw new BadUsage(
			`There is no norm "${word}".${didYouMean(word, NORM_IDS)} The norms are ${NORM_IDS.join(", ")}.`,
		);
	}
	if (word !== undefined && word !== "cells" && cells) {
		throw new BadUsage("--norm and --cells both choose what is averaged; give one of them.");
	}
	if (word === "cells" && !cells) throw new BadUsage("--norm cells needs --cells, one number for every axis.");
	const id: NormId | undefined = word ?? (cells ? "cells" : undefined);
	for (const [option, value] of [
		["axis", axis],
		["groups", groups],
	] as const) {
		if (value === undefined || (id && normalization(id).uses.includes(option))) continue;
		throw new BadUsage(
			`--${option} belongs to ${usersOf(option).join(", ")}; ${id ? `${id} does not use it` : "choose one with --norm"}.`,
		);
	}
	if (!id) return undefined;
	return (shape) => {
		const norm = {
			id,
			options: normOptions(shape, {
				...(axis === undefined ? {} : { axis }),
				...(groups === undefined ? {} : { groups }),
				...(cells === undefined ? {} : { cells }),
				...(eps === undefined ? {} : { eps }),
			}),
		};
		const layout = layoutOf(norm, shape);
		const sets = sizeOf(layout.cells);
		if (sets > MAX_CELLS) {
			throw new BadUsage(
				`This layout has ${sets} sets, more than the ${MAX_CELLS} whose statistics are kept in memory; average over more axes, or use larger groups.`,
			);
		}
		return { norm, layout };
	};
}

function usersOf(option: "axis" | "groups"): NormId[] {
	return NORM_IDS.filter((id) => normalization(id).uses.includes(option));
}

/** The layout of the whole tensor: one cell, also where an axis is empty. */
export function oneCell(shape: Shape): Layout {
	return makeLayout(
		shape,
		shape.map(() => 1),
	);
}
