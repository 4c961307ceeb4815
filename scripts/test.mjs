// Sets everything up and runs every test:  npm test [-- suite…] [-- --grep text]
// The last line is "N passed, N failed, N skipped" over all suites.
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { build } from "./setup/build.mjs";
import { exitOnSignals, say } from "./setup/command.mjs";
import { ensureDependencies } from "./setup/dependencies.mjs";
import { runTool } from "./setup/project.mjs";
import { temporaryFolder } from "./setup/temporary.mjs";

exitOnSignals();
const { values, positionals } = parseArgs({ allowPositionals: true, options: { grep: { type: "string" } } });
const everything = positionals.length === 0 && values.grep === undefined;
const total = { passed: 0, failed: 0, skipped: 0 };

/**
 * One step that is no suite: when it fails that is printed and counted as one failure.
 * @param {string} label
 * @param {() => Promise<unknown>} step
 * @returns {Promise<boolean>} whether it went well
 */
async function attempt(label, step) {
	const started = Date.now();
	say(label);
	try {
		await step();
		say(`${label}: done in ${((Date.now() - started) / 1000).toFixed(1)} s`);
		return true;
	} catch (error) {
		console.error(error instanceof Error ? error.message : error);
		say(`${label}: FAILED`);
		total.failed++;
		return false;
	}
}

/**
 * @param {string} label
 * @param {import("./suite/suites.mjs").Suite["run"]} run
 */
async function runSuite(label, run) {
	const { COUNTS_FILE, FORBID_ONLY, GREP } = await import("./suite/mocha.mjs");
	const scratch = temporaryFolder("counts");
	const file = path.join(scratch.folder, "counts.json");
	const env = { [COUNTS_FILE]: file, [GREP]: values.grep ?? "", [FORBID_ONLY]: everything ? "1" : "" };
	const started = Date.now();
	say(label);
	/** @type {unknown} */
	let problem;
	await run(env).catch((error) => (problem = error));
	/** @type {import("./suite/mocha.mjs").Counts | undefined} */
	const counts = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
	scratch.remove();
	if (counts === undefined) {
		console.error(problem instanceof Error ? problem.message : problem);
		say(`${label}: DIED before its end`);
		total.failed++;
		return;
	}
	const { passed, failed, skipped } = counts;
	total.passed += passed;
	total.failed += failed;
	total.skipped += skipped;
	say(
		`${label}: ${passed} passed, ${failed} failed, ${skipped} skipped in ${((Date.now() - started) / 1000).toFixed(1)} s`,
	);
	if (failed === 0 && problem !== undefined) {
		console.error(problem instanceof Error ? problem.message : problem);
		say(`${label}: all tests passed, yet its process FAILED`);
		total.failed++;
	}
	if (passed + failed + skipped === 0 && values.grep === undefined) {
		say(`${label}: FAILED, there was no test to run`);
		total.failed++;
	}
}

async function main() {
	if (!(await attempt("dependencies", ensureDependencies))) return;
	const { SUITES } = await import("./suite/suites.mjs");
	const names = /** @type {(keyof typeof SUITES)[]} */ (positionals.length > 0 ? positionals : Object.keys(SUITES));
	const unknown = names.find((name) => !(name in SUITES));
	if (unknown !== undefined) throw new Error(`There is no suite "${unknown}": ${Object.keys(SUITES).join(", ")}.`);
	if (everything) {
		await attempt("types", () => runTool("typescript/bin/tsc", ["--noEmit"]));
		await attempt("format and lint", () => runTool("@biomejs/biome/bin/biome", ["ci", "--colors=off"]));
	}
	await attempt("bundles", build);
	for (const name of names) await runSuite(SUITES[name].label, SUITES[name].run);
}

await main().catch((error) => {
	console.error(error instanceof Error ? error.message : error);
	total.failed++;
});
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed === 0 ? 0 : 1);
