import { spawn } from "node:child_process";
import path from "node:path";

/**
 * Prints what is being done now, or was found.
 * @param {string} text
 */
export function say(text) {
	console.log(`▸ ${text}`);
}

/**
 * Lets signals end this process through its exit, where children are ended and temporary folders removed.
 * @param {number} [code] The exit code for Ctrl+C.
 */
export function exitOnSignals(code = 130) {
	process.once("SIGINT", () => process.exit(code));
	for (const signal of ["SIGTERM", "SIGHUP"]) process.once(signal, () => process.exit(143));
}

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd] Where to run; the current folder unless told.
 * @property {NodeJS.ProcessEnv} [env] Added to this process's environment.
 * @property {boolean} [show] Output goes to the terminal as it comes, instead of only after a failure.
 * @property {number} [limitMs] The program and its children are ended after this time.
 */

/**
 * Runs a program to its end and answers with what it wrote. Throws, with the end of its output, when it fails.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<string>}
 */
export function run(program, args, { cwd = process.cwd(), env = {}, show = false, limitMs } = {}) {
	const posix = process.platform !== "win32";
	const child = spawn(program, args, {
		cwd,
		env: { ...process.env, ...env },
		stdio: ["ignore", show ? "inherit" : "pipe", show ? "inherit" : "pipe"],
		// A group of its own can be ended whole; on Windows a .cmd needs a shell.
		detached: posix,
		shell: !posix && /\.(cmd|bat)$/i.test(program),
	});
	let output = "";
	for (const stream of [child.stdout, child.stderr]) stream?.setEncoding("utf8").on("data", (text) => (output += text));
	/** @param {NodeJS.Signals} signal */
	const end = (signal) => {
		if (child.pid === undefined) return;
		try {
			process.kill(posix ? -child.pid : child.pid, signal);
		} catch {
			// It has already ended.
		}
	};
	const endWithThisProcess = () => end("SIGTERM");
	process.prependListener("exit", endWithThisProcess);
	let late = false;
	const endLate = () => {
		late = true;
		end("SIGKILL");
	};
	const timer = limitMs === undefined ? undefined : setTimeout(endLate, limitMs);
	return new Promise((resolve, reject) => {
		child.once("error", (error) => reject(new Error(`${program} could not be started: ${error.message}`)));
		child.once("close", (code, signal) => {
			if (code === 0) return resolve(output);
			const what = late ? `was ended after ${limitMs} ms` : `ended with ${signal ?? `exit code ${code}`}`;
			reject(new Error(`${path.basename(program)} ${args.join(" ")}\n${what}\n${output.slice(-4000)}`.trimEnd()));
		});
	}).finally(() => {
		clearTimeout(timer);
		process.off("exit", endWithThisProcess);
	});
}

/**
 * Runs a Node program with this Node.
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 */
export function runNode(args, options) {
	return run(process.execPath, args, options);
}

/**
 * Runs the npm that runs this script, else the one on the PATH.
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 */
export function runNpm(args, options) {
	const cli = process.env.npm_execpath;
	if (cli !== undefined && path.basename(cli) === "npm-cli.js") return runNode([cli, ...args], options);
	return run(process.platform === "win32" ? "npm.cmd" : "npm", args, options);
}
