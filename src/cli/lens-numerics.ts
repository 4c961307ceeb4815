import { formatCount, formatNumber, formatShape, toJsonNumber } from "../core/format";
import { unravel } from "../core/inspection";
import { setSize } from "../core/layout";
import { normalization } from "../core/normalizations";
import { type Arithmetic, type ArithmeticErrors, type Numerics, WRONG_OUTPUT } from "../core/numerics";
import type { Lens } from "./lens";
import { chosenNorm, LENS_NORM_OPTIONS } from "./lens-norm";
import { tableLines } from "./table";

/** The norm as if accumulated in float16, bfloat16, float32 and float64, with the two-pass and the fast variance. */
export const numericsLens: Lens = {
	takes: [...LENS_NORM_OPTIONS],
	async look({ ref, tensor, given, terminal, options }) {
		const { norm, layout } = chosenNorm(given, tensor);
		const found = await terminal.engine.numerics({ ...ref, norm }, options);
		const title = `${normalization(norm.id).label}: ${formatCount(found.sets)} ${found.sets === 1 ? "set" : "sets"} of ${formatCount(setSize(layout))}, cells ${formatShape(layout.cells)}`;
		return { json: jsonOf(found), text: [title, "", ...tableOf(found), "", ...wrongOf(found, layout.cells)] };
	},
};

const PRECISIONS = { f16: "float16", bf16: "bfloat16", f32: "float32", f64: "float64" } as const;

function nameOf({ precision, summation }: Arithmetic): string {
	return `${PRECISIONS[precision]} ${summation}`;
}

function tableOf({ rows }: Numerics): string[] {
	const headings = [
		"accumulated in",
		"variance",
		"mean off by",
		"worst",
		"σ off by",
		"worst",
		"output off by",
		"worst",
		"wrong sets",
	];
	const number = (value: number) => formatNumber(value, 3);
	const lines = tableLines(
		headings.map((heading, k) => ({ heading, align: k < 2 ? ("left" as const) : ("right" as const) })),
		rows.map((row) => [
			nameOf(row),
			row.variance,
			...[row.mean, row.std, row.output].flatMap(({ median, max }) => [number(median), number(max)]),
			formatCount(row.wrong),
		]),
	);
	return [...lines].map((line) => line.trimEnd());
}

function wrongOf({ rows, sets }: Numerics, cells: readonly number[]): string[] {
	const wrong = rows.filter((row) => row.wrong > 0).map((row) => wrongRow(row, sets, cells));
	const told = `Off by: medians over the sets, mean and output in σ. A set is wrong where the root mean square error of its output is past ${WRONG_OUTPUT}.`;
	return [...(wrong.length > 0 ? wrong : ["None of them goes wrong on this tensor."]), told];
}

function wrongRow(row: ArithmeticErrors, sets: number, cells: readonly number[]): string {
	const { worst, wrong, overflowed, negative, variance } = row;
	const [first] = worst;
	const reasons = [
		...(overflowed > 0 ? [`${formatCount(overflowed)} overflow`] : []),
		...(negative > 0 ? [`${formatCount(negative)} have a negative variance`] : []),
	];
	const example = first
		? ` Set ${unravel(first.set, cells).join(", ")}: mean ${formatNumber(first.mean, 6)} for ${formatNumber(first.exactMean, 6)}, variance ${formatNumber(first.variance, 4)} for a true ${formatNumber(first.exactVariance, 4)}.`
		: "";
	const counted = `${formatCount(wrong)} of ${formatCount(sets)} ${sets === 1 ? "set" : "sets"}${reasons.length > 0 ? ` (${reasons.join(", ")})` : ""}`;
	return `WRONG  ${nameOf(row)}, ${variance} variance: ${counted}.${example}`;
}

function jsonOf({ sets, rows }: Numerics): unknown {
	const safe = (value: unknown): unknown =>
		typeof value === "number"
			? toJsonNumber(value)
			: typeof value === "object" && value !== null
				? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, safe(item)]))
				: value;
	return { sets, rows: rows.map(({ worst, ...row }) => ({ ...(safe(row) as object), worst: worst.map(safe) })) };
}
