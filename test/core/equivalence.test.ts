import assert from "node:assert/strict";
import { cellLines } from "../../src/core/cell-affine";
import { equivalenceOf, outputDifference, relationOf } from "../../src/core/equivalence";
import { cellOfIndex, denseStrides, divisors, type Layout, type Shape, sizeOf } from "../../src/core/layout";
import { emptyMoments, type Moments, mergeGroup, widen } from "../../src/core/moments";
import { COMPARABLE_IDS, layoutOf, type Norm, normalization, normOptions } from "../../src/core/normalizations";
import { commonRefinement } from "../../src/engine/derive";
import { noise } from "../engine/files";

/** The set of every element, by its number among the sets: no use is made of how layouts relate. */
function labels({ shape, cells }: Layout): number[] {
	const steps = denseStrides(shape);
	const cellSteps = denseStrides(cells);
	return Array.from({ length: sizeOf(shape) }, (_, flat) =>
		shape.reduce((sum, size, axis) => {
			const index = Math.floor(flat / (steps[axis] as number)) % size;
			return sum + cellOfIndex(index, size, cells[axis] as number) * (cellSteps[axis] as number);
		}, 0),
	);
}

/** Whether elements that share a set in `a` always share one in `b`. */
function isWithin(a: readonly number[], b: readonly number[]): boolean {
	const seen = new Map<number, number>();
	return a.every((label, k) => {
		const other = seen.get(label) ?? (b[k] as number);
		seen.set(label, other);
		return other === b[k];
	});
}

function norms(shape: Shape): Norm[] {
	const options = [0, 1, -1, -2].flatMap((axis) =>
		divisors(shape.at(axis) ?? 1).map((groups) => normOptions(shape, { axis, groups })),
	);
	return COMPARABLE_IDS.filter((id) => normalization(id).statistic?.divisor === "std" && id !== "meanVarianceNorm")
		.flatMap((id) => options.map((each) => ({ id, options: each })))
		.filter((norm) => {
			try {
				layoutOf(norm, shape);
				return true;
			} catch {
				return false;
			}
		});
}

function momentsOf(layout: Layout, values: Float64Array): Moments {
	const into = emptyMoments("f64", sizeOf(layout.cells));
	labels(layout).forEach((cell, k) => {
		mergeGroup(into, cell, 1, values[k] as number, 0);
		for (const end of ["min", "max"] as const) widen(into[end], cell, values[k] as number, end);
	});
	return into;
}

function output(norm: Norm, layout: Layout, values: Float64Array): number[] {
	const sets = new Map<number, number[]>();
	const label = labels(layout);
	label.forEach((set, k) => {
		sets.set(set, [...(sets.get(set) ?? []), values[k] as number]);
	});
	return label.map((set, k) => {
		const all = sets.get(set) as number[];
		const mean = all.reduce((sum, x) => sum + x, 0) / all.length;
		const variance = all.reduce((sum, x) => sum + (x - mean) ** 2, 0) / all.length;
		return ((values[k] as number) - mean) / Math.sqrt(variance + norm.options.eps);
	});
}

describe("equivalence of norms", () => {
	const SHAPES: readonly Shape[] = [
		[2, 4],
		[1, 4, 3],
		[2, 4, 1],
		[2, 6, 2, 2],
		[1, 4, 1, 1],
		[3, 1, 2],
	];

	it("tells for all pairs of all norms how the sets lie, as labels of the elements do", () => {
		const met = new Set<string>();
		for (const shape of SHAPES) {
			const layouts = new Map(norms(shape).map((norm) => [layoutOf(norm, shape).cells.join(), layoutOf(norm, shape)]));
			for (const a of layouts.values()) {
				for (const b of layouts.values()) {
					const [of, to] = [labels(a), labels(b)];
					const [finer, coarser] = [isWithin(of, to), isWithin(to, of)];
					const expected = finer && coarser ? "same" : finer ? "finer" : coarser ? "coarser" : "across";
					assert.equal(relationOf(a, b), expected, `[${shape}] cells [${a.cells}] and [${b.cells}]`);
					met.add(expected);
				}
			}
		}
		assert.deepEqual([...met].sort(), ["across", "coarser", "finer", "same"]);
	});

	it("says in one sentence with the numbers what keeps two norms apart", () => {
		const shape = [32, 64, 56, 56];
		const norm = (id: Norm["id"], given = {}): Norm => ({ id, options: normOptions(shape, given) });
		const verdict = (a: Norm, b: Norm) => equivalenceOf(a, b, shape, ["N", "C", "H", "W"]);
		const group = verdict(norm("groupNorm", { groups: 1 }), norm("layerNorm"));
		assert.equal(group.interchangeable, "without affine");
		assert.equal(
			group.sentence,
			"Same sets (32 sets of 200\u202f704), same statistics; gamma (C) against (C,H,W): not interchangeable once affine is on.",
		);
		const instance = verdict(norm("groupNorm", { groups: 64 }), norm("instanceNorm"));
		assert.equal(instance.interchangeable, "always");
		assert.match(instance.sentence, /gamma \(C\) for both\.$/);
		assert.equal(
			verdict(norm("instanceNorm"), norm("batchNorm")).sentence,
			"Different sets: 2\u202f048 sets of 3\u202f136 against 64 sets of 100\u202f352; each of the first lies inside one of the second.",
		);
		const eps = verdict(norm("batchNorm"), norm("batchNorm", { eps: 1e-3 }));
		assert.equal(eps.interchangeable, "never");
		assert.match(eps.sentence, /eps 0\.00001 against 0\.001|eps 1e-5 against 0\.001/);
	});

	it("finds the largest and the mean square difference of two outputs from statistics, as comparing the outputs does", () => {
		for (const shape of SHAPES) {
			const values = noise(sizeOf(shape), 3).map((x) => 5 + 2 * x);
			const all = norms(shape);
			const some = all.filter((_, k) => k % Math.ceil(all.length / 12) === 0);
			for (const a of some) {
				for (const b of some) {
					const [inA, inB] = [layoutOf(a, shape), layoutOf(b, shape)];
					const fine = commonRefinement(inA, inB);
					const with_ = (layout: Layout) => ({ layout, moments: momentsOf(layout, values) });
					const normed = (layout: Layout, norm: Norm) => ({
						layout,
						lines: cellLines(momentsOf(layout, values), norm),
					});
					const found = outputDifference(with_(fine), normed(inA, a), normed(inB, b));
					const [of, to] = [output(a, inA, values), output(b, inB, values)];
					const apart = of.map((y, k) => Math.abs(y - (to[k] as number)));
					const rms = Math.sqrt(apart.reduce((sum, d) => sum + d * d, 0) / apart.length);
					assert.ok(Math.abs(found.maxAbs - Math.max(...apart)) < 1e-9, `max of ${a.id} and ${b.id} on [${shape}]`);
					assert.ok(Math.abs(found.rms - rms) < 1e-9, `rms of ${a.id} and ${b.id} on [${shape}]`);
				}
			}
		}
	});
});
