import { spawn } from "node:child_process";
import path from "node:path";
import readline from "node:readline";
import { fileURLToPath } from "node:url";
import { run } from "../../scripts/setup/command.mjs";

const PROGRAM = path.join(path.dirname(fileURLToPath(import.meta.url)), "contenders.py");

/**
 * @typedef {object} Versions
 * @property {string} python
 * @property {string} numpy
 * @property {string | null} torch
 * @property {number} torchThreads Threads that PyTorch chooses by itself.
 *
 * @typedef {{ readonly work: string } & Readonly<Record<string, unknown>>} Question
 * @typedef {{ readonly ms?: number, readonly check?: readonly number[], readonly largest?: number }} Answer
 *
 * @typedef {object} Python
 * @property {Versions} versions
 * @property {(question: Question) => Promise<Answer>} ask One at a time.
 * @property {() => void} end
 */

/**
 * The first Python that has some modules: TENSOR_INSPECTOR_PYTHON, the system's own, the one on the PATH.
 * @param {string} modules
 */
export async function findPython(modules) {
	const named = process.env.TENSOR_INSPECTOR_PYTHON;
	for (const program of named ? [named] : ["/usr/bin/python3", "python3", "python"]) {
		const works = await run(program, ["-c", `import ${modules}`], { limitMs: 60_000 }).then(
			() => true,
			() => false,
		);
		if (works) return program;
	}
	return undefined;
}

/**
 * Starts Python with the contenders and keeps it; undefined where no Python has NumPy.
 * @returns {Promise<Python | undefined>}
 */
export async function startPython() {
	const program = await findPython("numpy");
	if (program === undefined) return undefined;
	const child = spawn(program, [PROGRAM], { stdio: ["pipe", "pipe", "inherit"] });
	const endWithThisProcess = () => child.kill("SIGKILL");
	process.once("exit", endWithThisProcess);
	/** @type {{ resolve: (line: string) => void, reject: (error: Error) => void } | undefined} */
	let asker;
	readline.createInterface({ input: child.stdout }).on("line", (line) => asker?.resolve(line));
	child.once("exit", (code, signal) => asker?.reject(new Error(`Python ended with ${signal ?? code}.`)));

	/** @param {Question} question */
	const ask = async (question) => {
		/** @type {string} */
		const line = await new Promise((resolve, reject) => {
			asker = { resolve, reject };
			child.stdin.write(`${JSON.stringify(question)}\n`);
		});
		const answer = JSON.parse(line);
		if (answer.error !== undefined) throw new Error(answer.error);
		return answer;
	};

	return {
		versions: await ask({ work: "versions" }),
		ask,
		end() {
			process.off("exit", endWithThisProcess);
			child.stdin.end();
		},
	};
}
