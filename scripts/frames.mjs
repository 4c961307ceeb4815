// Measures the panel's frames in Chromium and its first numbers in a real workbench, and writes test/bench/FRAMES.md:
//   npm run frames [-- --only PATTERN] [--no-build]      with --only no page is written
import fs from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { machineFacts } from "../test/bench/machine.mjs";
import { build } from "./setup/build.mjs";
import { ensureChromium } from "./setup/chromium.mjs";
import { exitOnSignals, runNode, say } from "./setup/command.mjs";
import { ensureDependencies } from "./setup/dependencies.mjs";
import { ROOT } from "./setup/project.mjs";
import { withWorkbench } from "./setup/workbench.mjs";

/** Milliseconds: the main thread's work in a frame, and from the page's load to the first numbers. */
const TARGETS = { frame: 16, first: 300 };

/** @typedef {{ readonly name: string, readonly file: string, readonly work: readonly number[], readonly apart: readonly number[] }} Frames */
/** @typedef {{ readonly file: string, readonly first: readonly number[], readonly exact: readonly number[] }} Opening */

/** @type {Readonly<Record<string, string>>} */
const FILES = { list: "2,000 tensors", tensor: "[64, 256, 56, 56]" };

/** @param {readonly number[]} numbers @param {number} share */
function quantile(numbers, share) {
	const sorted = [...numbers].sort((a, b) => a - b);
	return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

/** @param {readonly number[]} numbers */
function words(numbers) {
	return `${quantile(numbers, 0.5).toFixed(1)} | ${quantile(numbers, 0.95).toFixed(1)}`;
}

/** @param {Frames} frames */
function frameLine({ name, file, work, apart }) {
	const met = quantile(work, 0.5) < TARGETS.frame ? "met" : "NOT MET";
	return `| ${name} | ${FILES[file]} | ${words(work)} | ${quantile(apart, 0.5).toFixed(1)} | ${met} |`;
}

/** @param {Opening} opening */
function openingLine({ file, first, exact }) {
	const met = quantile(first, 0.5) < TARGETS.first ? "met" : "NOT MET";
	return `| ${FILES[file]} | ${words(first)} | ${words(exact)} | ${met} |`;
}

/** @param {{ readonly openings: readonly Opening[], readonly frames: readonly Frames[] }} measured @param {readonly (readonly [string, string])[]} machine */
function page({ openings, frames }, machine) {
	return [
		"# Frames",
		"",
		"Written by `npm run frames`: the panel in Chromium without a graphics card, in milliseconds.",
		"",
		"## While something moves",
		"",
		"A step of the interaction in every frame, 60 of them. The work is all that the page's main thread does from one step",
		`to the next, painting included, by Chromium's trace; less than ${TARGETS.frame} ms is the target of the median.`,
		"",
		"| interaction | file | work, median | 95 % | frames apart, median | target |",
		"| --- | --- | --- | --- | --- | --- |",
		...frames.map(frameLine),
		"",
		"## First numbers",
		"",
		"In a real workbench with the packaged extension: a file is opened from the Explorer, 10 times after a first one that",
		`starts the extension. From the load event of the panel's page; less than ${TARGETS.first} ms is the target of the median.`,
		"",
		"| file | first numbers, median | 95 % | exact numbers, median | 95 % | target |",
		"| --- | --- | --- | --- | --- | --- |",
		...openings.map(openingLine),
		"",
		"| machine | |",
		"| --- | --- |",
		...machine.map(([name, value]) => `| ${name} | ${value} |`),
		"",
	].join("\n");
}

exitOnSignals();
const { values: options } = parseArgs({
	allowNegative: true,
	options: { only: { type: "string" }, build: { type: "boolean", default: true } },
});
await ensureDependencies();
const CHROMIUM = await ensureChromium();
if (options.build) await build();
const program = path.join(ROOT, "dist", "test", "bench", "frames.js");
/** @param {Record<string, string>} [env] */
const measure = async (env) =>
	JSON.parse(
		await runNode([program, ...(options.only === undefined ? [] : [options.only])], { env: { CHROMIUM, ...env } }),
	);
// Only the first numbers are measured in a workbench, for which the extension is packaged.
const opens = new RegExp(options.only ?? "", "i").test("first numbers");
const measured = await (opens ? withWorkbench(measure) : measure());
for (const line of measured.openings.map(openingLine)) say(line);
for (const line of measured.frames.map(frameLine)) say(line);
if (options.only === undefined) {
	const facts = machineFacts({ folder: ROOT, versions: undefined, workers: 0 });
	const machine = facts.filter(([name]) => !/NumPy|PyTorch|workers|files/.test(name));
	fs.writeFileSync(path.join(ROOT, "test", "bench", "FRAMES.md"), page(measured, machine));
}
