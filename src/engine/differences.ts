import { denseStrides } from "../core/layout";
import type { Decoded } from "./decoded";
import { indexWithin } from "./plan";
import { compose, indexTable } from "./tables";

/** A pair of values, and its C-order index (of real numbers: complex elements count two). */
export interface Pair {
	readonly index: number;
	readonly a: number;
	readonly b: number;
}

/** How a share of two tensors differs. */
export interface DifferenceShare {
	readonly elements: number;
	readonly mismatched: number;
	readonly different: number;
	readonly maxAbs: number;
	readonly maxRel: number;
	readonly worst?: Pair;
	readonly firstMismatch?: Pair;
}

/** Adds the findings of two shares. */
export function addDifferences(one: DifferenceShare, two: DifferenceShare): DifferenceShare {
	const worst = worse(one.worst, two.worst);
	const firstMismatch = earlier(one.firstMismatch, two.firstMismatch);
	return {
		elements: one.elements + two.elements,
		mismatched: one.mismatched + two.mismatched,
		different: one.different + two.different,
		maxAbs: Math.max(one.maxAbs, two.maxAbs),
		maxRel: Math.max(one.maxRel, two.maxRel),
		...(worst ? { worst } : {}),
		...(firstMismatch ? { firstMismatch } : {}),
	};
}

function worse(one: Pair | undefined, two: Pair | undefined): Pair | undefined {
	if (!one || !two) return one ?? two;
	const difference = Math.abs(one.a - one.b) - Math.abs(two.a - two.b);
	return difference > 0 ? one : difference < 0 ? two : earlier(one, two);
}

function earlier(one: Pair | undefined, two: Pair | undefined): Pair | undefined {
	if (!one || !two) return one ?? two;
	return one.index <= two.index ? one : two;
}

/** Compares one box of two tensors, in C order. */
export function differencesOf(
	a: Decoded,
	b: Decoded,
	shape: readonly number[],
	{ rtol, atol }: { readonly rtol: number; readonly atol: number },
): DifferenceShare {
	const positions = ({ shape, strides }: Decoded) =>
		compose(shape.map((count, axis) => indexTable(0, count, strides[axis] as number)));
	const inA = positions(a);
	const inB = positions(b);
	const steps = denseStrides(shape);
	const start = a.origin.reduce((sum, index, axis) => sum + index * (steps[axis] as number), 0);
	const axes = a.shape.map((count, axis) => ({ count, step: steps[axis] as number }));
	const pair = (k: number, x: number, y: number): Pair => ({
		index: start + indexWithin({ count: inA.length, step: 0, axes }, k),
		a: x,
		b: y,
	});
	let [mismatched, different, maxAbs, maxRel] = [0, 0, 0, 0];
	let worst: Pair | undefined;
	let firstMismatch: Pair | undefined;
	for (let k = 0; k < inA.length; k++) {
		const p = a.offset + (inA[k] as number);
		const q = b.offset + (inB[k] as number);
		const x = a.values[p] as number;
		const y = b.values[q] as number;
		const exact = a.wide && b.wide ? { x: a.wide[p] as bigint, y: b.wide[q] as bigint } : undefined;
		const same = exact ? exact.x === exact.y : x === y || (Number.isNaN(x) && Number.isNaN(y));
		if (!same) different++;
		const bothFinite = Number.isFinite(x) && Number.isFinite(y);
		const difference = same ? 0 : exact ? Math.abs(Number(exact.x - exact.y)) : Math.abs(x - y);
		if (bothFinite) {
			if (difference > maxAbs || !worst) worst = pair(k, x, y);
			if (difference > maxAbs) maxAbs = difference;
			if (y !== 0 && difference / Math.abs(y) > maxRel) maxRel = difference / Math.abs(y);
		}
		if (same || (bothFinite && difference <= atol + rtol * Math.abs(y))) continue;
		mismatched++;
		firstMismatch ??= pair(k, x, y);
	}
	const pairs = { ...(worst ? { worst } : {}), ...(firstMismatch ? { firstMismatch } : {}) };
	return { elements: inA.length, mismatched, different, maxAbs, maxRel, ...pairs };
}
