import type { ShownAxes } from "../../core/axis-choice";
import type { Distribution } from "../../core/distribution";
import type { Inspection } from "../../core/inspection";
import { layoutOf } from "../../core/normalizations";
import type { Subject } from "../../notation/subject";
import type { ExportSubject } from "../statistics";
import { axesSection } from "./axes";
import { distributionSection } from "./distribution";
import { coverageSentence, factsList, wholeTable } from "./facts";
import { h, type Markup } from "./markup";
import { effectSection, layoutSection } from "./norm";
import { REPORT_STYLE } from "./style";
import { warningsBox } from "./warnings";

/** What a report is made of. */
export interface ReportSubject extends Omit<ExportSubject, "letters"> {
	readonly axes: ShownAxes;
	/** One inspection, or two (real, imaginary) of a complex dtype. */
	readonly parts: readonly Inspection[];
	/** Of the same parts, where they were asked for. */
	readonly distributions?: readonly Distribution[];
	/** What made it and when, in a sentence. */
	readonly made: string;
}

/** A page of HTML in pieces that holds all it needs: no script runs in it, and nothing is loaded. */
export async function* reportHtml(subject: ReportSubject): AsyncGenerator<string, void, undefined> {
	const { description, tensor, axes, parts, norm, made, distributions = [] } = subject;
	const title = tensor.name || description.file;
	yield `<!DOCTYPE html>\n<html lang="en">\n${(await head(title)).html}\n<body>\n`;
	for (const piece of body()) yield `${piece.html}\n`;
	yield "</body>\n</html>\n";

	function* body(): Generator<Markup, void, undefined> {
		yield h("h1", {}, title);
		yield factsList(description, tensor, axes);
		const box = warningsBox(description, parts);
		if (box) yield box;
		const normed = norm && normedAxes(subject);
		for (const [k, inspection] of parts.entries()) {
			if (inspection.part !== "value") yield h("h2", {}, inspection.part === "real" ? "Real part" : "Imaginary part");
			else yield h("h2", {}, "Whole tensor");
			yield coverageSentence(inspection);
			yield h("div", { class: "scroll" }, wholeTable(inspection));
			const distribution = distributions[k];
			if (distribution) yield* distributionSection(distribution, title);
			if (normed && k === 0) yield* layoutSection(normed, title);
			if (normed) yield* effectSection(inspection, normed);
			yield* axesSection(inspection, title, axes.letters);
		}
		yield h("footer", {}, made);
	}
}

function normedAxes({ tensor: { shape }, axes, norm }: ReportSubject): Subject | undefined {
	return norm && { shape, letters: axes.letters, channelAxis: axes.channelAxis, norm, layout: layoutOf(norm, shape) };
}

async function head(title: string): Promise<Markup> {
	const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(REPORT_STYLE));
	const hash = btoa(String.fromCharCode(...new Uint8Array(digest)));
	const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
	return h(
		"head",
		{},
		h("meta", { charset: "UTF-8" }),
		h("meta", { "http-equiv": "Content-Security-Policy", content: policy }),
		h("meta", { name: "viewport", content: "width=device-width, initial-scale=1" }),
		h("title", {}, `${title} · Tensor Inspector`),
		{ html: `<style>${REPORT_STYLE}</style>` },
	);
}
