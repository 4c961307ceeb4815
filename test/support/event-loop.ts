import { performance } from "node:perf_hooks";

/** The longest time that this thread did not come round to its event loop. */
export interface LongestBlock {
	/** By the clock. */
	readonly ms: number;
	/** Of these, what the thread was computing; the rest it waited for a processor. As `ms` where Node cannot tell. */
	readonly busyMs: number;
}

const EVERY_MS = 5;

/** Watches this thread's event loop while work runs. */
export async function longestBlockDuring(work: () => Promise<unknown>): Promise<LongestBlock> {
	let longest: LongestBlock = { ms: 0, busyMs: 0 };
	let last = performance.now();
	let lastBusy = threadMs();
	const look = () => {
		const now = performance.now();
		const busy = threadMs();
		const ms = now - last - EVERY_MS;
		const busyMs = busy === undefined || lastBusy === undefined ? ms : busy - lastBusy;
		if (busyMs > longest.busyMs) longest = { ms, busyMs };
		last = now;
		lastBusy = busy;
	};
	const timer = setInterval(look, EVERY_MS);
	try {
		await work();
		look();
	} finally {
		clearInterval(timer);
	}
	return longest;
}

/** Processor time of this thread in milliseconds, where Node tells it (22.19, 23.9 and later). */
function threadMs(): number | undefined {
	const { threadCpuUsage } = process as { threadCpuUsage?: () => { user: number; system: number } };
	const usage = threadCpuUsage?.call(process);
	return usage && (usage.user + usage.system) / 1000;
}
