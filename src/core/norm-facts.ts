import { type Layout, roleOf, type Shape } from "./layout";
import type { About, Cited } from "./norm-about";
import { inputsOf, layoutOf, type NormId, normalization, normOptions } from "./normalizations";
import { ABOUT } from "./norms/about";

/** What is known of a normalization before any tensor, in the order in which it is told. */
export interface NormFacts {
	readonly label: string;
	/** "" where it has none of its own. */
	readonly formula: string;
	/** Its sets on (N, C, H, W). */
	readonly sets: string;
	readonly options: readonly string[];
	/** What it takes beside the tensor. */
	readonly inputs: readonly string[];
	readonly about: About;
	/** "" where nobody proposed it. */
	readonly source: string;
}

/** The headings under which sentences stand, and the sentences. */
export function cited({ strengths, weaknesses, used }: About): readonly (readonly [string, readonly Cited[]])[] {
	return [
		["Strengths", strengths],
		["Weaknesses", weaknesses],
		["Used", used],
	];
}

/** What is known of an entry of the catalogue. */
export function factsOf(id: NormId): NormFacts {
	const entry = normalization(id);
	return {
		label: entry.label,
		formula: entry.formula,
		sets: setsInWords(id),
		options: entry.uses,
		inputs: inputsOf(id),
		about: ABOUT[id],
		source: entry.source,
	};
}

/** The example's sizes all differ, and can be cut into groups. */
const EXAMPLE: Shape = [4, 6, 5, 7];
const LETTERS = ["N", "C", "H", "W"];

/** What a norm averages and keeps of (N, C, H, W), with its own defaults: "averages H, W; keeps N; cuts C into groups". */
export function setsInWords(id: NormId): string {
	if (id === "cells") return "averages, keeps or cuts each axis as you choose";
	const given = normalization(id).uses.some((option) => option === "groups") ? { groups: 2 } : {};
	const layout = layoutOf({ id, options: normOptions(EXAMPLE, given, id) }, EXAMPLE);
	const parts = [
		["averages", "averaged"],
		["keeps", "kept"],
		["cuts", "grouped"],
	].flatMap(([verb = "", role = ""]) => {
		const letters = lettersOf(layout, role);
		if (letters === "") return [];
		return [`${verb} ${letters}${role === "grouped" ? " into groups" : ""}`];
	});
	return parts.length === 1 && parts[0]?.startsWith("keeps")
		? "averages nothing: each element is its own"
		: parts.join("; ");
}

function lettersOf(layout: Layout, role: string): string {
	return LETTERS.filter((_, axis) => roleOf(layout, axis) === role).join(", ");
}
