// Measures how much memory the terminal takes to summarize 4 GiB in each format, and writes test/bench/MEMORY.md:
//   npm run memory [-- --only PATTERN] [--no-build]      with --only no page is written
// Files are sparse where the format allows; they lie in TENSOR_INSPECTOR_BENCH_DIR or a temporary folder, one at a time.
import fs from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { machineFacts } from "../test/bench/machine.mjs";
import { makeHdf5, makeMat73 } from "../test/memory/hdf5.mjs";
import { build } from "./setup/build.mjs";
import { exitOnSignals, runNode, say } from "./setup/command.mjs";
import { ensureDependencies } from "./setup/dependencies.mjs";
import { ROOT } from "./setup/project.mjs";
import { temporaryFolder } from "./setup/temporary.mjs";

/** Megabytes that a process may take. */
const TARGET = 500;

/** Bytes of the tensor, and what has to be free: HDF5 and deflated files are written in full, MATLAB's twice. */
const BYTES = 2 ** 32;
const ROOM = 2.2 * BYTES;

const MAKE = path.join(ROOT, "dist", "test", "memory", "make.js");
const CLI = path.join(ROOT, "dist", "cli.js");
const PEAK = path.join(ROOT, "test", "memory", "peak.cjs");

/** @typedef {{ readonly file: string, readonly options?: readonly string[] }} Made */
/** @typedef {{ readonly format: string, readonly peak: number, readonly seconds: number, readonly mean: number }} Row */

/** @type {Readonly<Record<string, (folder: string) => Promise<Made>>>} */
const HDF5 = {
	"HDF5 in chunks": async (folder) => ({ file: await makeHdf5(folder) }),
	"MATLAB 7.3": async (folder) => ({ file: await makeMat73(folder) }),
};

/** Every format's name. @returns {Promise<string[]>} */
async function formats() {
	return [...JSON.parse(await runNode([MAKE])), ...Object.keys(HDF5)];
}

/** @param {string} format @param {string} folder @returns {Promise<Made>} */
async function make(format, folder) {
	return HDF5[format] ? HDF5[format](folder) : JSON.parse(await runNode([MAKE, format, folder]));
}

/** Summarizes one file in a process of its own. @param {string} format @param {string} folder @returns {Promise<Row>} */
async function measure(format, folder) {
	const { file, options = [] } = await make(format, folder);
	const peakFile = path.join(folder, "peak");
	const started = performance.now();
	const output = await runNode(["--require", PEAK, CLI, "stats", file, "--json", ...options], {
		env: { PEAK_FILE: peakFile },
	});
	const seconds = (performance.now() - started) / 1000;
	const { count, mean } = JSON.parse(output.slice(output.indexOf("{")));
	if (Number(count) !== BYTES / 4) throw new Error(`${count} elements of ${format} were summarized, not ${BYTES / 4}.`);
	return { format, peak: Number(fs.readFileSync(peakFile, "utf8")) / 1e6, seconds, mean: Number(mean) };
}

/** @param {readonly Row[]} rows @param {readonly (readonly [string, string])[]} machine */
function page(rows, machine) {
	const verdict = (/** @type {number} */ peak) => (peak < TARGET ? "met" : "NOT MET");
	return [
		"# Memory",
		"",
		"Written by `npm run memory`: the largest resident memory of `tensor-inspector stats FILE`, with its 4 workers, on a",
		`tensor of 4 GiB (float32, [1024, 1024, 1024]) in each format. The target is less than ${TARGET} MB each.`,
		"",
		"| format | largest memory | target | time |",
		"| --- | --- | --- | --- |",
		...rows.map(
			({ format, peak, seconds }) =>
				`| ${format} | ${peak.toFixed(0)} MB | ${verdict(peak)} | ${seconds.toFixed(1)} s |`,
		),
		"",
		"Files are sparse where the format allows, so that times say little about a disk.",
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
if (options.build) await build();
const named = process.env.TENSOR_INSPECTOR_BENCH_DIR;
if (named) fs.mkdirSync(named, { recursive: true });
const parent = named ? fs.mkdtempSync(path.join(path.resolve(named), "memory-")) : temporaryFolder("memory").folder;
process.once("exit", () => fs.rmSync(parent, { recursive: true, force: true }));
const { bavail, bsize } = fs.statfsSync(parent);
if (bavail * bsize < ROOM) {
	throw new Error(
		`${parent} has ${((bavail * bsize) / 1e9).toFixed(0)} GB of room, and ${(ROOM / 1e9).toFixed(0)} GB are needed; set TENSOR_INSPECTOR_BENCH_DIR to a folder with more.`,
	);
}
const only = new RegExp(options.only ?? "", "i");
/** @type {Row[]} */
const rows = [];
for (const format of (await formats()).filter((each) => only.test(each))) {
	const folder = fs.mkdtempSync(path.join(parent, "file-"));
	try {
		const row = await measure(format, folder);
		rows.push(row);
		say(`${format}: ${row.peak.toFixed(0)} MB, ${row.seconds.toFixed(1)} s, mean ${row.mean}`);
	} catch (error) {
		say(`${format} FAILED: ${error instanceof Error ? error.message : error}`);
		process.exitCode = 1;
	} finally {
		fs.rmSync(folder, { recursive: true, force: true });
	}
}
const facts = machineFacts({ folder: parent, versions: undefined, workers: 0 });
const machine = facts.filter(([name]) => !/NumPy|PyTorch|workers/.test(name));
if (options.only === undefined && process.exitCode === undefined) {
	fs.writeFileSync(path.join(ROOT, "test", "bench", "MEMORY.md"), page(rows, machine));
}
