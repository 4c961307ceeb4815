import { guessAxes } from "../core/axes";
import { partsOf } from "../core/dtype";
import { formatBytes, formatCount, formatDType, formatNumber, formatShape, toJsonNumber } from "../core/format";
import type { AxisProfile, Inspection, NormSummary } from "../core/inspection";
import { partStart, sizeOf } from "../core/layout";
import type { CellStatistics } from "../core/moments";
import { normalization } from "../core/normalizations";
import type { CellsJson, StatisticsJson } from "../core/statistics-json";
import type { FileDescription, TensorInfo } from "../core/tensor";
import { layoutInWords } from "./normChoices";

/** A tensor with its numbers: one inspection, or two (real, imaginary) of a complex dtype. */
export interface Inspected {
	readonly description: FileDescription;
	readonly tensor: TensorInfo;
	readonly parts: readonly Inspection[];
}

const COLUMNS = ["count", "mean", "std", "min", "max", "nan", "posInf", "negInf", "zeros"] as const;
const HEADINGS = ["count", "mean", "std", "min", "max", "NaN", "+Inf", "-Inf", "zeros"] as const;

/** Significant digits in the tables. */
const DIGITS = 7;

/** A report of all statistics as plain text, in pieces: one for every table. */
export function* statisticsReport({ description, tensor, parts }: Inspected): Generator<string, void, undefined> {
	yield `${heading(description, tensor)}\n`;
	for (const inspection of parts) {
		if (inspection.part !== "value") yield `\n${inspection.part === "real" ? "Real" : "Imaginary"} part\n`;
		yield `\nWhole tensor\n\n${table([...HEADINGS], [cellRow(inspection.whole)])}${firstPlaces(inspection)}`;
		if (inspection.norm) yield normSection(inspection.norm);
		for (const profile of inspection.profiles) yield profileSection(profile, tensor);
	}
}

/** The whole tensor's statistics as data, shaped as `stats --json` prints them. */
export function wholeJson({ tensor, parts }: Inspected): StatisticsJson {
	const [first, second] = parts;
	if (!first) throw new TypeError("statistics need at least one part");
	const cells = (whole: CellStatistics) =>
		Object.fromEntries(COLUMNS.map((name) => [name, [toJsonNumber(whole[name])]])) as unknown as CellsJson;
	const { dtype, exact } = first;
	const elapsedMs = parts.reduce((sum, part) => sum + part.elapsedMs, 0);
	const head = { tensor: tensor.name, dtype, shape: tensor.shape, cells: tensor.shape.map(() => 1) };
	return partsOf(dtype) === 2 && second
		? { ...head, real: cells(first.whole), imag: cells(second.whole), exact, elapsedMs }
		: { ...head, ...cells(first.whole), exact, elapsedMs };
}

function heading(description: FileDescription, tensor: TensorInfo): string {
	const { letters, reason } = guessAxes(tensor.shape);
	const axes = tensor.shape.map((size, axis) => `${letters[axis] ?? axis} = ${size}`).join(", ");
	const notes = [...(tensor.note ? [tensor.note] : []), ...description.notes];
	return [
		oneLine(tensor.name || description.file),
		"",
		`File    ${oneLine(description.file)} (${description.formatLabel}, ${formatBytes(description.size)})`,
		`Tensor  ${formatShape(tensor.shape)} ${formatDType(tensor.dtype)}, ${formatCount(sizeOf(tensor.shape))} elements, ${formatBytes(tensor.bytes)}`,
		...(tensor.shape.length > 0 ? [`Axes    ${axes}; these letters are a guess`, `        ${reason}`] : []),
		...notes.map((note) => `Note    ${oneLine(note)}`),
	].join("\n");
}

function firstPlaces({ first, exact }: Inspection): string {
	const places = (["nan", "posInf", "negInf"] as const).flatMap((kind) => {
		const index = first[kind];
		return index ? [`First ${HEADINGS[COLUMNS.indexOf(kind)]} at [${index.join(", ")}].`] : [];
	});
	const seen = exact ? [] : ["These numbers are of a sample, not of every element."];
	return [...places, ...seen].map((line) => `\n${line}\n`).join("");
}

function normSection({ norm, layout, before, after, belowEps, empty }: NormSummary): string {
	const { label, per } = normalization(norm.id);
	const rows = [["before", ...cellRow(before.whole)], ...(after ? [["after", ...cellRow(after.whole)]] : [])];
	const facts = [
		`${layoutInWords(layout)} (${per}), eps ${norm.options.eps}.`,
		...(belowEps > 0 ? [`In ${formatCount(belowEps)} sets the variance is below eps.`] : []),
		...(empty > 0 ? [`${formatCount(empty)} sets have no finite element.`] : []),
	];
	return `\n${label}\n\n${facts.join(" ")}\n\n${table(["", ...HEADINGS], rows)}`;
}

function profileSection(profile: AxisProfile, tensor: TensorInfo): string {
	const { axis, size, bins } = profile;
	const { letters } = guessAxes(tensor.shape);
	const rows = Array.from({ length: bins }, (_, bin) => {
		const start = partStart(bin, size, bins);
		const end = partStart(bin + 1, size, bins) - 1;
		const index = end > start ? `${start}-${end}` : String(start);
		return [
			index,
			...COLUMNS.map((name) => numberText(profile[name][bin] as number | bigint, profile.count[bin], name)),
		];
	});
	const binned = bins < size ? `, in ${formatCount(bins)} bins` : "";
	const title = `\nAxis ${axis} (${letters[axis] ?? axis}), ${formatCount(size)} ${size === 1 ? "index" : "indices"}${binned}`;
	return `${title}\n\n${table(["index", ...HEADINGS], rows)}`;
}

function cellRow(cell: CellStatistics): string[] {
	return COLUMNS.map((name) => numberText(cell[name], cell.count, name));
}

function numberText(value: number | bigint, count: number | undefined, column: (typeof COLUMNS)[number]): string {
	if (typeof value === "number" && ["count", "nan", "posInf", "negInf", "zeros"].includes(column)) {
		return formatCount(value);
	}
	return count === 0 ? "-" : formatNumber(value, DIGITS);
}

/** A table with right-aligned columns. */
function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
	const widths = headings.map((heading, column) =>
		rows.reduce((width, row) => Math.max(width, row[column]?.length ?? 0), heading.length),
	);
	const line = (row: readonly string[]) => `  ${widths.map((width, k) => (row[k] ?? "").padStart(width)).join("  ")}`;
	return `${[headings, ...rows].map(line).join("\n")}\n`;
}

/** Text from a file, kept on one line. */
function oneLine(text: string): string {
	// biome-ignore lint/suspicious/noControlCharactersInRegex: names in files may hold any character
	return text.replace(/[\u0000-\u001f\u007f\u2028\u2029]+/g, " ");
}
