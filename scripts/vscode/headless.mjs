#!/usr/bin/env node
// Takes the place of the desktop VS Code executable for extension tests: understands the switches that
// @vscode/test-electron passes, runs the suite in code-server's extension host with a page open in Chromium, prints what
// the suite prints, and ends with its result. 0 passed, 1 failed, 2 did not start or took too long, 3 the host died.
import fs from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { ensureChromium } from "../setup/chromium.mjs";
import { ensureCodeServer } from "../setup/code-server.mjs";
import { ROOT } from "../setup/project.mjs";
import { temporaryFolder } from "../setup/temporary.mjs";
import { launchBrowser } from "./browser.mjs";
import { remoteUri, startServer, workbenchUrl, writeSettings } from "./server.mjs";

const LIMIT_MS = Number(process.env.TENSOR_INSPECTOR_HOST_LIMIT_MS ?? 300_000);

const { values, positionals } = parseArgs({
	// Other switches of the desktop program (--no-sandbox …) mean nothing here.
	strict: false,
	allowPositionals: true,
	options: {
		extensionDevelopmentPath: { type: "string" },
		extensionTestsPath: { type: "string" },
		"user-data-dir": { type: "string" },
		"extensions-dir": { type: "string" },
	},
});

const { folder: scratch, remove } = temporaryFolder("suite");
const output = path.join(scratch, "output.log");
const verdict = path.join(scratch, "verdict");

/** @type {(() => unknown)[]} */
const cleanUps = [remove];

/** @param {number} code */
async function finish(code) {
	for (const cleanUp of cleanUps.splice(0).reverse()) {
		try {
			await cleanUp();
		} catch (error) {
			console.error(error);
		}
	}
	process.exit(code);
}

/** Copies what the suite has written since the last call to this program's output. */
function followOutput() {
	const file = fs.openSync(output, "a+");
	let position = 0;
	const copy = () => {
		const bytes = Buffer.alloc(fs.fstatSync(file).size - position);
		position += fs.readSync(file, bytes, 0, bytes.length, position);
		process.stdout.write(bytes);
	};
	const timer = setInterval(copy, 100);
	cleanUps.push(() => {
		clearInterval(timer);
		copy();
		fs.closeSync(file);
	});
}

/** @param {string} name */
function option(name) {
	const value = values[name];
	return typeof value === "string" ? value : undefined;
}

/** Starts everything; the exit code that the workbench reports for the suite. */
async function runSuite() {
	const extension = option("extensionDevelopmentPath");
	const suite = option("extensionTestsPath");
	if (extension === undefined || suite === undefined) {
		throw new Error("--extensionDevelopmentPath and --extensionTestsPath are needed.");
	}
	const profile = {
		userDataFolder: option("user-data-dir") ?? path.join(scratch, "user-data"),
		extensionsFolder: option("extensions-dir") ?? path.join(scratch, "extensions"),
	};
	const [codeServer, chromium] = [await ensureCodeServer(), await ensureChromium()];
	writeSettings(profile.userDataFolder, {});
	followOutput();
	const env = {
		TENSOR_INSPECTOR_SUITE: path.resolve(suite),
		TENSOR_INSPECTOR_SUITE_OUTPUT: output,
		TENSOR_INSPECTOR_SUITE_VERDICT: verdict,
	};
	const server = await startServer(codeServer, { ...profile, env });
	cleanUps.push(server.stop);
	const browser = await launchBrowser(chromium);
	cleanUps.push(() => browser.close());
	const page = await browser.newPage({ viewport: { width: 1200, height: 800 } });
	/** @type {Promise<number>} */
	const exitCode = new Promise((resolve, reject) => {
		// VS Code calls these two by name in a page that runs extension tests.
		page.exposeFunction("codeAutomationLog", () => {}).catch(reject);
		page.exposeFunction("codeAutomationExit", resolve).catch(reject);
		page.on("crash", () => reject(new Error("the page crashed in Chromium")));
		browser.on("disconnected", () => reject(new Error("Chromium ended")));
		setTimeout(() => reject(new Error(`the suite gave no result in ${LIMIT_MS} ms`)), LIMIT_MS).unref();
	});
	// When going to the page fails first, nobody is waiting for this one.
	exitCode.catch(() => {});
	const entry = path.join(ROOT, "scripts", "vscode", "suite-entry.cjs");
	await page.goto(
		workbenchUrl(server, positionals[0], [
			["extensionDevelopmentPath", remoteUri(server, extension)],
			["extensionTestsPath", remoteUri(server, entry)],
			["skipWelcome", "true"],
			["skipReleaseNotes", "true"],
		]),
	);
	return exitCode;
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => finish(130));
// @vscode/test-electron does not end this program when it is itself ended.
const parent = process.ppid;
setInterval(() => process.ppid === parent || finish(130), 1000).unref();

try {
	const code = await runSuite();
	// VS Code reports 0 also when the extension host dies, so only the suite's own word counts as a pass.
	const passed = fs.existsSync(verdict) && fs.readFileSync(verdict, "utf8") === "passed";
	if (code === 0 && !passed) {
		console.error("The extension host ended before the suite did (it crashed, or something called process.exit).");
		await finish(3);
	}
	await finish(code);
} catch (error) {
	console.error(error instanceof Error ? error.message : error);
	await finish(2);
}
