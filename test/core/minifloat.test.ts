import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { DTYPES, type DType, factsOf } from "../../src/core/dtype";
import { decodeMiniFloat, encodeMiniFloat, type MiniFloat, maxFinite, miniFloatTable } from "../../src/core/minifloat";

const TYPES = (Object.keys(DTYPES) as DType[]).flatMap((dtype) => {
	const { mini } = factsOf(dtype);
	return mini ? [[dtype, mini] as const] : [];
});

const codesOf = (type: MiniFloat) => Array.from({ length: 2 ** type.bits }, (_, code) => code);

describe("small floating-point types", () => {
	for (const [dtype, type] of TYPES.filter(([, { signed }]) => signed)) {
		it(`every code of ${dtype} is its own nearest`, () => {
			for (const code of codesOf(type)) {
				const value = decodeMiniFloat(type, code);
				const again = decodeMiniFloat(type, encodeMiniFloat(type, value));
				assert.ok(Object.is(again, value), `code ${code}: ${value} became ${again}`);
				if (!Number.isNaN(value)) assert.equal(encodeMiniFloat(type, value), code);
			}
		});

		it(`${dtype} rounds to the nearest, and ties to the even code`, () => {
			const finite = codesOf(type)
				.map((code) => ({ code, value: decodeMiniFloat(type, code) }))
				.filter(({ code, value }) => Number.isFinite(value) && code < 2 ** (type.bits - 1))
				.sort((a, b) => a.value - b.value);
			finite.slice(1).forEach((above, i) => {
				const below = finite[i] as (typeof finite)[number];
				const middle = below.value + (above.value - below.value) / 2;
				const gap = above.value - below.value;
				assert.equal(encodeMiniFloat(type, middle), below.code % 2 === 0 ? below.code : above.code, `tie ${middle}`);
				assert.equal(encodeMiniFloat(type, middle - gap / 1024), below.code);
				assert.equal(encodeMiniFloat(type, middle + gap / 1024), above.code);
			});
		});

		it(`${dtype} past its range is Inf where it has one, and otherwise its largest value`, () => {
			const largest = maxFinite(type);
			const past = type.special === "ieee" ? Infinity : largest;
			for (const sign of [1, -1]) {
				assert.equal(decodeMiniFloat(type, encodeMiniFloat(type, sign * largest * 4)), sign * past);
				assert.equal(decodeMiniFloat(type, encodeMiniFloat(type, sign * Infinity)), sign * past);
				assert.equal(decodeMiniFloat(type, encodeMiniFloat(type, sign * largest)), sign * largest);
			}
		});
	}

	it("f16 has the values that IEEE 754 gives it", () => {
		const f16 = factsOf("f16").mini as MiniFloat;
		const known = new Map([
			[0x3c00, 1],
			[0xc000, -2],
			[0x7bff, 65504],
			[0x0400, 2 ** -14],
			[0x0001, 2 ** -24],
			[0x3555, 0.333251953125],
			[0x7c00, Infinity],
			[0xfc00, -Infinity],
			[0x8000, -0],
		]);
		for (const [code, value] of known) assert.ok(Object.is(decodeMiniFloat(f16, code), value), `code ${code}`);
		assert.ok(Number.isNaN(decodeMiniFloat(f16, 0x7e00)));
	});

	it("bf16 is the upper half of f32", () => {
		const bf16 = factsOf("bf16").mini as MiniFloat;
		const view = new DataView(new ArrayBuffer(4));
		for (const code of codesOf(bf16)) {
			view.setUint32(0, code * 2 ** 16);
			assert.ok(Object.is(decodeMiniFloat(bf16, code), view.getFloat32(0)), `code ${code}`);
		}
	});

	it("f8_e8m0 holds the powers of two from 2^-127 to 2^127, and NaN", () => {
		const table = miniFloatTable(factsOf("f8_e8m0").mini as MiniFloat);
		assert.deepEqual([table[0], table[127], table[254], table[255]], [2 ** -127, 1, 2 ** 127, NaN]);
	});

	const recorded = "../shared/data/generated/lowprec_tables.json";
	const NAMES: Readonly<Record<string, DType>> = {
		float8_e4m3fn: "f8_e4m3",
		float8_e5m2: "f8_e5m2",
		float8_e4m3fnuz: "f8_e4m3fnuz",
		float8_e5m2fnuz: "f8_e5m2fnuz",
		float8_e8m0fnu: "f8_e8m0",
		float6_e2m3fn: "f6_e2m3",
		float6_e3m2fn: "f6_e3m2",
		float4_e2m1fn: "f4",
	};
	it("all tables agree with those that ml_dtypes recorded", function () {
		if (!existsSync(recorded)) {
			this.skip();
		}
		const tables = JSON.parse(readFileSync(recorded, "utf8")) as Record<string, (number | string)[]>;
		const compared = Object.entries(NAMES).filter(([name]) => tables[name] !== undefined);
		assert.ok(compared.length >= 3, `only ${compared.length} known tables in ${Object.keys(tables)}`);
		for (const [name, dtype] of compared) {
			const expected = (tables[name] as (number | string)[]).map(Number);
			const found = [...miniFloatTable(factsOf(dtype).mini as MiniFloat)];
			const different = found.findIndex((value, code) => value !== expected[code] && !Number.isNaN(value));
			assert.equal(different, -1, `${name}: code ${different}`);
			assert.deepEqual(found.map(Number.isNaN), expected.slice(0, found.length).map(Number.isNaN), name);
		}
	});
});
