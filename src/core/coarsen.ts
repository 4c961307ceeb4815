import type { DType } from "./dtype";
import { cellOfIndex, denseStrides, type Layout, partStart, sizeOf } from "./layout";
import { emptyMoments, type Moments, mergeCell } from "./moments";

/** Whether every part of `fine` lies in one part of `coarse`, so that coarse statistics are merged fine ones. */
export function refines(fine: Layout, coarse: Layout): boolean {
	return fine.shape.every((size, axis) => {
		const parts = fine.cells[axis] ?? 1;
		const coarser = coarse.cells[axis] ?? 1;
		if (coarser <= 1 || parts === size || parts === coarser) return true;
		return parts % coarser === 0 && size % parts === 0;
	});
}

/** Merges the statistics of a layout into those of a coarser one that it `refines`. */
export function coarsen(moments: Moments, fine: Layout, coarse: Layout, dtype: DType): Moments {
	const into = emptyMoments(dtype, sizeOf(coarse.cells));
	const target = cellsWithin(fine, coarse);
	for (let cell = 0; cell < target.length; cell++) mergeCell(into, target[cell] as number, moments, cell);
	return into;
}

/** For each cell of `fine`, in C order, the cell of `coarse` that it lies in. */
export function cellsWithin(fine: Layout, coarse: Layout): Int32Array {
	const strides = denseStrides(coarse.cells);
	const target = new Int32Array(sizeOf(fine.cells));
	let filled = target.length === 0 ? 0 : 1;
	for (let axis = fine.cells.length - 1; axis >= 0; axis--) {
		const parts = fine.cells[axis] as number;
		const size = fine.shape[axis] as number;
		for (let part = parts - 1; part >= 0; part--) {
			const offset =
				cellOfIndex(partStart(part, size, parts), size, coarse.cells[axis] as number) * (strides[axis] as number);
			for (let k = 0; k < filled; k++) target[part * filled + k] = (target[k] as number) + offset;
		}
		filled *= parts;
	}
	return target;
}
