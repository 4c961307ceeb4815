import type { BatchSizes } from "../../../src/core/batch-sizes";
import { formatCount, formatNumber } from "../../../src/core/format";
import { layoutOf, NORMALIZATIONS, type NormId, normalization, normOf } from "../../../src/core/normalizations";
import { drawGrid } from "../../../src/drawing/chart-scale";
import type { Chosen } from "../../chosen";
import { el, oncePerFrame } from "../../dom";
import type { Session } from "../../session";
import type { Store } from "../../store";
import { prepareCanvas, themeOf, whenShownAnew } from "../canvas";
import { createLens, needsPlain, numbersTable, type Subject } from "./frame";

const HEIGHT = 190;

/** The axis that samples lie along. */
const BATCH_AXIS = 0;

/** How well sub-batches of 1, 2, 4, … samples stand for the whole batch, as a curve and a table. */
export function createBatchSizeLens(store: Store, { host }: Session): HTMLElement {
	let drawn: { readonly canvas: HTMLCanvasElement; readonly redraw: () => void } | undefined;
	const observer = new ResizeObserver(() => drawn?.redraw());
	whenShownAnew(() => drawn?.redraw());
	return createLens<BatchSizes>(store, {
		title: "Batch size",
		about:
			"Statistics estimated from random sub-batches: how far the normalized output is from that with the whole batch.",
		absent: absence,
		key: ({ chosen }) => JSON.stringify(chosen.norm),
		ask: ({ tensor, chosen }, options) =>
			host.call("batchSizes", { tensor: tensor.name, norm: chosen.norm, axis: BATCH_AXIS }, options),
		draw(found, { chosen }) {
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
			observer.observe(canvas);
			redraw();
			return [
				el(
					"p",
					{ class: "legend quiet" },
					el("span", { class: "key key-mean" }),
					`${label}: median of ${formatCount(found.draws)} draws`,
					el("span", { class: "key key-std" }),
					"5 % to 95 %",
					others.length > 0 ? ` · dashed, error 0 at any size: ${others.join(", ")}` : "",
				),
				canvas,
				tableOf(found),
			];
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

function draw(canvas: HTMLCanvasElement, { sizes, output }: BatchSizes, others: readonly string[]): void {
	const width = canvas.clientWidth;
	const context = width > 0 ? prepareCanvas(canvas, width, HEIGHT) : null;
	if (!context) return;
	const theme = themeOf(canvas);
	const high = Math.max(...output.p95.filter(Number.isFinite), 1e-12) * 1.08;
	const frame = { width, height: HEIGHT, left: 58, top: 8, bottom: HEIGHT - 24, low: -high * 0.03, high };
	const right = width - 16;
	const x = (k: number) => frame.left + 8 + (k / Math.max(1, sizes.length - 1)) * (right - frame.left - 8);
	const y = (value: number) => frame.bottom - ((value - frame.low) / (high - frame.low)) * (frame.bottom - frame.top);
	drawGrid(context, frame, theme, y);
	const at = (values: Float64Array, k: number) => y(values[k] as number);
	context.beginPath();
	for (let k = 0; k < sizes.length; k++) context.lineTo(x(k), at(output.p95, k));
	for (let k = sizes.length - 1; k >= 0; k--) context.lineTo(x(k), at(output.p5, k));
	context.closePath();
	context.fillStyle = theme.accent;
	context.globalAlpha = theme.highContrast ? 0.35 : 0.22;
	context.fill();
	context.globalAlpha = 1;
	context.strokeStyle = theme.text;
	context.lineWidth = 2;
	context.beginPath();
	for (let k = 0; k < sizes.length; k++) context.lineTo(x(k), at(output.median, k));
	context.stroke();
	context.fillStyle = theme.text;
	for (let k = 0; k < sizes.length; k++) {
		context.beginPath();
		context.arc(x(k), at(output.median, k), 3, 0, 2 * Math.PI);
		context.fill();
	}
	context.fillStyle = theme.text;
	context.textAlign = "center";
	context.textBaseline = "top";
	const every = Math.ceil(sizes.length / Math.max(2, Math.floor(width / 48)));
	sizes.forEach((size, k) => {
		if (k % every === 0 || k === sizes.length - 1) context.fillText(formatCount(size), x(k), frame.bottom + 6);
	});
	if (others.length === 0) return;
	context.strokeStyle = theme.line;
	context.lineWidth = 1.5;
	context.setLineDash([5, 4]);
	context.beginPath();
	context.moveTo(frame.left, y(0));
	context.lineTo(right, y(0));
	context.stroke();
	context.setLineDash([]);
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
