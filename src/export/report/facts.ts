import type { ShownAxes } from "../../core/axis-choice";
import { formatBytes, formatCount, formatDType, formatNumber, formatShape } from "../../core/format";
import type { Inspection } from "../../core/inspection";
import { sizeOf } from "../../core/layout";
import { coverageInWords } from "../../core/sampling";
import { STATISTICS } from "../../core/statistics-json";
import type { FileDescription, TensorInfo } from "../../core/tensor";
import { h, type Markup, numbers } from "./markup";

/** How statistics are headed, in their order. */
export const HEADINGS = ["Count", "Mean", "Std", "Min", "Max", "NaN", "+Inf", "−Inf", "Zeros"] as const;

/** Significant digits in the tables of a report; the files of numbers have all of them. */
const DIGITS = 7;

/** The file and the tensor. */
export function factsList(description: FileDescription, tensor: TensorInfo, axes: ShownAxes): Markup {
	const named = tensor.shape.map((size, axis) => `${axes.letters[axis]} = ${formatCount(size)}`).join(", ");
	const rows: (readonly [string, string])[] = [
		["File", `${description.file} (${description.formatLabel}, ${formatBytes(description.size)})`],
		...(tensor.name ? [["Tensor", tensor.name] as const] : []),
		["Shape", formatShape(tensor.shape)],
		["Type", formatDType(tensor.dtype)],
		["Elements", `${formatCount(sizeOf(tensor.shape))}, ${formatBytes(tensor.bytes)}`],
		...(tensor.shape.length > 0 ? [["Axes", `${named}. ${axes.reason}`] as const] : []),
		...(tensor.note ? [["Note", tensor.note] as const] : []),
		...Object.entries(description.metadata)
			.slice(0, MOST_METADATA)
			.map(([key, value]) => [key, value.length > 300 ? `${value.slice(0, 300)}…` : value] as const),
	];
	return h("dl", {}, ...rows.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
}

const MOST_METADATA = 40;

/** What the numbers are of: of every element, or of a sample. */
export function coverageSentence(inspection: Inspection): Markup {
	const words = inspection.exact
		? `Exact: from ${coverageInWords(inspection)}.`
		: `Not exact: from ${coverageInWords(inspection)}.`;
	return h("p", { class: "exact" }, words);
}

/** Statistics of the tensor as a whole. */
export function wholeTable({ whole }: Inspection): Markup {
	const rows = [["All values", ...STATISTICS.map((name) => statistic(name, whole[name], whole.count))]];
	return numbers("Whole tensor", ["", ...HEADINGS], rows);
}

/** One statistic for people: counts in full, "–" where there is no finite value. */
export function statistic(name: (typeof STATISTICS)[number], value: number | bigint, count: number): string {
	if (name === "mean" || name === "std" || name === "min" || name === "max")
		return count === 0 ? "–" : formatNumber(value, DIGITS);
	return formatCount(Number(value));
}
