import type { Encoded, WritableDType } from "../core/dtype";
import { cellOfIndex, denseStrides, type Layout, sizeOf } from "../core/layout";
import type { AffineTables } from "./affine";
import type { AffineParameters } from "./affine-parameters";
import { type ChunkGeometry, phaseOf } from "./plan";
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
	readonly count: number;
	readonly steps: ByTable<number>;
}

/** What chunks of a tensor are transformed by, and into what. */
export interface Transformation extends AffineParameters {
	readonly layout: Layout;
	/** Of the output. */
	readonly dtype: WritableDType;
	readonly order: Order;
}

/** A walk of the kernels over a chunk, whose values it takes in their order. */
export interface TransformWalk {
	/**
	 * The next `count` values, which the lanes hold from their offset on, as they are written, in the kernels' memory until
	 * the next call; and how many were past the dtype's range.
	 */
	advance(lanes: Lanes, count: number): Encoded;
}

/**
 * Plans walks over chunks, with the coefficients of their cells: those of a shape that was planned before cost little. One
 * walk ends before the next is planned. Undefined for what is left to the reference: values that lie in another order, or
 * near the ends of float64, and too many cells.
 */
export type TransformPlanner = (chunk: ChunkGeometry, tables: AffineTables) => TransformWalk | undefined;

/** The part of a walk that chunks of one shape share wherever they lie. */
interface Loops {
	readonly stretches: readonly Stretch[];
	/** Slower axes, the fastest first. */
	readonly outer: readonly Axis[];
	/** What the last value adds to the positions of the first. */
	readonly last: ByTable<number>;
}

/** Loops kept by a planner. */
const KEPT = 16;

/** Makes a planner whose walks give what `transformChunk` and `encode` give. */
export function createTransformPlanner(simd: Simd, transformation: Transformation): TransformPlanner {
	const { layout, order, gamma, beta } = transformation;
	const { shape, cells } = layout;
	const cellSteps = denseStrides(cells);
	const known = new Map<string, Loops>();
	return (chunk, tables) => {
		const dense = denseStrides(chunk.shape, order);
		const inOrder = chunk.shape.every((count, axis) => count === 1 || chunk.strides[axis] === dense[axis]);
		if (!inOrder || tables.unit || sizeOf(chunk.shape) === 0) return undefined;
		const start = { cell: -tables.firstCell, gamma: 0, beta: 0 };
		let key = "";
		for (let axis = 0; axis < shape.length; axis++) {
			const [size, parts, origin] = [shape[axis] as number, cells[axis] as number, chunk.origin[axis] as number];
			start.cell += cellOfIndex(origin, size, parts) * (cellSteps[axis] as number);
			start.gamma += origin * (gamma.strides[axis] as number);
			start.beta += origin * (beta.strides[axis] as number);
			key += `${chunk.shape[axis]},${phaseOf(origin, size, parts)};`;
		}
		let loops = known.get(key);
		if (!loops) {
			loops = loopsOf(chunk, transformation, cellSteps);
			if (known.size >= KEPT) known.clear();
			known.set(key, loops);
		}
		const { last } = loops;
		const end = { cell: start.cell + last.cell, gamma: start.gamma + last.gamma, beta: start.beta + last.beta };
		return simd.setCoefficients(tables, start, end) ? walkOf(simd, transformation.dtype, loops) : undefined;
	};
}

/** The transformed values of a whole chunk, or undefined for what is left to the reference. */
export function transformLanes(chunk: Lanes, plan: TransformPlanner, tables: AffineTables): Encoded | undefined {
	return plan(chunk, tables)?.advance(chunk, sizeOf(chunk.shape));
}

function loopsOf(
	chunk: ChunkGeometry,
	{ layout: { shape, cells }, order, gamma, beta }: Transformation,
	cellSteps: readonly number[],
): Loops {
	const axes: Axis[] = [];
	for (const axis of axesFrom(shape.length, order).reverse()) {
		const origin = chunk.origin[axis] as number;
		const count = chunk.shape[axis] as number;
		// An axis of one index only adds to where everything starts.
		if (count === 1) continue;
		const cellAt = (i: number) => cellOfIndex(origin + i, shape[axis] as number, cells[axis] as number);
		const along = (at: (i: number) => number) => Int32Array.from({ length: count }, (_, i) => at(i));
		axes.push({
			count,
			cell: along((i) => (cellAt(i) - cellAt(0)) * (cellSteps[axis] as number)),
			gamma: along((i) => i * (gamma.strides[axis] as number)),
			beta: along((i) => i * (beta.strides[axis] as number)),
		});
	}
	const lastOf = (table: Table) => axes.reduce((sum, axis) => sum + (axis[table].at(-1) as number), 0);
	const last = { cell: lastOf("cell"), gamma: lastOf("gamma"), beta: lastOf("beta") };
	// Takes the fast axes off the list.
	const stretches = innerStretches(axes);
	return { stretches, outer: axes, last };
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
	if (steps || !fastest) return [{ count, steps: steps ?? none, ...none }];
	axes.shift();
	const pieces: Stretch[] = [];
	for (let from = 0; from < fastest.count; ) {
		let end = from + 1;
		while (end < fastest.count && TABLES.every((table) => fastest[table][end] === fastest[table][from])) end++;
		const at = { cell: fastest.cell[from], gamma: fastest.gamma[from], beta: fastest.beta[from] } as ByTable<number>;
		pieces.push({ count: end - from, steps: none, ...at });
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
function walkOf(simd: Simd, dtype: WritableDType, { stretches, outer }: Loops): TransformWalk {
	const index = outer.map(() => 0);
	const at = { cell: 0, gamma: 0, beta: 0 };
	// What comes next: a stretch, and how many of its values are done.
	let next = 0;
	let done = 0;
	const goOn = () => {
		done = 0;
		if (++next < stretches.length) return;
		next = 0;
		for (let k = 0; k < outer.length; k++) {
			const axis = outer[k] as Axis;
			const old = index[k] as number;
			const now = old + 1 === axis.count ? 0 : old + 1;
			index[k] = now;
			for (const table of TABLES) at[table] += (axis[table][now] as number) - (axis[table][old] as number);
			if (now > 0) break;
		}
	};
	return {
		advance(lanes, count) {
			let overflowed = 0;
			for (let filled = 0; filled < count; ) {
				const { count: length, steps, cell, gamma, beta } = stretches[next] as Stretch;
				const some = Math.min(length - done, count - filled);
				const where = {
					cell: at.cell + cell + steps.cell * done,
					gamma: at.gamma + gamma + steps.gamma * done,
					beta: at.beta + beta + steps.beta * done,
				};
				overflowed += simd.affine(lanes, dtype, lanes.offset + filled, some, filled, where, steps);
				filled += some;
				done += some;
				if (done === length) goOn();
			}
			const { bytes, overflowed: more } = simd.transformed(dtype, count);
			return { bytes, overflowed: overflowed + more };
		},
	};
}
