import type { BatchSizes } from "../../../src/core/batch-sizes";
import type { Chosen } from "../../../src/core/chosen";
import { formatCount, formatNumber } from "../../../src/core/format";
import { layoutOf, NORMALIZATIONS, type NormId, normalization, normOf } from "../../../src/core/normalizations";
import { drawBatchSizes } from "../../../src/drawing/batch-chart";
import { batchPlot } from "../../../src/export/batch-plot";
import { el, oncePerFrame } from "../../dom";
import { createPlotMenu } from "../../export/plot-menu";
import { type Session, titleOf } from "../../session";
import type { Store } from "../../store";
import { prepareCanvas, themeOf, whenShownAnew } from "../canvas";
import { createLens, needsPlain, numbersTable, type Subject } from "./frame";

const HEIGHT = 190;

/** The axis that samples lie along. */
const BATCH_AXIS = 0;

/** How well sub-batches of 1, 2, 4, … samples stand for the whole batch, as a curve and a table. */
export function createBatchSizeLens(store: Store, session: Session): HTMLElement {
	let drawn: { readonly canvas: HTMLCanvasElement; readonly redraw: () => void } | undefined;
	const observer = new ResizeObserver(() => drawn?.redraw());
	return createLens<BatchSizes>(store, {
		title: "Batch size",
		about:
			"Statistics estimated from random sub-batches: how far the normalized output is from that with the whole batch.",
		absent: absence,
		key: ({ chosen }) => JSON.stringify(chosen.norm),
		ask: ({ tensor, chosen }, options) =>
			session.host.call("batchSizes", { tensor: tensor.name, norm: chosen.norm, axis: BATCH_AXIS }, options),
		draw(found, { chosen, tensor, state }) {
			const others = withoutBatch(chosen);
			const label = normalization(chosen.norm.id).label;
			const canvas = el("canvas", {
				class: "profile-canvas",
				role: "img",
				"aria-label": `Output error of ${label} by the size of the sub-batch; the table has the numbers`,
			});
			const redraw = oncePerFrame(() => draw(canvas, found, others));
			if (drawn) observer.unobserve(drawn.canvas);
			drawn = { canvas, redraw };
			whenShownAnew(canvas, redraw);
			observer.observe(canvas);
			redraw();
			const menu = createPlotMenu(session, "this curve", () => batchPlot(found, label, titleOf(state, tensor), others));
			const legend = el(
				"p",
				{ class: "legend quiet" },
				el("span", { class: "key key-mean" }),
				`${label}: median of ${formatCount(found.draws)} draws`,
				el("span", { class: "key key-std" }),
				"5 % to 95 %",
				others.length > 0 ? ` · dashed, error 0 at any size: ${others.join(", ")}` : "",
			);
			return [el("div", { class: "plot-head" }, legend, menu), canvas, tableOf(found)];
		},
	}).element;
}

function absence({ chosen }: Subject): string | undefined {
	const { layout, letters, shape } = chosen;
	if (!layout) return "The norm does not fit this tensor; see above.";
	const letter = letters[BATCH_AXIS] ?? "";
	if ((shape[BATCH_AXIS] ?? 0) < 2) return `The tensor has no two samples along axis 0${letter && `, ${letter}`}.`;
	return layout.cells[BATCH_AXIS] === 1
		? needsPlain(chosen)
		: `This norm does not average over axis 0, ${letter}: its result is the same in a batch of any size.`;
}

/** Labels of the norms that fit the tensor and keep the samples apart. */
function withoutBatch({ shape, norm: { options } }: Chosen): string[] {
	return (Object.keys(NORMALIZATIONS) as NormId[]).flatMap((id) => {
		try {
			if (!normalization(id).uses.includes("axis")) return [];
			const { axis, groups } = options;
			const { cells } = layoutOf(normOf(id, shape, { axis, groups }), shape);
			return cells[BATCH_AXIS] === shape[BATCH_AXIS] ? [normalization(id).label] : [];
		} catch {
			return [];
		}
	});
}

function draw(canvas: HTMLCanvasElement, answer: BatchSizes, others: readonly string[]): void {
	const width = canvas.clientWidth;
	const context = width > 0 ? prepareCanvas(canvas, width, HEIGHT) : null;
	if (context) drawBatchSizes(context, answer, { width, height: HEIGHT }, themeOf(canvas), others.length > 0);
}

function tableOf({ sizes, mean, std, output }: BatchSizes): HTMLElement {
	const number = (value: number | undefined) => formatNumber(Math.abs(value ?? NaN) < 1e-14 ? 0 : (value ?? NaN), 3);
	const range = (low: Float64Array, high: Float64Array, k: number) => `${number(low[k])} to ${number(high[k])}`;
	return numbersTable(
		"Sub-batches",
		["Samples", "Mean less that of all, in σ", "σ over that of all", "Output error, median", "5 % to 95 %"],
		sizes.map((size, k) => [
			formatCount(size),
			range(mean.p5, mean.p95, k),
			range(std.p5, std.p95, k),
			number(output.median[k]),
			range(output.p5, output.p95, k),
		]),
	);
}
