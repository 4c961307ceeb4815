// A thread that computes for a while, in registers only, and tells how long that took.
import { performance } from "node:perf_hooks";
import { parentPort } from "node:worker_threads";

const STEPS = 2e7;

parentPort?.on("message", () => {
	const started = performance.now();
	let sum = 0;
	for (let i = 0; i < STEPS; i++) sum = (sum * 31 + i) | 0;
	// The sum is used, so that it is computed.
	parentPort?.postMessage(performance.now() - started + (sum === 0.5 ? 1 : 0));
});
