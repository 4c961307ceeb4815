import assert from "node:assert/strict";
import { TensorError } from "../../src/core/errors";
import { unravel } from "../../src/core/inspection";
import { type Shape, sizeOf } from "../../src/core/layout";
import { at, f64, noise, toFortran, withEngine, writeTensors } from "./files";

describe("elements at some indices of every axis", function () {
	this.timeout(60_000);
	const { file, engine } = withEngine();
	const SHAPE: Shape = [7, 40, 9, 11];
	const VALUES = noise(sizeOf(SHAPE), 5);
	VALUES[3] = NaN;
	VALUES[4] = -Infinity;

	for (const order of ["C", "F"] as const) {
		it(`are all combinations, in C order, whatever the file's order is: ${order}`, async () => {
			const stored = order === "C" ? VALUES : toFortran(SHAPE, VALUES);
			const where = at(writeTensors(file(`elements-${order}.npy`), [f64("", SHAPE, stored, order)]));
			for (const indices of [
				[
					[0, 1, 6],
					[0, 1, 2, 19, 20, 39],
					[0, 4, 8],
					[0, 1, 2, 3, 4, 10],
				],
				[[3], [7], [2], [5]],
				[[], [0], [0], [0]],
			]) {
				const found = await engine().elements({ ...where, part: 0, indices });
				const counts = indices.map(({ length }) => length);
				assert.equal(found.length, sizeOf(counts));
				found.forEach((value, flat) => {
					const index = unravel(flat, counts).map((place, axis) => indices[axis]?.[place] as number);
					const position = index.reduce((sum, i, axis) => sum * (SHAPE[axis] as number) + i, 0);
					assert.ok(Object.is(value, VALUES[position]), `[${index}]: ${value}, not ${VALUES[position]}`);
				});
			}
		});
	}

	it("are of the real or the imaginary part", async () => {
		const bytes = new Uint8Array(Float64Array.of(1, 10, 2, 20, 3, 30).buffer);
		const where = at(writeTensors(file("complex.npy"), [{ name: "", dtype: "c128", shape: [3], bytes }]));
		assert.deepEqual([...(await engine().elements({ ...where, part: 0, indices: [[0, 2]] }))], [1, 3]);
		assert.deepEqual([...(await engine().elements({ ...where, part: 1, indices: [[0, 2]] }))], [10, 30]);
	});

	it("are refused where the indices are not those of the tensor, or too many", async () => {
		const where = at(writeTensors(file("square.npy"), [f64("", [300, 300], noise(90_000))]));
		const ask = (...indices: readonly number[][]) => engine().elements({ ...where, part: 0, indices });
		const all = Array.from({ length: 300 }, (_, k) => k);
		for (const [code, ...indices] of [
			["bad-option", [0]],
			["bad-option", [0], [300]],
			["bad-option", [1, 0], [0]],
			["bad-option", [0.5], [0]],
			["too-large", all, all],
			["too-large", all.filter((k) => k % 2 === 0), all.filter((k) => k % 2 === 1)],
		] as const) {
			await assert.rejects(
				() => ask(...indices.map((list) => [...list])),
				(thrown) => thrown instanceof TensorError && thrown.code === code,
				JSON.stringify(indices).slice(0, 60),
			);
		}
	});
});
