import { TensorError, throwIfAborted } from "../core/errors";
import { sizeOf } from "../core/layout";
import type { CallOptions } from "../rpc";
import type { TensorRef } from "./api";
import { buffersOf } from "./derive";
import type { PartAnswer, Partials, Share, Target } from "./jobs";
import type { JobOptions, Pool } from "./pool";
import { sumProgress } from "./progress";
import { CHUNK_ELEMENTS, nothingTaken, type Taken } from "./share";

/** Finds a tensor in a worker. */
export function locate(pool: Pool, { file, tensor }: TensorRef, { signal }: CallOptions): Promise<Target> {
	return pool.runAside("locate", { file, ...(tensor === undefined ? {} : { tensor }) }, { signal });
}

/** The options of a last step: no progress of its own, and the memory of what was found moves instead of being copied. */
export function moving({ ranges }: Partials, { signal }: CallOptions): CallOptions {
	return { signal, transfer: buffersOf(ranges.flat().map(({ moments }) => moments)) };
}

/** Does a tensor's work in as many shares as there are workers to use, and ends the others when one fails. */
export async function inShares<Answer>(
	pool: Pool,
	target: Target,
	options: JobOptions,
	run: (share: Share, options: JobOptions) => Promise<Answer>,
): Promise<Answer[]> {
	const elements = sizeOf(target.shape);
	const of = workersFor(pool, target);
	const progressOf = sumProgress(of, elements, options.onProgress);
	return atOnce(
		Array.from({ length: of }, (_, index) => index),
		of,
		options,
		(index, shareOptions) => run({ index, of }, { ...shareOptions, onProgress: progressOf(index) }),
	);
}

/** Workers that a tensor's work is worth. */
function workersFor(pool: Pool, { sequential, shape }: Target): number {
	return sequential ? 1 : Math.max(1, Math.min(pool.size, Math.ceil(sizeOf(shape) / CHUNK_ELEMENTS)));
}

/** Has workers take a tensor's work in parts until none is left, and answers in the parts' order, whoever did which. */
export async function inParts<Answer>(
	pool: Pool,
	target: Target,
	options: JobOptions,
	run: (taken: Taken, options: JobOptions) => Promise<readonly PartAnswer<Answer>[]>,
): Promise<Answer[]> {
	const taken = nothingTaken();
	const found = await inShares(pool, target, options, (_, shareOptions) => run(taken, shareOptions));
	return found
		.flat()
		.sort((a, b) => a.part - b.part)
		.map(({ answer }) => answer);
}

/**
 * Does some works, `most` at a time in their order, and answers when all have ended: with their answers, or with the first
 * error, which ends the others.
 */
export async function atOnce<Work, Answer>(
	works: readonly Work[],
	most: number,
	options: JobOptions,
	run: (work: Work, options: JobOptions) => Promise<Answer>,
): Promise<Answer[]> {
	const failed = new AbortController();
	const signal = options.signal ? AbortSignal.any([options.signal, failed.signal]) : failed.signal;
	const answers = new Array<Answer>(works.length);
	const reasons: TensorError[] = [];
	let next = 0;
	const lane = async () => {
		while (next < works.length && reasons.length === 0) {
			const number = next++;
			try {
				answers[number] = await run(works[number] as Work, { ...options, signal });
			} catch (thrown) {
				reasons.push(TensorError.from(thrown));
				failed.abort();
			}
		}
	};
	await Promise.all(Array.from({ length: Math.min(most, works.length) }, lane));
	throwIfAborted(options.signal);
	const cause = reasons.find(({ code }) => code !== "cancelled") ?? reasons[0];
	if (cause) throw cause;
	return answers;
}
