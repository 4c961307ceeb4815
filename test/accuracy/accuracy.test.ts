import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { NORMALIZATIONS } from "../../src/core/normalizations";
import { withEngine } from "../engine/files";
import { exactly, ulps } from "./decimal";
import { DEFINITIONS } from "./definitions";
import { allCases, exactResults, keyOf, largestError, ourResults } from "./measure";
import { accuracyPage, parseRecord, RECORD } from "./page";

describe("docs/accuracy.md", function () {
	this.timeout(120_000);
	const { engine, file } = withEngine();
	const record = parseRecord(readFileSync(RECORD, "utf8"));

	it("counts units in the last place", () => {
		const one = exactly(1);
		assert.equal(ulps(1, one, "f64"), 0);
		assert.equal(ulps(1 + 2 ** -52, one, "f64"), 1);
		assert.equal(ulps(1 - 2 ** -53, one, "f64"), 0.5);
		assert.equal(ulps(1 + 2 ** -23, one, "f32"), 1);
		assert.equal(ulps(0, exactly(5e-324), "f64"), 1);
		assert.equal(ulps(3 * 2 ** -149, exactly(2 ** -149), "f32"), 2);
		assert.equal(ulps(NaN, one, "f64"), Infinity);
		// 0.1 is not a tenth.
		assert.equal(
			exactly(0.1)
				.times(exactly(2 ** 55))
				.toFixed(),
			"3602879701896397",
		);
	});

	it("is what the record says, and the record has every entry of the catalogue on all data", () => {
		assert.equal(readFileSync("docs/accuracy.md", "utf8").replaceAll("\r\n", "\n"), accuracyPage(record));
		assert.deepEqual(Object.keys(record.cases), allCases().map(keyOf));
		assert.deepEqual(Object.keys(DEFINITIONS).sort(), Object.keys(NORMALIZATIONS).sort());
	});

	for (const id of Object.keys(DEFINITIONS)) {
		it(`promises no less than the engine keeps for ${id}`, async () => {
			const folder = file(".");
			assert.ok(existsSync(folder));
			for (const one of allCases().filter((each) => each.id === id)) {
				const found = largestError(await ourResults(engine(), folder, one), exactResults(one), one.dtype);
				const promised = record.cases[keyOf(one)]?.ours ?? 0;
				// Sums in another order, or another Node's logarithm, may end in a neighbour.
				assert.ok(
					found <= 1.5 * promised + 0.5,
					`${keyOf(one)}: ${found} ULP, and the page says ${promised}; run npm run accuracy`,
				);
			}
		});
	}
});
