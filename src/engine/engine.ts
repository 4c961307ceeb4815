import { promises as fs } from "node:fs";
import { performance } from "node:perf_hooks";
import { resultDType } from "../core/dtype";
import { TensorError, throwIfAborted } from "../core/errors";
import { unravel } from "../core/inspection";
import { type Layout, sizeOf } from "../core/layout";
import { layoutOf } from "../core/normalizations";
import { coverageOf, isSampled } from "../core/sampling";
import { sketchBuffers } from "../core/sketch";
import type { CallOptions } from "../rpc";
import type { CompareRequest, CompareResult, Engine, NormalizeRequest, NormalizeResult, TensorRef } from "./api";
import { buffersOf, finestLayouts, layoutsToCompute } from "./derive";
import { addDifferences, type DifferenceShare, type Pair } from "./differences";
import { inspectedLayouts, sampledNorm } from "./inspected";
import type { Partials, Share, Target } from "./jobs";
import { createPool, type JobOptions, type Pool } from "./pool";
import { sumProgress } from "./progress";
import { CHUNK_ELEMENTS } from "./share";

/** How to make an engine: the bundled worker program, and how many run at most (all cores but one, up to 4). */
export interface EngineOptions {
	readonly workerPath: string;
	readonly workers?: number;
}

/** Milliseconds that a sample takes at most where nothing else is asked for. */
const SAMPLE_MS = 1000;

/** Makes an engine over its own pool of workers; the calling thread only passes messages on. */
export function createEngine({ workerPath, workers }: EngineOptions): Engine {
	const pool = createPool(workerPath, workers);

	const partialsOf = async (target: Target, wanted: readonly Layout[], options: JobOptions): Promise<Partials> => {
		const { dtype, shape } = target;
		const computed = layoutsToCompute(wanted);
		const found = await inShares(pool, target, options, (share, shareOptions) =>
			pool.run("momentsOfShare", { target, layouts: computed, share }, shareOptions),
		);
		return { dtype, shape, wanted, computed, shares: found, seen: sizeOf(shape) };
	};

	const sampleOf = async (
		target: Target,
		wanted: readonly Layout[],
		mostMs: number,
		{ signal }: CallOptions,
	): Promise<Partials> => {
		const { dtype, shape } = target;
		const layouts = finestLayouts(wanted);
		const { found, seen } = await pool.runAside("momentsOfSample", { target, layouts, mostMs }, { signal });
		return { dtype, shape, wanted, computed: layouts, shares: [found], seen };
	};

	return {
		describe: (file, options) => pool.runAside("describe", { file }, options),

		async moments({ layouts, sample = false, sampleMs = SAMPLE_MS, ...ref }, options = {}) {
			const started = performance.now();
			const target = await locate(pool, ref, options);
			checkLayouts(layouts, target);
			const partials = await (sample && isSampled(target)
				? sampleOf(target, layouts, sampleMs, options)
				: partialsOf(target, layouts, options));
			const merged = await pool.runAside("layoutMoments", partials, moving(partials, options));
			const { tensor, dtype, shape } = target;
			const coverage = coverageOf(partials.seen, sizeOf(shape));
			return { tensor, dtype, shape, layouts: merged, ...coverage, elapsedMs: performance.now() - started };
		},

		async distribution({ part, layout: asked, ...ref }, options = {}) {
			const started = performance.now();
			const target = await locate(pool, ref, options);
			const { tensor, dtype, shape } = target;
			const layout = asked ?? { shape, cells: shape.map(() => 1) };
			checkLayouts([layout], target);
			const shares = await inShares(pool, target, options, (share, shareOptions) =>
				pool.run("sketchOfShare", { target, part, layout, share }, shareOptions),
			);
			const moved = { signal: options.signal, transfer: shares.flatMap(sketchBuffers) };
			const distribution = await pool.runAside("mergedDistribution", shares, moved);
			return { tensor, dtype, shape, layout, distribution, elapsedMs: performance.now() - started };
		},

		async inspect({ part, norm: wanted = null, sample = false, sampleMs = SAMPLE_MS, ...ref }, options = {}) {
			const started = performance.now();
			const target = await locate(pool, ref, options);
			const sampled = sample && isSampled(target);
			const norm = sampled ? sampledNorm(wanted, target.shape) : wanted;
			const layouts = inspectedLayouts(target.shape, norm);
			const partials = await (sampled
				? sampleOf(target, layouts, sampleMs, options)
				: partialsOf(target, layouts, options));
			const inspection = await pool.runAside("inspection", { ...partials, part, norm }, moving(partials, options));
			return { ...inspection, elapsedMs: performance.now() - started };
		},

		async normalize(request, options = {}) {
			const started = performance.now();
			const found = await normalize(pool, partialsOf, request, options);
			return { ...found, elapsedMs: performance.now() - started };
		},

		async compare(request, options = {}) {
			const started = performance.now();
			const found = await compare(pool, request, options);
			return { ...found, elapsedMs: performance.now() - started };
		},

		close: () => pool.close(),
	};
}

/** Finds a tensor in a worker. */
function locate(pool: Pool, { file, tensor }: TensorRef, { signal }: CallOptions): Promise<Target> {
	return pool.runAside("locate", { file, ...(tensor === undefined ? {} : { tensor }) }, { signal });
}

/** The options of a last step: no progress of its own, and the shares' memory moves instead of being copied. */
function moving({ shares }: Partials, { signal }: CallOptions): CallOptions {
	return { signal, transfer: buffersOf(shares.flat().map(({ moments }) => moments)) };
}

/** Does a tensor's work in as many shares as there are workers to use, and ends the others when one fails. */
async function inShares<Answer>(
	pool: Pool,
	target: Target,
	options: JobOptions,
	run: (share: Share, options: JobOptions) => Promise<Answer>,
): Promise<Answer[]> {
	const elements = sizeOf(target.shape);
	const of = target.sequential ? 1 : Math.max(1, Math.min(pool.size, Math.ceil(elements / CHUNK_ELEMENTS)));
	const failed = new AbortController();
	const signal = options.signal ? AbortSignal.any([options.signal, failed.signal]) : failed.signal;
	const progressOf = sumProgress(of, elements, options.onProgress);
	const jobs = Array.from({ length: of }, (_, index) =>
		run({ index, of }, { ...options, signal, onProgress: progressOf(index) }).catch((thrown) => {
			failed.abort();
			throw thrown;
		}),
	);
	const results = await Promise.allSettled(jobs);
	const reasons = results
		.filter((result) => result.status === "rejected")
		.map(({ reason }) => TensorError.from(reason));
	throwIfAborted(options.signal);
	const cause = reasons.find(({ code }) => code !== "cancelled") ?? reasons[0];
	if (cause) throw cause;
	return results.map((result) => (result as PromiseFulfilledResult<Answer>).value);
}

function checkLayouts(layouts: readonly Layout[], { shape, tensor }: Target): void {
	const other = layouts.find((layout) => layout.shape.join() !== shape.join());
	if (!other) return;
	throw new TensorError(
		"bad-layout",
		`A layout is for the shape [${other.shape.join(", ")}], but the tensor's is [${shape.join(", ")}].`,
		{ tensor },
	);
}

async function normalize(
	pool: Pool,
	partialsOf: (target: Target, wanted: readonly Layout[], options: JobOptions) => Promise<Partials>,
	request: NormalizeRequest,
	options: CallOptions,
): Promise<Omit<NormalizeResult, "elapsedMs">> {
	const { norm, output, overwrite, gamma = null, beta = null } = request;
	const { signal, onProgress } = options;
	const target = await locate(pool, request, options);
	const { shape } = target;
	const dtype = request.dtype ?? resultDType(target.dtype);
	const job = await pool.runAside("checkOutput", { target, output, overwrite, dtype, norm, gamma, beta }, { signal });
	const layout = layoutOf(norm, shape);
	// One pass over the values where boxes hold whole cells, otherwise two.
	const passes = job.wholeCells === null ? 2 : 1;
	const ends = new Set<Promise<unknown>>();
	const pass = (number: number): JobOptions => ({
		signal,
		ends,
		onProgress: ({ done, total }) => onProgress?.({ done: number * total + done, total: passes * total }),
	});
	const coefficientsOf = async () => {
		const partials = await partialsOf(target, [layout], pass(0));
		return pool.runAside("normCoefficients", { ...partials, norm }, moving(partials, options));
	};
	const coefficients = passes === 2 ? await coefficientsOf() : null;
	const parameters = await pool.runAside("affineParameters", job, { signal });
	try {
		await pool.runAside("startOutput", job, { signal, ends });
		const shares = await inShares(pool, target, pass(passes - 1), (share, shareOptions) =>
			pool.run("transformShare", { job, coefficients, parameters, share }, shareOptions),
		);
		const stretches = shares.flatMap((share) => share.stretches);
		const bytes = await pool.runAside("finishOutput", { job, stretches }, { signal, ends });
		await pool.runInAll("release", { path: output });
		throwIfAborted(signal);
		await pool.runAside("publishOutput", job);
		const overflowed = shares.reduce((sum, share) => sum + share.overflowed, 0);
		return { output, tensor: job.name, dtype, shape, bytes, layout, overflowed };
	} catch (thrown) {
		// A worker that was cancelled may still write its last chunk.
		await Promise.all(ends);
		await fs.rm(job.temporary, { force: true });
		throw thrown;
	}
}

async function compare(
	pool: Pool,
	{ a: refA, b: refB, rtol, atol }: CompareRequest,
	options: CallOptions,
): Promise<Omit<CompareResult, "elapsedMs">> {
	const [a, b] = await Promise.all([locate(pool, refA, options), locate(pool, refB, options)]);
	const about = ({ tensor, dtype, shape }: Target) => ({ tensor, dtype, shape });
	const nothing: DifferenceShare = { elements: 0, mismatched: 0, different: 0, maxAbs: 0, maxRel: 0 };
	const sameShape = a.shape.join() === b.shape.join();
	const work = { ...a, sequential: a.sequential || b.sequential };
	const shares = sameShape
		? await inShares(pool, work, options, (share, shareOptions) =>
				pool.run("compareShare", { a, b, rtol, atol, share }, shareOptions),
			)
		: [];
	const { worst, firstMismatch, ...found } = shares.reduce(addDifferences, nothing);
	const shape = a.dtype === "c64" || a.dtype === "c128" ? [...a.shape, 2] : a.shape;
	const place = ({ index, ...values }: Pair) => ({ index: unravel(index, shape), ...values });
	return {
		a: about(a),
		b: about(b),
		sameShape,
		...found,
		...(worst ? { worst: place(worst) } : {}),
		...(firstMismatch ? { firstMismatch: place(firstMismatch) } : {}),
	};
}
