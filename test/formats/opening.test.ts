import assert from "node:assert/strict";
import fs from "node:fs";
import { TensorError } from "../../src/core/errors";
import type { TensorInfo } from "../../src/core/tensor";
import { memorySource, openTensors } from "../../src/formats";
import type { ByteSource } from "../../src/formats/reader";
import { planOutput } from "../../src/formats/writer";
import { join, npyFile, safetensorsFile, zipFile } from "./build";
import { counting, sparseFile } from "./node-source";
import { allValues } from "./values";

/** A folder of files in memory. */
function folder(files: Readonly<Record<string, Uint8Array>>, name: string, opened = { now: 0, most: 0 }): ByteSource {
	const bytes = files[name];
	if (bytes === undefined) throw new TensorError("not-found", `There is no file "${name}" in the same folder.`);
	opened.now++;
	opened.most = Math.max(opened.most, opened.now);
	return {
		...memorySource(name, bytes),
		sibling: async (other) => folder(files, other, opened),
		close: async () => void opened.now--,
	};
}

describe("opening a file", () => {
	for (const suffix of [".npy", ".npz", ".safetensors"]) {
		it(`of 100 GB reads its headers only (${suffix})`, async () => {
			const shape = [5_000_000_000, 5];
			const plan = planOutput(`big${suffix}`, [{ name: "x", dtype: "f32", shape }]);
			const { source, reads } = counting(sparseFile(`big${suffix}`, plan.size, [...plan.pieces, ...plan.finish([0])]));
			const opened = await openTensors(source);
			assert.deepEqual(opened.tensors[0]?.shape, shape);
			assert.equal(opened.tensors[0]?.problem, undefined);
			assert.ok(reads.count <= 10 && reads.bytes <= 160_000, JSON.stringify(reads));
			const { offset } = plan.regions[0] as { readonly offset: number };
			assert.ok(plan.size > 1e11 && offset < 1000);
			const last = { origin: [(shape[0] as number) - 1, 0], shape: [1, 5] };
			assert.equal((await opened.read(opened.tensors[0] as TensorInfo, last)).bytes.length, 20);
		});
	}

	it("of 20000 members takes few reads and seconds at most (.npz)", async function () {
		this.timeout(60_000);
		const data = npyFile();
		const members = Array.from({ length: 20_000 }, (_, i) => ({ name: `layer${i}.npy`, data }));
		const { source, reads } = counting(memorySource("many.npz", zipFile(members)));
		const opened = await openTensors(source);
		assert.equal(opened.tensors.length, 20_000);
		assert.ok(opened.tensors.every(({ problem }) => problem === undefined));
		assert.ok(reads.count < 100, JSON.stringify(reads));
	});

	for (const [suffix, mark, name] of [
		["npz", "a.npy", "layer"],
		["pt", "m/data.pkl", "m/data/"],
		["keras", "model.weights.h5", "layer"],
		["zip", "w/.zarray", "w/"],
	] as const) {
		it(`reads the directory of an archive once (.${suffix})`, async () => {
			const more = Array.from({ length: 20_000 }, (_, i) => ({ name: `${name}${i}`, data: new Uint8Array(1) }));
			const archive = zipFile([{ name: mark, data: suffix === "npz" ? npyFile() : join("{}") }, ...more]);
			const directory = new DataView(archive.buffer).getUint32(archive.length - 6, true);
			const whole = memorySource(`many.${suffix}`, archive);
			let read = 0;
			const source: ByteSource = {
				...whole,
				read(offset, length, signal, target) {
					if (offset + length > directory) read += offset + length - Math.max(offset, directory);
					return whole.read(offset, length, signal, target);
				},
			};
			// What is in these archives is no tensor file's: it may be refused once the directory was read.
			await openTensors(source).catch(() => {});
			const size = archive.length - directory;
			assert.ok(read >= size && read < 1.5 * size, `${read} of ${size} bytes`);
		});
	}

	it("keeps nothing of deflated members in memory but their headers", async function () {
		this.timeout(60_000);
		const data = npyFile({ shape: "(100000,)", data: new Uint8Array(400_000) });
		const members = Array.from({ length: 100 }, (_, i) => ({ name: `layer${i}.npy`, data, deflate: true }));
		const opened = await openTensors(memorySource("many.npz", zipFile(members)));
		assert.ok(opened.tensors.every(({ sequential, problem }) => sequential && !problem));
		assert.equal((await allValues(opened, opened.tensors[50] as TensorInfo, 30_000))[0]?.length, 100_000);
		await opened.close();
	});

	it("is cancelled by its signal", async () => {
		const controller = new AbortController();
		controller.abort();
		await assert.rejects(openTensors(memorySource("a.npy", npyFile()), controller.signal), { code: "cancelled" });
	});
});

describe("a sharded model", () => {
	const tensor = (at: number) => ({ dtype: "U8", shape: [2], data_offsets: [at, at + 2] });
	const one = safetensorsFile({ a: tensor(0), b: tensor(2), __metadata__: { format: "pt" } }, join([1, 2, 3, 4]));
	const two = safetensorsFile({ c: tensor(0) }, join([5, 6]));
	const index = (map: object) => join(JSON.stringify({ metadata: { total_size: 6 }, weight_map: map }));

	it("is one list of tensors, read from their shards, with no shard left open", async () => {
		const opened = { now: 0, most: 0 };
		const files = {
			"m.safetensors.index.json": index({ c: "2.safetensors", a: "1.safetensors", b: "1.safetensors" }),
			"1.safetensors": one,
			"2.safetensors": two,
		};
		const model = await openTensors(folder(files, "m.safetensors.index.json", opened));
		assert.equal(model.reader.id, "sharded");
		assert.deepEqual(
			model.tensors.map(({ name }) => name),
			["c", "a", "b"],
		);
		assert.deepEqual(model.metadata, { total_size: "6" });
		assert.equal(opened.now, 1);
		assert.deepEqual(await Promise.all(model.tensors.map((info) => allValues(model, info, 1))), [
			[[5, 6]],
			[[1, 2]],
			[[3, 4]],
		]);
		assert.equal(opened.now, 1);
		await model.close();
		assert.equal(opened.now, 0);
	});

	it("shows the tensors of the shards that are there, and says what is wrong with the others", async () => {
		const names = {
			a: "1.safetensors",
			x: "1.safetensors",
			m: "missing.safetensors",
			p: "../1.safetensors",
			q: "C:\\1",
			l: "lfs.safetensors",
			n: 7,
		};
		const lfs = join("version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 99\n");
		const model = await openTensors(
			folder({ "i.json": index(names), "1.safetensors": one, "lfs.safetensors": lfs }, "i.json"),
		);
		const problems = new Map(model.tensors.map(({ name, problem }) => [name, problem]));
		assert.equal(problems.get("a"), undefined);
		assert.match(
			problems.get("x")?.message ?? "",
			/places this tensor in "1\.safetensors", which has no tensor of that name/,
		);
		assert.ok(problems.get("m"));
		assert.match(
			problems.get("p")?.message ?? "",
			/names "\.\.\/1\.safetensors" as the file of its values; only files in its own folder/,
		);
		assert.match(problems.get("q")?.message ?? "", /only files in its own folder/);
		assert.match(problems.get("n")?.message ?? "", /only files in its own folder/);
		assert.match(problems.get("l")?.message ?? "", /Git LFS pointer/);
		assert.match(model.notes.join(), /1 tensors that the index does not place there/);
		assert.deepEqual(await allValues(model, model.tensors[0] as TensorInfo, 9), [[1, 2]]);
	});

	it("of PyTorch, or of shards of several formats, has the tensors of each as they are in it", async () => {
		const shards = ["dtypes.pt", "views-legacy.pt", "tensors-p4.pkl", "quantized.pt", "hazard.pt"];
		const names: Record<string, string> = { lost: "pytorch_model-9.bin", a: "1.safetensors" };
		const files: Record<string, Uint8Array> = { "1.safetensors": one };
		const wanted = new Map<string, unknown>([["a", [[1, 2]]]]);
		for (const [k, shard] of shards.entries()) {
			const bytes = new Uint8Array(fs.readFileSync(`test/fixtures/torch/${shard}`));
			files[`pytorch_model-${k}.bin`] = bytes;
			const alone = await openTensors(memorySource(shard, bytes));
			for (const tensor of alone.tensors.filter(({ name }) => !(name in names))) {
				names[tensor.name] = `pytorch_model-${k}.bin`;
				wanted.set(tensor.name, await allValues(alone, tensor, 1e9));
			}
		}
		const opened = { now: 0, most: 0 };
		files["pytorch_model.bin.index.json"] = index(names);
		const model = await openTensors(folder(files, "pytorch_model.bin.index.json", opened));
		assert.deepEqual([model.reader.id, opened.now], ["sharded", 1]);
		assert.deepEqual(model.hazards, ["posix.system", "argparse.Namespace"]);
		assert.equal(model.tensors.length, Object.keys(names).length);
		for (const tensor of model.tensors) {
			if (tensor.name === "lost")
				assert.match(tensor.problem?.message ?? "", /in the file "pytorch_model-9.bin", which/);
			else assert.deepEqual(await allValues(model, tensor, 7), wanted.get(tensor.name), tensor.name);
		}
		await model.close();
		assert.equal(opened.now, 0);
	});

	it("that names itself as a shard is no endless task", async () => {
		const model = await openTensors(folder({ "i.json": index({ a: "i.json" }) }, "i.json"));
		assert.match(model.tensors[0]?.problem?.message ?? "", /cannot be reached from here/);
	});

	it("whose shard changed its size since it was opened says so", async () => {
		const files = { "i.json": index({ c: "2.safetensors" }), "2.safetensors": two };
		const model = await openTensors(folder(files, "i.json"));
		files["2.safetensors"] = join(two, [0]);
		await assert.rejects(allValues(model, model.tensors[0] as TensorInfo, 9), {
			code: "changed",
			message: /had \d+ bytes .* has \d+ now/,
		});
	});
});
