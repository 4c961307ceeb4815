import assert from "node:assert/strict";
import { sizeOf } from "../../src/core/layout";
import { rawLayoutOf, rawShape, spelledDType, suggestedShapes } from "../../src/core/raw-layout";

describe("raw layouts", () => {
	for (const [text, dtype, byteOrder] of [
		["float32", "f32"],
		["f32", "f32"],
		["<f4", "f32", "little"],
		[">f4", "f32", "big"],
		["=f8", "f64"],
		["|u1", "u8"],
		[">i8", "i64", "big"],
		["i8", "i8"],
		["int8", "i8"],
		["np.uint16", "u16"],
		["torch.bfloat16", "bf16"],
		["Half", "f16"],
		["double", "f64"],
		["?", "bool"],
		["<c16", "c128", "little"],
		["f8_e4m3", "f8_e4m3"],
		["float8_e5m2", "f8_e5m2"],
	] as const) {
		it(`read ${text} as ${dtype}${byteOrder ? `, ${byteOrder}-endian` : ""}`, () =>
			assert.deepEqual(spelledDType(text), byteOrder ? { dtype, byteOrder } : { dtype }));
	}

	for (const text of ["", "f", "f3", "int7", "object", "<U8", "__proto__", "constructor", "i4 i4", "f4", "i4", "u2"])
		it(`do not know ${JSON.stringify(text)}`, () => assert.equal(spelledDType(text), undefined));

	it("refuse names that mean bytes to NumPy and bits to others, with a way out", () => {
		assert.throws(() => rawLayoutOf({ dtype: "f4" }), { message: /"f4"; expected "<f4" for NumPy's type, or the/ });
	});

	it("have defaults for all but the dtype", () => {
		const layout = { dtype: "f32", shape: [-1], offset: 0, order: "C", byteOrder: "little" };
		assert.deepEqual(rawLayoutOf({ dtype: "float32" }), layout);
	});

	it("fill in the axis that is left open, rounded down", () => {
		assert.deepEqual(rawShape(rawLayoutOf({ dtype: "f32", shape: [-1, 3], offset: 2 }), 100), [8, 3]);
		assert.deepEqual(rawShape(rawLayoutOf({ dtype: "f32", shape: [-1, 0] }), 100), [0, 0]);
		assert.deepEqual(rawShape(rawLayoutOf({ dtype: "u8", shape: [] }), 1), []);
	});

	it("suggest shapes of exactly so many values", () => {
		for (const count of [1, 2, 7, 12, 3072, 150_528, 2 ** 20, 1e9, 999_999_937]) {
			const shapes = suggestedShapes(count);
			assert.deepEqual(shapes[0], [count]);
			for (const shape of shapes) assert.equal(sizeOf(shape), count, shape.join());
			assert.equal(new Set(shapes.map(String)).size, shapes.length);
		}
		assert.ok(suggestedShapes(150_528).some((shape) => shape.join() === "224,224,3"));
		assert.ok(suggestedShapes(2 * 150_528).some((shape) => shape.join() === "2,3,224,224"));
	});
});
