import assert from "node:assert/strict";
import { TensorError } from "../../src/core/errors";
import { unravel } from "../../src/core/inspection";
import { type Shape, sizeOf } from "../../src/core/layout";
import { at, f64, noise, toFortran, withEngine, writeTensors } from "./files";

describe("the profile of a stretch of an axis", function () {
	this.timeout(60_000);
	const { file, engine } = withEngine();
	const SHAPE: Shape = [9, 50, 7];
	const VALUES = noise(sizeOf(SHAPE), 21);
	VALUES[123] = NaN;
	VALUES[124] = 0;

	for (const order of ["C", "F"] as const) {
		it(`has the plain formulas' numbers for each of its indices (order ${order})`, async () => {
			const stored = order === "C" ? VALUES : toFortran(SHAPE, VALUES);
			const where = at(writeTensors(file(`stretch-${order}.npy`), [f64("", SHAPE, stored, order)]));
			for (const stretch of [
				{ axis: 0, start: 2, length: 5 },
				{ axis: 1, start: 0, length: 50 },
				{ axis: 1, start: 17, length: 1 },
				{ axis: 2, start: 6, length: 1 },
			]) {
				const found = await engine().profile({ ...where, part: 0, stretch });
				assert.deepEqual([found.axis, found.size, found.bins], [stretch.axis, stretch.length, stretch.length]);
				for (let k = 0; k < stretch.length; k++) {
					const own = [...VALUES].filter((_, flat) => unravel(flat, SHAPE)[stretch.axis] === stretch.start + k);
					const finite = own.filter(Number.isFinite);
					const mean = finite.reduce((sum, x) => sum + x, 0) / finite.length;
					const std = Math.sqrt(finite.reduce((sum, x) => sum + (x - mean) ** 2, 0) / finite.length);
					assert.ok(
						Math.abs((found.mean[k] as number) - mean) < 1e-14 && Math.abs((found.std[k] as number) - std) < 1e-14,
					);
					assert.deepEqual(
						[found.count[k], found.min[k], found.max[k], found.nan[k], found.zeros[k]],
						[
							finite.length,
							Math.min(...finite),
							Math.max(...finite),
							own.length - finite.length,
							own.filter((x) => x === 0).length,
						],
					);
				}
			}
		});
	}

	it("has at most 2048 bins, which count from its start", async () => {
		const values = Float64Array.from({ length: 10_000 }, (_, i) => i);
		const where = at(writeTensors(file("long.npy"), [f64("", [10_000], values)]));
		const found = await engine().profile({ ...where, part: 0, stretch: { axis: 0, start: 1000, length: 4096 } });
		assert.deepEqual(
			[found.bins, found.size, found.min[0], found.max[0], found.max[2047]],
			[2048, 4096, 1000, 1001, 5095],
		);
	});

	it("is of the imaginary part of a complex tensor where that is asked for, and of a tensor that has it", async () => {
		const bytes = new Uint8Array(Float64Array.of(1, 10, 2, 20, 3, 30).buffer);
		const where = at(writeTensors(file("complex.npy"), [{ name: "", dtype: "c128", shape: [3], bytes }]));
		const found = await engine().profile({ ...where, part: 1, stretch: { axis: 0, start: 1, length: 2 } });
		assert.deepEqual([...found.mean], [20, 30]);
		for (const stretch of [
			{ axis: 1, start: 0, length: 1 },
			{ axis: 0, start: 2, length: 2 },
			{ axis: 0, start: 0, length: 0 },
		]) {
			await assert.rejects(
				engine().profile({ ...where, part: 0, stretch }),
				(thrown) => thrown instanceof TensorError && thrown.code === "bad-option",
			);
		}
	});
});
