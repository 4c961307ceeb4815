// Measures the engine against NumPy, PyTorch, cat and cp, and writes test/bench/RESULTS.md:  npm run bench [-- options]
//   --quick         3 runs of the main rows on a quarter of the data; writes no page
//   --only PATTERN  only the rows whose name matches; writes no page
//   --runs N        at least 10 unless told
//   --workers N     worker threads of the engine; as many as cores unless told
//   --large, --no-large   with or without the 4 GB file; with it where disk and memory have room
//   --no-build      measures what is in dist/ already
//   --keep          leaves the data, for the next time (where TENSOR_INSPECTOR_BENCH_DIR names the folder)
//   --output FILE   writes the page there, also of a part of the rows
//   --resume FILE   keeps every row there as soon as it is measured, and takes those that are there already from it
// Data lie in TENSOR_INSPECTOR_BENCH_DIR or a temporary folder, at most 1 GB at a time beside the 4 GB file.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { hasCommands, processStartMs } from "../test/bench/commands.mjs";
import { contender } from "../test/bench/contenders.mjs";
import { isTooLittle, startSpinners } from "../test/bench/cores.mjs";
import { dataFolder } from "../test/bench/data.mjs";
import { availableMemory, machineFacts } from "../test/bench/machine.mjs";
import { startPython } from "../test/bench/python.mjs";
import { startRawReaders } from "../test/bench/raw-reads.mjs";
import { asMarkdown, asText, sectionsOf } from "../test/bench/report.mjs";
import { rowsOf } from "../test/bench/rows.mjs";
import { measureRow } from "../test/bench/session.mjs";
import { build } from "./setup/build.mjs";
import { exitOnSignals, say } from "./setup/command.mjs";
import { ensureDependencies } from "./setup/dependencies.mjs";
import { ROOT } from "./setup/project.mjs";
import { temporaryFolder } from "./setup/temporary.mjs";

const LARGE_BYTES = 2 ** 32;

exitOnSignals();
const { values: options } = parseArgs({
	allowNegative: true,
	options: {
		quick: { type: "boolean", default: false },
		only: { type: "string" },
		runs: { type: "string" },
		workers: { type: "string" },
		large: { type: "boolean" },
		build: { type: "boolean", default: true },
		keep: { type: "boolean", default: false },
		output: { type: "string" },
		resume: { type: "string" },
	},
});

/** Where data lie, and whether this run made the folder. */
function openFolder() {
	const named = process.env.TENSOR_INSPECTOR_BENCH_DIR;
	if (named) fs.mkdirSync(named, { recursive: true });
	return named ? path.resolve(named) : temporaryFolder("bench").folder;
}

/** The built programs, copied: a build beside this run must not change what is measured. @param {string} folder */
function copyPrograms(folder) {
	const copy = (/** @type {string} */ file) => {
		const target = path.join(folder, path.basename(file));
		fs.cpSync(path.join(ROOT, "dist", file), target, { recursive: true });
		return target;
	};
	return { program: copy(path.join("test", "bench", "ours.js")), worker: path.join(copy("worker"), "main.mjs") };
}

/** @param {string} folder */
function hasRoomForLarge(folder) {
	const { bavail, bsize } = fs.statfsSync(folder);
	return bavail * bsize > 2 * LARGE_BYTES && availableMemory() > 2 * LARGE_BYTES;
}

/** What an earlier run has measured. @param {string | undefined} file @returns {import("../test/bench/measure.mjs").Measured[]} */
function measuredBefore(file) {
	return file !== undefined && fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, "utf8")) : [];
}

/** @param {string} name @param {string | undefined} text @param {number} unless */
function numberOf(name, text, unless) {
	const number = text === undefined ? unless : Number(text);
	if (!Number.isInteger(number) || number < 1)
		throw new Error(`--${name} is "${text}", but must be a whole number from 1 on.`);
	return number;
}

/** @param {import("../test/bench/measure.mjs").Measured} measured */
function inOneLine({ row, ours, theirs }) {
	const ratios = theirs.flatMap(({ id, times }) =>
		times ? [`${id} ${(times.median / ours.median).toFixed(2)} ×`] : [],
	);
	return [`${row.id}: ${ours.median.toFixed(1)} ms`, ...ratios].join(", ");
}

async function main() {
	const { quick, keep } = options;
	const runs = numberOf("runs", options.runs, quick ? 3 : 10);
	const cores = os.availableParallelism();
	const workers = numberOf("workers", options.workers, cores);
	const only = new RegExp(options.only ?? "", "i");
	await ensureDependencies();
	if (options.build) await build();
	if (keep && !process.env.TENSOR_INSPECTOR_BENCH_DIR) {
		throw new Error("--keep needs TENSOR_INSPECTOR_BENCH_DIR, the folder that the data are kept in.");
	}
	const folder = openFolder();
	const programs = copyPrograms(temporaryFolder("bench-programs").folder);
	const outputs = fs.mkdtempSync(path.join(folder, "outputs-"));
	process.once("exit", () => fs.rmSync(outputs, { recursive: true, force: true }));
	const data = dataFolder(folder, quick ? "quick-" : "");
	if (!keep) process.once("exit", () => data.removeMade());

	const large = options.large ?? (!quick && hasRoomForLarge(folder));
	const wanted = rowsOf({ batch: quick ? 16 : 64, large }).filter((row) => (!quick || row.quick) && only.test(row.id));
	const measured = measuredBefore(options.resume);
	const rows = wanted.filter((row) => !measured.some((found) => found.row.id === row.id));
	if (wanted.length === 0) throw new Error(`No row has a name that matches ${only}.`);
	const python = await startPython();
	if (!python) say("NumPy and PyTorch are left out: no Python here has NumPy");
	const readers = startRawReaders(workers);
	const spinners = startSpinners(workers);
	const empty = path.join(outputs, "empty");
	fs.writeFileSync(empty, "");
	const commands = hasCommands();
	const about = {
		machine: machineFacts({ folder, versions: python?.versions, workers }),
		processStartMs: commands ? processStartMs(empty) : Number.NaN,
		runs,
	};
	const session = {
		python,
		cores,
		commands,
		data,
		outputs,
		runs,
		engine: { ...programs, workers },
		readRaw: (/** @type {string} */ file) => readers.read(file),
	};
	say(`${rows.length} rows of ${runs} runs; other programs on this machine make the numbers worthless`);

	/** @type {string[]} */
	const notes = [];
	/** @type {Set<string>} */
	const skips = new Set();
	const busy = os.loadavg()[0] ?? 0;
	if (busy > cores / 4)
		notes.push(`The machine was busy before the start (load ${busy.toFixed(1)}): its ratios are rough.`);
	if (quick) notes.push("Quick: a quarter of the data, few runs.");
	if (!large && !quick) notes.push("The 4 GB file was left out.");
	for (const [k, row] of rows.entries()) {
		if (row.file.deflates !== undefined && !python) {
			notes.push(`${row.id} was left out: NumPy writes its file.`);
			continue;
		}
		try {
			await data.make(row.file, python);
			const before = await spinners.room();
			const times = await measureRow(session, row);
			const found = { ...times, room: Math.min(before, await spinners.roomNow()) };
			measured.push(found);
			if (options.resume !== undefined) fs.writeFileSync(options.resume, JSON.stringify(measured));
			say(inOneLine(found));
			for (const { id, skipped } of found.theirs) {
				if (skipped !== undefined) skips.add(`${contender(id).label} was left out: ${skipped}.`);
			}
		} catch (error) {
			// The rows before it took minutes: they are still told, and the run fails at its end.
			notes.push(`${row.id} FAILED: ${error instanceof Error ? error.message : error}`);
			process.exitCode = 1;
		}
		// Files that no later row reads would only push others out of the page cache.
		const later = rows.slice(k + 1).some(({ file }) => [file.name, file.deflates].includes(row.file.name));
		if (!later && !keep) data.remove(row.file);
	}
	python?.end();
	await readers.end();
	await spinners.end();

	notes.push(...skips);
	const inOrder = wanted.flatMap((row) => measured.filter((found) => found.row.id === row.id));
	const absent = rowsOf({ batch: 64, large: true }).filter((row) => !inOrder.some((found) => found.row.id === row.id));
	if (!quick && absent.length > 0) notes.push(`Not measured: ${absent.map(({ id }) => id).join(", ")}.`);
	const cramped = inOrder.filter(({ room = workers }) => isTooLittle(room, workers));
	if (cramped.length > 0) {
		const names = cramped.map(({ row, room = NaN }) => `${row.id} (${room.toFixed(1)})`).join(", ");
		notes.push(`The machine had less room than for ${workers} threads at once before or after these rows: ${names}.`);
	}
	const sections = sectionsOf({ ...about, notes }, inOrder);
	for (const section of sections) console.log(asText(section));
	for (const note of notes) say(note);
	const page =
		options.output ??
		(quick || options.only !== undefined ? undefined : path.join(ROOT, "test", "bench", "RESULTS.md"));
	if (page !== undefined) fs.writeFileSync(page, asMarkdown(sections));
}

try {
	await main();
	process.exit();
} catch (error) {
	console.error(error instanceof Error ? error.message : error);
	process.exit(1);
}
