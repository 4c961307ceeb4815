import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { runNode } from "./command.mjs";

/** The folder that holds package.json. */
export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");

/**
 * The part of package.json that scripts need.
 * @typedef {object} Manifest
 * @property {string} name
 * @property {string} version
 * @property {{ readonly customEditors?: readonly CustomEditor[] }} [contributes]
 *
 * @typedef {object} CustomEditor
 * @property {string} viewType
 * @property {readonly { readonly filenamePattern: string }[]} selector
 */

/** @returns {Manifest} */
export function manifest() {
	return JSON.parse(fs.readFileSync(path.join(ROOT, "package.json"), "utf8"));
}

/**
 * Runs a script of the project with this Node, in the project's folder.
 * @param {string} script
 * @param {readonly string[]} args
 * @param {import("./command.mjs").RunOptions} [options]
 */
export function runScript(script, args, options) {
	return runNode([path.join(ROOT, script), ...args], { cwd: ROOT, ...options });
}

/**
 * Runs a program of a development dependency by its file in node_modules, in the project's folder.
 * @param {string} file
 * @param {readonly string[]} args
 * @param {import("./command.mjs").RunOptions} [options]
 */
export function runTool(file, args, options) {
	return runScript(path.join("node_modules", file), args, options);
}
