import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { build } from "esbuild";

/** How a run of the command line program ended. */
export interface Run {
	/** Exit code; null where a signal ended it. */
	readonly code: number | null;
	readonly stdout: string;
	readonly stderr: string;
}

let program = path.resolve("dist", "cli.js");

/** Makes sure that the program to test is that of the sources: the built one, or a fresh build in a temporary folder. */
export async function prepareProgram(): Promise<void> {
	const worker = path.resolve("dist", "worker.js");
	const built = [program, worker].every((file) => existsSync(file) && statSync(file).mtimeMs > newestSource());
	if (built) return;
	const folder = mkdtempSync(path.join(os.tmpdir(), "tensor-inspector-cli-"));
	process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
	await build({
		entryPoints: { cli: "src/cli.ts", worker: "src/engine/worker.ts" },
		bundle: true,
		platform: "node",
		format: "cjs",
		target: "node20",
		outdir: folder,
		logLevel: "warning",
	});
	program = path.join(folder, "cli.js");
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
