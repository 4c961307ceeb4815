import assert from "node:assert/strict";
import { DTYPES } from "../../src/core/dtype";
import {
	dtypeChoices,
	hasOrder,
	offsetProblem,
	shapeChoices,
	shapeProblem,
	typedShape,
} from "../../src/host/rawChoices";

describe("the choices about a raw file", () => {
	it("offer every dtype once, with how many values the file has of it", () => {
		const choices = dtypeChoices(7);
		assert.deepEqual(choices.map(({ value }) => value).sort(), Object.keys(DTYPES).sort());
		const of = (label: string) => choices.find((choice) => choice.label === label);
		assert.equal(of("f32")?.description, "1 values, 3 bytes over");
		assert.equal(of("u8")?.description, "7 values");
		assert.match(of("f64")?.problem ?? "", /smaller than one value/);
	});

	it("offer shapes of exactly the file's values", () => {
		const labels = shapeChoices(2 * 3 * 224 * 224).map(({ label }) => label);
		assert.equal(labels[0], "301056");
		assert.ok(labels.includes("2 × 3 × 224 × 224"));
	});

	it("check an offset against the file", () => {
		assert.equal(offsetProblem("96", "f32", 100), undefined);
		assert.match(offsetProblem("97", "f32", 100) ?? "", /100 bytes, so no f32 value starts at byte 97/);
		for (const text of ["", "-1", "1.5", "x", "9".repeat(20)])
			assert.match(offsetProblem(text, "f32", 100) ?? "", /number of bytes/);
	});

	it("read typed shapes, and check them against the file", () => {
		for (const text of ["2, 3", "2 3", "(2,3)", "[2, 3]", "2x3", "2 × 3", " 2,3, "])
			assert.deepEqual(typedShape(text), [2, 3], text);
		const layout = { dtype: "f32", offset: 4 } as const;
		assert.equal(shapeProblem("2, -1", layout, 100), undefined);
		assert.equal(shapeProblem("2, 12", layout, 100), undefined);
		assert.match(
			shapeProblem("5, 5", layout, 100) ?? "",
			/take 100 bytes, but 96 of the file's 100 are there \(24 val/,
		);
		for (const text of ["two", "-1, -1", "2, -3", "1.5"])
			assert.match(shapeProblem(text, layout, 100) ?? "", /whole numbers with commas/);
	});

	it("ask for the order only where it makes a difference", () => {
		assert.deepEqual([[], [5], [1, 5, 1], [2, 3]].map(hasOrder), [false, false, false, true]);
	});
});
