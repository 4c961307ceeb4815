import fs from "node:fs";
import path from "node:path";
import { cacheFolder } from "./cache.mjs";
import { runNpm, say } from "./command.mjs";

/** VS Code for the browser, as the npm registry has it; this version holds VS Code 1.139.1. */
const CODE_SERVER = "4.139.1";
/** The only major version of Node that this code-server runs on. */
const NODE_MAJOR = "24";

/**
 * @typedef {object} CodeServer
 * @property {string} node The Node executable to run it with.
 * @property {string} entry Its main script.
 */

/**
 * @param {string} folder
 * @returns {CodeServer}
 */
function codeServerIn(folder) {
	const ownNode = process.versions.node.startsWith(`${NODE_MAJOR}.`);
	return {
		node: ownNode ? process.execPath : path.join(folder, "node_modules", nodePackage(), "bin", "node"),
		entry: path.join(folder, "node_modules", "code-server", "out", "node", "entry.js"),
	};
}

/** The npm package that holds a Node executable for this machine. */
function nodePackage() {
	return `node-${process.platform}-${process.arch}`;
}

/**
 * code-server in the cache folder, installed there first if need be. No install script runs and no compiler is needed:
 * what its own install script does beyond compiling is done here. Throws on Windows, where it does not exist.
 * @returns {Promise<CodeServer>}
 */
export async function ensureCodeServer() {
	if (process.platform === "win32") {
		throw new Error("code-server does not run on Windows; install VS Code, or use WSL.");
	}
	const folder = path.join(cacheFolder(), `code-server-${CODE_SERVER}`);
	const complete = codeServerIn(folder);
	if (fs.existsSync(complete.node) && fs.existsSync(complete.entry)) return complete;
	const partial = `${folder}.partial-${process.pid}`;
	say(`installing VS Code for the browser into ${folder} (once, about a minute, 800 MB)`);
	try {
		await install(partial);
		fs.rmSync(folder, { recursive: true, force: true });
		fs.renameSync(partial, folder);
	} finally {
		fs.rmSync(partial, { recursive: true, force: true });
	}
	return complete;
}

/** @param {string} folder */
async function install(folder) {
	const quiet = ["--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund", "--loglevel=error"];
	fs.mkdirSync(folder, { recursive: true });
	fs.writeFileSync(path.join(folder, "package.json"), `${JSON.stringify({ private: true })}\n`);
	const ownNode = process.versions.node.startsWith(`${NODE_MAJOR}.`);
	const packages = [`code-server@${CODE_SERVER}`, ...(ownNode ? [] : [`${nodePackage()}@${NODE_MAJOR}`])];
	await runNpm(["install", ...quiet, ...packages], { cwd: folder });
	const vscode = path.join(folder, "node_modules", "code-server", "lib", "vscode");
	say("installing its parts (1 of 2)");
	await runNpm(["install", ...quiet], { cwd: vscode });
	say("installing its parts (2 of 2)");
	await runNpm(["install", ...quiet], { cwd: path.join(vscode, "extensions") });
	const suffix = process.platform === "darwin" ? "darwin.sh" : "linux.sh";
	link(`code-${suffix}`, path.join(vscode, "bin", "remote-cli", "code-server"));
	link(`browser-${suffix}`, path.join(vscode, "bin", "helpers", "browser.sh"));
}

/**
 * @param {string} target
 * @param {string} file
 */
function link(target, file) {
	fs.rmSync(file, { force: true });
	fs.symlinkSync(target, file);
}
