import assert from "node:assert/strict";
import {
	type BatchSizes,
	drawSubBatches,
	randomOf,
	samplesLayout,
	shuffled,
	subBatchSizes,
} from "../../src/core/batch-sizes";
import { sizeOf } from "../../src/core/layout";
import { emptyMoments, mergeGroup } from "../../src/core/moments";
import { type Norm, normOptions } from "../../src/core/normalizations";
import { noise } from "../engine/files";

const SHAPE = [13, 3, 5];
const values = noise(sizeOf(SHAPE), 5).map((x, k) => x * (1 + (k % 7)) + Math.floor(k / 15));
const at = (n: number, c: number, t: number) => values[(n * 3 + c) * 5 + t] as number;
const norm: Norm = { id: "batchNorm", options: normOptions(SHAPE) };

/** BatchNorm's statistics of one channel of some samples, by the definition. */
function statistics(samples: readonly number[], c: number) {
	const all = samples.flatMap((n) => [0, 1, 2, 3, 4].map((t) => at(n, c, t)));
	const mean = all.reduce((sum, x) => sum + x, 0) / all.length;
	return { mean, sigma: Math.sqrt(all.reduce((sum, x) => sum + (x - mean) ** 2, 0) / all.length + 1e-5) };
}

function drawn(draws: number, seed: number): BatchSizes {
	const layout = samplesLayout(norm, SHAPE, 0);
	const moments = emptyMoments("f64", sizeOf(layout.cells));
	for (let k = 0; k < values.length; k++) mergeGroup(moments, Math.floor(k / 5), 1, values[k] as number, 0);
	const drawing = drawSubBatches({ norm, axis: 0, layout, moments }, { draws, seed });
	for (;;) {
		const next = drawing.next();
		if (next.done) return next.value;
	}
}

describe("sub-batches", () => {
	it("have the statistics and the output error that normalizing with them has", () => {
		const found = drawn(1, 9);
		const order = [...shuffled(13, randomOf(9))];
		assert.deepEqual(
			[...order].sort((a, b) => a - b),
			Array.from({ length: 13 }, (_, n) => n),
		);
		assert.deepEqual(found.sizes, [1, 2, 4, 8, 13]);
		const all = Array.from({ length: 13 }, (_, n) => n);
		found.sizes.forEach((size, k) => {
			const part = order.slice(0, size);
			let sum = 0;
			const [means, stds] = [[] as number[], [] as number[]];
			for (let c = 0; c < 3; c++) {
				const [own, full] = [statistics(part, c), statistics(all, c)];
				means.push((own.mean - full.mean) / full.sigma);
				stds.push(own.sigma / full.sigma);
				for (const n of all) {
					for (let t = 0; t < 5; t++) {
						const x = at(n, c, t);
						sum += ((x - own.mean) / own.sigma - (x - full.mean) / full.sigma) ** 2;
					}
				}
			}
			const close = (a: number | undefined, b: number, what: string) =>
				assert.ok(Math.abs((a as number) - b) < 1e-9, `${what} of ${size} samples: ${a}, not ${b}`);
			close(found.output.median[k], Math.sqrt(sum / values.length), "output");
			close(found.mean.p95[k], Math.max(...means), "largest mean");
			close(found.std.p5[k], Math.min(...stds), "smallest std");
		});
	});

	it("are all samples at the end: no error, whatever the draw", () => {
		const { output, mean, std, meanDeviation } = drawn(8, 1);
		assert.ok((output.p95.at(-1) as number) < 1e-12);
		assert.ok(Math.abs(mean.p95.at(-1) as number) < 1e-12);
		assert.ok(Math.abs((std.median.at(-1) as number) - 1) < 1e-12);
		assert.ok(meanDeviation.at(-1)?.every((value) => value < 1e-12));
		assert.ok((output.median[0] as number) > (output.median[2] as number), "larger batches are better");
	});

	it("are the same for the same seed, and others for another", () => {
		assert.deepEqual(drawn(4, 2), drawn(4, 2));
		assert.notDeepEqual(drawn(4, 2).mean, drawn(4, 3).mean);
	});

	it("refuses a norm that keeps samples apart, with a sentence", () => {
		const apart: Norm = { id: "instanceNorm", options: normOptions(SHAPE) };
		assert.throws(() => samplesLayout(apart, SHAPE, 0), /does not average over axis 0/);
		assert.throws(() => samplesLayout(norm, [1, 3, 5], 0), /at least 2 samples/);
		assert.deepEqual(subBatchSizes(8), [1, 2, 4, 8]);
	});
});
