import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { TensorError } from "../../src/core/errors";
import { sizeOf } from "../../src/core/layout";
import { memorySource, openTensors } from "../../src/formats";
import type { TensorSource } from "../../src/formats/reader";
import { randomOf } from "./damage";
import { allValues } from "./values";

const SHAPE = [64, 33];
/** Every dataset holds the same: `scripts/record-hdf5-filters.py` and `….mjs` wrote them. */
const VALUES = Array.from({ length: sizeOf(SHAPE) }, (_, k) => k / 4 - 30);
/** Files by who packed them, with how many datasets can be read. */
const FILES = { "filters.h5": 11, "filters-beside.h5": 8 };

const bytesOf = (file: string) => new Uint8Array(fs.readFileSync(path.join("test", "fixtures", "hdf5", file)));

describe("an HDF5 dataset that a filter packed", function () {
	this.timeout(60_000);

	for (const [file, count] of Object.entries(FILES)) {
		it(`is read, by every filter of ${file}`, async () => {
			const opened = await openTensors(memorySource(file, bytesOf(file)));
			const read = opened.tensors.filter(({ problem }) => !problem);
			assert.equal(read.length, count);
			for (const tensor of read) {
				for (const most of [50, 5000]) {
					assert.deepEqual(await allValues(opened, tensor, most), [VALUES], `${tensor.name} ${most}`);
				}
			}
			await opened.close?.();
		});
	}

	it("by a filter or a codec that is missing is named, and hides no other", async () => {
		const opened = await openTensors(memorySource("filters.h5", bytesOf("filters.h5")));
		const found = opened.tensors.flatMap(({ name, problem }) =>
			problem ? [[name, problem.code, problem.message]] : [],
		);
		const sentence = (filter: string) =>
			`The values are stored with the filter ${filter}, which is not read; save them with gzip, or with none.`;
		assert.deepEqual(found, [
			["blosc snappy 1", "unsupported", sentence("Blosc (32001) by Snappy")],
			["blosc zlib 1", "unsupported", sentence("Blosc (32001) by zlib")],
			["bzip2", "unsupported", sentence("bzip2 (307)")],
		]);
		await opened.close?.();
	});

	it("is refused with a sentence or read, when it is damaged", async () => {
		const random = randomOf(11);
		let refused = 0;
		for (const file of Object.keys(FILES)) {
			for (let run = 0; run < 40; run++) {
				const damaged = bytesOf(file);
				for (let k = 0; k < 12; k++) damaged[4096 + random(damaged.length - 4096)] = random(256);
				const fail = (thrown: unknown): undefined => {
					assert.ok(thrown instanceof TensorError && thrown.code !== "internal", `${file} ${run}: ${thrown}`);
					refused++;
					return undefined;
				};
				const opened: TensorSource | undefined = await openTensors(memorySource(file, damaged)).catch(fail);
				for (const tensor of opened ? opened.tensors : []) {
					if (!opened || tensor.problem || sizeOf(tensor.shape) > 10_000) continue;
					await allValues(opened, tensor, 5000).catch(fail);
				}
				await opened?.close?.();
			}
		}
		assert.ok(refused > 40, `${refused} were refused`);
	});
});
