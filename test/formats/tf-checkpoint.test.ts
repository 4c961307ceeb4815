import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import type { TensorInfo } from "../../src/core/tensor";
import { memorySource, openTensors } from "../../src/formats";
import { unsnappy } from "../../src/formats/encoding/snappy";
import { int, join } from "./build";
import { damagedCopies } from "./damage";
import { bytes, packed } from "./protobuf-build";
import { SHARED } from "./record";
import { entry, header, table } from "./tf-build";
import { allValues } from "./values";

const data = new Uint8Array(Float32Array.of(9, 1, 2).buffer);

function open(file: Uint8Array, shards: Readonly<Record<string, Uint8Array>>, left = { open: 0 }) {
	return openTensors({
		...memorySource("m.ckpt.index", file),
		sibling: async (name) => {
			const found = shards[name];
			if (found === undefined) throw new Error(`no ${name}`);
			left.open++;
			return { ...memorySource(name, found), close: async () => void left.open-- };
		},
	});
}

describe("a TensorFlow checkpoint", () => {
	it("reads its tensors from their shards, shows the others where one is faulty, and leaves no shard open", async () => {
		const left = { open: 0 };
		const file = table([
			header(2),
			["bad/length", entry(1, [3], 0, 0, 8)],
			["bad/negative", entry(1, [-1], 0, 0, 8)],
			["bad/past", entry(1, [3], 0, 4, 12)],
			["bad/text", entry(7, [], 0, 0, 8)],
			["missing", entry(1, [2], 1, 0, 8)],
			["sliced", join(entry(1, [2], 0, 0, 8), bytes(7, ""))],
			["w", entry(1, [2, 1], 0, 4, 8)],
		]);
		const opened = await open(file, { "m.ckpt.data-00000-of-00002": data }, left);
		const says = opened.tensors.map(({ name, problem }) => [name, problem?.message ?? ""] as const);
		for (const [name, wanted] of [
			["bad/length", /f32 \[3\] take 12 bytes, but the index gives them 8/],
			["bad/negative", /negative length/],
			["bad/past", /bytes 4 to 16 of "m\.ckpt\.data-00000-of-00002" were expected, but it has 12/],
			["bad/text", /"string" have no statistics/],
			["missing", /no m\.ckpt\.data-00001-of-00002/],
			["sliced", /stored in 1 slices/],
			["w", /^$/],
		] as const) {
			assert.match(says.find(([each]) => each === name)?.[1] ?? "not listed", wanted);
		}
		assert.deepEqual(await allValues(opened, opened.tensors.find(({ name }) => name === "w") as TensorInfo, 1), [
			[1, 2],
		]);
		assert.equal(left.open, 0);
	});

	it("whose shard is opened by itself says which file to open", async () => {
		await assert.rejects(openTensors(memorySource("variables.data-00000-of-00001", data)), {
			code: "unknown-format",
			message: /open "variables\.index" beside it/,
		});
	});

	it("is refused where the table has no end, no header, or leads out of itself", async () => {
		await assert.rejects(open(data, {}), { code: "unknown-format", message: /ends as a LevelDB table does/ });
		await assert.rejects(open(table([["w", entry(1, [1], 0, 0, 4)]]), {}), {
			code: "unsupported",
			message: /version 2/,
		});
		const far = join(packed(0, 0, 1e6, 100), new Uint8Array(34), int(8, 0xdb4775248b80fb57n));
		await assert.rejects(open(far, {}), { code: "corrupt", message: /said to start at byte 1000000/ });
	});

	it("unpacks snappy's literals and copies that reach into themselves, and nothing past its size", () => {
		assert.deepEqual(unsnappy(join([11, 0x08], "abc", [0x01 + (4 << 2), 3])), join("abcabcabcab"));
		assert.deepEqual(unsnappy(join([6, 0x00], "a", [0x02 + (4 << 2), 1, 0])), join("aaaaaa"));
		for (const bad of [
			[5, 0x08, 97],
			[3, 0x01, 1],
			[1, 0x04, 97, 98],
			[255, 255, 255, 255, 15],
		]) {
			assert.equal(unsnappy(Uint8Array.from(bad)), undefined);
		}
	});

	const real = path.resolve(SHARED, "tensor2tensor/tensor2tensor/test_data/transformer_test_ckpt/model.ckpt-1.index");
	it(
		fs.existsSync(real) ? "of many tensors reads the index once" : "of many tensors is not compared: no shared files",
		async () => {
			if (!fs.existsSync(real)) return;
			const opened = await open(new Uint8Array(fs.readFileSync(real)), {});
			assert.ok(opened.tensors.length > 100 && opened.tensors.every(({ problem }) => problem !== undefined));
		},
	);

	damagedCopies([["m.index", table([header(1), ["w", entry(1, [2], 0, 4, 8)], ["x", entry(9, [1], 0, 0, 8)]])]]);
});
