import type { Distribution } from "../core/distribution";
import { partsOf } from "../core/dtype";
import { TensorError } from "../core/errors";
import { formatCount, formatDType, formatNumber, formatShape } from "../core/format";
import { isUnseenCell, unravel } from "../core/inspection";
import { type Layout, setSize, sizeOf } from "../core/layout";
import { cellStatistics, type Moments } from "../core/moments";
import { coverageInWords } from "../core/sampling";
import { type StatisticsCells, statisticsJsonText } from "../core/statistics-json";
import type { MomentsResult } from "../engine/api";
import { type ArgumentSpec, type Arguments, BadUsage, textOf } from "./arguments";
import { chooseNorm, NORM_OPTIONS, oneCell } from "./norm-choice";
import { bars, checkSketched, distributionsOf, errorText, QUANTILE_NAMES } from "./quantiles";
import { mainFile, RAW_OPTIONS } from "./raw-choice";
import { asksExport, EXPORT_OPTIONS, exportStats } from "./stats-export";
import { printable, tableLines } from "./table";
import { chooseTensor } from "./tensor-choice";
import { EXIT, type ExitCode, type Terminal } from "./terminal";

/** The arguments of `stats`. */
export const STATS = {
	name: "stats",
	files: ["FILE"],
	options: {
		tensor: { value: "NAME", about: "The tensor; needed where the file holds several." },
		...NORM_OPTIONS,
		...RAW_OPTIONS,
		quantiles: { about: "Also p1, p5, median, p95, p99 and a histogram of 64 bins; reads the tensor once more." },
		sample: { about: "Of a tensor past 64 MiB read only a sample, spread evenly; the answer says what was seen." },
		...EXPORT_OPTIONS,
		json: { about: "Print the statistics of all sets as JSON, arrays in C order of the cells." },
	},
} as const satisfies ArgumentSpec;

/** Sets that are listed for people; `--json` has them all. */
const LISTED_SETS = 20;

/** Milliseconds that a sample may take in the terminal, where nobody looks on. */
const SAMPLE_MS = 60_000;

/** Prints statistics of a tensor: of the whole, or of every set of a layout. */
export async function stats({ files: [file = ""], given }: Arguments, terminal: Terminal): Promise<ExitCode> {
	const choice = chooseNorm(given);
	const name = textOf(given, "tensor");
	const ref = { file: mainFile(file, given), ...(name === undefined ? {} : { tensor: name }) };
	const exports = asksExport(given);
	const info = await chooseTensor(ref, terminal, "--tensor NAME");
	const { shape, name: tensor } = info;
	const chosen = choice ? choice(shape) : { layout: oneCell(shape) };
	if (exports) return exportStats(ref, info, chosen, given, terminal);
	const { layout } = chosen;
	const sample = given.has("sample");
	if (sample && given.has("quantiles")) throw new BadUsage("--quantiles are of all values; leave out --sample.");
	if (given.has("quantiles")) checkSketched(layout);
	const bar = terminal.bar("Reading");
	const result = await terminal.engine
		.moments(
			{ ...ref, tensor, layouts: [layout], sample, sampleMs: SAMPLE_MS },
			{ signal: terminal.signal, onProgress: bar.show },
		)
		.finally(bar.end);
	const [moments] = result.layouts;
	if (!moments) throw new TensorError("internal", "The engine answered without statistics.");
	const cells: StatisticsCells = given.has("quantiles")
		? { ...moments, distributions: await distributionsOf({ ...ref, tensor }, layout, result.dtype, terminal) }
		: moments;
	const text = given.has("json")
		? statisticsJsonText(result, cells, result.exact)
		: statisticsText(file, result, cells);
	for (const piece of text) await terminal.write(piece);
	if (!given.has("json")) warnOfNonFinite(cells, terminal);
	return EXIT.fine;
}

function* statisticsText(
	file: string,
	{ tensor, dtype, shape, elapsedMs, ...coverage }: MomentsResult,
	{ layout, parts, distributions }: StatisticsCells,
): Generator<string, void, undefined> {
	const title = tensor === "" ? file : `${file}, ${tensor}`;
	yield `${printable(title)}: ${formatDType(dtype)}, ${formatShape(shape)}, ${formatCount(sizeOf(shape))} elements\n`;
	if (!coverage.exact) yield `From ${coverageInWords(coverage)}: all numbers below are of the sample\n`;
	const sets = sizeOf(layout.cells);
	if (sets !== 1)
		yield `${formatCount(sets)} sets of ${formatCount(setSize(layout))}: cells ${formatShape(layout.cells)}\n`;
	for (const [part, moments] of parts.entries()) {
		yield partsOf(dtype) === 2 ? `\n${part === 0 ? "real" : "imaginary"} part\n` : "\n";
		const distribution = distributions?.[part];
		yield* sets === 1
			? oneCellText(moments, distribution)
			: tableText(layout, moments, distribution, sets, coverage.exact);
		if (distribution) yield errorText(distribution);
	}
	yield `\n${formatNumber(elapsedMs, 3)} ms\n`;
}

function* oneCellText(moments: Moments, distribution: Distribution | undefined): Generator<string, void, undefined> {
	const cell = cellStatistics(moments, 0);
	const names = distribution ? QUANTILE_NAMES : [];
	const width = distribution ? "histogram".length : 5;
	const rows = [
		["count", formatCount(cell.count)],
		["mean", formatNumber(cell.mean, 9)],
		["std", formatNumber(cell.std, 9)],
		["min", formatNumber(cell.min, 9)],
		["max", formatNumber(cell.max, 9)],
		...names.map((name) => [name, formatNumber(distribution?.quantiles[name][0] ?? NaN, 9)] as const),
		["zeros", formatCount(cell.zeros)],
		["NaN", formatCount(cell.nan)],
		["+Inf", formatCount(cell.posInf)],
		["-Inf", formatCount(cell.negInf)],
		...(distribution ? [["histogram", bars(distribution, 0)] as const] : []),
	] as const;
	for (const [name, value] of rows) yield `  ${name.padEnd(width)}  ${value}\n`;
}

function* tableText(
	layout: Layout,
	moments: Moments,
	distribution: Distribution | undefined,
	sets: number,
	exact: boolean,
): Generator<string, void, undefined> {
	const names = distribution ? QUANTILE_NAMES : [];
	const listed = Math.min(sets, LISTED_SETS);
	const unknown = ["unknown", ...Array.from({ length: 8 + names.length }, () => "-")];
	const rows = Array.from({ length: listed }, (_, flat) => {
		const cell = cellStatistics(moments, flat);
		if (!exact && isUnseenCell(cell)) return [unravel(flat, layout.cells).join(", "), ...unknown];
		return [
			unravel(flat, layout.cells).join(", "),
			formatCount(cell.count),
			...[cell.mean, cell.std, cell.min, cell.max].map((value) => formatNumber(value, 6)),
			...names.map((name) => formatNumber(distribution?.quantiles[name][flat] ?? NaN, 6)),
			...[cell.zeros, cell.nan, cell.posInf, cell.negInf].map(formatCount),
		];
	});
	const numbers = ["count", "mean", "std", "min", "max", ...names, "zeros", "NaN", "+Inf", "-Inf"];
	yield* tableLines([{ heading: "set" }, ...numbers.map((heading) => ({ heading, align: "right" as const }))], rows);
	if (sets > listed) yield `… and ${formatCount(sets - listed)} more sets; --json prints them all\n`;
}

function warnOfNonFinite({ parts }: StatisticsCells, terminal: Terminal): void {
	const total = (column: "nan" | "posInf" | "negInf") =>
		parts.reduce((sum, moments) => sum + moments[column].reduce((a, b) => a + b, 0), 0);
	const found = (
		[
			["nan", "NaN"],
			["posInf", "+Inf"],
			["negInf", "-Inf"],
		] as const
	).flatMap(([column, label]) => {
		const count = total(column);
		return count === 0 ? [] : [`${formatCount(count)} ${label}`];
	});
	if (found.length === 0) return;
	terminal.tell(`warning: ${found.join(", ")}; they are counted apart and enter no mean, std, min or max.`);
}
