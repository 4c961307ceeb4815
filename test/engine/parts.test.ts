import assert from "node:assert/strict";
import fc from "fast-check";
import type { DType } from "../../src/core/dtype";
import { type Layout, type Shape, sizeOf } from "../../src/core/layout";
import { mergeCells } from "../../src/core/merge-cells";
import { emptyMoments, type Moments, mergeCell } from "../../src/core/moments";
import { createEngine } from "../../src/engine/engine";
import { addChunk } from "../../src/engine/kernels";
import { ownCells, sharedCells } from "../../src/engine/part-cells";
import { shareBoxes } from "../../src/engine/share-boxes";
import { denseValues } from "../../src/formats/dense";
import { memorySource } from "../../src/formats/memory";
import type { TensorSource } from "../../src/formats/reader";
import { at, f32, noise, WORKER, withEngine, writeTensors } from "./files";

/** How a float32 tensor that lies in one piece is cut; of its bytes none are read. */
function partsOf(shape: Shape, cells: readonly Shape[], order: "C" | "F" = "C") {
	const source = memorySource("x", new Uint8Array(0));
	const values = denseValues({ source, start: 0, dtype: "f32", shape, order, bigEndian: false });
	const open = { boxes: (_, most) => values.boxes(most), extent: (_, box) => values.extent?.(box) } as TensorSource;
	const info = { name: "x", dtype: "f32", shape, bytes: 4 * sizeOf(shape) } as const;
	return shareBoxes(
		open,
		info,
		cells.map((each) => ({ shape, cells: each })),
	);
}

describe("a tensor in parts that workers take in turn", function () {
	this.timeout(60_000);
	const { file } = withEngine();
	const shape = [24, 48, 40, 60];

	it("has the same statistics to the last bit, whoever took which part, and however many workers did", async () => {
		const values = noise(sizeOf(shape)).map((x, i) => (i % 100_003 === 7 ? NaN : i % 997 === 9 ? 0 : x + 100));
		const input = writeTensors(file("parts.npy"), [f32("", shape, values)]);
		const cells = [
			[24, 48, 40, 30],
			[1, 48, 40, 60],
			[1, 48, 1, 1],
			[24, 1, 1, 1],
			[24, 12, 1, 1],
			[1, 1, 1, 60],
			[1, 1, 1, 1],
		];
		const layouts = cells.map((each): Layout => ({ shape, cells: each }));
		assert.ok(cells.slice(2).every((each) => partsOf(shape, [each]).of > 4));
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
		assert.equal(partsOf([64, 2 ** 20], [[1, 2 ** 13]]).of, 4);
		assert.equal(partsOf([64, 2, 2 ** 20], [[64, 2, 2 ** 15]], "F").of, 1);
		assert.ok(partsOf([64, 2 ** 20], [[64, 1]]).of > 8);
		assert.equal(partsOf([0, 5], [[0, 5]]).of, 1);
	});

	it("is cut so that parts of many small cells, and bands of columns, have nearly all of their cells to themselves", () => {
		const small = partsOf([4096, 512, 2, 2], [[4096, 512, 1, 1]]);
		const bands = partsOf([64, 2 ** 20], [[1, 2 ** 20]]);
		for (const { of, cells } of [small, bands]) {
			assert.ok(of >= 16);
			const alone = (cells[0] ?? []).reduce((sum, { own }) => sum + own.count, 0);
			assert.equal(alone, 2 ** (cells[0] === small.cells[0] ? 21 : 20));
		}
	});

	it("tells cells that a part has to itself from those that others touch, wherever they lie", () => {
		const span = fc.record({ firstCell: fc.nat(20), count: fc.nat(12) });
		fc.assert(
			fc.property(fc.array(span, { maxLength: 6 }), (spans) => {
				const parts = ownCells(spans);
				const within = (cell: number, { firstCell, count }: { firstCell: number; count: number }) =>
					cell >= firstCell && cell < firstCell + count;
				parts.forEach((part, i) => {
					for (let cell = 0; cell < 40; cell++) {
						const others = spans.some((other, k) => k !== i && within(cell, other));
						const mine = within(cell, spans[i] as (typeof spans)[number]);
						const places = [part.own, ...sharedCells(part)].filter((each) => within(cell, each)).length;
						assert.equal(places, mine ? 1 : 0);
						if (within(cell, part.own)) assert.ok(!others);
					}
				});
			}),
			{ seed: 20241126, numRuns: 1000 },
		);
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
