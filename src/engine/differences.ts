import { cellOfIndex, denseStrides } from "../core/layout";
import { NUMPY_TOLERANCE, type Tolerance, ulpBucket } from "../core/tensor-difference";
import type { Decoded } from "./decoded";
import { type CellDifferences, type Comparison, type DifferenceShare, isWorse, type Pair } from "./difference-share";
import { addPair } from "./dot";
import { compose, indexTable } from "./tables";

/** Compares one box of two tensors, in C order; `ulpOf` counts steps where the comparison wants them. */
export function addDifferences(
	into: DifferenceShare,
	a: Decoded,
	b: Decoded,
	comparison: Comparison,
	ulpOf: ((a: number, b: number) => number) | undefined,
): void {
	const { shape, parts, asked, torch } = comparison;
	const [inA, inB] = [positionsOf(a), positionsOf(b)];
	const inner = a.shape.at(-1) ?? 1;
	const cells = cellsOf(a, comparison);
	const indexOf = indicesOf(a, shape);
	const row: CellDifferences = { max: new Float64Array(1), sum: new Float64Array(1), count: new Float64Array(1) };
	let [metDifferent, metMismatch] = [false, false];
	for (let k = 0; k < inA.length; k++) {
		const i = k % inner;
		const [p, q] = [a.offset + (inA[k] as number), b.offset + (inB[k] as number)];
		const [x, y] = [a.values[p] as number, b.values[q] as number];
		// Where one side has 64-bit integers, both are compared as what they are.
		const exactA = a.wide ? (a.wide[p] as bigint) : x;
		const exactB = b.wide ? (b.wide[q] as bigint) : y;
		// biome-ignore lint/suspicious/noDoubleEquals: only == compares a bigint with a number, exactly.
		const same = exactA == exactB || (Number.isNaN(x) && Number.isNaN(y));
		const bothFinite = Number.isFinite(x) && Number.isFinite(y);
		const difference = same ? 0 : distance(exactA, exactB);
		const pair = (): Pair => ({ index: indexOf(k), difference, a: exactA, b: exactB });
		if (!same) {
			into.different++;
			// Within a box elements come in C order: only its first can be the first of all.
			if (!metDifferent) into.firstDifferent = earlier(into.firstDifferent, pair());
			metDifferent = true;
			if (!bothFinite) {
				if (Number.isNaN(x) || Number.isNaN(y)) into.nanMismatches++;
				else into.infMismatches++;
			}
			if (!bothFinite || difference > limit(asked, y)) {
				into.mismatched++;
				if (!metMismatch) into.firstMismatch = earlier(into.firstMismatch, pair());
				metMismatch = true;
			}
		} else if (Number.isNaN(x)) into.nanPairs++;
		if (bothFinite) {
			const found = difference > into.maxAbs || !into.worst ? pair() : undefined;
			if (found && isWorse(found, into.worst)) into.worst = found;
			if (difference > into.maxAbs) into.maxAbs = difference;
			if (y !== 0) into.maxRel = Math.max(into.maxRel, difference / Math.abs(y));
			addPair(into.dot, x, y, difference);
			addToCells(row, 0, difference, difference, 1);
			cells.addElement(into, i, difference);
			if (ulpOf) {
				const steps = ulpOf(x, y);
				if (steps > into.maxUlp) into.maxUlp = steps;
				const bucket = ulpBucket(steps);
				into.ulps[bucket] = (into.ulps[bucket] as number) + 1;
			}
		}
		if (parts === 1) {
			if (!(same && !Number.isNaN(x))) countFailing(into, torch, bothFinite, difference, Math.abs(y));
		} else if (i === 1) {
			const [re, im] = [
				a.values[a.offset + (inA[k - 1] as number)] as number,
				b.values[b.offset + (inB[k - 1] as number)] as number,
			];
			if (re !== im || x !== y) {
				const finite = bothFinite && Number.isFinite(re) && Number.isFinite(im);
				countFailing(into, torch, finite, Math.hypot(re - im, x - y), Math.hypot(im, y));
			}
		}
		if (i === inner - 1) {
			cells.addRow(into, row);
			row.max[0] = row.sum[0] = row.count[0] = 0;
		}
	}
	into.elements += inA.length;
}

function countFailing(
	into: DifferenceShare,
	torch: Tolerance,
	finite: boolean,
	difference: number,
	size: number,
): void {
	if (!finite || difference > limit(NUMPY_TOLERANCE, size)) into.failing[0]++;
	if (!finite || difference > limit(torch, size)) into.failing[1]++;
}

function limit({ rtol, atol }: Tolerance, b: number): number {
	return atol + rtol * Math.abs(b);
}

function distance(a: number | bigint, b: number | bigint): number {
	if (typeof a === "number" && typeof b === "number") return Math.abs(a - b);
	// A whole number of either kind is a bigint; of others the fraction is all that a float64 loses.
	const whole = (value: number | bigint) => typeof value === "bigint" || Number.isInteger(value);
	return whole(a) && whole(b) ? Math.abs(Number(BigInt(a) - BigInt(b))) : Math.abs(Number(a) - Number(b));
}

function earlier(one: Pair | undefined, two: Pair): Pair {
	return one && one.index <= two.index ? one : two;
}

function positionsOf({ shape, strides }: Decoded) {
	return compose(shape.map((count, axis) => indexTable(0, count, strides[axis] as number)));
}

/** The C-order index in the tensor of the k-th element of a box. */
function indicesOf({ origin, shape }: Decoded, whole: readonly number[]): (k: number) => number {
	const steps = denseStrides(whole);
	return (k) => {
		let index = 0;
		for (let axis = shape.length - 1; axis >= 0; axis--) {
			const count = shape[axis] as number;
			index += ((origin[axis] as number) + (k % count)) * (steps[axis] as number);
			k = Math.floor(k / count);
		}
		return index;
	};
}

function addToCells(into: CellDifferences, cell: number, max: number, sum: number, count: number): void {
	if (max > (into.max[cell] as number)) into.max[cell] = max;
	into.sum[cell] = (into.sum[cell] as number) + sum;
	into.count[cell] = (into.count[cell] as number) + count;
}

/** Adds to the cells of axes and map: of the last axis element by element, of those before it row by row. */
function cellsOf({ origin, shape }: Decoded, { bins, map, shape: whole }: Comparison) {
	const tables = (axis: number, cells: number) =>
		Int32Array.from({ length: shape[axis] as number }, (_, i) =>
			cellOfIndex((origin[axis] as number) + i, whole[axis] as number, cells),
		);
	const last = shape.length - 1;
	const ofAxis = bins.map((cells, axis) => tables(axis, cells));
	const counter = new Int32Array(Math.max(0, last));
	const mapTables = map?.axes.map((axis, k) =>
		tables(axis, map.cells[k] as number).map((c) => (k === 0 ? c * map.cells[1] : c)),
	);
	const inMap = map?.axes.indexOf(last) ?? -1;
	const inner = ofAxis[last];
	const mapInner = mapTables?.[inMap];
	let mapBase = 0;
	const place = () => {
		mapBase = 0;
		map?.axes.forEach((axis, k) => {
			if (k !== inMap) mapBase += mapTables?.[k]?.[counter[axis] as number] ?? 0;
		});
	};
	place();
	return {
		addElement(into: DifferenceShare, i: number, difference: number) {
			if (inner) addToCells(into.axes[last] as CellDifferences, inner[i] as number, difference, difference, 1);
			if (mapInner) addToCells(into.map as CellDifferences, mapBase + (mapInner[i] as number), difference, 0, 1);
		},
		addRow(into: DifferenceShare, row: CellDifferences) {
			const [max, sum, count] = [row.max[0] as number, row.sum[0] as number, row.count[0] as number];
			for (let axis = 0; axis < Math.min(last, bins.length); axis++) {
				const cell = (ofAxis[axis] as Int32Array)[counter[axis] as number] as number;
				addToCells(into.axes[axis] as CellDifferences, cell, max, sum, count);
			}
			if (map && !mapInner) addToCells(into.map as CellDifferences, mapBase, max, 0, count);
			for (let axis = last - 1; axis >= 0; axis--) {
				counter[axis] = (counter[axis] as number) + 1;
				if ((counter[axis] as number) < (shape[axis] as number)) break;
				counter[axis] = 0;
			}
			place();
		},
	};
}
