import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import path from "node:path";

/** How a run of the command line program ended. */
export interface Run {
	/** Exit code; null where a signal ended it. */
	readonly code: number | null;
	readonly stdout: string;
	readonly stderr: string;
}

const program = path.resolve("dist", "cli.js");

/** Makes sure that the built program is that of the sources. */
export async function prepareProgram(): Promise<void> {
	const worker = path.resolve("dist", "worker", "main.mjs");
	const built = [program, worker].every((file) => existsSync(file) && statSync(file).mtimeMs > newestSource());
	if (!built) execFileSync(process.execPath, ["esbuild.js"]);
}

function newestSource(): number {
	const files = readdirSync("src", { recursive: true, encoding: "utf8" });
	return Math.max(...files.map((file) => statSync(path.join("src", file)).mtimeMs));
}

/** Starts the program with these arguments. */
export function startProgram(args: readonly string[], cwd = process.cwd()): ChildProcess {
	return spawn(process.execPath, [program, ...args], { cwd, stdio: ["ignore", "pipe", "pipe"] });
}

/** Waits for a started program to end. */
export function endOf(child: ChildProcess): Promise<Run> {
	const text = { stdout: "", stderr: "" };
	for (const stream of ["stdout", "stderr"] as const) {
		child[stream]?.setEncoding("utf8").on("data", (piece: string) => {
			text[stream] += piece;
		});
	}
	return new Promise((resolve, reject) => {
		child.on("error", reject);
		child.on("close", (code) => resolve({ code, ...text }));
	});
}

/** Runs the program to its end. */
export function run(...args: readonly string[]): Promise<Run> {
	return endOf(startProgram(args));
}
