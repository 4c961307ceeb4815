import { formatCount } from "../../src/core/format";
import { el, setText, show } from "../dom";
import type { Store } from "../store";

/** A badge with the number of things that the file's own loader would run, which opens into their list. */
export function createHazards(store: Store): HTMLElement {
	const summary = el("summary");
	const names = el("ul", { class: "hazard-names" });
	const badge = el(
		"details",
		{ class: "hazards", hidden: true },
		summary,
		el(
			"p",
			{},
			"Loading this file in Python would import and run these. Nothing was run here; only its numbers were read.",
		),
		names,
	);
	store.watch(
		(state) => [state.opened],
		({ opened }) => {
			const hazards = (opened?.ok && opened.description.hazards) || [];
			show(badge, hazards.length > 0);
			setText(summary, `⚠ Loading it in Python runs code (${formatCount(hazards.length)})`);
			names.replaceChildren(...hazards.map((name) => el("li", {}, name)));
		},
	);
	return badge;
}
