import assert from "node:assert/strict";
import fc from "fast-check";
import { byteLength, DTYPES, type DType, decode, realDType } from "../../src/core/dtype";
import { sizeOf } from "../../src/core/layout";
import { type DensePlace, denseBoxes, type Order, readDense } from "../../src/formats/dense";
import { memorySource } from "../../src/formats/memory";
import { counting } from "./node-source";
import { place as put } from "./values";

const shapes = fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 5 });
const orders = fc.constantFrom<Order>("C", "F");
const dtypes = fc.constantFrom<DType>("u8", "f4", "f6_e2m3", "f32", "i16", "c64");

/** A tensor of bytes that differ, after three bytes of something else. */
function tensorOf(dtype: DType, shape: readonly number[], order: Order) {
	const bytes = Uint8Array.from(
		{ length: 3 + byteLength(dtype, sizeOf(shape)) },
		(_, i) => (i * 89 + (i >> 8) * 13) & 127,
	);
	const { source, reads } = counting(memorySource("x", bytes));
	const place: DensePlace = { source, start: 3, dtype, shape, order, bigEndian: false };
	return { place, reads, bytes: bytes.subarray(3) };
}

/** The values of a box straight from the definition of the storage orders. */
function valuesOf(dtype: DType, shape: readonly number[], order: Order, bytes: Uint8Array): number[] {
	const width = DTYPES[dtype].kind === "complex" ? 2 : 1;
	const flat = decode({ dtype: realDType(dtype), bigEndian: false, bytes }, sizeOf(shape) * width);
	if (order === "C") return [...flat];
	const out: number[] = [];
	const walk = (index: number[]): void => {
		if (index.length < shape.length) {
			for (let i = 0; i < (shape[index.length] as number); i++) walk([...index, i]);
			return;
		}
		const at = index.reduceRight((sum, i, axis) => sum * (shape[axis] as number) + i, 0);
		for (let part = 0; part < width; part++) out.push(flat[at * width + part] as number);
	};
	walk([]);
	return out;
}

describe("boxes of a dense tensor", () => {
	it("cover every element once, in storage order, one contiguous read each", async () => {
		await fc.assert(
			fc.asyncProperty(dtypes, shapes, orders, fc.integer({ min: 1, max: 400 }), async (dtype, shape, order, max) => {
				const { place, reads, bytes } = tensorOf(dtype, shape, order);
				const width = DTYPES[dtype].kind === "complex" ? 2 : 1;
				const parts = Array.from({ length: width }, () => new Array<number | bigint>(sizeOf(shape)));
				let boxes = 0;
				let elements = 0;
				for (const box of denseBoxes(shape, order, max)) {
					boxes++;
					elements += sizeOf(box.shape);
					assert.ok(sizeOf(box.shape) <= max && sizeOf(box.shape) > 0);
					put(await readDense(place, box), { shape }, parts);
				}
				assert.equal(elements, sizeOf(shape));
				assert.equal(reads.count, boxes);
				const wanted = valuesOf(dtype, shape, order, bytes);
				assert.deepEqual(
					wanted.map((_, i) => parts[i % width]?.[Math.floor(i / width)]),
					wanted,
				);
			}),
			{ numRuns: 200 },
		);
	});

	it("are near equal in size, so that none is a sliver", () => {
		assert.deepEqual(
			[...denseBoxes([1001], "C", 1000)].map(({ shape }) => shape[0]),
			[501, 500],
		);
	});
});

describe("a box anywhere in a dense tensor", () => {
	it("holds the values of its indices, dense, in the tensor's order", async () => {
		const boxes = shapes.chain((shape) =>
			fc.record({
				shape: fc.constant(shape),
				box: fc.tuple(
					...shape.map((size) =>
						fc
							.integer({ min: 0, max: size })
							.chain((a) => fc.integer({ min: 0, max: size - a }).map((n) => [a, n] as const)),
					),
				),
			}),
		);
		await fc.assert(
			fc.asyncProperty(dtypes, boxes, orders, async (dtype, { shape, box: ranges }, order) => {
				const { place, bytes } = tensorOf(dtype, shape, order);
				const box = { origin: ranges.map(([a]) => a), shape: ranges.map(([, n]) => n) };
				const chunk = await readDense(place, box);
				const width = DTYPES[dtype].kind === "complex" ? 2 : 1;
				const parts = Array.from({ length: width }, () => new Array<number | bigint>(sizeOf(shape)));
				put(chunk, { shape }, parts);
				const wanted = valuesOf(dtype, shape, order, bytes);
				let seen = 0;
				for (let i = 0; i < sizeOf(shape); i++) {
					for (let part = 0; part < width; part++) {
						const value = parts[part]?.[i];
						if (value === undefined) continue;
						seen++;
						assert.equal(value, wanted[i * width + part]);
					}
				}
				assert.equal(seen, sizeOf(box.shape) * width);
			}),
			{ numRuns: 300 },
		);
	});

	it("that is one column of many rows takes few reads and little memory", async () => {
		const { place, reads } = tensorOf("u8", [40_000, 100], "C");
		const chunk = await readDense(place, { origin: [0, 7], shape: [40_000, 1] });
		assert.equal(chunk.bytes.length, 40_000);
		assert.ok(reads.count <= 62 && reads.largest <= 2 ** 16, JSON.stringify(reads));
	});

	it("outside the tensor is refused", async () => {
		const { place } = tensorOf("u8", [4, 4], "C");
		await assert.rejects(readDense(place, { origin: [0, 3], shape: [1, 2] }), {
			code: "bad-option",
			message: /\[1, 2\] at \[0, 3\].*\[4, 4\]/,
		});
		await assert.rejects(readDense(place, { origin: [0], shape: [1] }), { code: "bad-option" });
	});

	it("of more than a gigabyte is refused before memory is taken", async () => {
		const source = { name: "x", size: 2 ** 40, read: async () => assert.fail("it was read") };
		const place: DensePlace = { source, start: 0, dtype: "f32", shape: [2 ** 36], order: "C", bigEndian: false };
		await assert.rejects(readDense(place, { origin: [0], shape: [2 ** 36] }), { code: "too-large" });
	});
});
