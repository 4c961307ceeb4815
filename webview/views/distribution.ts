import { type Distribution, QUANTILES, type QuantileName } from "../../src/core/distribution";
import { formatCount, formatNumber } from "../../src/core/format";
import { BINNINGS, type Binning, type Histogram, histogramOf } from "../../src/drawing/histogram";
import { drawHistogram, histogramBinAt } from "../../src/drawing/histogram-chart";
import { pileSentences } from "../../src/drawing/pile-words";
import { histogramPlot } from "../../src/export/histogram-plot";
import { checkbox, dropdown } from "../controls/controls";
import { el, oncePerFrame, setText } from "../dom";
import { createPlotMenu } from "../export/plot-menu";
import { type Session, titleOf } from "../session";
import type { Store } from "../store";
import { prepareCanvas, themeOf, whenShownAnew } from "./canvas";
import { createLens, numbersTable } from "./lenses/frame";
import { windowedTable } from "./rows";

const HEIGHT = 200;

/** How all values of the tensor are distributed: a histogram and quantiles, from a reading of their own. */
export function createDistribution(store: Store, session: Session): HTMLElement {
	const lens = createLens<Distribution>(store, {
		view: "axes",
		title: "Distribution",
		about: "All finite values of the tensor together, counted in bins, with their quantiles.",
		absent: () => undefined,
		key: ({ state }) => JSON.stringify([state.part]),
		ask: ({ tensor, state }, options) =>
			session.host.call("distribution", { tensor: tensor.name, part: state.part }, options),
		draw(found, { state, tensor }) {
			const plotOf = () => {
				const { binning, logCounts } = store.get();
				return histogramPlot(histogramOf(found, binning), titleOf(state, tensor), logCounts);
			};
			return drawn(found, store, createPlotMenu(session, "this histogram", plotOf));
		},
	});
	return lens.element;
}

function drawn(found: Distribution, store: Store, menu: HTMLElement): HTMLElement[] {
	if (!found.count[0]) return [el("p", {}, "No finite value.")];
	const rule = el("p", { class: "quiet" });
	const chart = createChart(store);
	const table = createTable();
	const cut = (binning: Binning) => {
		const histogram = histogramOf(found, binning);
		setText(rule, histogram.rule);
		chart.show(histogram);
		table.show(histogram);
	};
	const bins = dropdown("Bins", (value) => {
		store.update({ binning: value as Binning });
		cut(value as Binning);
	});
	bins.setChoices(Object.entries(BINNINGS).map(([value, label]) => ({ value, label })));
	const log = checkbox("Logarithmic counts", (checked) => {
		store.update({ logCounts: checked });
		chart.redraw();
	});
	const { binning, logCounts } = store.get();
	bins.set(binning);
	log.set(logCounts);
	cut(binning);
	const controls = el("div", { class: "lens-controls" }, bins.element, log.element);
	const head = el("div", { class: "plot-head" }, controls, menu);
	return [
		el(
			"div",
			{ class: "distribution" },
			el("div", { class: "histogram" }, head, chart.element, rule),
			quantilesTable(found),
		),
		el("p", { class: "quiet" }, quantilesError(found)),
		...pileSentences(found).map((sentence) => el("p", {}, sentence)),
		table.element,
	];
}

function quantilesTable({ min, max, quantiles, relativeError }: Distribution): HTMLElement {
	const digits = relativeError === 0 ? 9 : 5;
	const value = (column: Float64Array, digits: number) => formatNumber(column[0] ?? NaN, digits);
	const names = Object.keys(QUANTILES) as QuantileName[];
	return numbersTable(
		"Quantiles",
		["Quantile", "Value"],
		[["min", value(min, 9)], ...names.map((name) => [name, value(quantiles[name], digits)]), ["max", value(max, 9)]],
	);
}

function quantilesError({ relativeError }: Distribution): string {
	return relativeError === 0
		? "Quantiles are exact: each is one of the values, as NumPy’s method inverted_cdf tells it."
		: `Quantiles are within ${formatNumber(relativeError, 2)} of the value that NumPy’s method inverted_cdf tells, relative to it.`;
}

/** The bars, with a readout of the one that is pointed at. */
function createChart(store: Store) {
	const canvas = el("canvas", {
		class: "histogram-canvas",
		tabindex: 0,
		role: "slider",
		"aria-orientation": "horizontal",
		"aria-label": "Histogram",
		"aria-valuemin": 0,
	});
	const readout = el("p", { class: "readout" });
	let histogram: Histogram | undefined;
	let pointed: number | undefined;
	const frame = () => ({ width: canvas.clientWidth, height: HEIGHT });
	const redraw = oncePerFrame(() => {
		if (!histogram || !canvas.isConnected || canvas.clientWidth === 0) return;
		const context = prepareCanvas(canvas, canvas.clientWidth, HEIGHT);
		const { logCounts: log } = store.get();
		if (context) drawHistogram(context, histogram, frame(), themeOf(canvas), { log, pointed });
	});
	const point = (bin: number | undefined) => {
		if (!histogram) return;
		pointed = bin;
		const words = inWords(histogram, bin ?? 0);
		canvas.setAttribute("aria-valuenow", String(bin ?? 0));
		canvas.setAttribute("aria-valuetext", words);
		setText(readout, bin === undefined ? `${histogram.counted}.` : words);
		redraw();
	};
	canvas.addEventListener("pointermove", (event) => {
		if (histogram) point(histogramBinAt(histogram, frame(), event.offsetX));
	});
	canvas.addEventListener("pointerleave", () => point(document.activeElement === canvas ? pointed : undefined));
	canvas.addEventListener("focus", () => point(pointed ?? 0));
	canvas.addEventListener("blur", () => point(undefined));
	canvas.addEventListener("keydown", (event) => {
		const last = (histogram?.counts.length ?? 1) - 1;
		const at = pointed ?? 0;
		const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last }[event.key];
		if (to === undefined) return;
		event.preventDefault();
		point(Math.max(0, Math.min(last, to)));
	});
	new ResizeObserver(redraw).observe(canvas);
	whenShownAnew(canvas, redraw);
	return {
		element: el("div", {}, canvas, readout),
		redraw,
		show(next: Histogram) {
			histogram = next;
			canvas.setAttribute("aria-valuemax", String(next.counts.length - 1));
			point(undefined);
		},
	};
}

function inWords(histogram: Histogram, bin: number): string {
	const counted = `${formatCount(histogram.counts[bin] as number)} of ${formatCount(histogram.count)}`;
	return `${histogram.nameOf(bin)}: ${counted} (${shareInWords(histogram, bin)})`;
}

function shareInWords({ counts, count }: Histogram, bin: number): string {
	return `${formatNumber((100 * (counts[bin] as number)) / count, 3)} %`;
}

/** The bins with their counts, made when the fold is opened. */
function createTable() {
	const table = windowedTable("Histogram by bins", ["From", "To", "Values", "Share"]);
	const element = el("details", { class: "profile-table" }, el("summary", {}, "Table"), table.element);
	let histogram: Histogram | undefined;
	const fill = () => {
		if (!histogram || !element.open) return;
		const { counts, boundsOf } = histogram;
		table.show(counts.length, (bin) => [
			...boundsOf(bin).map((end) => formatNumber(end, 6)),
			formatCount(counts[bin] as number),
			shareInWords(histogram as Histogram, bin),
		]);
	};
	element.addEventListener("toggle", fill);
	return {
		element,
		show(next: Histogram) {
			histogram = next;
			fill();
		},
	};
}
