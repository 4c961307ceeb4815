import { promises as fs } from "node:fs";
import { throwIfAborted } from "../core/errors";
import { type Layout, sizeOf } from "../core/layout";
import { layoutOf, layoutsOf } from "../core/normalizations";
import type { CallOptions, Progress } from "../rpc";
import type { NormalizeAllRequest, NormalizeAllResult } from "./api";
import { atOnce, inShares } from "./in-shares";
import type { OutputJob, OutputPart, Partials, Target } from "./jobs";
import { normWork } from "./norm-work";
import type { JobOptions, Pool } from "./pool";
import { sumProgress } from "./progress";
import type { Stretch } from "./transform-share";

/** Reads a tensor for its statistics under some layouts. */
export type PartialsOf = (
	target: Target,
	wanted: readonly Layout[],
	options: JobOptions,
	/** Whether the statistics are of |x|. */
	magnitudes?: boolean,
) => Promise<Partials>;

/** What is known of a tensor once its values are written. */
interface WrittenPart {
	readonly overflowed: number;
	readonly stretches: readonly Stretch[];
}

/** Writes tensors of a file, each normalized or as it is, to one output that appears whole or not at all. */
export async function normalizeAll(
	pool: Pool,
	partialsOf: PartialsOf,
	request: NormalizeAllRequest,
	options: CallOptions,
): Promise<Omit<NormalizeAllResult, "elapsedMs">> {
	const { signal } = options;
	const job = await pool.runAside("checkOutput", request, { signal });
	const { parts, output } = job;
	const ends = new Set<Promise<unknown>>();
	const progressOf = progressOfParts(parts, options.onProgress);
	try {
		await pool.runAside("startOutput", job, { signal, ends });
		const numbers = parts.map((_, number) => number);
		const written = await atOnce(numbers, pool.size, { signal, ends }, (number, partOptions) =>
			writePart(pool, partialsOf, job, parts[number] as OutputPart, { ...partOptions, onProgress: progressOf(number) }),
		);
		const stretches = written.map((part) => part.stretches);
		const bytes = await pool.runAside("finishOutput", { job, stretches }, { signal, ends });
		await pool.runInAll("release", { path: output });
		throwIfAborted(signal);
		await pool.runAside("publishOutput", job);
		const tensors = parts.map(({ name, dtype, target: { tensor, shape }, norm }, number) => {
			const { overflowed } = written[number] as WrittenPart;
			return { name, tensor, dtype, shape, overflowed, ...(norm ? { layout: layoutOf(norm, shape) } : {}) };
		});
		return { output, bytes, tensors };
	} catch (thrown) {
		// A worker that was cancelled may still write its last chunk.
		await Promise.all(ends);
		await fs.rm(job.temporary, { force: true });
		throw thrown;
	}
}

/** One pass over the values where boxes hold whole cells or nothing is averaged, otherwise two. */
function passesOf({ norm, wholeCells, target }: OutputPart): 1 | 2 {
	return norm && wholeCells === null && layoutsOf(norm, target.shape).length > 0 ? 2 : 1;
}

function progressOfParts(
	parts: readonly OutputPart[],
	report: CallOptions["onProgress"],
): (number: number) => (progress: Progress) => void {
	const total = parts.reduce((sum, part) => sum + passesOf(part) * sizeOf(part.target.shape), 0);
	return sumProgress(parts.length, total, report);
}

async function writePart(
	pool: Pool,
	partialsOf: PartialsOf,
	{ temporary, needsCrc }: OutputJob,
	part: OutputPart,
	options: JobOptions,
): Promise<WrittenPart> {
	const { target, norm } = part;
	const { signal, onProgress } = options;
	const passes = passesOf(part);
	const pass = (number: number): JobOptions => ({
		...options,
		onProgress: ({ done, total }) => onProgress?.({ done: number * total + done, total: passes * total }),
	});
	const mask = part.mask ? await pool.runAside("readMask", { target, mask: part.mask }, { signal }) : null;
	const work = norm ? await normWork(pool, partialsOf, { ...part, norm, mask }, pass(0)) : null;
	const { coefficients = null, parameters = null } = work ?? {};
	const shares = await inShares(pool, target, pass(passes - 1), (share, shareOptions) =>
		pool.run("transformShare", { part, temporary, needsCrc, coefficients, parameters, mask, share }, shareOptions),
	);
	return {
		overflowed: shares.reduce((sum, share) => sum + share.overflowed, 0),
		stretches: shares.flatMap((share) => share.stretches),
	};
}
