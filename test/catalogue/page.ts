import { citesOf, citeText, DEFAULT_COLUMNS, defaultRows } from "../../src/core/norm-about";
import { cited, factsOf } from "../../src/core/norm-facts";
import { NORMALIZATIONS, type NormId } from "../../src/core/normalizations";
import { CITES } from "../../src/core/norms/cites";

/** The page docs/catalogue.md. */
export function cataloguePage(): string {
	const ids = Object.keys(NORMALIZATIONS) as NormId[];
	return [
		"# Catalogue of normalizations",
		"",
		"What each normalization averages together, what it is good and bad at, where it is used, and what frameworks start from.",
		"Written from the catalogue by `npm run catalogue`; a test compares. Tensor Inspector's own defaults are PyTorch's where it has",
		"the norm. Defaults of frameworks are compared with PyTorch, Keras 3, Flax (linen) and ONNX as they were recorded.",
		"",
		...ids.map((id) => `- [${factsOf(id).label}](#${anchor(factsOf(id).label)}) (\`${id}\`)`),
		...ids.flatMap(section),
		"",
	].join("\n");
}

/** How the heading is linked to. */
function anchor(label: string): string {
	return label
		.toLowerCase()
		.replaceAll(/[^\w -]/g, "")
		.replaceAll(" ", "-");
}

function section(id: NormId): string[] {
	const { label, formula, sets, options, inputs, about, source } = factsOf(id);
	const code = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(", ");
	const rows = defaultRows(about).map((cells) => cells.map((cell) => cell.replaceAll("|", "\\|")));
	return [
		"",
		`## ${label}`,
		"",
		...(formula ? [`    ${formula}`, ""] : []),
		`On (N, C, H, W) it ${sets}. Options: ${code(options)}. Inputs: ${code(inputs)}.`,
		...cited(about).flatMap(([heading, sentences]) => [
			"",
			`**${heading}**`,
			"",
			...sentences.map(([says, by]) => `- ${says} (${CITES[by]})`),
		]),
		...(rows.length === 0
			? ["", "None of the four frameworks has it under a name."]
			: [
					"",
					`| ${DEFAULT_COLUMNS.join(" | ")} |`,
					`| ${DEFAULT_COLUMNS.map(() => "---").join(" | ")} |`,
					...rows.map((cells) => `| ${cells.join(" | ")} |`),
				]),
		"",
		`Sources: ${[...new Set([...(source ? [source] : []), ...citesOf(about).map(citeText)])].join("; ")}.`,
	];
}
