import assert from "node:assert/strict";
import { sizeOf } from "../../src/core/layout";
import { candidateNorms } from "../../src/core/norm-candidates";
import { type Norm, normOptions } from "../../src/core/normalizations";
import { at, f32, f64, noise, withEngine, writeTensors } from "./files";

/** Two-pass statistics of the finite values. */
function meanAndStd(values: readonly number[]): { mean: number; std: number } {
	const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
	return { mean, std: Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length) };
}

describe("comparing norms", function () {
	this.timeout(60_000);
	const { file, engine } = withEngine();

	it("gives every norm the numbers that its own inspection and its written output have", async () => {
		const shape = [6, 8, 5, 4];
		const values = noise(sizeOf(shape), 5).map((x, k) => x * (1 + (k % 3)) + (k % 7));
		const input = at(writeTensors(file("x.safetensors"), [f64("x", shape, values)]), "x");
		const norms = candidateNorms({ shape, letters: [..."NCHW"], channelAxis: 1 }, { eps: 0.05 });
		assert.ok(norms.length >= 7);
		const rows = await engine().compareNorms({ ...input, part: 0, norms });
		for (const [k, { norm, layout, sets, summary, single }] of rows.entries()) {
			assert.deepEqual(norm, norms[k]);
			const { norm: own } = await engine().inspect({ ...input, part: 0, norm });
			assert.ok(own && summary?.after);
			const { first: _, ...expected } = own;
			const close = (a: number, b: number, what: string) =>
				assert.ok(Math.abs(a - b) <= 1e-12 * Math.max(1, Math.abs(b)), `${norm.id} ${what}: ${a}, not ${b}`);
			assert.ok(expected.after);
			close(summary.after.whole.mean, expected.after.whole.mean, "mean after");
			close(summary.after.whole.std, expected.after.whole.std, "std after");
			close(summary.before.setMeans.lowest, expected.before.setMeans.lowest, "lowest mean");
			close(summary.before.setStds.highest, expected.before.setStds.highest, "highest std");
			assert.deepEqual([summary.sets, summary.setSize, summary.belowEps], [sets, expected.setSize, expected.belowEps]);
			assert.equal(single, sizeOf(layout.cells) === sizeOf(shape) ? sets : 0);
		}
		const batch = rows.find(({ norm }) => norm.id === "batchNorm");
		const channels = Array.from({ length: 8 }, (_, c) =>
			meanAndStd([...values].filter((_, k) => Math.floor(k / 20) % 8 === c)),
		);
		const means = channels.map(({ mean }) => mean);
		assert.ok(Math.abs((batch?.summary?.before.setMeans.highest ?? 0) - Math.max(...means)) < 1e-12);
	});

	it("counts sets below eps and of one finite element, and takes either part of complex values", async () => {
		const norm: Norm = { id: "layerNorm", options: normOptions([3, 4], { axis: 1 }) };
		const values = [1, NaN, Infinity, NaN, 5, 5, 5, 5, 1, 2, 3, 4];
		const input = at(writeTensors(file("odd.safetensors"), [f32("x", [3, 4], values)]), "x");
		const [row] = await engine().compareNorms({ ...input, part: 0, norms: [norm] });
		assert.deepEqual([row?.single, row?.summary?.belowEps, row?.summary?.empty], [1, 2, 0]);
		const complex = { name: "z", dtype: "c128", shape: [3, 4] } as const;
		const pairs = Float64Array.from({ length: 24 }, (_, k) => (k % 2 === 0 ? 1 : 7));
		const z = at(writeTensors(file("z.npy"), [{ ...complex, bytes: new Uint8Array(pairs.buffer) }]));
		for (const part of [0, 1] as const) {
			const [found] = await engine().compareNorms({ ...z, part, norms: [norm] });
			assert.equal(found?.summary?.before.setMeans.lowest, part === 0 ? 1 : 7);
		}
	});

	it("says of a layout with too many sets how many it has, and gives the others' numbers", async () => {
		const shape = [2048, 1100];
		const input = at(writeTensors(file("many.npy"), [f32("x", shape, noise(sizeOf(shape)))]));
		const norms: Norm[] = [
			{ id: "cells", options: normOptions(shape, { cells: shape }) },
			{ id: "batchNorm", options: normOptions(shape) },
		];
		const [all, batch] = await engine().compareNorms({ ...input, part: 0, norms });
		assert.deepEqual([all?.sets, all?.summary], [2048 * 1100, undefined]);
		assert.equal(batch?.summary?.sets, 1100);
	});

	it("answers for empty tensors and scalars", async () => {
		const empty = at(writeTensors(file("empty.npy"), [f32("x", [0, 3], [])]));
		const norms: Norm[] = [{ id: "batchNorm", options: normOptions([0, 3]) }];
		const [row] = await engine().compareNorms({ ...empty, part: 0, norms });
		assert.deepEqual([row?.sets, row?.summary?.empty, row?.summary?.setSize], [0, 0, 0]);
		const scalar = at(writeTensors(file("scalar.npy"), [f32("x", [], [2])]));
		const whole: Norm[] = [{ id: "cells", options: normOptions([]) }];
		const [only] = await engine().compareNorms({ ...scalar, part: 0, norms: whole });
		assert.deepEqual([only?.sets, only?.single], [1, 1]);
	});
});
