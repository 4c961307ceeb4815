import assert from "node:assert/strict";
import { closeSync, ftruncateSync, openSync, writeSync } from "node:fs";
import { isUnseen } from "../../src/core/inspection";
import { cellOfIndex, type Shape, sizeOf } from "../../src/core/layout";
import { normOptions } from "../../src/core/normalizations";
import { sampleBoxes } from "../../src/engine/sample";
import { denseBoxes } from "../../src/formats/dense";
import { at, f64, noise, withEngine, writeTensors } from "./files";

/** The block that a dense tensor of f32 values is sampled in. */
const blockOf = (shape: Shape, order: "C" | "F" = "C", elements = 1024) =>
	denseBoxes(shape, order, elements).next().value?.shape ?? [];

describe("the boxes of a sample", () => {
	for (const [shape, order] of [
		[[64, 256, 128, 128], "C"],
		[[64, 128, 128, 256], "F"],
		[[8, 4096, 1024], "C"],
		[[65536, 16384], "C"],
		[[3, 1500, 7, 1234], "C"],
		[[2 ** 28], "C"],
		[[2 ** 26 + 1, 3], "C"],
		[[5, 3, 2, 7, 4, 3, 11, 1000], "F"],
	] as const) {
		it(`meet every index of every axis of [${shape.join(", ")}] in order ${order}, or every one of 2048 parts`, () => {
			const boxes = [...sampleBoxes(shape, blockOf(shape, order))];
			assert.ok(boxes.length <= 2048);
			assert.equal(new Set(boxes.map(({ origin }) => origin.join())).size, boxes.length, "no box twice");
			shape.forEach((size, axis) => {
				const bins = Math.min(size, 2048);
				const met = new Set<number>();
				for (const { origin, shape: extent } of boxes) {
					const start = origin[axis] as number;
					const end = start + (extent[axis] as number);
					assert.ok(start >= 0 && end <= size && end > start, `[${start}, ${end}) lies in axis ${axis}`);
					for (let bin = cellOfIndex(start, size, bins); bin <= cellOfIndex(end - 1, size, bins); bin++) met.add(bin);
				}
				assert.equal(met.size, bins, `axis ${axis}`);
			});
		});
	}

	it("are spread evenly over pairs of axes, and so is every leading power of two of them", () => {
		const shape = [64, 256, 64, 1024];
		const boxes = [...sampleBoxes(shape, [1, 1, 1, 1024])];
		for (const count of [64, 256, 2048]) {
			for (const [a, b] of [
				[0, 1],
				[0, 2],
				[1, 2],
			] as const) {
				const parts = Math.sqrt(count) > 30 ? 16 : 4;
				const hits = new Array<number>(parts * parts).fill(0);
				for (const { origin } of boxes.slice(0, count)) {
					const part = (axis: number) => cellOfIndex(origin[axis] as number, shape[axis] as number, parts);
					const hit = part(a) * parts + part(b);
					hits[hit] = (hits[hit] as number) + 1;
				}
				const expected = count / hits.length;
				assert.ok(
					hits.every((hit) => hit > 0 && hit <= 2 * expected),
					`${count} boxes over axes ${a}, ${b}: ${Math.min(...hits)} to ${Math.max(...hits)}, not ${expected}`,
				);
			}
		}
	});
});

describe("a sample of a large tensor", function () {
	this.timeout(60_000);
	const { file, engine } = withEngine(1);
	const patient = { sample: true, sampleMs: Infinity } as const;
	const SHAPE = [48, 32, 72, 96];

	/** 85 MB whose channels have means and deviations of their own, so that each index can be told from the others. */
	const known = (order: "C" | "F") => {
		const values = noise(sizeOf(SHAPE), 7);
		const strides = order === "C" ? [32 * 72 * 96, 72 * 96, 96, 1] : [1, 48, 48 * 32, 48 * 32 * 72];
		for (let k = 0; k < values.length; k++) {
			const channel = Math.floor(k / (strides[1] as number)) % 32;
			values[k] = channel + (1 + channel / 32) * (values[k] as number);
		}
		return writeTensors(file(`known-${order}.npy`), [f64("", SHAPE, values, order)]);
	};

	for (const order of ["C", "F"] as const) {
		it(`finds means and deviations within five standard errors in order ${order}, and says that it is a sample`, async () => {
			const input = known(order);
			const norm = { id: "batchNorm" as const, options: normOptions(SHAPE) };
			const found = await engine().inspect({ ...at(input), part: 0, norm, ...patient });
			const { exact, seen, elements, whole, profiles, first } = found;
			assert.equal(exact, false);
			assert.equal(elements, sizeOf(SHAPE));
			assert.ok(seen > 2 ** 19 && seen <= 2 ** 20, `${seen} elements of 8 bytes are at most 8 MiB`);
			assert.deepEqual([whole.count, first], [seen, {}]);
			assert.deepEqual([found.norm?.exact, found.norm?.seen, found.norm?.unseen], [false, seen, 0]);
			const channels = profiles[1];
			assert.ok(channels);
			for (let channel = 0; channel < 32; channel++) {
				const [count, deviation] = [channels.count[channel] as number, 1 + channel / 32];
				assert.ok(count > seen / 64, `channel ${channel} has ${count} of ${seen}`);
				const error = deviation / Math.sqrt(count);
				const [mean, std] = [channels.mean[channel] as number, channels.std[channel] as number];
				assert.ok(Math.abs(mean - channel) < 5 * error, `channel ${channel}: mean ${mean}`);
				assert.ok(Math.abs(std - deviation) < 5 * error, `channel ${channel}: std ${std}`);
			}
			for (const { bins, count, axis } of profiles) {
				assert.equal(bins, SHAPE[axis]);
				assert.ok(
					count.every((n) => n > 0),
					`every index of axis ${axis} was seen`,
				);
				assert.equal(
					count.reduce((a, b) => a + b, 0),
					seen,
				);
			}
		});
	}

	it("is the same whether its layouts are computed together or one by one", async () => {
		const input = known("C");
		const cells = [
			[1, 32, 1, 1],
			[48, 32, 1, 1],
			[1, 1, 72, 96],
			[1, 1, 1, 1],
			[4, 8, 1, 6],
		];
		const layouts = cells.map((each) => ({ shape: SHAPE, cells: each }));
		const together = await engine().moments({ ...at(input), layouts, ...patient });
		for (const [k, layout] of layouts.entries()) {
			const alone = await engine().moments({ ...at(input), layouts: [layout], ...patient });
			const [a, b] = [together.layouts[k]?.parts[0], alone.layouts[0]?.parts[0]];
			assert.ok(a && b);
			assert.deepEqual([a.count, a.min, a.max, a.nan], [b.count, b.min, b.max, b.nan]);
			for (const [cell, mean] of a.mean.entries()) assert.ok(Math.abs(mean - (b.mean[cell] as number)) < 1e-12);
			assert.equal(
				a.count.reduce((x, y) => x + y, 0),
				together.seen,
			);
		}
	});

	it("knows nothing of sets that have no element in it, and says of how many", async () => {
		const shape = [400, 500, 2, 64];
		const input = writeTensors(file("many.npy"), [f64("", shape, new Float64Array(sizeOf(shape)).fill(3))]);
		const norm = { id: "cells" as const, options: normOptions(shape, { cells: [200, 500, 1, 1] }) };
		const { norm: summary, whole } = await engine().inspect({ ...at(input), part: 0, norm, ...patient });
		assert.ok(summary);
		assert.equal(summary.sets, 100_000);
		assert.ok(summary.unseen > 90_000 && summary.unseen < 100_000, String(summary.unseen));
		assert.equal(summary.empty, 0);
		assert.deepEqual(summary.before.setMeans, { lowest: 3, highest: 3 });
		const { layouts } = await engine().moments({ ...at(input), layouts: [summary.layout], ...patient });
		const cells = layouts[0]?.parts[0];
		assert.ok(cells);
		const unknown = Array.from(cells.count.keys()).filter((cell) => isUnseen(cells, cell));
		assert.equal(unknown.length, summary.unseen);
		assert.equal(whole.mean, 3);
	});

	it("counts what is not finite, apart from the rest, and does not say where it is first", async () => {
		const values = new Float64Array(9 * 2 ** 20);
		values.fill(NaN, 0, values.length / 3);
		values.fill(-Infinity, values.length / 3, (2 * values.length) / 3);
		const input = writeTensors(file("odd.npy"), [f64("", [3, values.length / 3], values)]);
		const { whole, seen, first, profiles } = await engine().inspect({ ...at(input), part: 0, ...patient });
		assert.deepEqual(first, {});
		assert.equal(whole.nan + whole.negInf + whole.count, seen);
		for (const share of [whole.nan, whole.negInf, whole.zeros]) assert.ok(Math.abs(share / seen - 1 / 3) < 0.01);
		assert.deepEqual(
			[...(profiles[0]?.count ?? [])].map((count) => count > 0),
			[false, false, true],
		);
	});

	it("keeps the two parts of complex values apart", async () => {
		const numbers = new Float64Array(2 * 5 * 2 ** 20);
		for (let k = 0; k < numbers.length; k += 2) [numbers[k], numbers[k + 1]] = [1 + (k % 3), -5];
		const tensor = { name: "", dtype: "c128" as const, shape: [5, 2 ** 20], bytes: new Uint8Array(numbers.buffer) };
		const input = writeTensors(file("complex.npy"), [tensor]);
		const real = await engine().inspect({ ...at(input), part: 0, ...patient });
		const imaginary = await engine().inspect({ ...at(input), part: 1, ...patient });
		assert.deepEqual([real.exact, real.whole.count, imaginary.whole.count], [false, real.seen, real.seen]);
		assert.deepEqual([real.whole.min, real.whole.max, imaginary.whole.min, imaginary.whole.max], [1, 3, -5, -5]);
		assert.ok(real.profiles[0]?.count.every((count) => count > 0));
	});

	it("is not taken of small tensors: the answer is exact and says so", async () => {
		const input = writeTensors(file("small.npy"), [f64("", [4], [1, 2, 3, 6])]);
		const { exact, seen, elements, whole } = await engine().inspect({ ...at(input), part: 0, sample: true });
		assert.deepEqual([exact, seen, elements, whole.mean], [true, 4, 4, 3]);
	});

	it("takes no more than 2048 reads of a page each from a sparse file of 64 GiB, beside the exact work in the same worker", async () => {
		const input = file("sparse.npy");
		const shape = [2 ** 10, 2 ** 12, 2 ** 12];
		const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(", ")}), }`.padEnd(117);
		const handle = openSync(input, "w");
		writeSync(handle, Buffer.from(`\x93NUMPY\x01\x00v\x00${text}\n`, "latin1"));
		ftruncateSync(handle, 128 + 4 * sizeOf(shape));
		closeSync(handle);
		const stop = new AbortController();
		const exact = engine().inspect({ ...at(input), part: 0 }, { signal: stop.signal });
		const ended = assert.rejects(exact, /cancelled/i);
		const sample = await engine().inspect({ ...at(input), part: 0, ...patient });
		stop.abort();
		await ended;
		assert.deepEqual([sample.exact, sample.seen, sample.whole.zeros], [false, 2 ** 21, 2 ** 21]);
		assert.ok(sample.profiles.every(({ count }) => count.every((n) => n > 0)));
	});

	it("does not disturb exact work that runs beside it in the same worker", async () => {
		const input = known("C");
		const alone = await engine().inspect({ ...at(input), part: 0 });
		const [exact, sample] = await Promise.all([
			engine().inspect({ ...at(input), part: 0 }),
			engine().inspect({ ...at(input), part: 0, ...patient }),
		]);
		const again = await engine().inspect({ ...at(input), part: 0, ...patient });
		assert.deepEqual([exact.exact, exact.whole], [true, alone.whole]);
		assert.deepEqual([sample.exact, sample.whole], [false, again.whole]);
	});
});
