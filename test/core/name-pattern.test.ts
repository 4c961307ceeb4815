import assert from "node:assert/strict";
import { namePattern } from "../../src/core/name-pattern";

describe("a pattern of tensor names", () => {
	const names = ["conv1.weight", "conv1.bias", "layers/0/bn.weight", "fc", "a+b[0]", "", "two\nlines"];
	for (const [pattern, fitting] of [
		["*", names],
		["conv1.weight", ["conv1.weight"]],
		["conv1*", ["conv1.weight", "conv1.bias"]],
		["*.weight", ["conv1.weight", "layers/0/bn.weight"]],
		["layers/?/*", ["layers/0/bn.weight"]],
		["layers/??/*", []],
		["*.weight,fc", ["conv1.weight", "layers/0/bn.weight", "fc"]],
		["*.weight, !*bn*", ["conv1.weight"]],
		["!*bn*,!fc", ["conv1.weight", "conv1.bias", "a+b[0]", "", "two\nlines"]],
		["a+b[0]", ["a+b[0]"]],
		["CONV1.weight", []],
		["two*", ["two\nlines"]],
	] as const) {
		it(`${pattern} fits ${JSON.stringify(fitting)}`, () => {
			assert.deepEqual(names.filter(namePattern(pattern)), fitting);
		});
	}

	it("of many stars is tried in no time", () => {
		assert.equal(namePattern(`${"*a".repeat(12)}b`)("a".repeat(60)), false);
	});
});
