import { formatCount, formatNumber } from "../../core/format";
import { type Aspect, type Inspection, isUnseenCell, type NormSummary } from "../../core/inspection";
import { sizeOf } from "../../core/layout";
import { normalization } from "../../core/normalizations";
import { svgInline } from "../../drawing/figure";
import { PRINT } from "../../drawing/surface";
import { booksSentence } from "../../notation/books";
import { NOTATIONS } from "../../notation/notations";
import { recipeOf } from "../../notation/recipe";
import { countsOf, rolesOf } from "../../notation/sentences";
import { setName } from "../../notation/set-name";
import { stripRole, stripsOf } from "../../notation/strips";
import type { Subject } from "../../notation/subject";
import { picturePlot } from "../figures";
import { foldable, h, type Markup, numbers, together } from "./markup";

/** What the norm averages together: as a picture, in words, as shapes and as code. */
export function* layoutSection(subject: Subject, title: string): Generator<Markup, void, undefined> {
	const { label, formula, source } = normalization(subject.norm.id);
	yield h("h2", {}, `What ${label} averages together`);
	yield h("p", {}, h("strong", {}, countsOf(subject)), ` ${rolesOf(subject)}`);
	if (formula) yield h("p", {}, formula);
	const books = booksSentence(subject);
	if (books) yield h("blockquote", {}, books);
	const plot = picturePlot({ ...subject, title, lit: subject.shape.map(() => 0) });
	if (plot) {
		const caption = h("figcaption", {}, plot.notes.slice(1).join(" "));
		yield h("figure", {}, { html: svgInline(plot, PRINT) }, caption);
	}
	yield h("h3", {}, "Shapes");
	yield strips(subject);
	const recipe = recipeOf(subject);
	if (recipe) {
		const code = (["paper", "numpy", "pytorch"] as const).map((id) =>
			together(h("h3", {}, NOTATIONS[id].label), h("pre", {}, NOTATIONS[id].write(recipe))),
		);
		yield together(...code);
	}
	if (source) yield h("p", { class: "quiet" }, `${label}: ${source}`);
}

function strips(subject: Subject): Markup {
	const { shape, letters } = subject;
	const row = ({ name, sizes }: ReturnType<typeof stripsOf>[number]) =>
		h(
			"tr",
			{},
			h("th", { scope: "row" }, name),
			...sizes.map((size, axis) => h("td", { class: stripRole(size, shape[axis] as number) }, String(size))),
			h("td", { class: "product" }, `= ${formatCount(sizeOf(sizes))}`),
		);
	const head = h(
		"tr",
		{},
		h("td", { class: "product" }),
		...letters.map((letter) => h("th", { scope: "col" }, letter)),
	);
	const table = h(
		"table",
		{ class: "strips", "aria-label": "Shapes" },
		h("thead", {}, head),
		h("tbody", {}, ...stripsOf(subject).map(row)),
	);
	return h("div", { class: "scroll" }, table);
}

/** The numbers before and after the norm, and those of its first sets. */
export function* effectSection({ norm, whole }: Inspection, subject: Subject): Generator<Markup, void, undefined> {
	if (!norm) return;
	yield h("h2", {}, `Before and after ${normalization(norm.norm.id).label}`);
	const before = norm.exact ? { ...norm.before, whole } : norm.before;
	const row = (name: string, value: (aspect: Aspect) => number | bigint) => [
		name,
		...[before, norm.after].map((aspect) => (aspect ? formatNumber(value(aspect), 7) : "–")),
	];
	const rows = [
		row("Mean", (aspect) => aspect.whole.mean),
		row("Standard deviation", (aspect) => aspect.whole.std),
		row("Minimum", (aspect) => aspect.whole.min),
		row("Maximum", (aspect) => aspect.whole.max),
		row("Lowest mean of a set", ({ setMeans }) => setMeans.lowest),
		row("Highest mean of a set", ({ setMeans }) => setMeans.highest),
		row("Lowest deviation of a set", ({ setStds }) => setStds.lowest),
		row("Highest deviation of a set", ({ setStds }) => setStds.highest),
	];
	yield numbers("Before and after", ["", "Before", "After"], rows);
	yield firstSets(norm, subject);
}

function firstSets(norm: NormSummary, subject: Subject): Markup {
	const { first, sets, exact } = norm;
	const all = first.length === sets;
	const some = sets === 1 ? "The only set" : `All ${formatCount(sets)} sets`;
	const heading = all ? some : `The first ${first.length} of ${formatCount(sets)} sets`;
	const rows = first.map(({ cell, before, after }) => {
		const name = setName(cell, { ...subject, layout: norm.layout });
		if (!exact && isUnseenCell(before)) return [name, "unknown", "–", "–", "–", "–"];
		const numbers = [before.mean, before.std, after?.mean, after?.std];
		return [
			name,
			formatCount(before.count),
			...numbers.map((value) => (value === undefined ? "–" : formatNumber(value, 7))),
		];
	});
	const table = numbers("Sets", ["Set", "Count", "Mean", "Std", "Mean after", "Std after"], rows);
	return together(h("h3", {}, "Set by set"), foldable(heading, first.length, table));
}
