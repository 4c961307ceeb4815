import type { Chosen } from "../../../src/core/chosen";
import { formatCount, formatNumber } from "../../../src/core/format";
import { normalization } from "../../../src/core/normalizations";
import { type ArithmeticErrors, type Numerics, WRONG_OUTPUT } from "../../../src/core/numerics";
import { el } from "../../dom";
import type { Session } from "../../session";
import type { Store } from "../../store";
import { createLens, needsPlain, numbersTable } from "./frame";

const PRECISIONS = { f16: "float16", bf16: "bfloat16", f32: "float32", f64: "float64" } as const;

/** The norm as if accumulated in lesser arithmetics: a table with a bar for each error, and marks where it goes wrong. */
export function createNumericsLens(store: Store, { host }: Session): HTMLElement {
	return createLens<Numerics>(store, {
		title: "Numerics",
		about:
			"The same norm as if its statistics were accumulated in a smaller type, in two passes or by the fast variance E[x²] − E[x]².",
		absent: ({ chosen }) => (chosen.layout ? needsDeviation(chosen) : "The norm does not fit this tensor; see above."),
		key: ({ chosen }) => JSON.stringify(chosen.norm),
		ask: ({ tensor, chosen }, options) => host.call("numerics", { tensor: tensor.name, norm: chosen.norm }, options),
		draw: ({ rows, sets }) => [
			numbersTable(
				"Errors of arithmetics",
				["Accumulated in", "Variance", "Wrong sets", "", "Output off by", "σ off by", "Mean off by"],
				rows.map((row) => [
					`${PRECISIONS[row.precision]}, ${row.summation}`,
					row.variance,
					mark(row, sets),
					bar(row.output.max),
					formatNumber(row.output.max, 3),
					formatNumber(row.std.max, 3),
					formatNumber(row.mean.max, 3),
				]),
			),
			...rows
				.filter(({ wrong }) => wrong > 0)
				.slice(0, 1)
				.map((row) => el("p", {}, example(row))),
			el(
				"p",
				{ class: "quiet" },
				`The worst set of each; mean and output in σ. A set is wrong where its output is off by more than ${WRONG_OUTPUT} (root mean square). Bars are logarithmic, from 1e-16 to 1.`,
			),
		],
	}).element;
}

/** A bar from 1e-16 to 1. */
function bar(error: number): HTMLElement {
	const part = error > 0 ? Math.max(0.02, Math.min(1, 1 + Math.log10(error) / 16)) : 0;
	const fill = el("span", { class: "lens-fill", "data-wrong": String(!(error <= WRONG_OUTPUT)) });
	fill.style.width = `${100 * part}%`;
	return el("span", { class: "lens-bar", "aria-hidden": "true" }, fill);
}

function mark({ wrong, overflowed, negative }: ArithmeticErrors, sets: number): HTMLElement | string {
	if (wrong === 0) return "0";
	const why = [
		...(overflowed > 0 ? [`${formatCount(overflowed)} overflow`] : []),
		...(negative > 0 ? [`${formatCount(negative)} negative`] : []),
	];
	const more = why.length > 0 ? ` (${why.join(", ")})` : "";
	return el("strong", { class: "lens-wrong" }, `⚠ ${formatCount(wrong)} of ${formatCount(sets)}${more}`);
}

function example({ precision, summation, variance, worst }: ArithmeticErrors): string {
	const [first] = worst;
	if (!first) return "";
	return `${PRECISIONS[precision]}, ${summation}, ${variance}: set ${formatCount(first.set)} gets mean ${formatNumber(first.mean, 6)} for ${formatNumber(first.exactMean, 6)}, and variance ${formatNumber(first.variance, 4)} for a true ${formatNumber(first.exactVariance, 4)}.`;
}

function needsDeviation(chosen: Chosen): string | undefined {
	const { label, statistic } = normalization(chosen.norm.id);
	if (statistic && statistic.divisor !== "std")
		return `${label} does not divide by a deviation, whose accumulation is looked at here.`;
	return needsPlain(chosen);
}
