import assert from "node:assert/strict";
import { closeSync, ftruncateSync, openSync, writeSync } from "node:fs";
import type { DType } from "../../src/core/dtype";
import { sizeOf } from "../../src/core/layout";
import { cellStatistics, type Moments } from "../../src/core/moments";
import { planOutput } from "../../src/formats/writer";
import { at, withEngine } from "./files";
import { assertClose } from "./oracle";
import { storedNumbers } from "./stored";

/** More elements than a 32-bit index reaches. */
const SHAPE = [3, 715_827_890];
const COUNT = sizeOf(SHAPE);

/** Values at places; all others are zeros, in a hole of the file. */
const VALUES: readonly (readonly [index: number, value: number])[] = [
	[5, 2],
	[2 ** 31 - 1, -8],
	[2 ** 31, 4],
	[2 ** 31 + 3, NaN],
	[2 ** 31 + 4, Infinity],
	[2 ** 31 + 9, NaN],
	[COUNT - 1, -Infinity],
];

function writeSparse(file: string, dtype: DType): string {
	const plan = planOutput(file, [{ name: "x", dtype, shape: SHAPE }], {});
	const start = plan.regions[0]?.offset as number;
	const handle = openSync(file, "w");
	try {
		ftruncateSync(handle, plan.size);
		for (const { offset, bytes } of plan.pieces) writeSync(handle, bytes, 0, bytes.length, offset);
		for (const [index, value] of VALUES) {
			const bytes = storedNumbers(dtype, [value]);
			writeSync(handle, bytes, 0, bytes.length, start + index * bytes.length);
		}
	} finally {
		closeSync(handle);
	}
	return file;
}

describe("a tensor of more than 2^31 elements", function () {
	this.timeout(120_000);
	const { engine, file } = withEngine();

	for (const [dtype, name] of [["f8_e5m2", "large.safetensors"]] as const) {
		it(`of ${dtype} has the counts, extremes and first indices of values on both sides of it`, async () => {
			const layout = { shape: SHAPE, cells: [1, 1] };
			const { layouts } = await engine().moments({ ...at(writeSparse(file(name), dtype)), layouts: [layout] });
			const moments = layouts[0]?.parts[0] as Moments;
			const { count, nan, posInf, negInf, zeros, min, max, mean, std } = cellStatistics(moments, 0);
			assert.deepEqual(
				{ count, nan, posInf, negInf, zeros },
				{ count: COUNT - 4, nan: 2, posInf: 1, negInf: 1, zeros: COUNT - 7 },
			);
			assert.deepEqual([min, max], [-8, 4]);
			const { first } = moments;
			const found = [first.nan[0], first.posInf[0], first.negInf[0], first.zeros[0]];
			assert.deepEqual(found, [2 ** 31 + 3, 2 ** 31 + 4, COUNT - 1, 0]);
			const expected = Math.sqrt(84 / count - (-2 / count) ** 2);
			assertClose(std, expected, expected, "std");
			assertClose(mean, -2 / count, expected, "mean");
		});
	}
});
