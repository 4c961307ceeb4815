import assert from "node:assert/strict";
import { byteLength, decode, decodeWide, encode, isDType, partsOf, realDType, resultDType } from "../../src/core/dtype";

const bytesOf = (...bytes: number[]) => Uint8Array.from(bytes);

describe("dtypes", () => {
	it("decode little and big end first", () => {
		assert.deepEqual([...decode({ dtype: "i16", bigEndian: false, bytes: bytesOf(0xfe, 0xff, 1, 0) }, 2)], [-2, 1]);
		assert.deepEqual([...decode({ dtype: "i16", bigEndian: true, bytes: bytesOf(0xff, 0xfe, 0, 1) }, 2)], [-2, 1]);
		assert.deepEqual([...decode({ dtype: "u32", bigEndian: true, bytes: bytesOf(0x80, 0, 0, 0) }, 1)], [2 ** 31]);
		assert.deepEqual([...decode({ dtype: "f32", bigEndian: true, bytes: bytesOf(0x3f, 0x80, 0, 0) }, 1)], [1]);
	});

	it("decode from bytes that start anywhere in memory", () => {
		const memory = new Uint8Array(21);
		const bytes = memory.subarray(5, 21);
		new DataView(memory.buffer).setFloat64(5, Math.PI, true);
		new DataView(memory.buffer).setFloat64(13, -1e-300, true);
		assert.deepEqual([...decode({ dtype: "f64", bigEndian: false, bytes }, 2)], [Math.PI, -1e-300]);
	});

	it("read any nonzero bool as 1", () => {
		assert.deepEqual([...decode({ dtype: "bool", bigEndian: false, bytes: bytesOf(0, 1, 2, 255) }, 4)], [0, 1, 1, 1]);
	});

	it("take 4-bit elements from the low half first, and 6-bit ones across bytes", () => {
		assert.deepEqual([...decode({ dtype: "f4", bigEndian: false, bytes: bytesOf(0x72, 0x0f) }, 4)], [1, 6, -6, 0]);
		const four = bytesOf(0b01_000100, 0b0000_0000, 0b111111_00);
		assert.equal(byteLength("f6_e2m3", 4), 3);
		assert.deepEqual([...decode({ dtype: "f6_e2m3", bigEndian: false, bytes: four }, 4)], [0.5, 0.125, 0, -7.5]);
	});

	it("read integers of 4 and 2 bits from the low bits first, signed ones as two's complement", () => {
		const read = (dtype: "i4" | "u4" | "i2" | "u2", ...bytes: number[]) => [
			...decode({ dtype, bigEndian: false, bytes: bytesOf(...bytes) }, (8 * bytes.length) / Number(dtype[1])),
		];
		assert.deepEqual(read("i4", 0x87, 0xf0), [7, -8, 0, -1]);
		assert.deepEqual(read("u4", 0x87, 0xf0), [7, 8, 0, 15]);
		assert.deepEqual(read("i2", 0b00_11_10_01), [1, -2, -1, 0]);
		assert.deepEqual(read("u2", 0b00_11_10_01), [1, 2, 3, 0]);
	});

	it("give both parts of complex values in turn", () => {
		const bytes = new Uint8Array(Float32Array.of(1, -2, 3, -4).buffer);
		assert.deepEqual([...decode({ dtype: "c64", bigEndian: false, bytes }, 4)], [1, -2, 3, -4]);
		assert.deepEqual([partsOf("c64"), partsOf("f64"), realDType("c128"), realDType("u8")], [2, 1, "f64", "u8"]);
	});

	it("keep 64-bit integers exact when asked to", () => {
		const bytes = new Uint8Array(BigInt64Array.of(-(2n ** 63n), 2n ** 53n + 1n).buffer);
		assert.deepEqual([...decodeWide({ dtype: "i64", bigEndian: false, bytes }, 2)], [-(2n ** 63n), 2n ** 53n + 1n]);
		assert.deepEqual([...decodeWide({ dtype: "u64", bigEndian: false, bytes }, 1)], [2n ** 63n]);
		assert.deepEqual([...decode({ dtype: "i64", bigEndian: false, bytes }, 2)], [-(2 ** 63), 2 ** 53]);
	});

	it("count values that are past the range they are written in", () => {
		const values = Float64Array.of(1, 7e4, -7e4, Infinity, NaN, 65504);
		const { bytes, overflowed } = encode("f16", values);
		assert.equal(overflowed, 2);
		const expected = [1, Infinity, -Infinity, Infinity, NaN, 65504];
		assert.deepEqual([...decode({ dtype: "f16", bigEndian: false, bytes }, 6)], expected);
	});

	it("write what they are, or the nearest type that can be written", () => {
		assert.equal(resultDType("bf16"), "bf16");
		assert.equal(resultDType("u8"), "f32");
		assert.equal(resultDType("i64"), "f64");
		assert.ok(isDType("f8_e4m3") && !isDType("F32") && !isDType("toString"));
	});
});
