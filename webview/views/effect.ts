import type { Chosen } from "../../src/core/chosen";
import { formatCount, formatNumber } from "../../src/core/format";
import { missingInputs } from "../../src/core/input-choice";
import { type Aspect, isUnseenCell, type NormSummary } from "../../src/core/inspection";
import { sizeOf } from "../../src/core/layout";
import type { CellStatistics } from "../../src/core/moments";
import { normalization } from "../../src/core/normalizations";
import { setName } from "../../src/notation/set-name";
import { warningsOf } from "../../src/notation/warnings";
import { el, setText, show } from "../dom";
import { chosenOf } from "../session";
import type { State, Store } from "../store";
import { createCoverage } from "./coverage";
import { windowedTable } from "./rows";

const FIRST_HEADINGS = ["Set", "Count", "Mean", "Std", "Mean after", "Std after"] as const;

/** The chosen norm's numbers: the whole tensor and the spread of its sets before and after, warnings, the first sets. */
export function createEffect(store: Store): HTMLElement {
	const warnings = el("ul", { class: "warnings" });
	const table = el("div", { class: "effect-table" });
	const caption = el("h3");
	const first = windowedTable("First sets", FIRST_HEADINGS);
	const numbers = el("div", { class: "effect" }, table, el("div", { class: "first-sets" }, caption, first.element));
	const none = el("p", { class: "quiet" });
	const coverage = createCoverage();
	const heading = el("h2", {}, "Before and after");
	const element = el("section", { class: "section" }, heading, none, coverage.element, warnings, numbers);

	let shown: { readonly summary: NormSummary; readonly whole: CellStatistics; readonly chosen: Chosen } | undefined;
	store.watch(
		(state) => [state.opened, state.tensor, state.choices, state.inspection, state.work],
		(state) => {
			const chosen = chosenOf(state);
			const whole = state.inspection?.whole;
			const summary = state.inspection?.norm;
			const current = chosen !== undefined && summary !== undefined && isCurrent(chosen, summary);
			element.setAttribute("aria-busy", String(!current && state.work.state === "running"));
			show(element, chosen !== undefined && sizeOf(chosen.shape) > 0);
			show(numbers, summary !== undefined && chosen?.layout !== undefined);
			show(warnings, current && warnings.childElementCount > 0);
			setText(none, reasonForNone(state, chosen));
			show(none, !current);
			show(coverage.element, current);
			if (!chosen || !summary || !whole || !current) return;
			const running = state.work.state === "running";
			const unseen = `; ${formatCount(summary.unseen)} of ${formatCount(summary.sets)} sets have no value in it`;
			coverage.show(summary, running, summary.unseen > 0 ? unseen : "");
			const same = shown?.summary === summary && shown.whole === whole && shown.chosen === chosen;
			if (same) return;
			shown = { summary, whole, chosen };
			warnings.replaceChildren(...warningsOf(summary).map((warning) => el("li", {}, warning)));
			show(warnings, warnings.childElementCount > 0);
			table.replaceChildren(createTable(summary, whole));
			const all = summary.first.length === summary.sets;
			setText(
				caption,
				all
					? `All ${formatCount(summary.sets)} sets`
					: `The first ${summary.first.length} of ${formatCount(summary.sets)} sets`,
			);
			first.show(summary.first.length, (row) => {
				const set = summary.first[row];
				if (!set) return [];
				const { before, after } = set;
				if (!summary.exact && isUnseenCell(before)) return [setName(set.cell, chosen), "unknown", "–", "–", "–", "–"];
				return [
					setName(set.cell, chosen),
					formatCount(before.count),
					...[before.mean, before.std].map((value) => formatNumber(value)),
					...[after?.mean, after?.std].map((value) => (value === undefined ? "–" : formatNumber(value))),
				];
			});
		},
	);
	return element;
}

/** Whether a summary is of the norm that is shown now. */
export function isCurrent({ layout, norm }: Chosen, summary: NormSummary): boolean {
	return (
		layout !== undefined &&
		layout.shape.length === summary.layout.shape.length &&
		layout.cells.every((parts, axis) => parts === summary.layout.cells[axis]) &&
		norm.id === summary.norm.id &&
		normalization(norm.id).uses.every((option) => String(norm.options[option]) === String(summary.norm.options[option]))
	);
}

function reasonForNone({ work }: State, chosen: Chosen | undefined): string {
	if (chosen && !chosen.layout) return "The norm does not fit this tensor; see above.";
	if (chosen && missingInputs(chosen).length > 0) return "The norm lacks another tensor; see above.";
	if (work.state === "running") return "Computing…";
	if (chosen && !normalization(chosen.norm.id).statistic)
		return "Nothing is averaged, so there are no sets to tell of.";
	return work.state === "cancelled" ? "Cancelled." : "";
}

function createTable({ before: sets, after, exact }: NormSummary, whole: CellStatistics): HTMLElement {
	// The tensor's own numbers: those merged from its sets may differ in the last digits. A sample's are all of the sample.
	const before = exact ? { ...sets, whole } : sets;
	const seen = exact ? "" : " seen";
	const row = (name: string, value: (aspect: Aspect) => number | bigint) =>
		el(
			"tr",
			{},
			el("th", { scope: "row" }, name),
			...[before, after].map((aspect) => el("td", {}, aspect ? formatNumber(value(aspect)) : "–")),
		);
	const group = (name: string, ...rows: HTMLElement[]) =>
		el("tbody", {}, el("tr", { class: "group" }, el("th", { colspan: 3, scope: "rowgroup" }, name)), ...rows);
	return el(
		"table",
		{ class: "numbers", "aria-label": "Before and after the norm" },
		el("thead", {}, el("tr", {}, el("td"), el("th", { scope: "col" }, "Before"), el("th", { scope: "col" }, "After"))),
		group(
			"Whole tensor",
			row("Mean", ({ whole }) => whole.mean),
			row("Standard deviation", ({ whole }) => whole.std),
			row(`Minimum${seen}`, ({ whole }) => whole.min),
			row(`Maximum${seen}`, ({ whole }) => whole.max),
		),
		group(
			`Means of the sets${seen}`,
			row("Lowest", ({ setMeans }) => setMeans.lowest),
			row("Highest", ({ setMeans }) => setMeans.highest),
		),
		group(
			`Deviations of the sets${seen}`,
			row("Lowest", ({ setStds }) => setStds.lowest),
			row("Highest", ({ setStds }) => setStds.highest),
		),
	);
}
