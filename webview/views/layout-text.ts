import { formatCount } from "../../src/core/format";
import { type Layout, roleOf, setSize, sizeOf } from "../../src/core/layout";
import { type Norm, type NormId, normalization } from "../../src/core/normalizations";
import { booksSentence } from "../../src/notation/books";
import type { Chosen } from "../chosen";
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

function countsOf({ layout }: Chosen): string {
	if (!layout) return "";
	const sets = sizeOf(layout.cells);
	const shape = `statistics shape [${layout.cells.join(", ")}]`;
	if (sizeOf(layout.shape) === 0) return `No values; ${shape}.`;
	const [one, size] = [sets === 1, setSize(layout)];
	return `${formatCount(sets)} ${one ? "set" : "sets"} of ${formatCount(size)} ${size === 1 ? "value" : "values"}; ${shape}.`;
}

function rolesOf({ shape, layout, letters, norm }: Chosen): string {
	if (!layout) return "";
	const named = (role: ReturnType<typeof roleOf>) => letters.filter((_, axis) => roleOf(layout, axis) === role);
	const grouped = shape.flatMap((size, axis) =>
		roleOf(layout, axis) === "grouped"
			? [`${letters[axis]} split into ${layout.cells[axis]} groups of ${size / (layout.cells[axis] ?? 1)}`]
			: [],
	);
	const [averaged, kept] = [named("averaged"), named("kept")];
	const parts = [
		averaged.length > 0 ? `averaged over ${averaged.join(", ")}` : "averaged over nothing",
		...grouped,
		...(kept.length > 0 ? [`kept ${kept.join(", ")}`] : []),
	].join("; ");
	const { window } = normalization(norm.id);
	const around = `a sum over ${norm.options.size} neighbouring ${letters[norm.options.axis]} for each value`;
	const told = window ? `${parts}; ${around}` : parts;
	return `${told.slice(0, 1).toUpperCase()}${told.slice(1)}.`;
}

/** What the statistics of a set are called; nothing where there are none. */
function statisticsName(id: NormId): string {
	const { statistic, takes } = normalization(id);
	if (!statistic) return takes?.includes("runningMean") ? "Running mean, variance" : "";
	const centre = { mean: "Mean, ", min: "Minimum, ", nothing: "" }[statistic.centre];
	const divisor = { std: "deviation", rms: "root mean square", length: "length", range: "range" }[statistic.divisor];
	return centre ? centre + divisor : divisor.slice(0, 1).toUpperCase() + divisor.slice(1);
}

/** Whether another tensor's statistics take the place of gamma and beta. */
function takesStyle(id: NormId): boolean {
	return normalization(id).takes?.includes("style") === true;
}

/** The coarser layouts that take part too. */
function othersOf({ id, options }: Norm, shape: readonly number[]): readonly Layout[] {
	return normalization(id).others?.(shape, options) ?? [];
}

/** Input, statistics, gamma and beta, axis under axis: a 1 is stretched along its axis. */
function createStrips({ shape, layout, letters, norm }: Chosen): HTMLElement {
	const cells = layout?.cells ?? [];
	const affine = normalization(norm.id).affineAxes(shape, norm.options);
	const row = (name: string, sizes: readonly number[]) =>
		el(
			"tr",
			{},
			el("th", { scope: "row" }, name),
			...sizes.map((size, axis) =>
				el("td", { class: size === shape[axis] ? "" : size === 1 ? "stretched" : "grouped" }, String(size)),
			),
			el("td", { class: "product quiet" }, `= ${formatCount(sizeOf(sizes))}`),
		);
	return el(
		"table",
		{ class: "strips", "aria-label": "Shapes" },
		el("thead", {}, el("tr", {}, el("td"), ...letters.map((letter) => el("th", { scope: "col" }, letter)), el("td"))),
		el(
			"tbody",
			{},
			row("Input", shape),
			...(statisticsName(norm.id) ? [row(statisticsName(norm.id), cells)] : []),
			...othersOf(norm, shape).map((other, k) => row(k === 0 ? "Beside it" : "and", other.cells)),
			...(takesStyle(norm.id) ? [row("Style's mean, deviation", cells)] : []),
			...(takesStyle(norm.id)
				? []
				: [
						row(
							"Gamma, beta",
							shape.map((size, axis) => (affine.includes(axis) ? size : Math.min(1, size))),
						),
					]),
		),
	);
}
