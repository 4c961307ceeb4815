import * as os from "node:os";
import { Worker } from "node:worker_threads";
import { cancelled, TensorError } from "../core/errors";
import { type CallOptions, type Channel, openChannel } from "../rpc";
import type { Jobs } from "./jobs";

type JobName = keyof Jobs & string;
type JobInput<Name extends JobName> = Parameters<Jobs[Name]>[0];
type JobAnswer<Name extends JobName> = ReturnType<Jobs[Name]>;

/** How a job is called; `ends` collects promises of when it has really stopped, which for a cancelled one is later. */
export interface JobOptions extends CallOptions {
	readonly ends?: Set<Promise<unknown>>;
}

/** Worker threads that jobs are given to. */
export interface Pool {
	/** Most workers that run at a time. */
	readonly size: number;
	/** Runs a job that reads or computes much: one at a time in each worker, in the order asked for. */
	run<Name extends JobName>(name: Name, input: JobInput<Name>, options?: JobOptions): Promise<JobAnswer<Name>>;
	/** Runs a small job at once, beside the large one of the least busy worker. */
	runAside<Name extends JobName>(name: Name, input: JobInput<Name>, options?: JobOptions): Promise<JobAnswer<Name>>;
	/** Runs a job in every worker that was started. */
	runInAll<Name extends JobName>(name: Name, input: JobInput<Name>): Promise<void>;
	/** Ends all workers; open jobs reject with `cancelled`. */
	close(): Promise<void>;
}

/** One running worker. */
interface Member {
	readonly worker: Worker;
	readonly channel: Channel<Jobs>;
	/** Jobs it has not ended, cancelled ones among them. */
	jobs: number;
	/** Whether one of them is large. */
	busy: boolean;
	/** Cancelled jobs that it has not ended: until then it may hang, and gets nothing new. */
	stopping: number;
}

interface Waiting {
	readonly large: boolean;
	start(member: Member): void;
	reject(error: TensorError): void;
}

/** Milliseconds that a worker has to stop a cancelled job, or to answer at all, before it is replaced. */
const STOP_MS = 1000;

/** Megabytes of JavaScript objects in a worker: headers of files; values are outside of this. */
const HEAP_MB = 1024;

/** Workers when nothing else is asked for: one core is left to the editor. */
export function defaultPoolSize(): number {
	return Math.max(1, Math.min(os.availableParallelism() - 1, 4));
}

/** Starts workers as they are needed; idle ones do not keep the process alive. */
export function createPool(workerPath: string, size = defaultPoolSize()): Pool {
	const members = new Set<Member>();
	const queue: Waiting[] = [];
	let closed = false;

	const remove = (member: Member, reason: TensorError) => {
		members.delete(member);
		member.channel.close(reason);
		pump();
	};

	const startMember = (): Member => {
		const worker = new Worker(workerPath, { resourceLimits: { maxOldGenerationSizeMb: HEAP_MB } });
		const channel = openChannel<Record<never, never>, Jobs>(
			{
				post: (message, transfer) => worker.postMessage(message, transfer as ArrayBuffer[] | undefined),
				listen(receive) {
					worker.on("message", receive);
					return () => worker.off("message", receive);
				},
			},
			{},
		);
		const member: Member = { worker, channel, jobs: 0, busy: false, stopping: 0 };
		worker.unref();
		worker.on("error", (error) => remove(member, died(error instanceof Error ? error.message : String(error))));
		worker.on("exit", (code) => remove(member, died(`it ended with code ${code}`)));
		members.add(member);
		return member;
	};

	/** Runs a job in a member; the answer comes, or the cancel at once, but the member is free only when it has stopped. */
	const start = <Name extends JobName>(
		member: Member,
		name: Name,
		input: JobInput<Name>,
		options: JobOptions,
		large: boolean,
	): Promise<JobAnswer<Name>> => {
		member.jobs++;
		if (large) member.busy = true;
		member.worker.ref();
		const answer = member.channel.call(name, input as never, options) as Promise<JobAnswer<Name>>;
		const end = answer
			.then(
				() => {},
				() => (options.signal?.aborted && members.has(member) ? stop(member) : undefined),
			)
			.finally(() => {
				member.jobs--;
				if (large) member.busy = false;
				if (member.jobs === 0) member.worker.unref();
				pump();
			});
		options.ends?.add(end);
		return answer;
	};

	/** Waits for a worker to stop what was cancelled, and ends it when it does not answer. */
	const stop = async (member: Member) => {
		const alone = member.jobs === 1;
		member.stopping++;
		// Beside other jobs it is enough that the worker answers: they must not die with this one.
		const question = alone ? member.channel.call("settled", null) : member.channel.call("release", { path: "" });
		const stopped = await inTime(question);
		member.stopping--;
		if (stopped) return;
		remove(member, died("it did not stop when it was asked to"));
		await member.worker.terminate();
	};

	/** Large jobs wait for a free member; small ones go to the one with the fewest jobs. */
	const memberFor = (large: boolean): Member | undefined => {
		const ready = [...members].filter(({ busy, stopping }) => stopping === 0 && !(large && busy));
		const best = ready.sort((a, b) => a.jobs - b.jobs)[0];
		if (best && (large || best.jobs === 0 || members.size >= size)) return best;
		return members.size < size ? startMember() : undefined;
	};

	const pump = () => {
		for (let i = 0; i < queue.length && !closed; ) {
			const next = queue[i] as Waiting;
			const member = memberFor(next.large);
			if (member) {
				queue.splice(i, 1);
				next.start(member);
			} else i++;
		}
	};

	const enqueue = <Name extends JobName>(
		large: boolean,
		name: Name,
		input: JobInput<Name>,
		options: JobOptions = {},
	): Promise<JobAnswer<Name>> => {
		const { signal } = options;
		if (closed || signal?.aborted) return Promise.reject(cancelled());
		return new Promise((resolve, reject) => {
			const onAbort = () => {
				queue.splice(queue.indexOf(waiting), 1);
				reject(cancelled());
			};
			const waiting: Waiting = {
				large,
				start(member) {
					signal?.removeEventListener("abort", onAbort);
					start(member, name, input, options, large).then(resolve, reject);
				},
				reject,
			};
			signal?.addEventListener("abort", onAbort, { once: true });
			queue.push(waiting);
			pump();
		});
	};

	return {
		size,
		run: (name, input, options) => enqueue(true, name, input, options),
		runAside: (name, input, options) => enqueue(false, name, input, options),
		async runInAll(name, input) {
			await Promise.allSettled([...members].map((member) => start(member, name, input, {}, false)));
		},
		async close() {
			closed = true;
			for (const waiting of queue.splice(0)) waiting.reject(cancelled());
			const workers = [...members].map(({ worker }) => worker);
			for (const member of [...members]) remove(member, cancelled());
			await Promise.all(workers.map((worker) => worker.terminate()));
		},
	};
}

function died(reason: string): TensorError {
	return new TensorError("internal", `A background worker stopped: ${reason}. The work can be tried again.`);
}

async function inTime(promise: Promise<unknown>): Promise<boolean> {
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<boolean>((resolve) => {
		timer = setTimeout(() => resolve(false), STOP_MS);
	});
	const answered = promise.then(
		() => true,
		() => true,
	);
	const result = await Promise.race([answered, late]);
	clearTimeout(timer);
	return result;
}
