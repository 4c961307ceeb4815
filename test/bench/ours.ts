// The engine in a process of its own, so that its peak memory is nobody else's. Forked by engine-process.mjs:
//   ours.js <worker program> <number of workers>
import fs from "node:fs";
import { performance } from "node:perf_hooks";
import { makeLayout, type Shape, setSize } from "../../src/core/layout";
import { type NormId, normOptions } from "../../src/core/normalizations";
import type { MomentsResult } from "../../src/engine/api";
import { createEngine } from "../../src/engine/engine";

/** What the parent asks for; `id` comes back with the answer. */
export type Task = { readonly id: number } & (
	| {
			readonly work: "moments";
			readonly path: string;
			readonly shape: Shape;
			/** Cells of every layout. */
			readonly layouts: readonly Shape[];
	  }
	| {
			readonly work: "normalize";
			readonly path: string;
			readonly shape: Shape;
			readonly norm: { readonly id: NormId; readonly groups: number };
			readonly output: string;
	  }
	| { readonly work: "describe"; readonly path: string }
	| { readonly work: "peak" }
);

/** `check` is the average of the means and of the variances of the first layout's sets. */
export type Answer = { readonly id: number } & (
	| { readonly ms: number; readonly check?: readonly [number, number] }
	| { readonly peakMb: number | null }
	| { readonly error: string }
);

type Found = { readonly ms: number; readonly check?: readonly [number, number] } | { readonly peakMb: number | null };

const [workerPath = "", workers] = process.argv.slice(2);
const engine = createEngine({ workerPath, workers: Number(workers) });

async function answer(task: Task): Promise<Found> {
	if (task.work === "peak") return { peakMb: peakMb() };
	const file = { path: task.path };
	const started = performance.now();
	if (task.work === "describe") {
		await engine.describe(file);
		return { ms: performance.now() - started };
	}
	if (task.work === "moments") {
		const layouts = task.layouts.map((cells) => makeLayout(task.shape, cells, "any"));
		const found = await engine.moments({ file, layouts });
		return { ms: performance.now() - started, check: checkOf(found) };
	}
	const { norm, shape, output } = task;
	const options = normOptions(shape, { axis: 1, groups: norm.groups });
	await engine.normalize({ file, norm: { id: norm.id, options }, output, overwrite: false });
	return { ms: performance.now() - started };
}

function checkOf({ layouts }: MomentsResult): [number, number] {
	const [first] = layouts;
	const moments = first?.parts[0];
	if (!first || !moments || !(setSize(first.layout) > 0)) throw new Error("there are no statistics to compare");
	const average = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
	return [average(moments.mean), average(moments.std.map((std) => std * std))];
}

/** Largest resident memory so far, threads included. What `resourceUsage` says may be the parent's, from before the program was loaded. */
function peakMb(): number | null {
	if (process.platform !== "linux") return process.resourceUsage().maxRSS / 1024;
	const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(fs.readFileSync("/proc/self/status", "utf8"))?.[1];
	return kilobytes === undefined ? null : Number(kilobytes) / 1024;
}

process.on("message", async (message: unknown) => {
	const task = message as Task;
	const found = await answer(task).catch((thrown: unknown) => ({
		error: thrown instanceof Error ? thrown.message : String(thrown),
	}));
	process.send?.({ id: task.id, ...found } satisfies Answer);
});
process.on("disconnect", () => process.exit(0));
