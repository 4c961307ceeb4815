import { type CoveredMoments, type NormSummary, summarizeNorm } from "./inspection";
import { type Layout, sizeOf } from "./layout";
import type { Norm } from "./normalizations";

/** One norm of a comparison: what it does to the tensor's sets in sum. */
export interface ComparedNorm {
	readonly norm: Norm;
	readonly layout: Layout;
	/** Sets of the layout. */
	readonly sets: number;
	/** Absent where the sets are too many to keep beside those of the others. */
	readonly summary?: Omit<NormSummary, "first">;
	/** Sets with a single finite element, which a norm with an eps makes 0 whatever it is. */
	readonly single: number;
}

/** Sums one norm up from the moments of its layout; without moments it says how many sets there would be. */
export function comparedNorm(norm: Norm, layout: Layout, covered: CoveredMoments | undefined): ComparedNorm {
	const sets = sizeOf(layout.cells);
	if (!covered) return { norm, layout, sets, single: 0 };
	const { first: _, ...summary } = summarizeNorm(norm, covered, 0);
	const single = covered.moments.count.reduce((found, count) => found + (count === 1 ? 1 : 0), 0);
	return { norm, layout, sets, summary, single };
}
