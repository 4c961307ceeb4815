import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { TensorError } from "../../src/core/errors";
import type { TensorInfo } from "../../src/core/tensor";
import { memorySource, openTensors } from "../../src/formats";
import { zipFile } from "./build";
import { randomOf } from "./damage";
import { nodeSource } from "./node-source";
import { SHARED } from "./record";
import { allValues } from "./values";

describe("what is built on HDF5", () => {
	const folder = path.resolve(SHARED, "matjl/test/v7.3");
	const shared = fs.existsSync(folder) ? it : it.skip;

	shared("as MATLAB 7.3 has its axes in MATLAB's order, in any boxes", async () => {
		const opened = await openTensors(await nodeSource(path.join(folder, "complex.mat")));
		const tensor = opened.tensors[0] as TensorInfo;
		assert.deepEqual(
			[opened.reader.id, tensor.name, tensor.dtype, tensor.shape],
			["mat-v7.3", "imaginary", "c128", [1, 7]],
		);
		const parts = [
			[1, -1, 1, 1, -1, -1, 0],
			[0, 0, 1, -1, 1, -1, 1],
		];
		for (const most of [1, 3, 100]) assert.deepEqual(await allValues(opened, tensor, most), parts);
		await opened.close();
	});

	shared("as MATLAB 7.3 says of what class its arrays are, and which are empty", async () => {
		const notes = async (file: string) => {
			const opened = await openTensors(await nodeSource(path.join(folder, file)));
			await opened.close();
			return Object.fromEntries(opened.tensors.map(({ name, note }) => [name, note]));
		};
		const logical = await notes("logical.mat");
		assert.match(logical.logical_mat ?? "", /class logical/);
		const text = await notes("string.mat");
		assert.match(text.simple_string ?? "", /Text in MATLAB/);
		assert.match(
			text.empty_string ?? "",
			/An empty array of MATLAB's class char: the numbers stored are its dimensions/,
		);
		assert.deepEqual(await notes("partial.mat"), { var1: undefined, var2: undefined });
	});

	for (const deflate of [false, true]) {
		shared(`as Keras 3 is read inside its archive (deflated: ${deflate})`, async () => {
			const file = path.resolve(SHARED, "hdf5-json/data/hdf5/h5ex_d_gzip.h5");
			const data = new Uint8Array(fs.readFileSync(file));
			const archive = zipFile([{ name: "model.weights.h5", data, deflate }]);
			const opened = await openTensors(memorySource("m.keras", archive));
			assert.deepEqual([opened.reader.id, opened.tensors[0]?.shape], ["keras", [32, 64]]);
			const [values] = await allValues(opened, opened.tensors[0] as TensorInfo, 1000);
			assert.deepEqual(values?.slice(0, 3), [0, -1, -2]);
			await opened.close();
		});
	}
});

describe("a damaged HDF5 file", () => {
	const files = ["hdf5-json/data/hdf5/h5ex_d_gzip.h5", "h5wasm/test/array.h5", "pyfive/tests/groups.hdf5"].map((file) =>
		path.resolve(SHARED, file),
	);
	const shared = files.every((file) => fs.existsSync(file)) ? it : it.skip;

	shared(
		"is read or refused with a sentence, however the library takes it, and the next file is read",
		async function () {
			this.timeout(60_000);
			const random = randomOf(7);
			const fine = (thrown: unknown) => {
				assert.ok(thrown instanceof TensorError, String(thrown));
				assert.ok(["corrupt", "unsupported", "too-large"].includes(thrown.code), thrown.message);
			};
			for (let run = 0; run < 600; run++) {
				const bytes = new Uint8Array(fs.readFileSync(files[run % files.length] as string));
				for (let flips = 1 + random(6); flips > 0; flips--) bytes[random(3000) % bytes.length] = random(256);
				try {
					const opened = await openTensors(memorySource("a.h5", bytes));
					for (const tensor of opened.tensors.filter(({ problem }) => !problem)) {
						const [box] = opened.boxes(tensor, 1000);
						if (box) await opened.read(tensor, box).catch(fine);
					}
					await opened.close();
				} catch (thrown) {
					fine(thrown);
				}
			}
			const opened = await openTensors(await nodeSource(files[0] as string));
			assert.deepEqual((await allValues(opened, opened.tensors[0] as TensorInfo, 1000))[0]?.slice(0, 2), [0, -1]);
			await opened.close();
		},
	);
});
