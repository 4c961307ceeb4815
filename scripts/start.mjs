// Opens VS Code with this extension on a copy of the sample tensors:  npm start [-- options]
//   --browser   in the browser, although there is a desktop VS Code
//   --port N    the port of the browser's VS Code; a free one unless told
//   --check     loads it once in Chromium, looks whether the inspector shows the sample, and ends with 0 or 1
// Nothing from node_modules may be imported here before the dependencies are installed.
import fs from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { exitOnSignals, say } from "./setup/command.mjs";
import { ensureDependencies } from "./setup/dependencies.mjs";
import { findDesktop } from "./setup/desktop.mjs";
import { ROOT } from "./setup/project.mjs";
import { temporaryFolder } from "./setup/temporary.mjs";

/** The sample that is open at the start; relative to media/samples. */
const FIRST_SAMPLE = path.join("digits", "conv1-batchnorm.safetensors");

const { values: options } = parseArgs({
	options: { browser: { type: "boolean" }, port: { type: "string" }, check: { type: "boolean" } },
});

async function main() {
	await ensureDependencies();
	const desktop = options.browser || options.check ? undefined : findDesktop();
	const work = temporaryFolder("start");
	const samples = path.join(work.folder, "samples");
	fs.cpSync(path.join(ROOT, "media", "samples"), samples, { recursive: true });
	const stage = { work: work.folder, samples, first: path.join(samples, FIRST_SAMPLE) };
	if (desktop !== undefined) {
		const { openInDesktop } = await import("./vscode/open-desktop.mjs");
		return openInDesktop(desktop, stage);
	}
	const { checkInBrowser, openInBrowser } = await import("./vscode/open-browser.mjs");
	const port = Number(options.port ?? 0);
	return options.check ? checkInBrowser(stage, port) : openInBrowser(stage, port);
}

// Ctrl+C is how one ends it.
exitOnSignals(0);
try {
	await main();
	process.exit(0);
} catch (error) {
	console.error(error instanceof Error ? error.message : error);
	say("npm start FAILED");
	process.exit(1);
}
