import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import type { TensorInfo } from "../../src/core/tensor";
import { type OpenFile, openTensors } from "../../src/formats";
import { nodeSource } from "./node-source";
import { allValues } from "./values";

/** Types that the reference dequantizes and this product only names. */
const NAMED_ONLY = /^IQ[123]_/;

interface Recorded {
	readonly name: string;
	readonly dtype: string;
	readonly shape: readonly number[];
	readonly first8: readonly number[];
	readonly sha256: string;
}

const FOLDER = "test/fixtures/gguf";
const { tensors: RECORDED } = JSON.parse(fs.readFileSync(path.join(FOLDER, "all_quants.json"), "utf8")) as {
	readonly tensors: readonly Recorded[];
};

async function openQuants(): Promise<OpenFile> {
	return openTensors(await nodeSource(path.join(FOLDER, "all_quants.gguf")));
}

describe("GGUF tensors", () => {
	for (const { name, dtype, shape, first8, sha256 } of RECORDED) {
		if (NAMED_ONLY.test(dtype)) {
			it(`of ${dtype} are named, with a problem that says what is read`, async () => {
				const opened = await openQuants();
				const tensor = opened.tensors.find((one) => one.name === name) as TensorInfo;
				assert.deepEqual(tensor.dtype, { other: dtype });
				assert.deepEqual(tensor.shape, shape);
				assert.equal(tensor.problem?.code, "unsupported");
				assert.match(tensor.problem?.message ?? "", new RegExp(`${dtype} are not dequantized here .*Q4_K`));
				await opened.close();
			});
			continue;
		}
		it(`of ${dtype} have the values that the reference computes, bit for bit`, async () => {
			const opened = await openQuants();
			const tensor = opened.tensors.find((one) => one.name === name) as TensorInfo;
			assert.deepEqual(tensor.shape, shape);
			for (const most of [1e9, 600, 100, 7]) {
				const [values] = await allValues(opened, tensor, most);
				assert.deepEqual(values?.slice(0, 8), first8);
				const bytes = new Uint8Array(Float32Array.from(values as number[]).buffer);
				assert.equal(createHash("sha256").update(bytes).digest("hex"), sha256, `boxes of ${most}`);
			}
			await opened.close();
		});
	}
});
