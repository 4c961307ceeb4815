import type { Chosen } from "../../src/core/chosen";
import { formatCount } from "../../src/core/format";
import { sizeOf } from "../../src/core/layout";
import { normalization } from "../../src/core/normalizations";
import { booksSentence } from "../../src/notation/books";
import { countsOf, rolesOf } from "../../src/notation/sentences";
import { stripRole, stripsOf } from "../../src/notation/strips";
import { el, setText, show } from "../dom";
import { chosenOf } from "../session";
import type { Store } from "../store";
import { createNotation } from "./notation";

/** The reduction layout in words, as shapes under each other, and in the notation of choice. */
export function createLayoutText(store: Store): HTMLElement {
	const counts = el("p", { class: "layout-counts" });
	const roles = el("p", { class: "layout-roles" });
	const strips = el("div", { class: "strips-scroller" });
	const books = el("blockquote", { class: "books" });
	const formula = el("p", { class: "formula" });
	const source = el("p", { class: "quiet source" });
	const element = el(
		"div",
		{ class: "layout-text" },
		counts,
		roles,
		formula,
		books,
		strips,
		createNotation(store),
		source,
	);
	store.watch(
		(state) => [state.opened, state.tensor, state.choices],
		(state) => {
			const chosen = chosenOf(state);
			show(element, chosen?.layout !== undefined);
			if (!chosen?.layout) return;
			const norm = normalization(chosen.norm.id);
			setText(counts, countsOf(chosen));
			setText(roles, rolesOf(chosen));
			const sentence = booksSentence(chosen);
			setText(books, sentence);
			show(books, sentence !== "");
			setText(formula, norm.formula);
			setText(source, norm.source && `${norm.label}: ${norm.source}`);
			strips.replaceChildren(createStrips(chosen));
		},
	);
	return element;
}

/** Input, statistics, gamma and beta, axis under axis: a 1 is stretched along its axis. */
function createStrips(chosen: Chosen): HTMLElement {
	const { shape, letters } = chosen;
	const rows = stripsOf(chosen).map(({ name, sizes }) =>
		el(
			"tr",
			{},
			el("th", { scope: "row" }, name),
			...sizes.map((size, axis) => el("td", { class: stripRole(size, shape[axis] as number) }, String(size))),
			el("td", { class: "product quiet" }, `= ${formatCount(sizeOf(sizes))}`),
		),
	);
	return el(
		"table",
		{ class: "strips", "aria-label": "Shapes" },
		el("thead", {}, el("tr", {}, el("td"), ...letters.map((letter) => el("th", { scope: "col" }, letter)), el("td"))),
		el("tbody", {}, ...rows),
	);
}
