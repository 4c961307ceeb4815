import { type DType, isWideInteger } from "../core/dtype";
import { emptied, emptyMoments, FIELDS, type Moments, momentsIn } from "../core/moments";

/** Cells whose statistics fit the kernels' memory, all layouts of a job together. */
const CELLS = 2 ** 19;

/** Bytes that statistics take in the kernels' memory. */
export const SUMS_BYTES = CELLS * FIELDS * 8;

/** Empty statistics of so many cells each: in the kernels' memory as far as they fit there and there are kernels for their dtype. */
export function sumsIn(buffer: ArrayBuffer, start: number, dtype: DType, counts: readonly number[]): Moments[] {
	let taken = 0;
	return counts.map((cells) => {
		if (cells === 0 || isWideInteger(dtype) || taken + cells > CELLS) return emptyMoments(dtype, cells);
		const from = start + taken * FIELDS * 8;
		taken += cells;
		new Float64Array(buffer, from, FIELDS * cells).fill(0);
		// In the order of `assembly/merge.ts`.
		let placed = 0;
		const place = () => [buffer, from + 8 * cells * placed++, cells] as const;
		return emptied(momentsIn(dtype, place), dtype);
	});
}
