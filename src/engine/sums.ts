import { type DType, isWideInteger } from "../core/dtype";
import { emptyMoments, type Moments } from "../core/moments";

/** Fields of a cell that the kernels merge, in the order of `assembly/merge.ts`. */
const FIELDS = ["count", "mean", "meanRest", "std", "min", "max", "zeros"] as const;

/** Cells whose statistics fit the kernels' memory, all layouts of a job together. */
const CELLS = 2 ** 20;

/** Bytes that statistics take in the kernels' memory. */
export const SUMS_BYTES = CELLS * FIELDS.length * 8;

/** The statistics in memory of their own that those in the kernels' memory were made of. */
const owned = new WeakMap<Moments, Moments>();

/** Empty statistics of so many cells each: in the kernels' memory as far as they fit there and there are kernels for their dtype. */
export function sumsIn(buffer: ArrayBuffer, start: number, dtype: DType, counts: readonly number[]): Moments[] {
	let taken = 0;
	return counts.map((cells) => {
		const moments = emptyMoments(dtype, cells);
		if (cells === 0 || isWideInteger(dtype) || taken + cells > CELLS) return moments;
		const from = start + taken * FIELDS.length * 8;
		taken += cells;
		const fields = FIELDS.map((field, i) => {
			const view = new Float64Array(buffer, from + i * cells * 8, cells);
			view.set(moments[field] as Float64Array);
			return [field, view];
		});
		const inKernels = { ...moments, ...Object.fromEntries(fields) };
		owned.set(inKernels, moments);
		return inKernels;
	});
}

/** The same statistics in memory of their own, which can be moved to another thread. */
export function ownSums(moments: Moments): Moments {
	const own = owned.get(moments);
	if (!own) return moments;
	for (const field of FIELDS) (own[field] as Float64Array).set(moments[field] as Float64Array);
	return own;
}
