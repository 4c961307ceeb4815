import { type AlreadyNormalized, MOST_CHANCE } from "../core/already-normalized";
import { guessAxes } from "../core/axes";
import { formatCount, formatNumber, formatShape } from "../core/format";
import type { Layout, Shape } from "../core/layout";
import { setSize, sizeOf } from "../core/layout";
import { layoutNames } from "../core/layout-name";
import type { Lens } from "./lens";

/** Under which layouts a tensor is normalized. */
export const alreadyLens: Lens = {
	takes: [],
	async look({ ref, tensor: { shape }, letters, terminal, options }) {
		const answer = await terminal.engine.alreadyNormalized(ref, options);
		const named = (layout: Layout) => layoutNames(layout, letters, guessAxes(shape).channelAxis);
		const json = {
			...answer,
			found: answer.found.map(({ layout, ...found }) => ({ cells: layout.cells, names: named(layout), ...found })),
			hints: answer.hints.map(({ layout, ...hint }) => ({ cells: layout.cells, names: named(layout), ...hint })),
		};
		return { json, text: textOf(answer, shape, named) };
	},
};

function textOf(
	{ found, hints, asked, leftOut }: AlreadyNormalized,
	shape: Shape,
	named: (layout: Layout) => string[],
): string[] {
	const told = (layout: Layout) => {
		const names = named(layout);
		const sets = sizeOf(layout.cells);
		const about = `${formatCount(sets)} ${sets === 1 ? "set" : "sets"} of ${formatCount(setSize(layout))}, cells ${formatShape(layout.cells)}`;
		return names.length > 0 ? `${names.join(", ")} (${about})` : about;
	};
	const lines = found
		.filter(({ finest }) => finest)
		.flatMap(({ layout, standard, largestMean, smallestVariance, largestVariance, flat }) => [
			`Normalized: ${told(layout)}`,
			standard === "mean square"
				? `  the mean square of every set is 1, from ${formatNumber(smallestVariance, 7)} to ${formatNumber(largestVariance, 7)}, as RMSNorm leaves it`
				: `  |mean| is at most ${formatNumber(largestMean, 3)}, the variance from ${formatNumber(smallestVariance, 7)} to ${formatNumber(largestVariance, 7)}`,
			...(flat > 0 ? [`  ${formatCount(flat)} sets hardly varied before: eps holds their variance below 1`] : []),
		]);
	const follows = found.filter(({ finest }) => !finest);
	if (follows.length > 0) {
		lines.push("", "So are, as unions of these sets:", ...follows.map(({ layout }) => `  ${told(layout)}`));
	}
	for (const { layout } of hints) {
		lines.push(
			`Perhaps with gamma and beta: ${told(layout)}`,
			"  every sample has the same mean and deviation in each of these sets, but they are not 0 and 1",
		);
	}
	if (lines.length === 0) lines.push("Not normalized under any layout that was asked about.");
	return [
		...lines,
		"",
		`Asked about ${formatCount(asked)} layouts of ${formatShape(shape)}${leftOut > 0 ? `; ${formatCount(leftOut)} have too many sets to keep` : ""}. One is named where numbers from N(0, 1) would pass by luck less often than once in ${formatCount(1 / MOST_CHANCE)} times.`,
	];
}
