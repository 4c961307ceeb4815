import assert from "node:assert/strict";
import fs from "node:fs";
import type { TensorInfo } from "../../src/core/tensor";
import { memorySource, openTensors } from "../../src/formats";
import { int, join, zipFile } from "./build";
import { counting } from "./node-source";
import { allValues } from "./values";

const text = (word: string) => join("X", int(4, new TextEncoder().encode(word).length), word);
const fixture = (name: string) => new Uint8Array(fs.readFileSync(`test/fixtures/torch/${name}`));

describe("parts of pickles that old writers and new ones differ in", () => {
	it("a tensor of a storage without type has the dtype that is told beside it (float8)", async () => {
		const id = join("(", text("storage"), "ctorch.storage\nUntypedStorage\n", text("0"), text("cpu"), "K", [4], "tQ");
		const view = join(id, "K", [1], "K", [3, 0x85], "K", [1, 0x85]);
		const pickle = join([0x80, 2], "ctorch._utils\n_rebuild_tensor_v3\n(", view, [0x89], "Nctorch\nfloat8_e4m3fn\ntR.");
		const file = zipFile([
			{ name: "a/data.pkl", data: pickle },
			{ name: "a/data/0", data: join([0, 0x38, 0x40, 0x7f]) },
		]);
		const opened = await openTensors(memorySource("m.bin", file));
		assert.equal(opened.reader.id, "pytorch");
		assert.deepEqual(
			opened.tensors.map(({ dtype, shape, problem }) => [dtype, shape, problem]),
			[["f8_e4m3", [3], undefined]],
		);
		assert.deepEqual(await allValues(opened, opened.tensors[0] as TensorInfo, 9), [[1, 2, NaN]]);
		assert.deepEqual(opened.hazards, []);
	});

	it("a tensor that is marked as conjugated or negated is named, not read without the mark", async () => {
		const id = join("(", text("storage"), "ctorch\nComplexFloatStorage\n", text("0"), text("cpu"), "K", [1], "tQ");
		const view = join(id, "K", [0], "K", [1, 0x85], "K", [1, 0x85], [0x89], "N");
		for (const [mark, words] of [
			["conj", "conjugated"],
			["neg", "negated"],
		] as const) {
			const call = join("ctorch._utils\n_rebuild_tensor_v2\n(", view, "}", text(mark), [0x88], "stR.");
			const file = zipFile([
				{ name: "a/data.pkl", data: join([0x80, 2], call) },
				{ name: "a/data/0", data: new Uint8Array(8) },
			]);
			const { tensors } = await openTensors(memorySource("m.pt", file));
			assert.deepEqual(tensors[0]?.problem, {
				code: "unsupported",
				message: `The tensor is a view that is marked as ${words}, which is not applied; save it after .resolve_${mark}().`,
				where: {},
			});
		}
	});

	it("an array whose bytes stand as a long text is read forwards, any part of it (protocol 2)", async () => {
		const count = 100_000;
		const values = Array.from({ length: count }, (_, i) => (i * 7) % 256);
		const dtype = join("cnumpy\ndtype\n(", text("u1"), "K", [0], "K", [1], "tR(K", [3], text("|"), "NNNJ");
		const state = join(dtype, int(4, 0xffffffff), "J", int(4, 0xffffffff), "K", [0], "tb");
		const bytes = join("c_codecs\nencode\n(", text(latin(values)));
		const pickle = join(
			[0x80, 2],
			"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(K",
			[0],
			"t",
			text("b"),
			"tR(K",
			[1],
			"(J",
			int(4, count),
			"t",
			state,
			[0x89],
			bytes,
			text("latin1"),
			"tRtb.",
		);
		const { source, reads } = counting(memorySource("a.pkl", pickle));
		const opened = await openTensors(source);
		assert.ok(reads.bytes < 50_000, JSON.stringify(reads));
		const [tensor] = opened.tensors as [TensorInfo];
		assert.deepEqual([tensor.problem, tensor.shape, tensor.sequential], [undefined, [count], true]);
		assert.deepEqual((await allValues(opened, tensor, 999))[0], values);
		for (const at of [70_000, 5, 99_999]) {
			const chunk = await opened.read(tensor, { origin: [at], shape: [1] });
			assert.equal(chunk.bytes[chunk.offset], values[at]);
		}
	});

	it("an archive is opened by its directory and its pickle, without a visit to its storages", async () => {
		const { source, reads } = counting(memorySource("pytorch_model.bin", fixture("training-p4.pt")));
		const opened = await openTensors(source);
		assert.ok(opened.tensors.length > 20 && reads.count <= 12, JSON.stringify([opened.tensors.length, reads]));
		assert.deepEqual(opened.notes, []);
	});
});

function latin(values: readonly number[]): string {
	return values.map((value) => String.fromCharCode(value)).join("");
}
