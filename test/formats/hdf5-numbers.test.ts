import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import type { TensorInfo } from "../../src/core/tensor";
import { openTensors } from "../../src/formats/index";
import { memorySource } from "../../src/formats/memory";
import { allValues } from "./values";

const FILE = path.resolve("test", "fixtures", "hdf5", "numbers.h5");

/** Bob Jenkins' lookup3 (hashlittle), the checksum of HDF5's headers of version 2. */
function lookup3(bytes: Uint8Array): number {
	const turned = (x: number, by: number) => (x << by) | (x >>> (32 - by));
	const word = (at: number) => [0, 1, 2, 3].reduce((sum, k) => sum | ((bytes[at + k] ?? 0) << (8 * k)), 0);
	const state = new Int32Array(3).fill((0xdeadbeef + bytes.length) | 0);
	const get = (k: number) => state[k % 3] as number;
	let at = 0;
	const take = () => {
		for (let k = 0; k < 3; k++) state[k] = get(k) + word(at + 4 * k);
		at += 12;
	};
	for (; bytes.length - at > 12; ) {
		take();
		// a −= c, a ^= c turned, c += b; and so on with the next of the three.
		[4, 6, 8, 16, 19, 4].forEach((by, k) => {
			state[k % 3] = (get(k) - get(k + 2)) ^ turned(get(k + 2), by);
			state[(k + 2) % 3] = get(k + 2) + get(k + 1);
		});
	}
	take();
	// c ^= b, c −= b turned; then a by c, b by a, and on.
	[14, 11, 25, 16, 4, 14, 24].forEach((by, k) => {
		state[(k + 2) % 3] = (get(k + 2) ^ get(k + 1)) - turned(get(k + 1), by);
	});
	return get(2) >>> 0;
}

/** The file with the datatype of a dataset changed: its message's bytes from `from` on, and its header's checksum. */
function withType(
	name: "floats" | "integers",
	change: (message: Buffer) => void,
	data?: readonly number[],
): Uint8Array {
	const bytes = fs.readFileSync(FILE);
	const [type, old] =
		name === "floats"
			? ([[0x11, 0x20, 0x1f, 0, 4, 0, 0, 0], Buffer.from(new Float32Array([1, -2, 0.5, 3.25]).buffer)] as const)
			: ([[0x10, 0x08, 0, 0, 2, 0, 0, 0], Buffer.from(new Int16Array([1, -2, 300, 4000]).buffer)] as const);
	const at = bytes.indexOf(Buffer.from(type));
	const header = bytes.lastIndexOf("OHDR", at);
	// The first block's size, of two bytes, stands behind flags and times.
	assert.equal(bytes[header + 5], 33);
	const end = header + 6 + 16 + 2 + bytes.readUInt16LE(header + 22);
	assert.ok(at > 0 && bytes.readUInt32LE(end) === lookup3(bytes.subarray(header, end)), "the header is found");
	change(bytes.subarray(at, at + 20));
	bytes.writeUInt32LE(lookup3(bytes.subarray(header, end)), end);
	if (data) Buffer.from(Uint16Array.from(data).buffer).copy(bytes, bytes.indexOf(old));
	return bytes;
}

async function opened(bytes: Uint8Array) {
	const source = await openTensors(memorySource("numbers.h5", new Uint8Array(bytes)));
	const named = (name: string) => source.tensors.find((tensor) => tensor.name === name) as TensorInfo;
	const values = async (name: string) => (await allValues(source, named(name), 3))[0];
	return { named, values };
}

describe("the numbers of an HDF5 dataset", () => {
	it("are what their type says where it is the usual one", async () => {
		const { named, values } = await opened(fs.readFileSync(FILE));
		assert.deepEqual([named("floats").dtype, named("integers").dtype], ["f32", "i16"]);
		assert.deepEqual(
			[await values("floats"), await values("integers")],
			[
				[1, -2, 0.5, 3.25],
				[1, -2, 300, 4000],
			],
		);
	});

	for (const [dtype, exponent, mantissa, bias, data] of [
		["bf16", 8, 7, 127, [0x3f80, 0xc000, 0x3f00, 0x4050]],
		["f16", 5, 10, 15, [0x3c00, 0xc000, 0x3800, 0x4280]],
	] as const) {
		it(`are ${dtype} where a float of two bytes has ${exponent} exponent bits`, async () => {
			const bytes = withType(
				"floats",
				(message) => message.set([15, 0, 2, 0, 0, 0, 0, 0, 16, 0, mantissa, exponent, 0, mantissa, bias], 2),
				data,
			);
			const { named, values } = await opened(bytes);
			assert.deepEqual([named("floats").dtype, named("floats").problem], [dtype, undefined]);
			assert.deepEqual(await values("floats"), [1, -2, 0.5, 3.25]);
			assert.deepEqual(await values("integers"), [1, -2, 300, 4000]);
		});
	}

	it("are refused, and no other tensor with them, where bits lie as in no type that is read", async () => {
		const cases = [
			[
				"floats",
				(message: Buffer) => message.set([23, 8, 0, 23, 126], 12),
				/float of 8 exponent and 23 mantissa bits in 32 bits \(bias 126\)/,
			],
			[
				"floats",
				(message: Buffer) => message.set([31, 0, 4, 0, 0, 0, 0, 0, 19, 0, 10, 8, 0, 10, 127], 2),
				/float of 8 exponent and 10 mantissa bits/,
			],
			[
				"integers",
				(message: Buffer) => message.set([0, 0, 12, 0], 8),
				/integers use 12 of their 16 bits, from bit 0 on/,
			],
			[
				"integers",
				(message: Buffer) => message.set([4, 0, 12, 0], 8),
				/integers use 12 of their 16 bits, from bit 4 on/,
			],
		] as const;
		for (const [name, change, reason] of cases) {
			const { named } = await opened(withType(name, change));
			assert.equal(named(name).problem?.code, "unsupported");
			assert.match(named(name).problem?.message ?? "", reason);
			assert.equal(named(name === "floats" ? "integers" : "floats").problem, undefined);
		}
	});
});

describe("the types of an HDF5 file", () => {
	const folder = path.dirname(FILE);
	const { values: known } = JSON.parse(fs.readFileSync(path.join(folder, "types.json"), "utf8")) as {
		readonly values: Readonly<Record<string, readonly (readonly number[])[]>>;
	};
	/** By what they were written as. */
	const DTYPES: Readonly<Record<string, string>> = {
		...{ f16: "f16", f16_big: "f16", bf16: "bf16", bf16_big: "bf16", f32_big: "f32", f64: "f64", enum: "i16" },
		...{ bf16_array: "bf16", "bf16_member.b": "bf16", "bf16_member.i": "i32", committed: "f16", complex: "c64" },
		...{ "compound.half": "f16", "compound.long name of a member": "i32", "compound.last": "u8", flags: "bool" },
		...{ "compound.inner.x": "f32", "compound.inner.y": "i64", enum_kind: "i16", with_attributes: "f16" },
	};

	for (const [name, told] of [
		["types-v1.h5", "headers of version 1, with continuation blocks"],
		["types-v2.h5", "headers of version 2"],
		["types-userblock.h5", "a block of its user in front"],
		["types-address4.h5", "addresses of four bytes"],
		["types-address2.h5", "addresses of two bytes"],
	] as const) {
		it(`are told by their bits, in compounds, arrays and enums too: ${told}`, async () => {
			const source = await openTensors(memorySource(name, new Uint8Array(fs.readFileSync(path.join(folder, name)))));
			const readable = source.tensors.filter(({ problem }) => !problem);
			assert.deepEqual(Object.fromEntries(readable.map((tensor) => [tensor.name, tensor.dtype])), DTYPES);
			for (const tensor of readable) {
				const values = (await allValues(source, tensor, 5)).map((part) => part.map(Number));
				assert.deepEqual(values, known[tensor.name], tensor.name);
			}
			const refused = source.tensors.filter(({ problem }) => problem);
			assert.deepEqual(
				refused.map((tensor) => [tensor.name, tensor.problem?.message.replace(/\(.*/, "")]),
				[
					["odd_float", "Its values are a float of 11 exponent and 20 mantissa bits in 32 bits "],
					["odd_integer", "Its integers use 12 of their 16 bits, from bit 0 on, which is not read."],
				],
			);
			await source.close();
		});
	}

	it("are found in the heap of messages that datasets share", async () => {
		const bytes = fs.readFileSync(path.join(folder, "types-shared.h5"));
		const source = await openTensors(memorySource("types-shared.h5", new Uint8Array(bytes)));
		assert.deepEqual(
			source.tensors.map(({ name, dtype, problem }) => [name, dtype, problem]),
			[
				["half0", "f16", undefined],
				["half1", "f16", undefined],
				["half2", "f16", undefined],
				["long", "i64", undefined],
			],
		);
		for (const tensor of source.tensors.slice(0, 3)) {
			assert.deepEqual(await allValues(source, tensor, 5), known.f16);
		}
		await source.close();
	});

	it("are found in all blocks of that heap, and are no guess where they do not fit into any", async function () {
		this.timeout(60_000);
		const bytes = gunzipSync(fs.readFileSync(path.join(folder, "shared-heap.h5.gz")));
		const source = await openTensors(memorySource("shared-heap.h5", new Uint8Array(bytes)));
		assert.equal(source.tensors.length, 2 * 2 * 231);
		for (const tensor of source.tensors) {
			const which = Number.parseInt(tensor.name, 10);
			const kind = tensor.name.endsWith(".i") ? "integer" : "float";
			if (tensor.name.startsWith("230b")) {
				assert.deepEqual(tensor.dtype, { other: `${kind} of 16 bits` });
				const message = tensor.problem?.message ?? "";
				assert.match(message, /^How the 16 bits of its values make a number is not found in the file's headers/);
				continue;
			}
			const dtype = kind === "integer" ? "i16" : "f16";
			assert.deepEqual([tensor.dtype, tensor.problem], [dtype, undefined], tensor.name.slice(0, 10));
			assert.deepEqual(await allValues(source, tensor, 5), [[which]]);
		}
		await source.close();
	});

	for (const [name, told, dtypes] of [
		[
			"headers-v1.h5",
			"in a continuation of a header of version 1, and in a committed datatype by a message of version 1",
			{ committed: "f16", half: "f16", integer: "i32" },
		],
		["headers-v2.h5", "in a continuation of a header of version 2", { half: "f16" }],
	] as const) {
		it(`are found ${told}`, async () => {
			const source = await openTensors(memorySource(name, new Uint8Array(fs.readFileSync(path.join(folder, name)))));
			assert.deepEqual(
				source.tensors.map((tensor) => [tensor.name, tensor.dtype, tensor.problem]),
				Object.entries(dtypes).map(([each, dtype]) => [each, dtype, undefined]),
			);
			for (const tensor of source.tensors) {
				assert.deepEqual(await allValues(source, tensor, 5), [
					tensor.dtype === "i32" ? [1, -2, 0, 3] : [1, -2, 0.5, 3.25],
				]);
			}
			await source.close();
		});
	}
});
