import { bitsOfPage, valueOfBucket, WORDS, widthOfBucket, zeroBucketEnd } from "./buckets";
import type { Sketch } from "./sketch";

/** How many elements are at the smallest, or at the largest, value of each cell. */
export interface End {
	/** Elements that equal it, with those that are not told from it. */
	readonly at: Float64Array;
	/** How far from it those may be: 0 where all of them equal it. */
	readonly within: Float64Array;
	/** Elements at the next value that any has, as far as values are told apart; 0 where there is none. */
	readonly beside: Float64Array;
}

/** Nothing at an end of so many cells. */
export function noEnd(cells: number): End {
	return { at: new Float64Array(cells), within: new Float64Array(cells), beside: new Float64Array(cells) };
}

/** Finds what is at an end of a cell that is not empty; `only` where each of its buckets holds one value. */
export function findEnd(end: End, sketch: Sketch, cell: number, which: "min" | "max", only: boolean): void {
	let [first, next]: (number | undefined)[] = [];
	for (const [page, bucket, count] of bucketsFrom(sketch, cell, which)) {
		// There are two buckets of zero, for its two signs.
		const value = valueOfBucket(sketch.scale, page, bucket, sketch.bits, only);
		if (first === undefined) {
			first = value;
			end.within[cell] = only ? 0 : distanceInside(sketch, page, bucket, sketch[which][cell] as number, which);
		} else if (value !== first) next ??= value;
		if (value === first) end.at[cell] = (end.at[cell] as number) + count;
		else if (value === next) end.beside[cell] = (end.beside[cell] as number) + count;
		else return;
	}
}

/** How far an extreme may be from the others in its bucket. */
function distanceInside(
	{ scale, bits }: Sketch,
	page: number,
	bucket: number,
	extreme: number,
	which: "min" | "max",
): number {
	const nearZero = valueOfBucket(scale, page, bucket, bits, true);
	if (nearZero === 0) return zeroBucketEnd(scale, bits);
	// Seen from the largest value of positive ones, zero is where the others are.
	if (nearZero > 0 === (which === "max")) return Math.abs(extreme - nearZero);
	return widthOfBucket(scale, page, bits) - Math.abs(extreme - nearZero);
}

/** The buckets of a cell that hold something, from one end on. */
function* bucketsFrom(
	{ scale, bits, pages, pool }: Sketch,
	cell: number,
	which: "min" | "max",
): Generator<readonly [page: number, bucket: number, count: number], void, undefined> {
	const perCell = WORDS[scale.width].pages;
	const inOrder = (k: number, length: number) => (which === "min" ? k : length - 1 - k);
	for (let k = 1; k < perCell - 1; k++) {
		const page = inOrder(k, perCell);
		const from = pages[cell * perCell + page] as number;
		if (from === 0) continue;
		const buckets = 2 ** bitsOfPage(scale, page, bits);
		for (let step = 0; step < buckets; step++) {
			const bucket = inOrder(step, buckets);
			const count = pool[from + bucket] as number;
			if (count > 0) yield [page, bucket, count];
		}
	}
}
