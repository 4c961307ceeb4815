import { type Profiler, Session } from "node:inspector/promises";
import path from "node:path";
import { performance } from "node:perf_hooks";

/** The longest times that this thread did not come round to its event loop, in milliseconds. */
export interface LongestBlock {
	/** In one go inside the code that is looked at, or in what it called. */
	readonly ours: number;
	/** The functions that ran longest in it, with their milliseconds. */
	readonly what: string;
	/** Whoever it was: VS Code and its other extensions run in this thread, too, and other programs take the processor away. */
	readonly anyone: number;
}

const SAMPLE_US = 500;
const LOOK_MS = 5;

/** A sample may come this late on a busy machine; what is longer was another program's turn. */
const LATE_MS = 10;

/**
 * Watches this thread while work runs, with V8's sampling profiler: two thousand times a second it notes what runs, so that a
 * block is known by its cause. `ours` is the end of the path, with slashes, of the file that is looked at.
 */
export async function longestBlockDuring(ours: string, work: () => Promise<unknown>): Promise<LongestBlock> {
	const session = new Session();
	session.connect();
	let anyone = 0;
	let last = performance.now();
	const look = () => {
		const now = performance.now();
		anyone = Math.max(anyone, now - last - LOOK_MS);
		last = now;
	};
	await session.post("Profiler.enable");
	await session.post("Profiler.setSamplingInterval", { interval: SAMPLE_US });
	await session.post("Profiler.start");
	last = performance.now();
	const timer = setInterval(look, LOOK_MS);
	try {
		await work();
		look();
	} finally {
		clearInterval(timer);
	}
	const { profile } = await session.post("Profiler.stop");
	session.disconnect();
	return { ...longestRun(profile, ours), anyone };
}

/** The longest run of samples with one of our files on the stack; garbage collection in the midst of it is part of it. */
function longestRun(
	{ nodes, samples = [], timeDeltas = [] }: Profiler.Profile,
	ours: string,
): Pick<LongestBlock, "ours" | "what"> {
	const byId = new Map(nodes.map((node) => [node.id, node]));
	const kinds = new Map<number, "ours" | "collector" | "other">();
	const classify = (node: Profiler.ProfileNode, below: boolean) => {
		// Messages from workers are unpacked for us before our code sees them.
		const is =
			below ||
			node.callFrame.url.replaceAll("\\", "/").endsWith(ours) ||
			node.callFrame.url === "node:internal/worker/io";
		kinds.set(node.id, is ? "ours" : node.callFrame.functionName === "(garbage collector)" ? "collector" : "other");
		for (const id of node.children ?? []) {
			const child = byId.get(id);
			if (child) classify(child, is);
		}
	};
	const [root] = nodes;
	if (root) classify(root, false);
	let longest = { ours: 0, from: 0, to: 0 };
	let run = 0;
	let from = 0;
	// A sample that comes very late was held up by other programs: not by the code that runs.
	const lasted = (k: number) => Math.min((timeDeltas[k + 1] ?? 0) / 1000, LATE_MS);
	samples.forEach((sample, k) => {
		const kind = kinds.get(sample);
		if (kind === "other" || (kind === "collector" && run === 0)) run = 0;
		else {
			if (run === 0) from = k;
			run += lasted(k);
		}
		if (run > longest.ours) longest = { ours: run, from, to: k };
	});
	const parts = new Map<string, number>();
	for (let k = longest.from; k <= longest.to && longest.ours > 0; k++) {
		const frame = byId.get(samples[k] ?? -1)?.callFrame;
		const name = frame
			? `${frame.functionName || "(anonymous)"} ${path.basename(frame.url)}:${frame.lineNumber + 1}`
			: "?";
		parts.set(name, (parts.get(name) ?? 0) + lasted(k));
	}
	const first = [...parts].sort((a, b) => b[1] - a[1]).slice(0, 8);
	return { ours: longest.ours, what: first.map(([name, ms]) => `${name} ${ms.toFixed(1)}`).join(", ") };
}
