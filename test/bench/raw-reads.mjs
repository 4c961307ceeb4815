import { once } from "node:events";
import fs from "node:fs";
import { performance } from "node:perf_hooks";
import { Worker } from "node:worker_threads";

/** Starts threads that share the reading of a file: the limit of what any program with so many threads can do. @param {number} threads */
export function startRawReaders(threads) {
	const program = new URL("./raw-reader.mjs", import.meta.url);
	const workers = Array.from({ length: threads }, () => new Worker(program));
	return {
		/**
		 * Reads a whole file once and answers with the milliseconds.
		 * @param {string} file
		 */
		async read(file) {
			const { size } = fs.statSync(file);
			const started = performance.now();
			const read = await Promise.all(
				workers.map((worker, k) => {
					const [start, end] = [k, k + 1].map((part) => Math.floor((size * part) / threads));
					worker.postMessage({ file, start, end });
					return once(worker, "message");
				}),
			);
			const ms = performance.now() - started;
			const sum = read.reduce((total, [bytes]) => total + bytes, 0);
			if (sum !== size) throw new Error(`The threads read ${sum} bytes of ${size}.`);
			return ms;
		},
		async end() {
			await Promise.all(workers.map((worker) => worker.terminate()));
		},
	};
}
