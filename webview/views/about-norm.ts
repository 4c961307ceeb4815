import { citesOf, citeText, DEFAULT_COLUMNS, defaultRows } from "../../src/core/norm-about";
import { cited, factsOf, type NormFacts } from "../../src/core/norm-facts";
import { CITES } from "../../src/core/norms/cites";
import { el, setText, show, whileOpen } from "../dom";
import { chosenOf } from "../session";
import type { Store } from "../store";

/** What the chosen norm is good and bad at, where it is used and what frameworks start from, folded away. */
export function createAboutNorm(store: Store): HTMLElement {
	const summary = el("summary");
	const body = el("div", { class: "about-body" });
	const element = el("details", { class: "about" }, summary, body);
	const fill = whileOpen(element, () => {
		const id = chosenOf(store.get())?.norm.id;
		if (id !== undefined) body.replaceChildren(...partsOf(factsOf(id)));
	});
	store.watch(
		(state) => [chosenOf(state)?.norm.id],
		(state) => {
			const id = chosenOf(state)?.norm.id;
			show(element, id !== undefined);
			if (id === undefined) return;
			const facts = factsOf(id);
			setText(summary, `About ${id === "cells" ? "axes of your own" : facts.label}`);
			fill();
		},
	);
	return element;
}

function partsOf({ formula, about, label }: NormFacts): HTMLElement[] {
	const columns = cited(about).map(([heading, sentences]) =>
		el(
			"div",
			{},
			el("h3", {}, heading),
			el(
				"ul",
				{},
				...sentences.map(([says, by]) => el("li", {}, says, " ", el("cite", { class: "quiet" }, CITES[by]))),
			),
		),
	);
	return [
		...(formula === "" ? [] : [el("p", { class: "about-formula" }, formula)]),
		el("div", { class: "about-columns" }, ...columns),
		createDefaults(label, defaultRows(about)),
		el("p", { class: "quiet about-sources" }, `Sources: ${citesOf(about).map(citeText).join("; ")}.`),
	];
}

/** The table of defaults, without the columns that would be empty. */
function createDefaults(label: string, rows: readonly (readonly string[])[]): HTMLElement {
	if (rows.length === 0) return el("p", { class: "quiet" }, "PyTorch, Keras, Flax and ONNX have no such layer.");
	const told = DEFAULT_COLUMNS.flatMap((name, column) =>
		rows.some((row) => row[column] !== "–" && row[column] !== "") ? [[name, column] as const] : [],
	);
	const head = el("tr", {}, ...told.map(([name]) => el("th", { scope: "col" }, name)));
	const lines = rows.map((row) =>
		el(
			"tr",
			{},
			...told.map(([, column]) => (column === 0 ? el("th", { scope: "row" }, row[0]) : el("td", {}, row[column]))),
		),
	);
	return el(
		"div",
		{ class: "about-defaults", tabindex: 0, role: "region", "aria-label": `What frameworks start from for ${label}` },
		el("table", {}, el("thead", {}, head), el("tbody", {}, ...lines)),
	);
}
