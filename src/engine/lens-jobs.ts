import { type AlreadyNormalized, affineHint, foundLayouts } from "../core/already-normalized";
import { type BatchSizes, drawSubBatches } from "../core/batch-sizes";
import { realDType } from "../core/dtype";
import { type CellMoments, type NormsApart, outputDifference } from "../core/equivalence";
import { sizeOf } from "../core/layout";
import { type MaskEffect, maskEffect } from "../core/mask";
import { type ComparedNorm, comparedNorm } from "../core/norm-comparison";
import { layoutOf, type Norm } from "../core/normalizations";
import { coverageOf } from "../core/sampling";
import type { CallContext } from "../rpc";
import { commonRefinement } from "./derive";
import { layoutKey, pairsOf } from "./lens-layouts";
import { type Partials, partsOfLayouts } from "./moments-jobs";
import { giveWay } from "./share";

/** Adds shares up into the statistics of each sample, and draws sub-batches of them. */
export async function batchSizesOf(
	input: Partials & { readonly norm: Norm; readonly axis: number; readonly draws: number; readonly seed: number },
	{ signal, progress }: CallContext,
): Promise<BatchSizes> {
	const { norm, axis, draws, seed } = input;
	const [{ layout, moments }] = momentsOf(input) as [CellMoments];
	const drawing = drawSubBatches({ norm, axis, layout, moments }, { draws, seed });
	for (;;) {
		const next = drawing.next();
		if (next.done) return next.value;
		progress({ done: next.value + 1, total: draws });
		await giveWay(signal);
	}
}

/** Adds shares up and compares the statistics of the valid elements with those of all. */
export function maskEffectOf(input: {
	readonly valid: Partials;
	readonly all: Partials;
	readonly norm: Norm;
}): MaskEffect {
	const [[valid], [all]] = [momentsOf(input.valid), momentsOf(input.all)] as [[CellMoments], [CellMoments]];
	return maskEffect(valid.moments, all.moments, input.norm);
}

/** Adds shares up and judges every layout that was wanted. */
export function alreadyNormalizedOf(input: Partials & { readonly asked: number }): AlreadyNormalized {
	const candidates = momentsOf(input);
	const finestFirst = [...candidates].sort((a, b) => sizeOf(b.layout.cells) - sizeOf(a.layout.cells));
	const found = foundLayouts(finestFirst, input.dtype);
	const hints =
		found.length > 0
			? []
			: finestFirst.flatMap(({ layout, moments }) => affineHint(layout, moments, input.dtype) ?? []);
	return { found, hints: hints.slice(0, 1), asked: candidates.length, leftOut: input.asked - candidates.length };
}

/** Adds shares up and compares all pairs of norms whose common refinement was computed. */
export function normsApartOf(input: Partials & { readonly norms: readonly Norm[] }): NormsApart[] {
	const known = new Map(momentsOf(input).map((each) => [layoutKey(each.layout), each]));
	const of = (norm: Norm) => {
		const moments = known.get(layoutKey(layoutOf(norm, input.shape)));
		return moments && { ...moments, norm };
	};
	return pairsOf(input.norms.length).flatMap(([a, b]) => {
		const [one, other] = [of(input.norms[a] as Norm), of(input.norms[b] as Norm)];
		const fine = one && other && known.get(layoutKey(commonRefinement(one.layout, other.layout)));
		return fine ? [{ a, b, ...outputDifference(fine, one, other) }] : [];
	});
}

/** Adds shares up and sums up all norms whose layouts were computed. */
export function compareNormsOf(
	input: Partials & { readonly norms: readonly Norm[]; readonly part: 0 | 1 },
): ComparedNorm[] {
	const { dtype, shape, seen, norms, part } = input;
	const known = new Map(momentsOf(input, part).map((each) => [layoutKey(each.layout), each]));
	const about = { dtype: realDType(dtype), coverage: coverageOf(seen, sizeOf(shape)), coefficients: null };
	return norms.map((norm) => {
		const layout = layoutOf(norm, shape);
		const found = known.get(layoutKey(layout));
		return comparedNorm(norm, layout, found && { ...found, ...about });
	});
}

function momentsOf(partials: Partials, part: 0 | 1 = 0): CellMoments[] {
	return partsOfLayouts(partials).map(({ layout, parts }) => ({
		layout,
		moments: parts[part] as CellMoments["moments"],
	}));
}
