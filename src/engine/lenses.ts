import { candidateLayouts } from "../core/already-normalized";
import { DRAWS, samplesLayout } from "../core/batch-sizes";
import { partsOf } from "../core/dtype";
import { TensorError } from "../core/errors";
import { formatCount } from "../core/format";
import { resolveAxis, sizeOf } from "../core/layout";
import type { Moments } from "../core/moments";
import { layoutOf, needPlain, normalization } from "../core/normalizations";
import { ARITHMETICS, MOST_EMULATED_SETS } from "../core/numerics";
import type { CallOptions } from "../rpc";
import type { TensorRef } from "./api";
import { atOnce, locate, moving } from "./in-shares";
import type { Target } from "./jobs";
import type { Lenses } from "./lens-api";
import { layoutsOfNorms, layoutsThatFit } from "./lens-layouts";
import { maskedPartials } from "./masked-partials";
import type { PartialsOf } from "./normalize";
import type { Pool } from "./pool";
import { sumProgress } from "./progress";

/** The lenses over a pool of workers; `partialsOf` reads a tensor's statistics under some layouts. */
export function createLenses(pool: Pool, partialsOf: PartialsOf): Lenses {
	const real = async (ref: TensorRef, options: CallOptions): Promise<Target> => {
		const target = await locate(pool, ref, options);
		if (partsOf(target.dtype) === 1) return target;
		throw new TensorError(
			"unsupported",
			`Complex values (${target.dtype}) have no agreed normalization; save the real and the imaginary part as tensors of their own.`,
			{ tensor: target.tensor },
		);
	};

	return {
		async compareNorms({ norms, part, ...ref }, options = {}) {
			const target = await locate(pool, ref, options);
			const layouts = layoutsThatFit(norms.map((norm) => layoutOf(norm, target.shape)));
			const partials = await partialsOf(target, layouts, options);
			return pool.runAside("compareNorms", { ...partials, norms, part }, moving(partials, options));
		},

		async batchSizes({ norm, axis: asked = 0, draws = DRAWS, seed = 1, ...ref }, options = {}) {
			needPlain(norm);
			const target = await real(ref, options);
			if (!Number.isInteger(draws) || draws < 1 || draws > 10_000) {
				throw new TensorError("bad-option", `${draws} draws were asked for, and 1 to 10 000 can be made.`);
			}
			const axis = resolveAxis(asked, target.shape.length);
			const partials = await partialsOf(target, [samplesLayout(norm, target.shape, axis)], options);
			return pool.runAside("batchSizes", { ...partials, norm, axis, draws, seed }, moving(partials, options));
		},

		async numerics({ norm, ...ref }, options = {}) {
			needPlain(norm);
			if (normalization(norm.id).statistic?.divisor !== "std") {
				throw new TensorError(
					"unsupported",
					`${normalization(norm.id).label} does not divide by a deviation, whose accumulation is what is emulated here; choose a norm that does, such as LayerNorm.`,
				);
			}
			const target = await real(ref, options);
			const layout = layoutOf(norm, target.shape);
			const sets = sizeOf(layout.cells);
			if (sets > MOST_EMULATED_SETS) {
				throw new TensorError(
					"too-large",
					`This layout has ${formatCount(sets)} sets, more than the ${formatCount(MOST_EMULATED_SETS)} whose accumulation is emulated; average over more axes, or take a part of the tensor.`,
				);
			}
			const works = ARITHMETICS.map((arithmetic, number) => ({ arithmetic, number }));
			const elements = sizeOf(target.shape);
			const progressOf = sumProgress(1 + works.length, (1 + 2 * works.length) * elements, options.onProgress);
			const partials = await partialsOf(target, [layout], { ...options, onProgress: progressOf(0) });
			const [found] = await pool.runAside("layoutMoments", partials, moving(partials, options));
			const exact = found?.parts[0] as Moments;
			const accumulated = await atOnce(works, pool.size, options, ({ arithmetic, number }, each) =>
				pool.run(
					"accumulate",
					{ target, layout, arithmetic, counts: exact.count },
					{ ...each, onProgress: progressOf(1 + number) },
				),
			);
			return pool.runAside("numerics", { exact, accumulated, norm }, { signal: options.signal });
		},

		async maskEffect({ norm, mask: asked, ...ref }, options = {}) {
			needPlain(norm);
			const target = await real(ref, options);
			const { signal } = options;
			const mask = await pool.runAside("readMask", { target, mask: asked }, { signal });
			const { valid, all } = await maskedPartials(pool, target, layoutOf(norm, target.shape), mask, options);
			return pool.runAside("maskEffect", { valid, all, norm }, { signal });
		},

		async alreadyNormalized(ref, options = {}) {
			const target = await real(ref, options);
			const candidates = candidateLayouts(target.shape);
			const partials = await partialsOf(target, layoutsThatFit(candidates), options);
			return pool.runAside("alreadyNormalized", { ...partials, asked: candidates.length }, moving(partials, options));
		},

		async normsApart({ norms, ...ref }, options = {}) {
			for (const norm of norms) needPlain(norm);
			const target = await real(ref, options);
			const layouts = layoutsThatFit(layoutsOfNorms(norms, target.shape));
			const partials = await partialsOf(target, layouts, options);
			return pool.runAside("normsApart", { ...partials, norms }, moving(partials, options));
		},
	};
}
