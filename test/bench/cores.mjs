import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { Worker } from "node:worker_threads";

/** The fraction of its threads' work that a machine has to do at once, to be measured on. */
const ENOUGH = 0.85;

/** Looks until a machine that is too busy is measured on nevertheless, and milliseconds between them. */
const LOOKS = 8;
const PAUSE_MS = 1500;

/**
 * Threads that tell how much of their work the machine does at once: a virtual one may get less than its cores.
 * @param {number} threads
 */
export function startSpinners(threads) {
	const program = new URL("./spinner.mjs", import.meta.url);
	const workers = Array.from({ length: threads }, () => new Worker(program));
	/** @param {Worker} worker @returns {Promise<number>} */
	const spin = async (worker) => {
		worker.postMessage(null);
		const [ms] = await once(worker, "message");
		return ms;
	};
	const spinAll = () => Promise.all(workers.map(spin));

	/** How many threads' work is done at once: 1 where they take turns, their number where none waits. */
	const atOnce = async () => {
		const [first] = workers;
		const alone = first ? await spin(first) : NaN;
		return (threads * alone) / Math.max(...(await spinAll()));
	};

	return {
		/** Waits a while for the machine to have room for all threads; answers how many it has room for. */
		async room() {
			await spinAll();
			let most = await atOnce();
			for (let look = 1; look < LOOKS && most < ENOUGH * threads; look++) {
				await setTimeout(PAUSE_MS);
				most = await atOnce();
			}
			return most;
		},
		roomNow: atOnce,
		async end() {
			await Promise.all(workers.map((worker) => worker.terminate()));
		},
	};
}

/** Whether so much room is too little for numbers that mean something. @param {number} room @param {number} threads */
export function isTooLittle(room, threads) {
	return room < ENOUGH * threads;
}
