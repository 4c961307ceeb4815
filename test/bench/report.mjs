import { CONTENDERS } from "./contenders.mjs";
import { judge, TARGETS } from "./targets.mjs";

/**
 * @typedef {import("./measure.mjs").Measured} Measured
 * @typedef {import("./measure.mjs").Times} Times
 * @typedef {import("./contenders.mjs").ContenderId} ContenderId
 * @typedef {readonly (readonly string[])[]} Cells The first line is the head.
 *
 * @typedef {object} Section
 * @property {string} title
 * @property {readonly string[]} text Paragraphs before the table.
 * @property {Cells} cells
 *
 * @typedef {object} Session What a report tells beside the numbers.
 * @property {readonly (readonly [string, string])[]} machine
 * @property {number} processStartMs
 * @property {number} runs
 * @property {readonly string[]} notes
 */

/** Two or three digits that mean something. @param {number} value */
function digits(value) {
	return value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : value >= 0.1 ? 2 : 3);
}

/** @param {Times} times */
function timesText({ median, iqr }) {
	return `${digits(median)} ms ± ${digits(iqr)}`;
}

/** @param {number} bytes */
function bytesText(bytes) {
	return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${(bytes / 1e6).toFixed(0)} MB`;
}

/** @param {Measured} measured @param {ContenderId} id */
function ratioText({ ours, theirs }, id) {
	const found = theirs.find((their) => their.id === id);
	if (found === undefined) return "";
	return found.times ? `${digits(found.times.median / ours.median)} × (${timesText(found.times)})` : "–";
}

/** @param {Measured} measured */
function peakText({ peakMb }) {
	return peakMb === undefined ? "?" : `${peakMb.toFixed(0)} MB`;
}

/**
 * Rows with a column for every contender that any of them has.
 * @param {string} title
 * @param {readonly Measured[]} rows
 * @returns {Section[]}
 */
function ratiosSection(title, rows) {
	if (rows.length === 0) return [];
	const ids = /** @type {ContenderId[]} */ (Object.keys(CONTENDERS)).filter((id) =>
		rows.some(({ theirs }) => theirs.some((their) => their.id === id && their.times)),
	);
	const head = ["row", "file", "engine", ...ids.map((id) => CONTENDERS[id].label), "peak memory"];
	const lines = rows.map((measured) => [
		measured.row.id,
		measured.bytes === 0 ? "" : bytesText(measured.bytes),
		timesText(measured.ours),
		...ids.map((id) => ratioText(measured, id)),
		peakText(measured),
	]);
	return [{ title, text: [], cells: [head, ...lines] }];
}

/**
 * Rows of the same work at growing size, each relative to the first.
 * @param {string} title
 * @param {string} text
 * @param {readonly Measured[]} rows
 * @returns {Section[]}
 */
function growthSection(title, text, rows) {
	const [first] = rows;
	if (first === undefined) return [];
	const head = ["row", "file", "engine", "size ÷ first", "time ÷ first", CONTENDERS.rawReads.label, "peak memory"];
	const lines = rows.map((measured) => [
		measured.row.id,
		bytesText(measured.bytes),
		timesText(measured.ours),
		`${digits(measured.bytes / first.bytes)} ×`,
		`${digits(measured.ours.median / first.ours.median)} ×`,
		ratioText(measured, "rawReads"),
		peakText(measured),
	]);
	return [{ title, text: [text], cells: [head, ...lines] }];
}

/**
 * @param {readonly Measured[]} measured
 * @returns {Section}
 */
function targetsSection(measured) {
	const lines = TARGETS.map((target) => {
		const { found, met } = judge(target, measured);
		const unit = target.measure === "ratio" ? " ×" : target.measure === "peakMb" ? " MB" : " ms";
		const range = [...new Set(found.map(digits))].join(" to ");
		return [
			target.work,
			target.against,
			target.least,
			met === undefined ? "not measured" : range + unit,
			met === undefined ? "–" : met ? "met" : "NOT MET",
		];
	});
	return {
		title: "Targets",
		text: ["Of several rows the lowest and the highest; all of them must meet the target."],
		cells: [["work", "against", "at least", "measured", ""], ...lines],
	};
}

/** @param {Session} session @param {readonly Measured[]} measured */
function aboutSection({ machine, processStartMs, runs, notes }, measured) {
	// Rows that were kept from other runs of the benchmark may have others.
	const counts = measured.filter(({ row }) => row.runs === undefined).map(({ ours }) => ours.runs);
	const each = [...new Set([Math.min(runs, ...counts), Math.max(...counts, Math.min(runs, ...counts))])].join(" to ");
	const text = [
		"Every number is a ratio: the time of a contender divided by the engine's, so that more than 1 means that the engine " +
			"is faster; in brackets the contender's own time. Times are medians ± the distance between the quartiles of " +
			`${each} runs (4 GB: ${Math.min(3, runs)}), after a warm-up in which the results are compared. In every run all contenders of a row ` +
			"take their turn, in an order that rotates, so that all meet the same machine.",
		"The files were written and flushed before, and every contender has read them once: all read from the page cache, " +
			"none from the disk. Values are normal numbers from one seed.",
		"The engine's time is that of the whole call, from the asking thread, in a running process with its workers started; " +
			"it also finds min, max, zeros, NaN and infinities, exactly in float64. NumPy is `load`, `mean` and `var` (of float16 " +
			"with a float32 sum, which would overflow otherwise), PyTorch `var_mean` of `from_numpy(load)`; both in a running Python, " +
			"with their own choice of threads, and PyTorch also with a thread for every core. bf16 is read with `fromfile` and " +
			"`frombuffer`. The deflated file is the NCHW one, written by `savez_compressed`. Normalizing: NumPy's " +
			"`(x - mean) / sqrt(var + eps)` and PyTorch's functional, then `np.save`. Raw reads are positional reads into one reused " +
			`1 MB buffer by as many threads as the engine has. \`cat\` (to /dev/null) and \`cp\` are whole processes, of which starting one takes ${digits(processStartMs)} ms. ` +
			"The engine's output is flushed to the disk before it appears, and so is that of what is called flushed; the others leave theirs in the page cache. " +
			"The engine, not flushed, is the same program kept from waiting for the disk: the rest of its time is the flush.",
		"Peak memory is the largest resident memory of the engine's process, threads included, over all runs of the row.",
	];
	return { title: "How it was measured", text: [...text, ...notes], cells: [["", ""], ...machine] };
}

/**
 * @param {Session} session
 * @param {readonly Measured[]} measured
 * @returns {readonly Section[]}
 */
export function sectionsOf(session, measured) {
	const pick = (/** @type {(measured: Measured) => boolean} */ wanted) => measured.filter(wanted);
	return [
		targetsSection(measured),
		...ratiosSection(
			"Statistics",
			pick(({ row }) => row.part === "main" && row.work === "moments"),
		),
		...ratiosSection(
			"Normalize, file to file",
			pick(({ row }) => row.work === "normalize"),
		),
		...ratiosSection(
			"A file of 4 GB",
			pick(({ row }) => row.part === "large"),
		),
		...ratiosSection(
			"Headers",
			pick(({ row }) => row.part === "header"),
		),
		...growthSection(
			"How time grows with bytes",
			"BatchNorm statistics of NCHW f32 batches.",
			pick(({ row }) => row.part === "bytes"),
		),
		...growthSection(
			"How time grows with cells, in rows",
			"A vector of 2²⁶ elements, cut into equal cells.",
			pick(({ row }) => row.part === "cells" && row.id.startsWith("rows")),
		),
		...growthSection(
			"How time grows with cells, in columns",
			"A matrix of 64 × 2²⁰ elements, whose last axis is cut into equal cells and whose first is averaged.",
			pick(({ row }) => row.part === "cells" && row.id.startsWith("columns")),
		),
		aboutSection(session, measured),
	];
}

/** A table for a terminal. @param {Section} section */
export function asText({ title, cells }) {
	const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)));
	const lines = cells.map((line) =>
		line
			.map((cell, column) => cell.padEnd(widths[column] ?? 0))
			.join("  ")
			.trimEnd(),
	);
	return `\n${title}\n${lines.map((line) => `  ${line}`.trimEnd()).join("\n")}`;
}

/** A page with every table. @param {readonly Section[]} sections */
export function asMarkdown(sections) {
	const pages = sections.map(({ title, text, cells }) => {
		const [head = [], ...lines] = cells.map((line) => `| ${line.join(" | ")} |`);
		const rule = `| ${(cells[0] ?? []).map(() => "---").join(" | ")} |`;
		return [`## ${title}`, ...text, [head, rule, ...lines].join("\n")].join("\n\n");
	});
	return `${["# Measured", "Written by `npm run bench`.", ...pages].join("\n\n")}\n`;
}
