import { type AlreadyNormalized, MOST_CHANCE } from "../../../src/core/already-normalized";
import type { Chosen } from "../../../src/core/chosen";
import { formatCount, formatNumber } from "../../../src/core/format";
import { type Layout, setSize, sizeOf } from "../../../src/core/layout";
import { layoutNames } from "../../../src/core/layout-name";
import { el } from "../../dom";
import type { Session } from "../../session";
import type { Store } from "../../store";
import { createLens, numbersTable } from "./frame";

/** Under which layouts the tensor is normalized. */
export function createAlreadyLens(store: Store, { host }: Session): HTMLElement {
	return createLens<AlreadyNormalized>(store, {
		title: "Is this already normalized?",
		about: "The layouts under which every set has mean 0 and variance 1, or a mean square of 1.",
		absent: ({ chosen }) => (sizeOf(chosen.shape) > 1 ? undefined : "There are no sets to ask about."),
		key: () => "",
		ask: ({ tensor }, options) => host.call("alreadyNormalized", { tensor: tensor.name }, options),
		draw: (answer, { chosen }) => [
			...verdict(answer, chosen),
			el(
				"p",
				{ class: "quiet" },
				`Asked about ${formatCount(answer.asked)} layouts. One is named where numbers from N(0, 1) would pass by luck less often than once in ${formatCount(1 / MOST_CHANCE)} times.`,
			),
		],
	}).element;
}

function verdict({ found, hints }: AlreadyNormalized, chosen: Chosen): HTMLElement[] {
	const told = (layout: Layout) =>
		layoutNames(layout, chosen.letters, chosen.channelAxis).join(", ") || cellsOf(layout);
	const finest = found.filter((each) => each.finest).map(({ layout }) => told(layout));
	const sentence =
		finest.length > 0
			? `Yes: ${finest.join("; ")}.`
			: hints.length > 0
				? `Perhaps, with gamma and beta after it: ${hints.map(({ layout }) => told(layout)).join("; ")}. Every sample has the same mean and deviation in each of these sets.`
				: "No, under none of the layouts.";
	const rows = found.map(({ layout, finest: isFinest, standard, largestMean, smallestVariance, largestVariance }) => [
		told(layout),
		isFinest ? "finest" : "follows",
		`${formatCount(sizeOf(layout.cells))} of ${formatCount(setSize(layout))}`,
		standard === "mean square" ? "–" : formatNumber(largestMean, 3),
		`${formatNumber(smallestVariance, 6)} to ${formatNumber(largestVariance, 6)}`,
	]);
	const table = numbersTable("Layouts that are normalized", ["Layout", "", "Sets", "Largest |mean|", "Variance"], rows);
	return [el("p", {}, el("strong", {}, sentence)), ...(rows.length > 0 ? [table] : [])];
}

function cellsOf({ cells }: Layout): string {
	return `cells ${cells.join(" × ")}`;
}
