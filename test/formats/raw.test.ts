import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { toJsonNumber } from "../../src/core/format";
import { rawLayoutOf } from "../../src/core/raw-layout";
import type { TensorInfo } from "../../src/core/tensor";
import { memorySource, openTensors } from "../../src/formats";
import type { ByteSource } from "../../src/formats/reader";
import { join, npyFile } from "./build";
import { counting, nodeSource } from "./node-source";
import { allValues } from "./values";

interface Recorded {
	readonly file: string;
	readonly dtype: string;
	readonly shape: readonly number[];
	readonly offset: number;
	readonly order: "C" | "F";
	readonly values: readonly (number | string | boolean | readonly number[])[];
}

const FOLDER = "test/fixtures/raw";
const RECORDED = JSON.parse(fs.readFileSync(path.join(FOLDER, "truth.json"), "utf8")) as readonly Recorded[];

/** A file in memory with others beside it. */
function beside(name: string, bytes: Uint8Array, others: Readonly<Record<string, string>>): ByteSource {
	return {
		...memorySource(name, bytes),
		async sibling(other) {
			const text = others[other];
			if (text === undefined) throw new Error(`no ${other}`);
			return memorySource(other, join(text));
		},
	};
}

const eight = join([0, 0, 128, 63, 0, 0, 0, 64]);

describe("raw files", () => {
	for (const { file, dtype, shape, offset, order, values } of RECORDED) {
		for (const way of ["the description beside it", "what is told"] as const) {
			it(`${file} has the values that NumPy reads, by ${way}`, async () => {
				const bytes = new Uint8Array(fs.readFileSync(path.join(FOLDER, file)));
				const opened =
					way === "what is told"
						? await openTensors(memorySource(file, bytes), undefined, rawLayoutOf({ dtype, shape, offset, order }))
						: await openTensors(await nodeSource(path.join(FOLDER, file)));
				assert.equal(opened.reader.id, "raw");
				const [tensor] = opened.tensors as readonly [TensorInfo];
				assert.deepEqual(tensor.shape, shape);
				for (const most of [1, 5, 1e9]) {
					const parts = await allValues(opened, tensor, most);
					const found = parts[0]?.map((value, i) =>
						parts.length === 2
							? [value, parts[1]?.[i]]
							: dtype === "|b1"
								? value === 1
								: toJsonNumber(value as number | bigint),
					);
					assert.deepEqual(found, values);
				}
				await opened.close();
			});
		}
	}

	for (const name of ["acts.raw", "acts.dat", "acts.bin"]) {
		it(`that nothing is told about are refused with what to do (${name})`, async () => {
			const { source, reads } = counting(beside(name, eight, {}));
			await assert.rejects(openTensors(source), {
				code: "unknown-format",
				message: new RegExp(
					`This file of 8 bytes begins with .*"Open as Raw Tensor…" .* --raw-dtype .* ${name}\\.json .*dtype`,
				),
			});
			assert.equal(reads.open, 0);
		});
	}

	it("are described by NAME.json too, where that is not something else", async () => {
		const layout = '{"dtype": "f32", "shape": [1, -1]}';
		const opened = await openTensors(beside("acts.raw", eight, { "acts.json": layout, "acts.raw.json": '{"a": 1}' }));
		assert.deepEqual(opened.tensors[0]?.shape, [1, 2]);
		for (const other of ["[]", "{", "", '{"dtype": "f32"}', "x".repeat(2 ** 21)])
			await assert.rejects(openTensors(beside("acts.raw", eight, { "acts.json": other })), { code: "unknown-format" });
	});

	it("whose description does not fit are refused with its reason", async () => {
		for (const [fields, says] of [
			['{"dtype": "f32", "shape": [3]}', /f32 \[3\] from byte 0 on take 12 bytes, but 8 of the file's 8 are there \(2/],
			['{"dtype": "f99", "shape": [3]}', /dtype of the raw values is "f99"; expected one of bool/],
			['{"dtype": "f32", "shape": [-1, -1]}', /shape .* at most one of them -1/],
			['{"dtype": "f32", "shape": [9007199254740991, 9007199254740991]}', /shape/],
			['{"dtype": "f32", "shape": [1e400]}', /shape|acts/],
			['{"dtype": "f32", "shape": [2], "offset": 9}', /start at byte 9, but the file has 8/],
			['{"dtype": "f32", "shape": [2], "order": "Z"}', /order .* is "Z"; expected "C" or "F"/],
			['{"dtype": ">f4", "shape": [2], "byteOrder": "little"}', /byteOrder .* "big", as the dtype >f4 says/],
		] as const)
			await assert.rejects(openTensors(beside("acts.raw", eight, { "acts.raw.json": fields })), (error: Error) => {
				assert.match(error.message, says);
				return true;
			});
	});

	it("with the content of a known format are opened as that, unless they are described", async () => {
		const file = npyFile({ data: eight });
		const known = await openTensors(beside("x.bin", file, { "x.bin.json": '{"dtype": "nothing", "shape": [1]}' }));
		assert.equal(known.reader.id, "npy");
		const layout = rawLayoutOf({ dtype: "u8", offset: 6, shape: [2] });
		const told = await openTensors(memorySource("x.npy", file), undefined, layout);
		assert.deepEqual(await allValues(told, told.tensors[0] as TensorInfo, 9), [[1, 0]]);
		assert.match(told.notes.join(), /first 6 bytes are skipped.*\d+ bytes follow/);
	});

	it("of 100 GB are opened without reading more than their beginning", async () => {
		const { source, reads } = counting({
			name: "big.raw",
			size: 1e11,
			read: async (_, length) => new Uint8Array(length),
		});
		const opened = await openTensors(source, undefined, rawLayoutOf({ dtype: "f32", shape: [-1, 5] }));
		assert.deepEqual(opened.tensors[0]?.shape, [5e9, 5]);
		assert.ok(reads.bytes <= 4096);
	});
});
