import { escapeMarkup } from "../../core/markup";

/** A piece of HTML: only these functions make one, and what they are given as text is escaped. */
export interface Markup {
	readonly html: string;
}

/** Elements without an end. */
const VOID = new Set(["meta"]);

type Child = string | Markup | undefined;

/** An element; attributes that are undefined are left out, empty where true. */
export function h(
	tag: string,
	attributes: Readonly<Record<string, string | number | true | undefined>> = {},
	...children: readonly Child[]
): Markup {
	const list = Object.entries(attributes).flatMap(([name, value]) =>
		value === undefined ? [] : [value === true ? ` ${name}` : ` ${name}="${escapeMarkup(String(value))}"`],
	);
	const inner = children.map((child) => (typeof child === "string" ? escapeMarkup(child) : (child?.html ?? "")));
	const end = VOID.has(tag) ? "" : `${inner.join("")}</${tag}>`;
	return { html: `<${tag}${list.join("")}>${end}` };
}

/** Several pieces as one, each on a line of its own. */
export function together(...pieces: readonly (Markup | undefined)[]): Markup {
	return { html: pieces.flatMap((piece) => (piece ? [piece.html] : [])).join("\n") };
}

/** A table of numbers; the first cell of each row names it. */
export function numbers(label: string, headings: readonly string[], rows: readonly (readonly string[])[]): Markup {
	const row = ([name, ...cells]: readonly string[]) =>
		h("tr", {}, h("th", { scope: "row" }, name), ...cells.map((cell) => h("td", {}, cell)));
	return h(
		"table",
		{ class: "numbers", "aria-label": label },
		h("thead", {}, h("tr", {}, ...headings.map((heading) => h("th", { scope: "col" }, heading)))),
		h("tbody", {}, ...rows.map(row)),
	);
}

/** Rows up to which a table is open; longer ones open when asked, and are printed only then. */
const OPEN_ROWS = 64;

/** A table under a heading that opens and closes it. */
export function foldable(summary: string, rows: number, table: Markup): Markup {
	return h(
		"details",
		{ open: rows <= OPEN_ROWS ? true : undefined },
		h("summary", {}, summary),
		h("div", { class: "scroll" }, table),
	);
}
