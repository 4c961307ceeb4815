/** One event of a trace, as Chromium writes it; times in microseconds. */
interface TraceEvent {
	readonly name: string;
	readonly cat: string;
	readonly pid: number;
	readonly tid: number;
	readonly ts: number;
	readonly dur?: number;
	/** Of the thread's processor time. */
	readonly tdur?: number;
}

/** Milliseconds that the main thread worked from each step to the next, and that passed between them. */
export function framesOf(trace: string): { readonly work: number[]; readonly apart: number[] } {
	const { traceEvents } = JSON.parse(trace) as { readonly traceEvents: readonly TraceEvent[] };
	const steps = traceEvents
		.filter(({ name, cat }) => name === "step" && cat.includes("user_timing"))
		.sort((a, b) => a.ts - b.ts);
	const [first] = steps;
	if (!first) throw new Error("The trace has no step.");
	const tasks = traceEvents
		.filter(({ name, pid, tid }) => name.endsWith("RunTask") && pid === first.pid && tid === first.tid)
		.sort((a, b) => a.ts - b.ts);
	/** Where the task begins that a step is in. */
	const startOf = ({ ts }: TraceEvent) => tasks.findLast((task) => task.ts <= ts)?.ts ?? ts;
	const starts = steps.map(startOf);
	const work = starts.slice(1).map((end, k) => {
		const inside = tasks.filter(({ ts }) => ts >= (starts[k] as number) && ts < end);
		return inside.reduce((sum, { dur = 0, tdur = dur }) => sum + tdur, 0) / 1000;
	});
	return { work, apart: starts.slice(1).map((end, k) => (end - (starts[k] as number)) / 1000) };
}
