import { formatCount } from "../../core/format";
import { type AxisProfile, type Inspection, isUnseen } from "../../core/inspection";
import { STATISTICS } from "../../core/statistics-json";
import { svgInline } from "../../drawing/figure";
import { flagWords } from "../../drawing/flag-words";
import { boundsOf, rangeOf } from "../../drawing/profile-bins";
import { inBins } from "../../drawing/shown-profile";
import { PRINT } from "../../drawing/surface";
import { profilePlot } from "../figures";
import { HEADINGS, statistic } from "./facts";
import { foldable, h, type Markup, numbers, together } from "./markup";

/** A chart and a table of the statistics along each axis. */
export function* axesSection(
	inspection: Inspection,
	title: string,
	letters: readonly string[],
): Generator<Markup, void, undefined> {
	if (inspection.profiles.length === 0) return;
	yield h("h2", {}, "Along each axis");
	for (const profile of inspection.profiles) yield axisBlock(profile, inspection, title, letters[profile.axis] ?? "");
}

function axisBlock(profile: AxisProfile, inspection: Inspection, title: string, letter: string): Markup {
	const { axis, size, bins } = profile;
	const { exact, seen, elements } = inspection;
	const heading = `${letter}: axis ${axis}, ${formatCount(size)} ${size === 1 ? "index" : "indices"}`;
	const binned = inBins(profile) && `, ${inBins(profile)}`;
	if (bins === 0) return together(h("h3", {}, heading), h("p", {}, "No index."));
	const plot = profilePlot(
		{ profile, boundsOf: (bin) => boundsOf(profile, bin), shownAs: inBins(profile) },
		{ title, letter, exact, seen, elements },
		{ series: "mean", extremes: true },
	);
	return together(
		h("h3", {}, heading, h("span", { class: "quiet" }, binned)),
		flagsList(profile, letter),
		h("figure", {}, { html: svgInline(plot, PRINT) }, h("figcaption", {}, plot.notes.join(" "))),
		foldable(
			`Table of ${formatCount(bins)} ${bins < size ? "bins" : bins === 1 ? "row" : "rows"}`,
			bins,
			numbers(`Statistics along ${letter}`, ["Index", ...HEADINGS], rowsOf(profile, exact)),
		),
	);
}

function rowsOf(profile: AxisProfile, exact: boolean): string[][] {
	return Array.from({ length: profile.bins }, (_, bin) => {
		const unknown = !exact && isUnseen(profile, bin);
		const count = profile.count[bin] ?? 0;
		const cells = STATISTICS.map((name) =>
			unknown ? "unknown" : statistic(name, profile[name][bin] as number | bigint, count),
		);
		return [rangeOf(profile, bin), ...cells];
	});
}

/** The indices that stand out, each kind with its rule. */
function flagsList(profile: AxisProfile, letter: string): Markup | undefined {
	const flags = flagWords(profile, letter);
	if (flags.length === 0) return undefined;
	const items = flags.map(({ counted, named, more, rule }) => {
		const names = named.map(({ name }) => name).join(", ");
		return h("li", {}, `${counted}: ${names} ${more && `${more} `}`, h("span", { class: "quiet" }, `(${rule})`));
	});
	return h("ul", {}, ...items);
}
