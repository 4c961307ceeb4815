import fs from "node:fs";
import path from "node:path";
import { runNpm, say } from "./command.mjs";
import { ROOT } from "./project.mjs";

/**
 * @typedef {{ readonly version?: string, readonly optional?: boolean }} Locked
 * @typedef {Readonly<Record<string, Locked>>} LockedPackages by their folder, "" is the project
 */

/**
 * @param {string} file
 * @returns {LockedPackages}
 */
function lockedPackages(file) {
	return JSON.parse(fs.readFileSync(path.join(ROOT, file), "utf8")).packages;
}

/** Whether node_modules holds exactly what package-lock.json says; npm leaves a record of what it installed. */
function upToDate() {
	try {
		const installed = lockedPackages("node_modules/.package-lock.json");
		return Object.entries(lockedPackages("package-lock.json")).every(([folder, { version, optional }]) => {
			if (folder === "") return true;
			// Optional packages are those of one platform: most of them are rightly absent.
			const found = installed[folder];
			return found === undefined ? optional === true : found.version === version;
		});
	} catch {
		return false;
	}
}

/** Installs the development dependencies when they are missing or not those of package-lock.json. */
export async function ensureDependencies() {
	if (upToDate()) return;
	say("installing the development dependencies (npm ci)");
	await runNpm(["ci", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: ROOT });
}
