import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { byteLength, DTYPES, type DType } from "../../src/core/dtype";
import { TensorError } from "../../src/core/errors";
import { type Shape, sizeOf } from "../../src/core/layout";
import { type NormId, normOptions } from "../../src/core/normalizations";
import { openFile } from "../../src/engine/file";
import { openTensors } from "../../src/formats";
import { at, f32, f64, noise, readValues, type Stored, toFortran, withEngine, writeTensors } from "./files";

const normOf = (id: NormId, shape: Shape) => ({ id, options: normOptions(shape, { groups: 2 }) });

/** The stored bytes of a tensor that a format keeps dense, as they lie in the file. */
async function storedBytes(file: string, tensor: string): Promise<Uint8Array> {
	const source = await openFile(file);
	const open = await openTensors(source);
	try {
		const info = open.tensors.find(({ name }) => name === tensor);
		assert.ok(info, tensor);
		const [box] = open.boxes(info, 2 ** 30);
		const chunk = await open.read(info, box ?? { origin: [], shape: [] });
		const { bits } = DTYPES[chunk.dtype];
		const begin = (chunk.offset * bits) / 8;
		return chunk.bytes.slice(begin, begin + byteLength(chunk.dtype, sizeOf(chunk.shape)));
	} finally {
		await open.close();
	}
}

describe("normalize all", function () {
	this.timeout(60_000);
	const { file, engine } = withEngine();

	for (const suffix of ["safetensors", "npz"]) {
		it(`writes the same bytes into one .${suffix} as one by one`, async () => {
			const shapes = { a: [4, 6, 5, 5], b: [3, 8, 70, 900], c: [6, 4] };
			const input = writeTensors(
				file(`in.${suffix}`),
				Object.entries(shapes).map(([name, shape], i) => f32(name, shape, noise(sizeOf(shape), i))),
				{ maker: "test" },
			);
			const output = file(`all.${suffix}`);
			const ids = { a: "batchNorm", b: "groupNorm", c: "layerNorm" } as const;
			const tensors = (["c", "a", "b"] as const).map((name) => ({
				tensor: name,
				norm: normOf(ids[name], shapes[name]),
				...(name === "a" ? { dtype: "f16" as const } : {}),
			}));
			const seen: number[] = [];
			const result = await engine().normalizeAll(
				{ file: { path: input }, tensors, output, overwrite: true },
				{ onProgress: ({ done, total }) => seen.push(done / total) },
			);
			assert.deepEqual(
				result.tensors.map(({ name, dtype, layout }) => [name, dtype, layout?.cells]),
				[
					["c", "f32", [6, 1]],
					["a", "f16", [1, 6, 1, 1]],
					["b", "f32", [3, 2, 1, 1]],
				],
			);
			assert.equal(result.bytes, readFileSync(output).length);
			assert.equal(seen.at(-1), 1);
			assert.ok(seen.every((part, i) => part <= 1 && part >= (seen[i - 1] ?? 0)));
			for (const tensor of tensors) {
				const one = file(`one.${suffix}`);
				await engine().normalize({ ...at(input, tensor.tensor), ...tensor, output: one, overwrite: true });
				assert.deepEqual(
					await storedBytes(output, tensor.tensor),
					await storedBytes(one, tensor.tensor),
					tensor.tensor,
				);
			}
			const { metadata } = await engine().describe({ path: output });
			if (suffix === "safetensors") {
				assert.equal(metadata.maker, "test");
				assert.deepEqual(
					JSON.parse(metadata.normalization ?? "").map((told: { tensor: string; norm: string }) => [
						told.tensor,
						told.norm,
					]),
					[
						["c", "layerNorm"],
						["a", "batchNorm"],
						["b", "groupNorm"],
					],
				);
			}
		});
	}

	it("keeps tensors without a norm bit by bit, whatever their dtype", async () => {
		const shape = [3, 5, 8];
		const dtypes = Object.keys(DTYPES).filter((dtype) => !/^([iu][24]|c128)$/.test(dtype)) as DType[];
		const kept = dtypes.map((dtype, seed): Stored => {
			const bytes = new Uint8Array(byteLength(dtype, sizeOf(shape)));
			noise(bytes.length, seed).forEach((value, i) => {
				bytes[i] = dtype === "bool" ? Number(value > 0) : Math.floor(Math.abs(value) * 1e6) % 256;
			});
			return { name: dtype, dtype, shape, bytes };
		});
		const input = writeTensors(file("kept.safetensors"), [...kept, f32("x", [4, 3], noise(12, 1))]);
		const output = file("kept-out.safetensors");
		const tensors = [...kept.map(({ name }) => ({ tensor: name })), { tensor: "x", norm: normOf("layerNorm", [4, 3]) }];
		const result = await engine().normalizeAll({ file: { path: input }, tensors, output, overwrite: true });
		assert.deepEqual(
			result.tensors.map(({ dtype, layout }) => [dtype, layout === undefined]),
			[...dtypes.map((dtype) => [dtype, true]), ["f32", false]],
		);
		for (const { name, bytes } of kept) assert.deepEqual(await storedBytes(output, name), bytes, name);
	});

	it("turns kept tensors from Fortran order and big-endian bytes into the output's", async () => {
		const shape = [40, 30, 50];
		const values = noise(sizeOf(shape), 3);
		const fortran = writeTensors(file("fortran.npz"), [
			f64("x", shape, toFortran(shape, values), "F"),
			f64("y", [3, 4], noise(12, 5)),
		]);
		const output = file("turned.safetensors");
		const tensors = [{ tensor: "x" }, { tensor: "y", norm: normOf("layerNorm", [3, 4]) }];
		await engine().normalizeAll({ file: { path: fortran }, tensors, output, overwrite: true });
		assert.deepEqual((await readValues({ file: output, tensor: "x" })).values, values);

		const header = `${"{'descr': '>c16', 'fortran_order': False, 'shape': (2, 3), }".padEnd(117)}\n`;
		const big = Buffer.alloc(96);
		const numbers = noise(12, 9);
		for (const [i, value] of numbers.entries()) big.writeDoubleBE(value, i * 8);
		const length = Buffer.from([header.length, 0]);
		const npy = Buffer.concat([Buffer.from("\x93NUMPY\x01\x00", "latin1"), length, Buffer.from(header), big]);
		writeFileSync(file("big.npy"), npy);
		const swapped = file("swapped.npy");
		await engine().normalizeAll({ file: { path: file("big.npy") }, tensors: [{}], output: swapped, overwrite: true });
		const little = await storedBytes(swapped, "");
		assert.deepEqual(new Float64Array(little.buffer.slice(little.byteOffset, little.byteOffset + 96)), numbers);
	});

	it("writes a thousand tensors", async () => {
		const names = Array.from({ length: 1000 }, (_, i) => `layer.${i}.weight`);
		const input = writeTensors(
			file("many.safetensors"),
			names.map((name, i) => f32(name, [8, 4], noise(32, i))),
		);
		const output = file("many-out.npz");
		const tensors = names.map((tensor) => ({ tensor, norm: normOf("layerNorm", [8, 4]) }));
		const result = await engine().normalizeAll({ file: { path: input }, tensors, output, overwrite: true });
		assert.equal(result.tensors.length, 1000);
		const { values } = await readValues({ file: output, tensor: "layer.999.weight" });
		for (let row = 0; row < 8; row++) {
			const sum = values.slice(row * 4, row * 4 + 4).reduce((a, b) => a + b);
			assert.ok(Math.abs(sum) < 1e-5, `row ${row}: ${sum}`);
		}
	});

	it("leaves nothing where one tensor of many is damaged, and names it", async () => {
		const input = writeTensors(file("damaged.npz"), [
			f64("good", [4, 3], noise(12, 1)),
			f64("bad", [4, 3], noise(12, 2)),
		]);
		const bytes = readFileSync(input);
		// The last bytes before the directory are those of the last tensor.
		const damaged = bytes.indexOf(Buffer.from("PK\x01\x02")) - 40;
		bytes.writeUInt8(bytes.readUInt8(damaged) ^ 0xff, damaged);
		writeFileSync(input, bytes);
		const output = file("damaged-out.npz");
		const tensors = ["good", "bad"].map((tensor) => ({ tensor, norm: normOf("layerNorm", [4, 3]) }));
		await assert.rejects(
			engine().normalizeAll({ file: { path: input }, tensors, output, overwrite: true }),
			(thrown) => thrown instanceof TensorError && thrown.code === "corrupt" && /bad/.test(JSON.stringify(thrown)),
		);
		assert.deepEqual(
			readdirSync(path.dirname(output)).filter((name) => name.includes("damaged-out")),
			[],
		);
	});

	it("refuses several tensors for a .npy file, and names that an archive cannot hold, before anything is read", async () => {
		const input = writeTensors(file("two.safetensors"), [f64("a", [4], noise(4, 1)), f64("../b", [4], noise(4, 2))]);
		const tensors = ["a", "../b"].map((tensor) => ({ tensor, norm: normOf("layerNorm", [4]) }));
		for (const [name, message] of [
			["two.npy", /holds one tensor, not 2/],
			["two.npz", /cannot be the name of a member/],
		] as const) {
			await assert.rejects(
				engine().normalizeAll({ file: { path: input }, tensors, output: file(name), overwrite: true }),
				(thrown) => thrown instanceof TensorError && message.test(thrown.message),
			);
		}
	});
});
