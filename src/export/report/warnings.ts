import { formatCount } from "../../core/format";
import type { Inspection } from "../../core/inspection";
import type { FileDescription } from "../../core/tensor";
import { warningsOf } from "../../notation/warnings";
import { h, type Markup } from "./markup";

const KINDS = [
	["nan", "NaN"],
	["posInf", "+Inf"],
	["negInf", "−Inf"],
] as const;

/** What a reader has to know before the numbers, as a box; nothing where there is nothing. */
export function warningsBox(description: FileDescription, parts: readonly Inspection[]): Markup | undefined {
	const ofPart = (inspection: Inspection) => {
		const which = inspection.part === "value" ? "" : `${inspection.part === "real" ? "Real" : "Imaginary"} part: `;
		return [...nonFinite(inspection), ...(inspection.norm ? warningsOf(inspection.norm) : [])].map(
			(sentence) => `${which}${sentence}`,
		);
	};
	const hazards = description.hazards ?? [];
	const sentences = [
		...description.notes,
		...(hazards.length > 0
			? [`The file's own loader would import and run: ${hazards.join(", ")}. Nothing of it was run here.`]
			: []),
		...parts.flatMap(ofPart),
	];
	if (sentences.length === 0) return undefined;
	const list = h("ul", {}, ...sentences.map((sentence) => h("li", {}, sentence)));
	return h("div", { class: "warnings", role: "note", "aria-label": "Warnings" }, list);
}

function nonFinite({ whole, first }: Inspection): string[] {
	return KINDS.flatMap(([kind, name]) => {
		const count = whole[kind];
		if (count === 0) return [];
		const place = first[kind] ? `, the first at [${first[kind].join(", ")}]` : "";
		return [`${formatCount(count)} ${name}${place}: counted apart, they enter no other number.`];
	});
}
