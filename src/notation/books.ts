import { roleOf } from "../core/layout";
import { normalization } from "../core/normalizations";
import { placeAxes } from "../drawing/picture/placement";
import type { Subject } from "./subject";

/** What one index along an axis of the picture is: the fine ones first. */
const THINGS = {
	characters: ["character", "characters"],
	lines: ["line", "lines"],
	pages: ["page", "pages"],
	books: ["book", "books"],
} as const;

/**
 * The layout on a shelf of N books of C pages of H lines of W characters, in a sentence: the norm's own where its axes are
 * the usual ones, otherwise one that says what is averaged. Empty past four axes.
 */
export function booksSentence(subject: Subject): string {
	const { shape, layout, norm, channelAxis } = subject;
	const rank = shape.length;
	if (!layout || rank === 0 || rank > 4) return "";
	const { uses, books, axisIs } = normalization(norm.id);
	const usual = axisIs === "channel" ? channelAxis : norm.id === "rmsNorm" ? rank - 1 : 1;
	if (rank === 4 && uses.includes("axis") && norm.options.axis === usual) return books;
	const placement = placeAxes(rank, channelAxis);
	const kept: string[] = [];
	const averaged: string[] = [];
	for (const [way, [one, many]] of Object.entries(THINGS)) {
		const axis = placement[way as keyof typeof THINGS];
		if (axis === undefined) continue;
		const role = roleOf(layout, axis);
		if (role === "averaged") averaged.push(many);
		else if (role === "kept") kept.push(one);
		else kept.push(`group of ${(shape[axis] ?? 1) / (layout.cells[axis] ?? 1)} ${many}`);
	}
	const list = averaged
		.reverse()
		.join(", ")
		.replace(/, ([^,]*)$/, " and $1");
	if (averaged.length === 0) return "Nothing is averaged together: every value is a set of its own.";
	if (kept.length === 0) return `One average over all ${list} together.`;
	return `For each ${kept.join(" of each ")}: one average over all its ${list}.`;
}
