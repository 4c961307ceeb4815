import { type Distribution, QUANTILES, type QuantileName } from "../../core/distribution";
import { formatNumber } from "../../core/format";
import { svgInline } from "../../drawing/figure";
import { BINNINGS, type Binning, histogramOf } from "../../drawing/histogram";
import { pileSentences } from "../../drawing/pile-words";
import { PRINT } from "../../drawing/surface";
import { histogramPlot } from "../histogram-plot";
import { h, type Markup, numbers } from "./markup";

/** Histograms of all finite values, in bins of every kind, and their quantiles. */
export function* distributionSection(found: Distribution, title: string): Generator<Markup, void, undefined> {
	if (!found.count[0]) return;
	const { relativeError, quantiles } = found;
	yield h("h2", {}, "Distribution");
	for (const binning of Object.keys(BINNINGS) as Binning[]) {
		const plot = histogramPlot(histogramOf(found, binning), title, false);
		yield h("figure", {}, { html: svgInline(plot, PRINT) }, h("figcaption", {}, plot.notes.join(" ")));
	}
	const names = Object.keys(QUANTILES) as QuantileName[];
	const digits = relativeError === 0 ? 9 : 5;
	const row = ["Value", ...names.map((name) => formatNumber(quantiles[name][0] ?? NaN, digits))];
	yield numbers("Quantiles", ["Quantile", ...names], [row]);
	yield h(
		"p",
		{ class: "quiet" },
		relativeError === 0
			? "Quantiles are exact: each is one of the values (NumPy’s inverted_cdf)."
			: `Quantiles are within ${formatNumber(relativeError, 2)} of the value that they stand for, relative to it.`,
	);
	for (const sentence of pileSentences(found)) yield h("p", {}, sentence);
}
