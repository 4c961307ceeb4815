import { type Choices, type Chosen, choose } from "../../../src/core/chosen";
import { cellsWithin } from "../../../src/core/coarsen";
import { sizeOf } from "../../../src/core/layout";
import { affineOf } from "../../../src/core/normalizations";
import { type Recipe, recipeOf } from "../../../src/notation/recipe";
import { chooseNorm, presetsOf } from "../../../webview/presets";

/** A layout that code is written for. */
export interface Case {
	readonly what: string;
	readonly chosen: Chosen;
	readonly recipe: Recipe;
}

const AXES: readonly (readonly [shape: readonly number[], choices: Choices])[] = [
	[[3, 4, 2, 5], {}],
	[[3, 2, 5, 4], { convention: "channelsLast" }],
	[[3, 5, 4], { convention: "sequence" }],
	[[3, 4, 6], { convention: "channelsFirst" }],
	[[6, 4], {}],
	[[7], {}],
	[[2, 4, 2, 3, 2], {}],
	[[1, 4, 3, 3], {}],
	[[3, 4, 1, 1], {}],
	[[4, 3, 2, 2], { convention: "own", letters: ["C", "N", "H", "W"] }],
];

/** Layouts without a name: parts of two axes, of the batch, of the last axis, one set, single values, the middle axis alone. */
const CELLS: readonly (readonly [shape: readonly number[], cells: readonly number[]])[] = [
	[
		[6, 4],
		[2, 2],
	],
	[
		[4, 6, 2, 2],
		[2, 6, 1, 1],
	],
	[
		[3, 4, 2, 5],
		[1, 2, 1, 1],
	],
	[
		[3, 4, 6],
		[3, 1, 3],
	],
	[
		[3, 4, 6],
		[3, 4, 2],
	],
	[
		[3, 4, 2, 5],
		[1, 1, 1, 1],
	],
	[
		[3, 4, 2, 5],
		[3, 4, 2, 5],
	],
	[
		[3, 4, 2, 5],
		[3, 4, 1, 5],
	],
	[
		[3, 4, 2, 5],
		[1, 4, 2, 1],
	],
	[
		[2, 3, 2, 2, 3],
		[1, 3, 2, 1, 1],
	],
	[
		[2, 1, 2, 1, 3, 2],
		[2, 1, 1, 1, 3, 1],
	],
	[[5], [5]],
];

/** Every preset of several shapes and axis orders, and layouts without a name. */
export function cases(): Case[] {
	const named = AXES.flatMap(([shape, choices]) =>
		presetsOf(choose(shape, choices)).map(({ norm }) => choose(shape, chooseNorm(choices, norm))),
	);
	const others = CELLS.map(([shape, cells]) => choose(shape, { norm: "cells", options: { cells, eps: 0.001 } }));
	return [...named, ...others].map((chosen) => {
		const recipe = recipeOf(chosen);
		if (!recipe) throw new Error(`No recipe for [${chosen.shape}].`);
		return { what: `[${chosen.parts}] of [${chosen.shape}], ${chosen.letters.join("")}`, chosen, recipe };
	});
}

/** The values that code is run on: the same in TypeScript and Python, and exact. */
export function valuesOf(shape: readonly number[]): number[] {
	return Array.from({ length: sizeOf(shape) }, (_, k) => ((k * 37 + 11) % 101) / 8 - 6);
}

/** What the product makes of these values. */
export function expected({ layout, norm, shape }: Chosen): number[] {
	if (!layout) throw new Error("The norm does not fit.");
	const x = valuesOf(shape);
	const cell = cellsWithin({ shape, cells: shape }, layout);
	return x.map((value, at) => {
		const set = x.filter((_, other) => cell[other] === cell[at]);
		const mean = set.reduce((sum, one) => sum + one, 0) / set.length;
		const std = Math.sqrt(set.reduce((sum, one) => sum + (one - mean) ** 2, 0) / set.length);
		const { centre, scale } = affineOf({ mean, std, nonFinite: 0 }, norm);
		return (value - centre) * scale;
	});
}
