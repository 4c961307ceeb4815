import assert from "node:assert/strict";
import fs from "node:fs";
import type { TensorInfo } from "../../src/core/tensor";
import { memorySource, openTensors } from "../../src/formats";
import { lz4Frame } from "../../src/formats/encoding/lz4-frame";
import { survivesDamage } from "./damage";
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

	for (const file of ["dictionaries.arrow", "dictionaries.arrows"]) {
		it(`and columns of dictionaries are the numbers that they stand for, and lists in lists have their axes (${file})`, async () => {
			const bytes = new Uint8Array(fs.readFileSync(`test/fixtures/arrow/${file}`));
			const opened = await openTensors(memorySource(file, bytes));
			// What the writer was given, in both of its batches: positions, and the values that they stand for.
			const positions = [2, 0, 1, 1, 2, 0];
			const twice = <T>(values: readonly T[]) => [...values, ...values];
			const wanted = {
				floats: ["f64", twice(positions.map((k) => [0.5, -1.25, 1e300][k]))],
				ints: ["i64", twice(positions.map((k) => [7n, -(2n ** 62n), 5n][k]))],
				holes: ["f64", twice([30, NaN, 20, 20, NaN, 10])],
				inner: ["f32", twice(positions.map((k) => [1.5, NaN, -3][k]))],
				texts: undefined,
				grid: ["f32", twice(Array.from({ length: 36 }, (_, i) => i / 4))],
			};
			assert.deepEqual(
				opened.tensors.map(({ name }) => name),
				Object.keys(wanted),
			);
			for (const tensor of opened.tensors) {
				const known = wanted[tensor.name as keyof typeof wanted];
				if (known === undefined) {
					assert.deepEqual([tensor.dtype, tensor.shape], [{ other: "dictionary of utf8" }, [12]]);
					assert.equal(tensor.problem?.code, "unsupported");
					assert.match(tensor.problem.message, /text in a dictionary, which is no tensor; save its codes as a column/);
					continue;
				}
				const [dtype, values] = known;
				assert.deepEqual([tensor.dtype, tensor.problem], [dtype, undefined]);
				for (const most of [1, 5, 1000]) assert.deepEqual(await allValues(opened, tensor, most), [values]);
			}
			const notes = Object.fromEntries(opened.tensors.map(({ name, note }) => [name, note]));
			assert.equal(notes.floats, undefined);
			assert.equal(notes.holes, "4 values are missing, read as NaN; stored as i16, read as f64");
			assert.deepEqual(opened.tensors.at(-1)?.shape, [12, 2, 3]);
			await opened.close();
		});
	}

	it("whose dictionary is damaged are read or refused with a sentence", async function () {
		this.timeout(60_000);
		const bytes = new Uint8Array(fs.readFileSync("test/fixtures/arrow/dictionaries.arrows"));
		await survivesDamage("a.arrows", bytes, 400);
		// The first column points at a value that its dictionary of three does not have.
		const at = Buffer.from(bytes).indexOf(Uint8Array.of(2, 0, 1, 1, 2, 0));
		const opened = await openTensors(
			memorySource(
				"a.arrows",
				bytes.map((byte, k) => (k === at ? 3 : byte)),
			),
		);
		await assert.rejects(allValues(opened, opened.tensors[0] as TensorInfo, 9), {
			code: "corrupt",
			message: /A row of "floats" points at the value 3 of a dictionary of 3/,
		});
	});

	it("are read by range: no more than the row that is asked for", async () => {
		const bytes = new Uint8Array(fs.readFileSync("test/fixtures/arrow/tensors.arrow"));
		const { source, reads } = counting(memorySource("tensors.arrow", bytes));
		const opened = await openTensors(source);
		const before = reads.bytes;
		const { offset } = await opened.read(opened.tensors[0] as TensorInfo, { origin: [11, 0], shape: [1, 8] });
		assert.deepEqual([offset, reads.bytes - before], [0, 32]);
		// Rows that are longer than a box are read in parts, not once for each part.
		const part = await opened.read(opened.tensors[0] as TensorInfo, { origin: [11, 5], shape: [1, 2] });
		assert.deepEqual([part.offset, part.strides, part.bytes.length, reads.bytes - before], [0, [2, 1], 8, 40]);
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
