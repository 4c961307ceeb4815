import { spawnSync } from "node:child_process";
import fs from "node:fs";
import { performance } from "node:perf_hooks";
import { findExecutable } from "../../scripts/setup/executables.mjs";

/** Whether the system's `cat` and `cp` are there. */
export function hasCommands() {
	return findExecutable(["cat"]) !== undefined && findExecutable(["cp"]) !== undefined;
}

/**
 * Milliseconds of a whole process, from before it is started until it has ended.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {number | "ignore"} [output]
 */
function timeOf(program, args, output = "ignore") {
	const started = performance.now();
	const { status, error } = spawnSync(program, args, { stdio: ["ignore", output, "inherit"] });
	const ms = performance.now() - started;
	if (status !== 0) throw error ?? new Error(`${program} ended with exit code ${status}.`);
	return ms;
}

/** `cat FILE > /dev/null`. @param {string} file */
export function timeCat(file) {
	const nowhere = fs.openSync("/dev/null", "w");
	try {
		return timeOf("cat", [file], nowhere);
	} finally {
		fs.closeSync(nowhere);
	}
}

/** `cp FILE COPY`. @param {string} file @param {string} copy */
export function timeCp(file, copy) {
	return timeOf("cp", [file, copy]);
}

/** `cp FILE COPY`, and until the copy is on the disk, where the engine's output is when it has ended. @param {string} file @param {string} copy */
export function timeCpFlushed(file, copy) {
	const ms = timeOf("cp", [file, copy]);
	const started = performance.now();
	const handle = fs.openSync(copy, "r+");
	fs.fsyncSync(handle);
	fs.closeSync(handle);
	return ms + performance.now() - started;
}

/** Milliseconds of a process that does nothing: what the times of `cat` and `cp` hold beside their work. @param {string} empty An empty file. */
export function processStartMs(empty) {
	const times = Array.from({ length: 11 }, () => timeCat(empty)).sort((a, b) => a - b);
	return times[5] ?? NaN;
}
