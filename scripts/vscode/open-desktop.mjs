import path from "node:path";
import { build } from "../setup/build.mjs";
import { run, say } from "../setup/command.mjs";
import { ROOT } from "../setup/project.mjs";
import { writeSettings } from "./server.mjs";
import { inspectorSettings, openerEnvironment } from "./stage.mjs";

/**
 * Opens a desktop VS Code with the extension under development, in a profile of its own; ends when its window closes.
 * @param {string} executable
 * @param {import("./stage.mjs").Stage} stage
 */
export async function openInDesktop(executable, stage) {
	say("building");
	await build();
	const userData = path.join(stage.work, "user-data");
	writeSettings(userData, inspectorSettings());
	say(`opening ${executable}; close its window, or press Ctrl+C here, to end`);
	const args = [
		"--wait",
		"--new-window",
		"--skip-welcome",
		"--skip-release-notes",
		"--disable-workspace-trust",
		...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
		`--user-data-dir=${userData}`,
		`--extensions-dir=${path.join(stage.work, "extensions")}`,
		`--extensionDevelopmentPath=${ROOT}`,
		`--extensionDevelopmentPath=${path.join(ROOT, "scripts", "opener")}`,
		stage.samples,
	];
	await run(executable, args, { env: openerEnvironment(stage), show: true });
}
