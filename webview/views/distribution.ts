import type { Distribution } from "../../src/core/distribution";
import { QUANTILES, type QuantileName } from "../../src/core/distribution";
import { formatCount, formatNumber } from "../../src/core/format";
import {
	binBounds,
	drawHistogram,
	type Histogram,
	histogramBinAt,
	histogramOf,
} from "../../src/drawing/histogram-chart";
import { histogramPlot } from "../../src/export/histogram-plot";
import { checkbox } from "../controls/controls";
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
		about: "All finite values of the tensor together, in 64 bins as wide as each other, with their quantiles.",
		absent: () => undefined,
		key: ({ state }) => JSON.stringify([state.part]),
		ask: ({ tensor, state }, options) =>
			session.host.call("distribution", { tensor: tensor.name, part: state.part }, options),
		draw(found, { state, tensor }) {
			const plotOf = () => histogramPlot(histogramOf(found), titleOf(state, tensor), store.get().logCounts);
			return drawn(found, store, createPlotMenu(session, "this histogram", plotOf));
		},
	});
	return lens.element;
}

function drawn(found: Distribution, store: Store, menu: HTMLElement): HTMLElement[] {
	const count = found.count[0] ?? 0;
	if (count === 0) return [el("p", {}, "No finite value.")];
	const histogram = histogramOf(found);
	const { relativeError } = found;
	const error =
		relativeError === 0
			? "Quantiles are exact: each is one of the values, as NumPy’s method inverted_cdf tells it."
			: `Quantiles are within ${formatNumber(relativeError, 2)} of the value that NumPy’s method inverted_cdf tells, relative to it.`;
	const names = Object.keys(QUANTILES) as QuantileName[];
	const digits = relativeError === 0 ? 9 : 5;
	const quantiles = numbersTable(
		"Quantiles",
		["Quantile", "Value"],
		[
			["min", formatNumber(histogram.low, 9)],
			...names.map((name) => [name, formatNumber(histogram.quantiles[name], digits)]),
			["max", formatNumber(histogram.high, 9)],
		],
	);
	return [
		el("div", { class: "distribution" }, createChart(histogram, count, store, menu), quantiles),
		el("p", { class: "quiet" }, error),
		binsTable(histogram, count),
	];
}

function createChart(histogram: Histogram, count: number, store: Store, menu: HTMLElement): HTMLElement {
	const canvas = el("canvas", {
		class: "histogram-canvas",
		tabindex: 0,
		role: "slider",
		"aria-orientation": "horizontal",
		"aria-label": "Histogram",
		"aria-valuemin": 0,
		"aria-valuemax": histogram.counts.length - 1,
	});
	const readout = el("p", { class: "readout" });
	let pointed: number | undefined;
	const frame = () => ({ width: canvas.clientWidth, height: HEIGHT });
	const redraw = oncePerFrame(() => {
		if (!canvas.isConnected || canvas.clientWidth === 0) return;
		const context = prepareCanvas(canvas, canvas.clientWidth, HEIGHT);
		const { logCounts: log } = store.get();
		if (context) drawHistogram(context, histogram, frame(), themeOf(canvas), { log, pointed });
	});
	const point = (bin: number | undefined) => {
		pointed = bin;
		const words = inWords(histogram, bin ?? 0, count);
		canvas.setAttribute("aria-valuenow", String(bin ?? 0));
		canvas.setAttribute("aria-valuetext", words);
		setText(readout, bin === undefined ? `${formatCount(count)} finite values.` : words);
		redraw();
	};
	canvas.addEventListener("pointermove", (event) => point(histogramBinAt(histogram, frame(), event.offsetX)));
	canvas.addEventListener("pointerleave", () => point(document.activeElement === canvas ? pointed : undefined));
	canvas.addEventListener("focus", () => point(pointed ?? 0));
	canvas.addEventListener("blur", () => point(undefined));
	canvas.addEventListener("keydown", (event) => {
		const last = histogram.counts.length - 1;
		const at = pointed ?? 0;
		const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last }[event.key];
		if (to === undefined) return;
		event.preventDefault();
		point(Math.max(0, Math.min(last, to)));
	});
	const log = checkbox("Logarithmic counts", (checked) => {
		store.update({ logCounts: checked });
		redraw();
	});
	log.set(store.get().logCounts);
	new ResizeObserver(redraw).observe(canvas);
	whenShownAnew(canvas, redraw);
	point(undefined);
	return el("div", { class: "histogram" }, el("div", { class: "plot-head" }, log.element, menu), canvas, readout);
}

function inWords(histogram: Histogram, bin: number, count: number): string {
	const [from, to] = binBounds(histogram, bin).map((value) => formatNumber(value, 4));
	const counted = histogram.counts[bin] as number;
	return `${from} to ${to}: ${formatCount(counted)} of ${formatCount(count)} (${formatNumber((100 * counted) / count, 3)} %)`;
}

function binsTable(histogram: Histogram, count: number): HTMLElement {
	const table = windowedTable("Histogram by bins", ["From", "To", "Values", "Share"]);
	const details = el("details", { class: "profile-table" }, el("summary", {}, "Table"), table.element);
	details.addEventListener("toggle", () => {
		table.show(histogram.counts.length, (bin) => {
			const counted = histogram.counts[bin] as number;
			const [from, to] = binBounds(histogram, bin);
			return [
				formatNumber(from, 6),
				formatNumber(to, 6),
				formatCount(counted),
				`${formatNumber((100 * counted) / count, 3)} %`,
			];
		});
	});
	return details;
}
