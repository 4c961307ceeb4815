import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { memorySource, openTensors } from "../../src/formats";
import { KNOWN } from "../../src/formats/known";
import type { ByteSource } from "../../src/formats/reader";
import { join, zipFile } from "./build";
import { nodeSource } from "./node-source";
import { SHARED } from "./record";
import { allValues } from "./values";

const FIXTURES = "test/fixtures";
const floats = new Uint8Array(Float32Array.of(1.5, -2).buffer);

/** A file of each format, or its bytes; raw files have no content that could tell what they are. */
const FILES: Readonly<Record<Exclude<keyof typeof KNOWN, "raw">, readonly (string | (() => Uint8Array))[]>> = {
	npy: [`${FIXTURES}/numpy/f4-little.npy`],
	npz: [`${FIXTURES}/numpy/stored.npz`],
	gguf: [`${FIXTURES}/gguf/all_quants.gguf`],
	sharded: [`${FIXTURES}/formats/generated/sharded/model.safetensors.index.json`],
	hdf5: [`${FIXTURES}/hdf5/numbers.h5`],
	keras: [() => zipFile([{ name: "model.weights.h5", data: fs.readFileSync(`${FIXTURES}/hdf5/numbers.h5`) }])],
	mat73: [`${SHARED}/matjl/test/v7.3/complex.mat`],
	mat: [
		`${SHARED}/scipy-mat/scipy/io/matlab/tests/data/testdouble_7.4_GLNX86.mat`,
		`${SHARED}/scipy-mat/scipy/io/matlab/tests/data/testmatrix_4.2c_SOL2.mat`,
	],
	arrow: [`${FIXTURES}/arrow/tensors.arrow`, `${FIXTURES}/arrow/tensors.arrows`],
	parquet: [`${SHARED}/parquet-testing/data/list_columns.parquet`],
	zarr: [`${SHARED}/zarrita/fixtures/v3/data.zipped_from_within.zarr.zip`],
	safetensors: [`${FIXTURES}/formats/generated/f8_bf16.safetensors`],
	onnx: [`${FIXTURES}/onnx/test_constant_initializer/model.onnx`],
	onnxPb: [`${FIXTURES}/onnx/test_batchnorm_2d/test_data_set_0/input_0.pb`],
	pytorch: ["views.pt", "views-legacy.pt"].map((file) => `${FIXTURES}/torch/${file}`),
	pickle: ["arrays-p0.pkl", "arrays-p1.pkl", "arrays-p2.pkl", "arrays-p5.pkl"].map(
		(file) => `${FIXTURES}/torch/${file}`,
	),
	tflite: [`${SHARED}/tflite-micro/tensorflow/lite/micro/examples/hello_world/models/hello_world_float.tflite`],
	flax: [() => join([0x81, 0xa1], "a", [0xc7, 21, 1, 0x93, 0x91, 2, 0xa7], "float32", [0xc4, 8], floats)],
	tfCheckpoint: [`${SHARED}/tf-onnx/tests/models/regression/saved_model/variables/variables.index`],
};

/** A file under another name, its neighbours where they are. */
function renamed(from: string | (() => Uint8Array), name: string): ByteSource {
	if (typeof from !== "string") return memorySource(name, from());
	const beside = (other: string) => nodeSource(path.join(path.dirname(from), other));
	return { ...memorySource(name, new Uint8Array(fs.readFileSync(from))), sibling: beside };
}

async function contentOf(source: ByteSource) {
	const { tensors, reader, notes, ...opened } = await openTensors(source);
	const readable = tensors.find(({ problem }) => !problem);
	const values = readable && (await allValues({ ...opened, tensors, notes }, readable, 1000));
	await opened.close();
	const told = notes.filter((note) => note.startsWith("The name is that of"));
	const listed = tensors.map(({ name, dtype, shape, problem }) => ({ name, dtype, shape, problem: problem?.message }));
	return { id: reader.id, tensors: listed, values, told };
}

describe("a file under the suffix of another format", () => {
	for (const [key, files] of Object.entries(FILES)) {
		const own = KNOWN[key as keyof typeof KNOWN];
		for (const from of files) {
			const file = typeof from === "string" ? path.basename(from) : `x${own.extensions[0]}`;
			const there = typeof from !== "string" || fs.existsSync(from);
			(there ? it : it.skip)(
				`opens as what it is, and the suffix is said to be wrong: ${own.label}, ${file}`,
				async () => {
					const right = await contentOf(renamed(from, file));
					assert.deepEqual([right.id, right.told], [own.id, []]);
					assert.ok(right.tensors.length > 0);
					for (const suffix of Object.values(KNOWN).flatMap(({ extensions }): readonly string[] => extensions)) {
						const name = `renamed${suffix}`;
						const found = await contentOf(renamed(from, name));
						assert.equal(found.id, own.id, name);
						// What lies beside an index of a checkpoint is called as the index is.
						if (key === "tfCheckpoint") {
							assert.deepEqual(
								found.tensors.map((tensor) => tensor.name),
								right.tensors.map((tensor) => tensor.name),
							);
						} else assert.deepEqual([found.tensors, found.values], [right.tensors, right.values], name);
						const fits = own.extensions.some((extension) => name.endsWith(extension));
						assert.equal(found.told.length, fits ? 0 : 1, `${name}: ${found.told}`);
						if (!fits) assert.match(found.told[0] as string, /the content is a .+\.$/);
					}
				},
			);
		}
	}
});

describe("a file that no format takes", () => {
	const refusal = async (name: string, bytes: Uint8Array) => {
		const error = await openTensors(memorySource(name, bytes)).catch((thrown) => thrown);
		assert.equal(error.code, "unknown-format");
		assert.ok(error.message.length < 330, error.message);
		return error.message as string;
	};
	const zeros = (length: number) => new Uint8Array(length);
	const RAW = /tell their type and shape: "Open as Raw Tensor…" in the editor, --raw-dtype and --raw-shape/;

	it("is told by its size and first bytes, and how it can be read all the same", async () => {
		const message = await refusal("weights.f32", join(floats, zeros(4088)));
		assert.match(message, /^This file of 4\.00 KiB \(4096 bytes\) begins with 00 00 c0 3f 00 00 00 c0, as no format/);
		assert.match(message, RAW);
		const raw = await refusal("weights.dat", floats);
		assert.match(raw, /^This file of 8 bytes begins with 00 00 c0 3f 00 00 00 c0, as no format .*weights\.dat\.json/);
	});

	it("is told by what it looks like, with what to do about it", async () => {
		for (const [bytes, says] of [
			[join("\x1f", [0x8b, 8]), /^This file of 3 bytes begins with 1f 8b 08 and looks like a gzip archive; unpack it/],
			[join([0x89], "PNG\r\n"), /looks like a PNG picture; open a file of tensors\.$/],
			[join("CDF", [1, 0, 0, 0, 0]), /looks like a NetCDF file of the classic kind; convert it to NetCDF-4 by nccopy/],
			[join("1,2,3\n"), /begins with 31 2c 32 2c 33 0a and is text; save its numbers with numpy\.save/],
			[join("<!DOCTYPE html>"), /looks like a web page; .*download it again/],
			[zipFile([{ name: "a.txt", data: floats }]), /zip archive of .* is one of "a\.txt", which are no \.npy arrays/],
		] as const) {
			const message = await refusal("x.unknown", bytes);
			assert.match(message, says);
			assert.doesNotMatch(message, RAW);
		}
	});
});
