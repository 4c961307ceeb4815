import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";

const NO_FLUSH = fileURLToPath(new URL("no-flush.cjs", import.meta.url));

/**
 * @typedef {import("./ours").Task} Task
 * @typedef {import("./ours").Answer} Answer
 * @typedef {Task extends infer Each ? Each extends Task ? Omit<Each, "id"> : never : never} Question
 *
 * @typedef {object} EngineProcess
 * @property {(question: Question) => Promise<Answer>} ask Rejects with the engine's own sentence, or when the process has ended.
 * @property {() => Promise<void>} end
 */

/**
 * Starts the engine in a process of its own.
 * @param {{ readonly program: string, readonly worker: string, readonly workers: number, readonly flushes?: boolean }} options Whether it waits for the disk, as it does for its users.
 * @returns {EngineProcess}
 */
export function startEngine({ program, worker, workers, flushes = true }) {
	const child = fork(program, [worker, String(workers)], {
		stdio: ["ignore", "inherit", "inherit", "ipc"],
		execArgv: flushes ? [] : ["--require", NO_FLUSH],
	});
	/** @type {Map<number, { resolve: (answer: Answer) => void, reject: (error: Error) => void }>} */
	const open = new Map();
	let next = 1;
	const endWithThisProcess = () => child.kill("SIGKILL");
	process.once("exit", endWithThisProcess);
	child.on("message", (message) => {
		const answer = /** @type {Answer} */ (message);
		const asker = open.get(answer.id);
		open.delete(answer.id);
		if ("error" in answer) asker?.reject(new Error(`The engine failed: ${answer.error}`));
		else asker?.resolve(answer);
	});
	const ended = /** @type {Promise<void>} */ (
		new Promise((resolve) => {
			child.once("exit", (code, signal) => {
				process.off("exit", endWithThisProcess);
				for (const { reject } of open.values()) reject(new Error(`The engine's process ended with ${signal ?? code}.`));
				resolve();
			});
		})
	);
	return {
		ask(question) {
			const id = next++;
			return new Promise((resolve, reject) => {
				open.set(id, { resolve, reject });
				child.send({ ...question, id }, (error) => error && reject(error));
			});
		},
		async end() {
			if (child.connected) child.disconnect();
			await ended;
		},
	};
}
