import type { Distribution } from "./distribution";

/** Share of the elements at an end, and their number, from which on they pile up there. */
export const PILE_SHARE = 0.01;
export const PILE_FROM = 8;
/** How many times the elements at the next value they must be more than: of whole numbers many are equal anyway. */
export const PILE_OVER = 2;
/** Share of the range that elements counted at an end may be away from it. */
export const PILE_NEAR = 0.001;

/** What makes a pile at an end, with its thresholds. */
export const PILE_RULE =
	`at least ${PILE_SHARE * 100} % of the values and ${PILE_FROM} of them are there, ` +
	`more than ${PILE_OVER} times as many as at the next value; an end at 0, and two values only, do not count`;

/** The cells that have a pile at an end, ascending, as clipping makes them (ReLU6, hard tanh, quantization). */
export interface Piles {
	readonly cells: readonly number[];
	/** Cells of which it cannot be told, as their values are too near to each other for what is counted together. */
	readonly untold: readonly number[];
}

/** Finds piles at the smallest or at the largest values. */
export function pilesOf({ count, min, max, ends }: Distribution, which: "min" | "max"): Piles {
	const { at, within, beside } = ends[which];
	const other = ends[which === "min" ? "max" : "min"];
	const cells: number[] = [];
	const untold: number[] = [];
	count.forEach((all, cell) => {
		const [low, high] = [min[cell] as number, max[cell] as number];
		const here = at[cell] as number;
		if (!(low < high) || (which === "min" ? low : high) === 0) return;
		if (here < Math.max(PILE_SHARE * all, PILE_FROM) || here <= PILE_OVER * (beside[cell] as number)) return;
		// In halves, as the distance of the largest numbers leaves float64's range.
		if ((within[cell] as number) / 2 > PILE_NEAR * (high / 2 - low / 2)) untold.push(cell);
		else if (here + (other.at[cell] as number) < all) cells.push(cell);
	});
	return { cells, untold };
}
