import assert from "node:assert/strict";
import fs from "node:fs";
import type { TensorInfo } from "../../src/core/tensor";
import { memorySource, openTensors } from "../../src/formats";
import { lz4Frame } from "../../src/formats/encoding/lz4-frame";
import { counting } from "./node-source";
import { allValues } from "./values";

describe("Arrow tensors", () => {
	// What the writer was given: half the position, 0.25 more in the second batch, 1000 more in the second column.
	const wanted = (row: number, k: number) => 0.5 * ((row % 6) * 8 + k) + (row < 6 ? 0 : 0.25);

	for (const file of ["tensors.arrow", "tensors.arrows"]) {
		it(`have the shape, the names and the order of axes that they are given (${file})`, async () => {
			const opened = await openTensors(
				memorySource(file, new Uint8Array(fs.readFileSync(`test/fixtures/arrow/${file}`))),
			);
			const [list, tensor] = opened.tensors as [TensorInfo, TensorInfo];
			assert.deepEqual([list.name, list.dtype, list.shape], ["emb", "f32", [12, 8]]);
			assert.deepEqual([tensor.name, tensor.shape, tensor.axisNames], ["t", [12, 4, 2], ["", "w", "c"]]);
			for (const most of [3, 16, 1000]) {
				const flat = Array.from({ length: 96 }, (_, i) => wanted(Math.floor(i / 8), i % 8));
				assert.deepEqual(await allValues(opened, list, most), [flat]);
				// Logical [w, c] is stored at c · 4 + w.
				const turned = flat.map((_, i) => 1000 + wanted(Math.floor(i / 8), (i % 2) * 4 + Math.floor((i % 8) / 2)));
				assert.deepEqual(await allValues(opened, tensor, most), [turned]);
			}
		});
	}

	it("are read by range: no more than the row that is asked for", async () => {
		const bytes = new Uint8Array(fs.readFileSync("test/fixtures/arrow/tensors.arrow"));
		const { source, reads } = counting(memorySource("tensors.arrow", bytes));
		const opened = await openTensors(source);
		const before = reads.bytes;
		const { offset } = await opened.read(opened.tensors[0] as TensorInfo, { origin: [11, 0], shape: [1, 8] });
		assert.deepEqual([offset, reads.bytes - before], [0, 32]);
	});

	it("of a stream that is cut are refused", async () => {
		const bytes = new Uint8Array(fs.readFileSync("test/fixtures/arrow/tensors.arrows"));
		const damaged = bytes.slice(0, bytes.length / 2);
		await assert.rejects(openTensors(memorySource("a.arrows", damaged)), { code: "corrupt" });
	});
});

describe("LZ4 frames", () => {
	const header = [0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82];
	const frame = (...block: number[]) => Uint8Array.from([...header, block.length, 0, 0, 0, ...block, 0, 0, 0, 0]);

	it("are unpacked, with copies that overlap themselves", () => {
		// Two literals, a copy of 6 from 2 back, one literal.
		const bytes = lz4Frame(frame(0x22, 97, 98, 2, 0, 0x10, 99), 9);
		assert.equal(Buffer.from(bytes).toString(), "ababababc");
	});

	for (const [what, bytes, size] of [
		["that make more", frame(0x22, 97, 98, 2, 0, 0x10, 99), 8],
		["that make less", frame(0x22, 97, 98, 2, 0, 0x10, 99), 10],
		["whose copy leads out", frame(0x22, 97, 98, 3, 0, 0x10, 99), 9],
		["that are cut", frame(0x22, 97, 98, 2, 0, 0x10, 99).slice(0, 14), 9],
		["without a header", Uint8Array.from([1, 2, 3]), 1],
	] as const) {
		it(`${what} are refused`, () => assert.throws(() => lz4Frame(bytes, size), { code: "corrupt" }));
	}
});
