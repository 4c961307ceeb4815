import assert from "node:assert/strict";
import fc from "fast-check";
import type { DType } from "../../src/core/dtype";
import { type Layout, sizeOf } from "../../src/core/layout";
import { mergeCells } from "../../src/core/merge-cells";
import { emptyMoments, type Moments, mergeCell } from "../../src/core/moments";
import { partsWorth } from "../../src/engine/derive";
import { createEngine } from "../../src/engine/engine";
import { addChunk } from "../../src/engine/kernels";
import { at, f32, noise, WORKER, withEngine, writeTensors } from "./files";

describe("a tensor in parts that workers take in turn", function () {
	this.timeout(60_000);
	const { file } = withEngine();
	const shape = [24, 48, 40, 60];

	it("has the same statistics to the last bit, whoever took which part, and however many workers did", async () => {
		const values = noise(sizeOf(shape)).map((x, i) => (i % 100_003 === 7 ? NaN : i % 997 === 9 ? 0 : x + 100));
		const input = writeTensors(file("parts.npy"), [f32("", shape, values)]);
		const cells = [
			[1, 48, 1, 1],
			[24, 1, 1, 1],
			[24, 12, 1, 1],
			[1, 1, 1, 60],
			[1, 1, 1, 1],
		];
		const layouts = cells.map((each): Layout => ({ shape, cells: each }));
		assert.ok(layouts.every((layout) => partsWorth([layout]) > 4));
		const found: Moments[][] = [];
		for (const workers of [1, 2, 3, 3, 3]) {
			const engine = createEngine({ workerPath: WORKER, workers });
			const answers: Moments[] = [];
			for (const layout of layouts) {
				const { layouts: moments } = await engine.moments({ ...at(input), layouts: [layout] });
				answers.push(moments[0]?.parts[0] as Moments);
			}
			found.push(answers);
			await engine.close();
		}
		for (const answers of found.slice(1)) assert.deepEqual(answers, found[0]);
	});

	it("is cut in few parts where many cells would be found in all of them", () => {
		assert.equal(partsWorth([{ shape: [64, 2 ** 20], cells: [1, 2 ** 20] }]), 1);
		assert.ok(partsWorth([{ shape: [64, 2 ** 20], cells: [64, 1] }]) > 1);
		assert.equal(partsWorth([{ shape: [0, 5], cells: [0, 5] }]), 1);
	});

	for (const dtype of ["f64", "i64", "u64"] satisfies DType[]) {
		it(`merges runs of cells of ${dtype} as it does one by one`, () => {
			const value = fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constantFrom(NaN, Infinity, -Infinity, 1e300, -1e300));
			const whole = fc.array(fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }), { maxLength: 12 });
			const numbers = dtype === "f64" ? fc.array(value, { maxLength: 12 }) : whole;
			const momentsOf = (some: readonly (number | bigint)[], cells: number): Moments => {
				const into = emptyMoments(dtype, cells);
				const decoded = { values: Float64Array.from(some, Number), origin: [0], shape: [some.length], strides: [1] };
				const wide = dtype === "u64" ? { wide: BigUint64Array.from(some as bigint[]) } : {};
				const signed = dtype === "i64" ? { wide: BigInt64Array.from(some as bigint[]) } : {};
				const layout = { shape: [some.length], cells: [Math.min(cells, some.length)] };
				addChunk(into, layout, { ...decoded, offset: 0, ...wide, ...signed });
				return into;
			};
			fc.assert(
				fc.property(numbers, numbers, fc.nat(3), fc.nat(3), fc.nat(5), (a, b, to, from, count) => {
					const [one, other] = [momentsOf(a, 9), momentsOf(a, 9)];
					const added = momentsOf(b, 9);
					mergeCells(one, to, added, from, count);
					for (let i = 0; i < count; i++) mergeCell(other, to + i, added, from + i);
					assert.deepEqual(one, other);
				}),
				{ seed: 20241126, numRuns: 500 },
			);
		});
	}
});
