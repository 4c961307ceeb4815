import { citesOf, citeText, DEFAULT_COLUMNS, defaultRows } from "../core/norm-about";
import { cited, factsOf } from "../core/norm-facts";
import type { NormId } from "../core/normalizations";
import { CITES } from "../core/norms/cites";
import { PROGRAM } from "./help";

/** Help about one normalization: what it averages, what it is good and bad at, and what frameworks start from. */
export function normHelp(id: NormId): string {
	const { label, formula, sets, options, about, source } = factsOf(id);
	return [
		label,
		"",
		...(formula ? [`  ${formula}`, ""] : []),
		`On (N, C, H, W) it ${sets}.`,
		...cited(about).flatMap(([heading, sentences]) => [
			"",
			`${heading}:`,
			...sentences.map(([says, by]) => `  ${says} (${CITES[by]})`),
		]),
		...defaultLines(defaultRows(about)),
		"",
		"Sources:",
		...[...new Set([...(source ? [source] : []), ...citesOf(about).map(citeText)])].map((line) => `  ${line}`),
		"",
		`Example:`,
		`  ${PROGRAM} stats conv1.npy ${id === "cells" ? "--cells 1,64,1,1" : `--norm ${id}${options.some((one) => one === "groups") ? " --groups 8" : ""}`}`,
		"",
	].join("\n");
}

/** Each framework's defaults in a line of words; a table would be wider than a terminal. */
function defaultLines(rows: readonly (readonly string[])[]): string[] {
	if (rows.length === 0) return [];
	const lines = rows.map(([framework, name, ...rest]) => {
		const told = rest.flatMap((text, column) => {
			if (text === "–" || text === "") return [];
			const heading = DEFAULT_COLUMNS[column + 2] ?? "";
			// An argument or a note tells by itself what it is.
			if (heading === "Note" || text.includes("=")) return [text];
			return [`${heading.toLowerCase()} ${text}`];
		});
		return `  ${framework}: ${[name, ...told].join("; ")}`;
	});
	return ["", "Defaults:", ...lines];
}
