import type { CellLines } from "./cell-affine";
import { cellsWithin, refines } from "./coarsen";
import { formatCount, formatNumber } from "./format";
import { type Layout, type Shape, setSize, sizeOf } from "./layout";
import type { Moments } from "./moments";
import { affineOf, layoutOf, type Norm, normalization } from "./normalizations";

/** How the sets of one norm lie to those of another: the same; each inside one of the other's; holding them; or across. */
export type SetRelation = "same" | "finer" | "coarser" | "across";

/** What two norms have in common on one shape. */
export interface Equivalence {
	readonly sets: SetRelation;
	/** Whether equal statistics of a set give the same centre and scale. */
	readonly sameStatistic: boolean;
	/** Whether gamma and beta run along the same axes. */
	readonly sameAffine: boolean;
	/** Whether the outputs are the same, without gamma and beta and with them. */
	readonly interchangeable: "always" | "without affine" | "never";
	/** All of it with its numbers, in one sentence. */
	readonly sentence: string;
}

/** How the sets of a layout lie to those of another one of the same shape; axes of one index, and cells of one element, count for nothing. */
export function relationOf(a: Layout, b: Layout): SetRelation {
	const within = (fine: Layout, coarse: Layout) => refines(fine, coarse);
	const [finer, coarser] = [within(a, b), within(b, a)];
	return finer && coarser ? "same" : finer ? "finer" : coarser ? "coarser" : "across";
}

/** Means and deviations of sets at which two statistics that differ at all would differ. */
const PROBES = [
	[3, 2],
	[-0.5, 0.01],
	[0, 0],
	[1e4, 1],
] as const;

/** A set of so many elements, no two of them alike. */
const PROBED = 10;

function isSameStatistic(a: Norm, b: Norm): boolean {
	return PROBES.every(([mean, std]) => {
		const set = {
			mean,
			std,
			count: PROBED,
			min: mean - 1.5 * std,
			max: mean + 1.7 * std,
			meanAbs: Math.abs(mean) + std / 3,
		};
		const [one, other] = [a, b].map((norm) => affineOf({ ...set, nonFinite: 0 }, norm));
		return one?.centre === other?.centre && one?.scale === other?.scale;
	});
}

/** Compares two norms on a shape; `letters` name its axes. Throws what `layoutOf` throws where one does not fit. */
export function equivalenceOf(a: Norm, b: Norm, shape: Shape, letters: readonly string[]): Equivalence {
	const [layoutA, layoutB] = [layoutOf(a, shape), layoutOf(b, shape)];
	const sets = relationOf(layoutA, layoutB);
	const sameStatistic = isSameStatistic(a, b);
	const [affineA, affineB] = [a, b].map((norm) =>
		normalization(norm.id)
			.affineAxes(shape, norm.options)
			.filter((axis) => shape[axis] !== 1),
	) as [number[], number[]];
	const sameAffine = affineA.join() === affineB.join();
	const same = sets === "same" && sameStatistic;
	const named = (axes: readonly number[]) => `(${axes.map((axis) => letters[axis] ?? axis).join(",")})`;
	const gamma = sameAffine
		? `gamma ${named(affineA)} for both`
		: `gamma ${named(affineA)} against ${named(affineB)}: not interchangeable once affine is on`;
	const statistic = sameStatistic ? "same statistics" : `${statisticsApart(a, b)}: not interchangeable`;
	return {
		sets,
		sameStatistic,
		sameAffine,
		interchangeable: !same ? "never" : sameAffine ? "always" : "without affine",
		sentence: `${setsInWords(sets, layoutA, layoutB)}${sets === "same" ? `, ${statistic}; ${gamma}` : ""}.`,
	};
}

function statisticsApart(a: Norm, b: Norm): string {
	if (a.options.eps !== b.options.eps) {
		return `eps ${formatNumber(a.options.eps)} against ${formatNumber(b.options.eps)}`;
	}
	return "different statistics";
}

function setsInWords(sets: SetRelation, a: Layout, b: Layout): string {
	const told = (layout: Layout) => {
		const count = sizeOf(layout.cells);
		return `${formatCount(count)} ${count === 1 ? "set" : "sets"} of ${formatCount(setSize(layout))}`;
	};
	if (sets === "same") return `Same sets (${told(a)})`;
	const lie = {
		finer: "each of the first lies inside one of the second",
		coarser: "each of the second lies inside one of the first",
		across: "they cut across each other",
	}[sets];
	return `Different sets: ${told(a)} against ${told(b)}; ${lie}`;
}

/** How far two outputs are apart. */
export interface OutputDifference {
	/** Largest absolute difference of any element. */
	readonly maxAbs: number;
	/** Root mean square over all finite elements. */
	readonly rms: number;
}

/** How far the outputs of two of some norms are apart. */
export interface NormsApart extends OutputDifference {
	/** Numbers of the norms in the request. */
	readonly a: number;
	readonly b: number;
}

/** A layout with what a norm makes of each of its sets. */
export interface NormedCells {
	readonly layout: Layout;
	readonly lines: CellLines;
}

/** A layout with its statistics. */
export interface CellMoments {
	readonly layout: Layout;
	readonly moments: Moments;
}

/**
 * How far the outputs of two norms are apart on a tensor, from statistics alone: `fine` refines both layouts, so within each
 * of its cells the difference is affine in x, largest at the smallest or the largest x, and known in its mean square.
 */
export function outputDifference(fine: CellMoments, a: NormedCells, b: NormedCells): OutputDifference {
	const [inA, inB] = [cellsWithin(fine.layout, a.layout), cellsWithin(fine.layout, b.layout)];
	const { count: counts, mean, std, min, max } = fine.moments;
	let [maxAbs, sum, elements] = [0, 0, 0];
	for (let cell = 0; cell < inA.length; cell++) {
		const count = counts[cell] as number;
		if (count === 0) continue;
		const [one, other] = [inA[cell] as number, inB[cell] as number];
		const scaleA = a.lines.scale[one] as number;
		const scaleB = b.lines.scale[other] as number;
		const at = (x: number) =>
			(x - (a.lines.centre[one] as number) - (a.lines.rest[one] as number)) * scaleA -
			(x - (b.lines.centre[other] as number) - (b.lines.rest[other] as number)) * scaleB;
		maxAbs = Math.max(maxAbs, Math.abs(at(Number(min[cell]))), Math.abs(at(Number(max[cell]))));
		const slope = (scaleA - scaleB) * (std[cell] as number);
		sum += count * (at(mean[cell] as number) ** 2 + slope * slope);
		elements += count;
	}
	return { maxAbs, rms: elements === 0 ? 0 : Math.sqrt(sum / elements) };
}
