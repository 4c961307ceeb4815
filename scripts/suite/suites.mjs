import fs from "node:fs";
import path from "node:path";
import { cacheFolder } from "../setup/cache.mjs";
import { ensureChromium } from "../setup/chromium.mjs";
import { ensureCodeServer } from "../setup/code-server.mjs";
import { say } from "../setup/command.mjs";
import { canDownloadDesktop } from "../setup/desktop.mjs";
import { executableFromEnvironment } from "../setup/executables.mjs";
import { ROOT, runScript } from "../setup/project.mjs";
import { temporaryFolder } from "../setup/temporary.mjs";
import { withWorkbench } from "../setup/workbench.mjs";

/**
 * @typedef {object} Suite
 * @property {string} label
 * @property {(env: NodeJS.ProcessEnv) => Promise<unknown>} run Fails when a test fails; `env` must reach the suite.
 */

/** Every suite that `npm test` runs, in this order. */
export const SUITES = /** @type {const} @satisfies {Record<string, Suite>} */ ({
	unit: { label: "unit tests in Node", run: runUnit },
	host: { label: "integration tests in VS Code's extension host", run: runHost },
	e2e: { label: "end-to-end tests in the workbench", run: runEndToEnd },
});

/**
 * The bundles of the test files whose place in test/ passes, in the order of their names. They are found by their
 * sources: a bundle that a deleted test has left is none of them.
 * @param {(place: string) => boolean} passes Gets a path like `core/layout.test.ts`, with slashes.
 */
function testFiles(passes) {
	return fs
		.readdirSync(path.join(ROOT, "test"), { recursive: true, encoding: "utf8" })
		.filter((file) => file.endsWith(".test.ts") && passes(file.split(path.sep).join("/")))
		.sort()
		.map((file) => path.join(ROOT, "dist", "test", file.replace(/\.ts$/, ".js")))
		.filter((bundle) => {
			const exists = fs.existsSync(bundle);
			if (!exists) say(`left out, as it was not bundled: ${path.relative(ROOT, bundle)}`);
			return exists;
		});
}

/** @param {NodeJS.ProcessEnv} env */
async function runUnit(env) {
	// The panel's tests show it in a real browser.
	await ensureChromium();
	const files = testFiles((place) => !/^(host|e2e)\//.test(place));
	const limitMs = 40 * 60_000;
	await runScript("scripts/suite/node.mjs", ["60000", ...files], { env, show: true, limitMs });
}

/** @param {NodeJS.ProcessEnv} env */
async function runHost(env) {
	const { runTests } = await import("@vscode/test-electron");
	const named = executableFromEnvironment("VSCODE_EXECUTABLE");
	const download = named === undefined && (await canDownloadDesktop());
	const headless = path.join(ROOT, "scripts", "vscode", "headless.mjs");
	if (named === undefined && !download) {
		await ensureCodeServer();
		await ensureChromium();
	}
	say(`VS Code: ${named ?? (download ? "desktop, downloaded" : "code-server, with a page in Chromium")}`);
	const work = temporaryFolder("host");
	try {
		const samples = path.join(work.folder, "samples");
		fs.cpSync(path.join(ROOT, "media", "samples"), samples, { recursive: true });
		await runTests({
			...(download ? { cachePath: path.join(cacheFolder(), "desktop") } : { vscodeExecutablePath: named ?? headless }),
			extensionDevelopmentPath: ROOT,
			extensionTestsPath: path.join(ROOT, "dist", "test", "host", "index.js"),
			extensionTestsEnv: env,
			launchArgs: [
				samples,
				"--disable-extensions",
				`--user-data-dir=${path.join(work.folder, "user-data")}`,
				`--extensions-dir=${path.join(work.folder, "extensions")}`,
			],
		});
	} finally {
		work.remove();
	}
}

/** @param {NodeJS.ProcessEnv} env */
async function runEndToEnd(env) {
	await withWorkbench(async (tools) => {
		const files = testFiles((place) => place.startsWith("e2e/"));
		const limitMs = 30 * 60_000;
		await runScript("scripts/suite/node.mjs", ["180000", ...files], { env: { ...env, ...tools }, show: true, limitMs });
	});
}
