import { formatCount, formatDType, formatNumber, formatShape } from "../../../src/core/format";
import { partStart } from "../../../src/core/layout";
import { type DifferingPair, ulpBucketLabel, type Verdict } from "../../../src/core/tensor-difference";
import { differencePlot, mapPlot, type Plot } from "../../../src/export/figures";
import type { ComparedTensors } from "../../../src/protocol";
import { el } from "../../dom";
import { numbersTable } from "../lenses/frame";
import { windowedTable } from "../rows";
import { createBars, createMap } from "./charts";

/** What the charts of a comparison are headed with, and how each gets its menu. */
export interface DifferenceFrame {
	/** The tensors, for people. */
	readonly title: string;
	readonly letters: readonly string[];
	readonly menu: (label: string, plotOf: () => Plot) => HTMLElement;
}

/** How two tensors differ: verdicts, numbers, places, and where along the axes. */
export function drawDifference(answer: ComparedTensors, { title, letters, menu }: DifferenceFrame): HTMLElement[] {
	const { a, b, sameShape, elements, different } = answer;
	const sides = `a: ${formatDType(a.dtype)}, ${formatShape(a.shape)}. b: ${formatDType(b.dtype)}, ${formatShape(b.shape)}.`;
	if (!sameShape) {
		const sentence = `The shapes differ: ${formatShape(a.shape)} and ${formatShape(b.shape)}. Nothing was compared; an axis of length 1 is not stretched.`;
		return [el("p", { class: "problem" }, sentence)];
	}
	const share = formatNumber((100 * different) / Math.max(1, elements), 3);
	const count = `${formatCount(different)} of ${formatCount(elements)} values differ (${share} %). `;
	return [
		el("p", {}, el("strong", {}, different === 0 ? "No value differs. " : count), sides),
		numbersTable(
			"Verdicts",
			["With its defaults", "Verdict", "Not close", "rtol", "atol"],
			answer.verdicts.map(verdictRow),
		),
		el("p", { class: "quiet" }, "|a − b| ≤ atol + rtol · |b|, in float64; NaN is close to nothing."),
		el(
			"div",
			{ class: "difference-numbers" },
			numbersTable("Differences", ["Difference", "", "At"], numberRows(answer)),
			...(answer.ulp && different > 0 ? [ulpTable(answer.ulp)] : []),
		),
		...(different > 0
			? [...profilesOf(answer, { title, letters, menu }), ...mapOf(answer, { title, letters, menu })]
			: []),
	];
}

function verdictRow({ by, failing, rtol, atol }: Verdict): string[] {
	const verdict = failing === 0 ? "✓ close" : "✗ not close";
	return [by, verdict, formatCount(failing), formatNumber(rtol), formatNumber(atol)];
}

function numberRows(answer: ComparedTensors): string[][] {
	const place = (pair: DifferingPair | undefined) =>
		pair ? `[${pair.index.join(", ")}]: a ${formatNumber(pair.a, 9)}, b ${formatNumber(pair.b, 9)}` : "";
	const { nanPairs, nanMismatches, infMismatches, firstDifferent, firstMismatch } = answer;
	return [
		["Largest |a − b|", formatNumber(answer.maxAbs, 6), place(answer.worst)],
		["Largest |a − b| / |b|", formatNumber(answer.maxRel, 6), ""],
		["Root mean square", formatNumber(answer.rmse, 6), ""],
		["Cosine similarity", formatNumber(answer.cosine, 12), ""],
		...(answer.ulp ? [["Largest ULP distance", formatCount(answer.ulp.max), ""]] : []),
		...(firstDifferent ? [["First different", "", place(firstDifferent)]] : []),
		...(firstMismatch ? [["First not close, but for NaN", "", place(firstMismatch)]] : []),
		["NaN in both", formatCount(nanPairs), ""],
		["NaN in one", formatCount(nanMismatches), ""],
		["Other infinities", formatCount(infMismatches), ""],
	];
}

function ulpTable({ counts }: NonNullable<ComparedTensors["ulp"]>): HTMLElement {
	const rows = counts.map((count, bucket) => [ulpBucketLabel(bucket), formatCount(count)]);
	return numbersTable("ULP distances", ["ULP distance", "Pairs"], rows);
}

function profilesOf({ profiles }: ComparedTensors, { title, letters, menu }: DifferenceFrame): HTMLElement[] {
	const long = profiles.filter(({ size }) => size > 1);
	if (long.length === 0) return [];
	const charts = long.map((difference) => {
		const { axis, size, bins, maxAbs, meanAbs } = difference;
		const name = letters[axis] ?? String(axis);
		const table = windowedTable(`Differences along ${name}`, ["Index", "Max |a − b|", "Mean |a − b|"]);
		const details = el("details", {}, el("summary", {}, "As a table"), table.element);
		// Rows are measured when they are seen.
		details.addEventListener("toggle", () =>
			table.show(bins, (bin) => [
				indexText(bin, size, bins),
				...[maxAbs, meanAbs].map((values) => formatNumber(values[bin] as number, 4)),
			]),
		);
		return el(
			"div",
			{ class: "difference-axis" },
			el(
				"div",
				{ class: "plot-head" },
				el("h3", {}, `${name} (${formatCount(size)})`),
				menu(`the differences along ${name}`, () => differencePlot(difference, { title, letters })),
			),
			createBars(difference),
			details,
		);
	});
	return [
		el("h3", {}, "Along each axis"),
		el("p", { class: "quiet" }, "Largest |a − b| of each index in the pale colour, mean in the strong one."),
		el("div", { class: "difference-axes" }, ...charts),
	];
}

/** The indices of a bin: one, or from the first to the last. */
function indexText(bin: number, size: number, bins: number): string {
	const [from, to] = [partStart(bin, size, bins), partStart(bin + 1, size, bins) - 1];
	return from === to ? String(from) : `${from} – ${to}`;
}

function mapOf({ map, a }: ComparedTensors, { title, letters, menu }: DifferenceFrame): HTMLElement[] {
	if (!map) return [];
	const [rows, columns] = map.axes.map((axis) => letters[axis] ?? String(axis)) as [string, string];
	const at = map.maxAbs.reduce((best, value, cell) => (value > (map.maxAbs[best] ?? 0) ? cell : best), 0);
	const [row, column] = [Math.floor(at / map.cells[1]), at % map.cells[1]];
	const where = ([axis, cell, k]: readonly [number, number, 0 | 1]) =>
		indexText(cell, a.shape[axis] as number, map.cells[k]);
	const place = `${rows} ${where([map.axes[0], row, 0])}, ${columns} ${where([map.axes[1], column, 1])}`;
	return [
		el(
			"div",
			{ class: "plot-head" },
			el("h3", {}, `Largest |a − b| for each ${rows} (down) and ${columns} (across)`),
			menu("the map of differences", () => mapPlot(map, a.shape, { title, letters })),
		),
		createMap(map),
		el(
			"p",
			{ class: "quiet" },
			`Strongest where it is largest: ${formatNumber(map.maxAbs[at] ?? NaN, 4)} at ${place}; faint is close to 0.`,
		),
	];
}
