import { performance } from "node:perf_hooks";
import { TensorError } from "../core/errors";
import { type Layout, sizeOf } from "../core/layout";
import { type Norm, needsMore } from "../core/normalizations";
import { coverageOf, isSampled } from "../core/sampling";
import { sketchBuffers } from "../core/sketch";
import type { CallOptions } from "../rpc";
import type { CompareRequest, CompareResult, Engine, NormalizedTensor } from "./api";
import { comparisonOf } from "./comparison";
import { type CellRange, finestLayouts, layoutsToCompute } from "./derive";
import { inParts, inShares, locate, moving } from "./in-shares";
import { inspectedLayouts, sampledNorm } from "./inspected";
import type { Partials, Target } from "./jobs";
import { createLenses } from "./lenses";
import type { InputRefs } from "./norm-inputs";
import { normWork } from "./norm-work";
import { normalizeAll, type PartialsOf } from "./normalize";
import { createPool, type Pool } from "./pool";
import { createSlices } from "./slices";

/** How to make an engine: the bundled worker program, and how many run at most (all cores but one, up to 4). */
export interface EngineOptions {
	readonly workerPath: string;
	readonly workers?: number;
}

/** Milliseconds that a sample takes at most where nothing else is asked for. */
const SAMPLE_MS = 200;

/** Makes an engine over its own pool of workers; the calling thread only passes messages on. */
export function createEngine({ workerPath, workers }: EngineOptions): Engine {
	const pool = createPool(workerPath, workers);

	const partialsOf: PartialsOf = async (target, wanted, options, magnitudes = false) => {
		const { shape } = target;
		// Magnitudes may be past the range of 64-bit integers.
		const dtype = magnitudes ? "f64" : target.dtype;
		const computed = layoutsToCompute(wanted);
		const placed = await pool.runAside("momentsToFill", { dtype, layouts: computed }, { signal: options.signal });
		const found = await inParts(pool, target, options, (taken, shareOptions) =>
			pool.run("momentsOfParts", { target, layouts: computed, placed, taken, magnitudes }, shareOptions),
		);
		const ranges = computed.map((_, i) => found.flatMap((part) => part[i] as CellRange[]));
		return { dtype, shape, wanted, computed, placed, ranges, seen: sizeOf(shape) };
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
		return { dtype, shape, wanted, computed: layouts, ranges: found, seen };
	};

	/** Coefficients of a norm that takes more than the statistics of its own sets, from readings of their own. */
	const moreCoefficients = async (target: Target, norm: Norm, refs: InputRefs, options: CallOptions) => {
		const inputs = await pool.runAside("locateInputs", { target, norm, refs }, options);
		const work = await normWork(pool, partialsOf, { target, norm, inputs, mask: null, wholeCells: null }, options);
		return work.coefficients;
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

		async boxStatistics({ part, box, ...ref }, options = {}) {
			const target = await locate(pool, ref, options);
			return pool.runAside("statisticsOfBox", { target, part, box }, { signal: options.signal });
		},

		async profile({ part, stretch, ...ref }, options = {}) {
			const target = await locate(pool, ref, options);
			return pool.runAside("profileOfStretch", { target, part, stretch }, { signal: options.signal });
		},

		async ranked({ part, ranking, ...ref }, options = {}) {
			const target = await locate(pool, ref, options);
			const partials = await partialsOf(target, [keptLayout(target, ranking.axis)], options);
			return pool.runAside("rankedProfile", { ...partials, part, ranking }, moving(partials, options));
		},

		async elements({ part, indices, ...ref }, options = {}) {
			const target = await locate(pool, ref, options);
			return pool.runAside("elementsAt", { target, part, indices }, { signal: options.signal });
		},

		async inspect(
			{ part, norm: wanted = null, inputs: refs = {}, sample = false, sampleMs = SAMPLE_MS, ...ref },
			options = {},
		) {
			const started = performance.now();
			const target = await locate(pool, ref, options);
			const sampled = sample && isSampled(target);
			const norm = sampled ? sampledNorm(wanted, target.shape) : wanted;
			const layouts = inspectedLayouts(target.shape, norm);
			const partials = await (sampled
				? sampleOf(target, layouts, sampleMs, options)
				: partialsOf(target, layouts, options));
			const coefficients =
				norm && needsMore(norm) && !sampled
					? await moreCoefficients(target, norm, refs, { signal: options.signal })
					: null;
			const inspection = await pool.runAside(
				"inspection",
				{ ...partials, part, norm, coefficients },
				moving(partials, options),
			);
			return { ...inspection, elapsedMs: performance.now() - started };
		},

		async normalize({ file, output, overwrite, ...tensor }, options = {}) {
			const started = performance.now();
			const request = { file, tensors: [tensor], output, overwrite };
			const { bytes, tensors } = await normalizeAll(pool, partialsOf, request, options);
			return { output, bytes, ...(tensors[0] as Required<NormalizedTensor>), elapsedMs: performance.now() - started };
		},

		async normalizeAll(request, options = {}) {
			const started = performance.now();
			const found = await normalizeAll(pool, partialsOf, request, options);
			return { ...found, elapsedMs: performance.now() - started };
		},

		async compare(request, options = {}) {
			const started = performance.now();
			const found = await compare(pool, request, options);
			return { ...found, elapsedMs: performance.now() - started };
		},

		...createLenses(pool, partialsOf),
		...createSlices(pool, partialsOf),

		close: () => pool.close(),
	};
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

/** The layout that keeps every index of one axis apart. */
function keptLayout({ shape, tensor }: Target, kept: number): Layout {
	if (shape[kept] === undefined) {
		throw new TensorError("bad-option", `Axis ${kept} was asked for, and the shape is [${shape.join(", ")}].`, {
			tensor,
		});
	}
	return { shape, cells: shape.map((size, axis) => (axis === kept ? size : 1)) };
}

async function compare(
	pool: Pool,
	request: CompareRequest,
	options: CallOptions,
): Promise<Omit<CompareResult, "elapsedMs">> {
	const [a, b] = await Promise.all([locate(pool, request.a, options), locate(pool, request.b, options)]);
	const about = ({ tensor, dtype, shape }: Target) => ({ tensor, dtype, shape });
	const sameShape = a.shape.join() === b.shape.join();
	const comparison = comparisonOf(a, sameShape ? b : a, request);
	const work = { ...a, sequential: a.sequential || b.sequential };
	const shares = sameShape
		? await inShares(pool, work, options, (share, shareOptions) =>
				pool.run("compareShare", { a, b, comparison, share }, shareOptions),
			)
		: [];
	const found = await pool.runAside("difference", { comparison, shares }, { signal: options.signal });
	return { a: about(a), b: about(b), sameShape, ...found };
}
