import assert from "node:assert/strict";
import fs from "node:fs";
import type { TensorInfo } from "../../src/core/tensor";
import { memorySource, openTensors } from "../../src/formats";
import { survivesDamage } from "./damage";
import { allValues } from "./values";

const bytesOf = (name: string) => new Uint8Array(fs.readFileSync(`test/fixtures/numpy/${name}`));
const upTo = (count: number) => Array.from({ length: count }, (_, k) => k);

/** What `scripts/record-joblib.py` put in: type, shape, and values in C order (imaginary parts apart). */
const ARRAYS: Readonly<
	Record<string, readonly [dtype: string, shape: readonly number[], ...parts: (readonly number[])[]]>
> = {
	C: ["f32", [3, 4], upTo(12)],
	F: ["f64", [3, 4], upTo(12)],
	strided: ["i16", [2, 2], [0, 3, 12, 15]],
	big: ["i32", [5], upTo(5)],
	complex: ["c128", [3], upTo(3), [0, 2, 4]],
	empty: ["f64", [0, 3], []],
	scalar: ["f64", [], [2.5]],
	"behind.0": ["bool", [2], [1, 0]],
	"behind.1.last": ["f16", [4], upTo(4)],
};
const NAMED = ["fields", "objects", "texts"];

describe("a file of joblib's", () => {
	for (const name of ["joblib-protocol2.joblib", "joblib-protocol5.joblib"]) {
		it(`has its arrays between the instructions of the pickle (${name})`, async () => {
			const opened = await openTensors(memorySource(name, bytesOf(name)));
			assert.equal(opened.reader.id, "pickle");
			assert.deepEqual(opened.hazards, []);
			assert.deepEqual(
				opened.tensors.flatMap((tensor) => (tensor.problem ? [tensor.name] : [])).sort(),
				NAMED,
				"objects, texts and records are named",
			);
			assert.equal(opened.tensors.length, NAMED.length + Object.keys(ARRAYS).length);
			for (const [array, [dtype, shape, ...parts]] of Object.entries(ARRAYS)) {
				const tensor = opened.tensors.find((each) => each.name === array) as TensorInfo;
				assert.deepEqual([tensor.dtype, tensor.shape], [dtype, shape], array);
				assert.deepEqual(await allValues(opened, tensor, 5), parts, array);
			}
		});
	}

	it("that is compressed is refused, with what to do", async () => {
		await assert.rejects(openTensors(memorySource("m.joblib", bytesOf("joblib-packed.joblib"))), {
			code: "unknown-format",
			message:
				"This file of 879 bytes begins with 78 5e 8d 55 db 6e d3 40 and looks like zlib data; save it uncompressed, as joblib does with compress=0.",
		});
	});

	it("opens or is refused when it is damaged, and takes no memory on a header's word", async function () {
		this.timeout(60_000);
		await survivesDamage("m.joblib", bytesOf("joblib-protocol5.joblib"), 400);
	});
});
