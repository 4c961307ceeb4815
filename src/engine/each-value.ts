import { cellOfIndex, denseStrides, type Layout } from "../core/layout";
import type { Decoded } from "./decoded";
import { compose, indexTable, outerAxes } from "./tables";

/** Visits every value of a chunk in C order, with the cell of a layout that it lies in. */
export function eachValue(
	chunk: Decoded,
	{ shape, cells }: Layout,
	visit: (value: number, cell: number) => void,
): void {
	const cellSteps = denseStrides(cells);
	const cellTable = (axis: number) => {
		const [size, parts, step] = [shape[axis] as number, cells[axis] as number, cellSteps[axis] as number];
		const origin = chunk.origin[axis] as number;
		return Int32Array.from(
			{ length: chunk.shape[axis] as number },
			(_, i) => cellOfIndex(origin + i, size, parts) * step,
		);
	};
	const tables = (axes: readonly number[]) => ({
		position: compose(axes.map((axis) => indexTable(0, chunk.shape[axis] as number, chunk.strides[axis] as number))),
		cell: compose(axes.map(cellTable)),
	});
	const all = chunk.shape.map((_, axis) => axis);
	const cut = outerAxes(chunk.shape);
	const [outer, inner] = [tables(all.slice(0, cut)), tables(all.slice(cut))];
	const { values } = chunk;
	for (let i = 0; i < outer.position.length; i++) {
		const position = chunk.offset + (outer.position[i] as number);
		const cell = outer.cell[i] as number;
		for (let k = 0; k < inner.position.length; k++) {
			visit(values[position + (inner.position[k] as number)] as number, cell + (inner.cell[k] as number));
		}
	}
}
