import type { Encoded, WritableDType } from "../core/dtype";
import { cellOfIndex, denseStrides, type Layout } from "../core/layout";
import type { AffineTables } from "./affine";
import type { Lanes, Simd } from "./simd";
import { axesFrom, type Order } from "./transform";

/** What is read beside each value: the cell's coefficients, gamma, beta. */
const TABLES = ["cell", "gamma", "beta"] as const;
type Table = (typeof TABLES)[number];
type ByTable<T> = Readonly<Record<Table, T>>;

/** An axis of a chunk: what an index adds to the position in each table. */
interface Axis extends ByTable<Int32Array> {
	readonly count: number;
}

/** Values behind each other, for which each table stands still (step 0) or goes on by one (step 1). */
interface Stretch extends ByTable<number> {
	readonly from: number;
	readonly count: number;
	readonly steps: ByTable<number>;
}

/** What a chunk is transformed by, and into what. */
export interface Transformation {
	readonly layout: Layout;
	readonly tables: AffineTables;
	/** Of the output. */
	readonly dtype: WritableDType;
	readonly order: Order;
}

/**
 * The transformed values of a chunk in the kernels' memory, and how many were past the dtype's range, as `transformChunk`
 * and `encode` give them. Undefined for what is left to the reference: values that lie in another order, or near the
 * ends of float64.
 */
export function transformLanes(simd: Simd, chunk: Lanes, transformation: Transformation): Encoded | undefined {
	const { layout, tables, dtype, order } = transformation;
	const { shape, cells } = layout;
	const dense = denseStrides(chunk.shape, order);
	const inOrder = chunk.shape.every((count, axis) => count === 1 || chunk.strides[axis] === dense[axis]);
	if (!inOrder || tables.unit) return undefined;
	const cellSteps = denseStrides(cells);
	// Fastest first; an axis of one index only adds to where everything starts.
	const start = { cell: -tables.firstCell, gamma: 0, beta: 0 };
	const axes: Axis[] = [];
	for (const axis of axesFrom(shape.length, order).reverse()) {
		const origin = chunk.origin[axis] as number;
		const cellAt = (i: number) =>
			cellOfIndex(origin + i, shape[axis] as number, cells[axis] as number) * (cellSteps[axis] as number);
		const first: ByTable<number> = {
			cell: cellAt(0),
			gamma: origin * (tables.gamma.strides[axis] as number),
			beta: origin * (tables.beta.strides[axis] as number),
		};
		for (const table of TABLES) start[table] += first[table];
		const count = chunk.shape[axis] as number;
		if (count === 1) continue;
		const along = (at: (i: number) => number) => Int32Array.from({ length: count }, (_, i) => at(i));
		axes.push({
			count,
			cell: along((i) => cellAt(i) - first.cell),
			gamma: along((i) => i * (tables.gamma.strides[axis] as number)),
			beta: along((i) => i * (tables.beta.strides[axis] as number)),
		});
	}
	const lastOf = (table: Table) => axes.reduce((sum, axis) => sum + (axis[table].at(-1) as number), start[table]);
	const last = { cell: lastOf("cell"), gamma: lastOf("gamma"), beta: lastOf("beta") };
	if (!simd.setCoefficients(tables, start, last)) return undefined;
	// From here on `axes` are the slow ones.
	const stretches = innerStretches(axes);
	return applyAll(simd, { chunk, dtype }, stretches, axes);
}

/** Takes fast axes off the list for as long as they make one regular stretch; an irregular one falls into pieces. */
function innerStretches(axes: Axis[]): Stretch[] {
	const none = { cell: 0, gamma: 0, beta: 0 };
	let count = 1;
	let steps: ByTable<number> | undefined;
	for (let axis = axes[0]; axis; axis = axes[0]) {
		const joined = joinedSteps(axis, count, steps);
		if (!joined) break;
		steps = joined;
		count *= axis.count;
		axes.shift();
	}
	const [fastest] = axes;
	if (steps || !fastest) return [{ from: 0, count, steps: steps ?? none, ...none }];
	axes.shift();
	const pieces: Stretch[] = [];
	for (let from = 0; from < fastest.count; ) {
		let end = from + 1;
		while (end < fastest.count && TABLES.every((table) => fastest[table][end] === fastest[table][from])) end++;
		const at = { cell: fastest.cell[from], gamma: fastest.gamma[from], beta: fastest.beta[from] } as ByTable<number>;
		pieces.push({ from, count: end - from, steps: none, ...at });
		from = end;
	}
	return pieces;
}

function joinedSteps(axis: Axis, count: number, steps: ByTable<number> | undefined): ByTable<number> | undefined {
	const joined = { cell: 0, gamma: 0, beta: 0 };
	for (const table of TABLES) {
		const offsets = axis[table];
		const step = offsets[1] as number;
		if (step !== 0 && step !== count) return undefined;
		if (steps && (step === 0) !== (steps[table] === 0)) return undefined;
		for (let i = 2; i < offsets.length; i++) if (offsets[i] !== i * step) return undefined;
		joined[table] = step === 0 ? 0 : 1;
	}
	return joined;
}

/** Every stretch at every combination of the slower axes. */
function applyAll(
	simd: Simd,
	{ chunk, dtype }: { readonly chunk: Lanes; readonly dtype: WritableDType },
	stretches: readonly Stretch[],
	outer: readonly Axis[],
): Encoded {
	const length = stretches.reduce((sum, { count }) => sum + count, 0);
	const index = outer.map(() => 0);
	const at = { cell: 0, gamma: 0, beta: 0 };
	let overflowed = 0;
	let position = chunk.offset;
	let filled = 0;
	for (;;) {
		for (const { from, count, steps, cell, gamma, beta } of stretches) {
			const where = { cell: at.cell + cell, gamma: at.gamma + gamma, beta: at.beta + beta };
			overflowed += simd.affine(chunk, dtype, position + from, count, filled + from, where, steps);
		}
		position += length;
		filled += length;
		let k = 0;
		for (; k < outer.length; k++) {
			const axis = outer[k] as Axis;
			const old = index[k] as number;
			const next = old + 1 === axis.count ? 0 : old + 1;
			index[k] = next;
			for (const table of TABLES) at[table] += (axis[table][next] as number) - (axis[table][old] as number);
			if (next > 0) break;
		}
		if (k < outer.length) continue;
		const { bytes, overflowed: more } = simd.transformed(dtype, filled);
		return { bytes, overflowed: overflowed + more };
	}
}
