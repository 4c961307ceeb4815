import fs from "node:fs";
import Mocha from "mocha";

/**
 * @typedef {object} Counts
 * @property {number} passed
 * @property {number} failed Failed hooks count, too.
 * @property {number} skipped
 */

/** Names of the environment variables through which scripts/test.mjs talks to a suite in another process. */
export const COUNTS_FILE = "TENSOR_INSPECTOR_COUNTS_FILE";
export const GREP = "TENSOR_INSPECTOR_GREP";
export const FORBID_ONLY = "TENSOR_INSPECTOR_FORBID_ONLY";

/**
 * Runs test files with mocha in this process. The counts also go to the file that COUNTS_FILE names, last of all:
 * so a missing file means that the suite died.
 * @param {readonly string[]} files
 * @param {{ timeoutMs: number }} options Per test.
 * @returns {Promise<Counts>}
 */
export async function runMocha(files, { timeoutMs }) {
	const { env } = process;
	const mocha = new Mocha({ reporter: "spec", timeout: timeoutMs, forbidOnly: env[FORBID_ONLY] === "1" });
	if (env[GREP]) mocha.grep(env[GREP]);
	for (const file of files) mocha.addFile(file);
	/** @type {Counts} */
	const counts = await new Promise((resolve) => {
		const runner = mocha.run(() => {
			const { passes = 0, failures = 0, pending = 0 } = runner.stats ?? {};
			resolve({ passed: passes, failed: failures, skipped: pending });
		});
	});
	if (env[COUNTS_FILE]) fs.writeFileSync(env[COUNTS_FILE], JSON.stringify(counts));
	return counts;
}
