import { type AlreadyNormalized, affineHint, foundLayouts } from "../core/already-normalized";
import { type BatchSizes, drawSubBatches } from "../core/batch-sizes";
import { cellLines } from "../core/cell-affine";
import { realDType } from "../core/dtype";
import { type CellMoments, type NormedCells, type NormsApart, outputDifference } from "../core/equivalence";
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
export async function normsApartOf(
	{ norms, ...input }: Partials & { readonly norms: readonly Norm[] },
	{ signal }: CallContext,
): Promise<NormsApart[]> {
	const known = new Map(momentsOf(input).map((each) => [layoutKey(each.layout), each]));
	const normed: (NormedCells | undefined)[] = [];
	for (const norm of norms) {
		const found = known.get(layoutKey(layoutOf(norm, input.shape)));
		normed.push(found && { layout: found.layout, lines: cellLines(found.moments, norm) });
		await giveWay(signal);
	}
	const apart: NormsApart[] = [];
	for (const [a, b] of pairsOf(norms.length)) {
		const [one, other] = [normed[a], normed[b]];
		const fine = one && other && known.get(layoutKey(commonRefinement(one.layout, other.layout)));
		if (!fine) continue;
		apart.push({ a, b, ...outputDifference(fine, one, other) });
		await giveWay(signal);
	}
	return apart;
}

/** Adds shares up and sums up all norms whose layouts were computed. */
export async function compareNormsOf(
	input: Partials & { readonly norms: readonly Norm[]; readonly part: 0 | 1 },
	{ signal }: CallContext,
): Promise<ComparedNorm[]> {
	const { dtype, shape, seen, norms, part } = input;
	const known = new Map(momentsOf(input, part).map((each) => [layoutKey(each.layout), each]));
	const about = { dtype: realDType(dtype), coverage: coverageOf(seen, sizeOf(shape)), coefficients: null };
	const compared: ComparedNorm[] = [];
	for (const norm of norms) {
		const layout = layoutOf(norm, shape);
		const found = known.get(layoutKey(layout));
		compared.push(comparedNorm(norm, layout, found && { ...found, ...about }));
		await giveWay(signal);
	}
	return compared;
}

function momentsOf(partials: Partials, part: 0 | 1 = 0): CellMoments[] {
	return partsOfLayouts(partials).map(({ layout, parts }) => ({
		layout,
		moments: parts[part] as CellMoments["moments"],
	}));
}
