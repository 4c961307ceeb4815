import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import zlib from "node:zlib";
import { TensorError } from "../../src/core/errors";
import type { TensorInfo } from "../../src/core/tensor";
import { openFile } from "../../src/engine/file";
import { memorySource, openTensors } from "../../src/formats";
import { crc32c } from "../../src/formats/encoding/crc32c";
import type { ByteSource } from "../../src/formats/reader";
import { join } from "./build";
import { counting, type Reads } from "./node-source";
import { allValues } from "./values";

type Files = Readonly<Record<string, Uint8Array | object>>;

/** A folder of files in memory; objects are JSON. */
function folder(files: Files, entry: string, reads: Reads = { count: 0, bytes: 0, largest: 0, open: 0 }): ByteSource {
	const content = files[entry];
	if (content === undefined) throw new TensorError("not-found", "There is no such file.", { file: entry });
	const bytes = content instanceof Uint8Array ? content : new TextEncoder().encode(JSON.stringify(content));
	const { source } = counting(memorySource(path.posix.basename(entry), bytes), reads);
	return {
		...source,
		sibling: async (other) => folder(files, other, reads),
		list: async (below) => {
			const under = below === "" ? "" : `${below}/`;
			const inside = Object.keys(files).filter((name) => name.startsWith(under));
			return [...new Set(inside.map((name) => name.slice(under.length).replace(/\/.*/, "/")))];
		},
	};
}

const array2 = {
	zarr_format: 2,
	shape: [5, 7],
	chunks: [2, 3],
	dtype: "<i4",
	compressor: { id: "zlib" },
	filters: null,
	fill_value: -1,
	order: "C",
};

/** Chunks of the numbers 0, 1, 2 … in C order, all but one that is missing. */
function counted(missing: string): Files {
	const files: Record<string, Uint8Array | object> = {
		".zarray": array2,
		".zattrs": { _ARRAY_DIMENSIONS: ["y", "x"], scale: 2 },
	};
	for (let i = 0; i < 3; i++) {
		for (let j = 0; j < 3; j++) {
			const chunk = Int32Array.from({ length: 6 }, (_, k) => (2 * i + Math.floor(k / 3)) * 7 + 3 * j + (k % 3));
			if (`${i}.${j}` !== missing) files[`${i}.${j}`] = new Uint8Array(zlib.deflateSync(Buffer.from(chunk.buffer)));
		}
	}
	return files;
}

const little = { name: "bytes", configuration: { endian: "little" } };

/** A codec of shards, whose index has a checksum. */
const sharding = (chunk: readonly number[], atEnd: boolean, codecs: readonly object[]) => ({
	name: "sharding_indexed",
	configuration: {
		chunk_shape: chunk,
		codecs,
		index_codecs: [little, { name: "crc32c" }],
		index_location: atEnd ? "end" : "start",
	},
});

/** Parts and the index of their places; none for parts that are not there. */
function shard(parts: readonly (Uint8Array | undefined)[], atEnd: boolean): Uint8Array {
	const index = new DataView(new ArrayBuffer(16 * parts.length + 4));
	let at = atEnd ? 0 : index.byteLength;
	for (const [k, part] of parts.entries()) {
		index.setBigUint64(16 * k, part ? BigInt(at) : 2n ** 64n - 1n, true);
		index.setBigUint64(16 * k + 8, part ? BigInt(part.length) : 2n ** 64n - 1n, true);
		at += part?.length ?? 0;
	}
	const bytes = new Uint8Array(index.buffer);
	index.setUint32(16 * parts.length, crc32c(bytes.subarray(0, -4)), true);
	const body = parts.flatMap((part) => part ?? []);
	return join(...(atEnd ? [...body, bytes] : [bytes, ...body]));
}

const only = (tensors: readonly TensorInfo[]) => tensors[0] as TensorInfo;

describe("a Zarr store", () => {
	it("has the names of its axes, its attributes, and the fill value where a chunk is missing", async () => {
		const opened = await openTensors(folder(counted("1.2"), ".zarray"));
		const tensor = only(opened.tensors);
		assert.deepEqual([tensor.name, tensor.shape, tensor.axisNames], ["", [5, 7], ["y", "x"]]);
		assert.equal(opened.metadata.scale, "2");
		const wanted = Array.from({ length: 35 }, (_, k) => (k % 7 === 6 && [2, 3].includes(Math.floor(k / 7)) ? -1 : k));
		for (const most of [1, 4, 6, 13, 1000]) assert.deepEqual(await allValues(opened, tensor, most), [wanted]);
	});

	it("gives any box as the whole has it", async () => {
		const opened = await openTensors(folder(counted("0.0"), ".zarray"));
		const tensor = only(opened.tensors);
		const [whole = []] = await allValues(opened, tensor, 1000);
		for (let run = 0; run < 200; run++) {
			const origin = [run % 5, (run * 3) % 7];
			const shape = [1 + (run % (5 - (origin[0] as number))), 1 + ((run * 5) % (7 - (origin[1] as number)))];
			const chunk = await opened.read(tensor, { origin, shape });
			const view = new DataView(chunk.bytes.buffer, chunk.bytes.byteOffset, chunk.bytes.byteLength);
			for (let i = 0; i < (shape[0] as number); i++) {
				for (let j = 0; j < (shape[1] as number); j++) {
					const at = chunk.offset + i * (chunk.strides[0] as number) + j * (chunk.strides[1] as number);
					const wanted = whole[((origin[0] as number) + i) * 7 + (origin[1] as number) + j];
					assert.equal(view.getInt32(4 * at, true), wanted);
				}
			}
		}
	});

	it("names the chunk that is damaged, and reads the others", async () => {
		const files = {
			...counted(""),
			"1.1": new Uint8Array([1, 2, 3]),
			"2.2": new Uint8Array(zlib.deflateSync(Buffer.alloc(1000))),
		};
		const opened = await openTensors(folder(files, ".zarray"));
		const tensor = only(opened.tensors);
		await opened.read(tensor, { origin: [0, 0], shape: [2, 7] });
		for (const [origin, key] of [
			[[2, 3], "1.1"],
			[[4, 6], "2.2"],
		] as const) {
			await assert.rejects(opened.read(tensor, { origin, shape: [1, 1] }), (error: TensorError) => {
				assert.equal(error.code, "corrupt");
				assert.match(error.message, new RegExp(`^The chunk "${key.replace(".", "\\.")}" cannot be read: .+\\.$`));
				return true;
			});
		}
	});

	const BAD: readonly (readonly [string, object, string, RegExp])[] = [
		["chunks of another rank", { chunks: [2] }, "corrupt", /chunks have 1/],
		["chunks of length 0", { chunks: [0, 3] }, "corrupt", /length 0/],
		["a negative length", { shape: [-1, 7] }, "corrupt", /0 or more/],
		["a shape past every file", { shape: [2 ** 40, 2 ** 40] }, "corrupt", /elements/],
		["an unknown codec", { compressor: { id: "pcodec" } }, "unsupported", /"pcodec"/],
		["objects", { dtype: "|O" }, "unsupported", /objects/],
		[
			"chunks too large to unpack",
			{ shape: [2 ** 20, 2 ** 20], chunks: [2 ** 20, 2 ** 20] },
			"too-large",
			/smaller chunks/,
		],
		["a fill value of another type", { fill_value: "x" }, "corrupt", /fill value/],
		["an unknown order", { order: "X" }, "corrupt", /order/],
	];
	for (const [what, change, code, message] of BAD) {
		it(`lists an array with ${what}, and says what is wrong with it`, async () => {
			const files = { ".zgroup": { zarr_format: 2 }, "a/.zarray": { ...array2, ...change }, "b/.zarray": array2 };
			const opened = await openTensors(folder(files, ".zgroup"));
			assert.deepEqual(
				opened.tensors.map(({ name }) => name),
				["a", "b"],
			);
			assert.equal(opened.tensors[0]?.problem?.code, code);
			assert.match(opened.tensors[0]?.problem?.message ?? "", message);
			assert.equal(opened.tensors[1]?.problem, undefined);
			assert.throws(() => [...opened.boxes(only(opened.tensors), 10)], TensorError);
		});
	}

	for (const atEnd of [true, false]) {
		it(`reads shards inside of shards, those that are not there as the fill value (index at the ${atEnd ? "end" : "start"})`, async () => {
			// Shards of [4, 6] hold shards of [4, 2] with an index of their own, which hold gzipped chunks of [2, 1].
			const inner = sharding([2, 1], atEnd, [little, { name: "gzip", configuration: { level: 1 } }]);
			const meta = {
				zarr_format: 3,
				node_type: "array",
				shape: [7, 6],
				data_type: "int16",
				chunk_grid: { name: "regular", configuration: { chunk_shape: [4, 6] } },
				chunk_key_encoding: { name: "default" },
				codecs: [sharding([4, 2], !atEnd, [inner])],
				fill_value: -1,
			};
			const isMissing = (i: number, j: number) => (i >= 4 && j >= 2 && j < 4) || (i < 2 && j === 5);
			const files: Record<string, Uint8Array | object> = { "zarr.json": meta };
			for (const row of [0, 4]) {
				const parts = [0, 2, 4].map((column) => {
					const chunks = [0, 2].flatMap((down) =>
						[0, 1].map((right) => {
							const [i, j] = [row + down, column + right];
							if (isMissing(i, j)) return undefined;
							return new Uint8Array(zlib.gzipSync(Buffer.from(Int16Array.of(10 * i + j, 10 * i + 10 + j).buffer)));
						}),
					);
					return chunks.every((chunk) => chunk === undefined) ? undefined : shard(chunks, atEnd);
				});
				files[`c/${row / 4}/0`] = shard(parts, !atEnd);
			}
			const reads = { count: 0, bytes: 0, largest: 0, open: 0 };
			const opened = await openTensors(folder(files, "zarr.json", reads));
			const tensor = only(opened.tensors);
			assert.equal(tensor.problem, undefined);
			const wanted = Array.from({ length: 42 }, (_, k) => {
				const [i, j] = [Math.floor(k / 6), k % 6];
				return isMissing(i, j) ? -1 : 10 * i + j;
			});
			for (const most of [1, 2, 5, 1000]) assert.deepEqual(await allValues(opened, tensor, most), [wanted]);
			await opened.close();
			assert.equal(reads.open, 0);

			const damaged = (files["c/0/0"] as Uint8Array).slice();
			damaged.fill(7, atEnd ? 0 : damaged.length - 30);
			const other = await openTensors(folder({ ...files, "c/0/0": damaged }, "zarr.json"));
			await assert.rejects(allValues(other, only(other.tensors), 2), /The chunk "c\/0\/0" cannot be read: .+\.$/);
		});
	}

	it("of a billion chunks is opened and read in part with a few reads", async () => {
		const meta = {
			zarr_format: 3,
			node_type: "array",
			shape: [1e9, 100],
			data_type: "float32",
			chunk_grid: { name: "regular", configuration: { chunk_shape: [1, 100] } },
			chunk_key_encoding: { name: "default" },
			codecs: [{ name: "bytes", configuration: { endian: "big" } }],
			fill_value: "NaN",
		};
		const chunk = new Uint8Array(400);
		new DataView(chunk.buffer).setFloat32(4, 1.5);
		const reads = { count: 0, bytes: 0, largest: 0, open: 0 };
		const opened = await openTensors(folder({ "zarr.json": meta, "c/999999999/0": chunk }, "zarr.json", reads));
		const tensor = only(opened.tensors);
		const { bytes, bigEndian } = await opened.read(tensor, { origin: [999_999_999, 1], shape: [1, 1] });
		assert.deepEqual([bigEndian, new DataView(bytes.buffer, bytes.byteOffset).getFloat32(0)], [true, 1.5]);
		await opened.close();
		assert.ok(reads.count <= 10 && reads.bytes < 10_000 && reads.open === 0, JSON.stringify(reads));
	});

	it("on a disk is opened by its folder", async () => {
		const place = fs.mkdtempSync(path.join(os.tmpdir(), "store-"));
		try {
			const store = path.join(place, "a.zarr");
			fs.mkdirSync(store);
			for (const [name, content] of Object.entries(counted("0.1"))) {
				fs.writeFileSync(path.join(store, name), content instanceof Uint8Array ? content : JSON.stringify(content));
			}
			const opened = await openTensors(await openFile(store));
			assert.equal(opened.reader.id, "zarr");
			assert.equal((await allValues(opened, only(opened.tensors), 6))[0]?.[34], 34);
			await opened.close();
			await assert.rejects(openFile(place), { code: "unsupported" });
		} finally {
			fs.rmSync(place, { recursive: true, force: true });
		}
	});
});
