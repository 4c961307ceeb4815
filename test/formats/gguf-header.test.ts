import assert from "node:assert/strict";
import fs from "node:fs";
import { TensorError } from "../../src/core/errors";
import type { TensorInfo } from "../../src/core/tensor";
import { memorySource, openTensors } from "../../src/formats";
import { join } from "./build";
import { type GgufParts, ggufFile, ggufWriter } from "./build-gguf";
import { counting } from "./node-source";
import { allValues } from "./values";

const { int, length, text, u32, string, array } = ggufWriter();
const F32 = 0;
const Q8_0 = 8;
const pair = (name: string, offset: number | bigint = 0) => ({ name, shape: [2], type: F32, offset });
const open = (parts: GgufParts, name = "m.gguf") => openTensors(memorySource(name, ggufFile(parts)));

describe("a GGUF header", () => {
	for (const [version, bigEndian] of [
		[1, false],
		[2, false],
		[3, false],
		[3, true],
	] as const) {
		it(`of version ${version}${bigEndian ? ", big-endian," : ""} gives metadata, shapes and values`, async () => {
			const w = ggufWriter(bigEndian, version);
			const f32 = (value: number) => {
				const view = new DataView(new ArrayBuffer(4));
				view.setFloat32(0, value, !bigEndian);
				return new Uint8Array(view.buffer);
			};
			const half = w.int(2, 0x3800);
			const q8 = join(half, new Int8Array(32).map((_, k) => k - 16) as unknown as Uint8Array);
			const opened = await open({
				version,
				bigEndian,
				metadata: [
					["general.name", w.string("ein Modell ö")],
					["a.count", w.u32(7)],
					["a.small", { type: 6, bytes: f32(1e-5) }],
					["a.flag", { type: 7, bytes: w.int(1, 1) }],
					["a.negative", { type: 11, bytes: w.int(8, -3n) }],
					["a.large", { type: 10, bytes: w.int(8, 2n ** 63n + 1n) }],
					["a.list", w.array(8, [w.text("x"), w.text('"y"')])],
					["a.nested", w.array(9, [join(w.int(4, 0), w.length(2), [1, 2])])],
				],
				tensors: [
					{ name: "x", shape: [1, 2], type: F32, offset: 0 },
					{ name: "q", shape: [1, 32], type: Q8_0, offset: 32 },
				],
				data: join(f32(1.5), f32(-2), new Uint8Array(24), q8),
			});
			assert.deepEqual(opened.metadata, {
				"GGUF.version": String(version),
				"general.name": "ein Modell ö",
				"a.count": "7",
				"a.small": "0.00001",
				"a.flag": "true",
				"a.negative": "-3",
				"a.large": "9223372036854775809",
				"a.list": '["x", "\\"y\\""]',
				"a.nested": "[[1, 2]]",
			});
			assert.deepEqual(opened.notes.length, bigEndian ? 1 : 0);
			const [x, q] = opened.tensors as readonly [TensorInfo, TensorInfo];
			assert.deepEqual(
				[x.shape, q.shape],
				[
					[1, 2],
					[1, 32],
				],
			);
			assert.deepEqual(await allValues(opened, x, 9), [[1.5, -2]]);
			assert.deepEqual((await allValues(opened, q, 99))[0]?.slice(0, 3), [-8, -7.5, -7]);
		});
	}

	it("aligned to 64 bytes is followed by data there", async () => {
		const opened = await open({
			metadata: [["general.alignment", u32(64)]],
			tensors: [pair("x"), pair("y", 64)],
			alignment: 64,
			data: join([0, 0, 128, 63, 0, 0, 0, 64], new Uint8Array(56), [0, 0, 64, 64, 0, 0, 128, 64]),
		});
		assert.deepEqual(await allValues(opened, opened.tensors[1] as TensorInfo, 9), [[3, 4]]);
	});

	it("with 300 000 words shows 20 of them and how many there are, in few reads", async () => {
		const words = Array.from({ length: 300_000 }, (_, k) => text(`w${k}`));
		const file = ggufFile({
			metadata: [
				["words", array(8, words)],
				["after", u32(1)],
			],
		});
		const { source, reads } = counting(memorySource("v.gguf", file));
		const opened = await openTensors(source);
		assert.equal(opened.metadata.after, "1");
		assert.match(opened.metadata.words ?? "", /^\["w0", .*"w19", … 300000 in all\]$/);
		assert.match(opened.notes.join(), /no tensors/);
		assert.ok(reads.count < 20 && reads.bytes < 1.1 * file.length, JSON.stringify(reads));
	});

	it("with long texts keeps their beginnings", async () => {
		const opened = await open({
			metadata: [
				["t", string("x".repeat(1e6))],
				["u", u32(2)],
			],
		});
		assert.ok((opened.metadata.t?.length ?? 0) < 70_000);
		assert.match(opened.metadata.t ?? "", /x… \(1000000 bytes in all\)$/);
		assert.equal(opened.metadata.u, "2");
	});

	it("of one file of several says so", async () => {
		const metadata = [
			["split.no", { type: 2, bytes: int(2, 1) }],
			["split.count", { type: 2, bytes: int(2, 3) }],
		] as const;
		const opened = await open({ metadata, tensors: [pair("x")], data: new Uint8Array(8) }, "m-00002-of-00003.gguf");
		assert.match(opened.notes.join(), /file 2 of the 3 .*\(m-\*-of-00003\.gguf\)/);
	});

	it("is read whatever the suffix, which is told", async () => {
		const opened = await open({ tensors: [pair("x")], data: new Uint8Array(8) }, "m.npy");
		assert.equal(opened.reader.id, "gguf");
		assert.match(opened.notes.join(), /name is that of a NumPy array, but the content is a GGUF model/);
	});
});

const REFUSED: readonly (readonly [string, Uint8Array, string, RegExp])[] = [
	["without its magic", join("GGML", new Uint8Array(40)), "corrupt", /starts with the letters "GGUF"/],
	["of version 4", ggufFile({ version: 4 }), "unsupported", /version 4 is not read; versions 1 to 3/],
	["cut in its counts", ggufFile().slice(0, 20), "corrupt", /ends early: a field of 8 bytes .* \(20 bytes\)/],
	[
		"with more tensors than bytes",
		ggufFile({ tensorCount: 900_000 }),
		"corrupt",
		/list 900000 tensors, but only \d+ bytes/,
	],
	[
		"with 2^60 tensors",
		ggufFile({ tensorCount: 2n ** 60n }),
		"too-large",
		/1152921504606846976 tensors, more than the 1000000/,
	],
	[
		"with more entries than bytes",
		ggufFile({ keyCount: 1000 }),
		"corrupt",
		/list 1000 metadata entries, but only 0 bytes/,
	],
	[
		"with a text past its end",
		ggufFile({ metadata: [["k", { type: 8, bytes: length(962072674336) }]] }),
		"corrupt",
		/text of "k" of 962072674336 bytes runs past the end/,
	],
	[
		"with an array past its end",
		ggufFile({ metadata: [["k", array(12, [], 2n ** 61n)]] }),
		"corrupt",
		/array "k" is said to hold 2305843009213693952 values, but only 0 bytes follow/,
	],
	[
		"with an unknown value type",
		ggufFile({ metadata: [["k", { type: 13, bytes: int(8, 0) }]] }),
		"corrupt",
		/unknown type 13/,
	],
	[
		"with deep arrays",
		ggufFile({
			metadata: [["k", { type: 9, bytes: join(...new Array(100).fill(join(int(4, 9), length(1))), int(40, 0)) }]],
		}),
		"corrupt",
		/nests more than 64 arrays/,
	],
	[
		"with a key twice",
		ggufFile({
			metadata: [
				["k", u32(1)],
				["k", u32(2)],
			],
		}),
		"corrupt",
		/two metadata entries called "k"/,
	],
	["with a tensor twice", ggufFile({ tensors: [pair("x"), pair("x", 32)] }), "corrupt", /two tensors called "x"/],
	["aligned to 24 bytes", ggufFile({ metadata: [["general.alignment", u32(24)]] }), "corrupt", /alignment of 24 bytes/],
	["aligned to 0 bytes", ggufFile({ metadata: [["general.alignment", u32(0)]] }), "corrupt", /alignment of 0 bytes/],
	[
		"with a tensor of 65 axes",
		ggufFile({ tensors: [{ ...pair("x"), axes: 65 }] }),
		"corrupt",
		/65 axes, where 4 are allowed/,
	],
];

/** A good tensor and one that is wrong, in a file with 96 bytes of data. */
const PROBLEMS: readonly (readonly [string, Omit<ReturnType<typeof pair>, "name"> | object, string, RegExp])[] = [
	["starts off the alignment", { offset: 40 }, "corrupt", /starts at 40, which is no multiple of the alignment 32/],
	["overlaps another", { offset: 0 }, "corrupt", /\(0 to 8 of the data\) overlap those of "ok" \(0 to 8\)/],
	["ends past the file", { offset: 64, shape: [9] }, "corrupt", /said to be 64 to 100 of the data, but only 96 follow/],
	["starts past the file", { offset: 2n ** 63n }, "corrupt", /9223372036854775808 to 9223372036854775816/],
	["has 5 axes", { offset: 32, shape: [1, 1, 1, 1, 2] }, "corrupt", /5 axes, more than the 4 that GGUF allows/],
	["has too many elements", { offset: 32, shape: [2n ** 40n, 2n ** 40n] }, "corrupt", /more than any file holds/],
	[
		"has rows of part of a block",
		{ offset: 32, shape: [2, 48], type: Q8_0 },
		"corrupt",
		/Rows of 48 values .* Q8_0, which has 32 to a block/,
	],
	[
		"is of a type that is only named",
		{ offset: 32, shape: [0], type: 16 },
		"unsupported",
		/stored as IQ2_XXS are not dequantized/,
	],
	["is of an unknown type", { offset: 32, type: 77 }, "unsupported", /type number 77 is unknown/],
];

describe("a GGUF file", () => {
	for (const [title, bytes, code, says] of REFUSED) {
		it(`${title} is refused with one sentence`, async () => {
			const { source, reads } = counting(memorySource("m.gguf", bytes));
			await assert.rejects(openTensors(source), (error: unknown) => {
				assert.ok(error instanceof TensorError, String(error));
				assert.equal(error.code, code, error.message);
				assert.match(error.message, says);
				assert.match(error.message, /^[A-Z].*[.]$/s);
				return true;
			});
			assert.equal(reads.open, 0);
			assert.ok(reads.largest <= bytes.length && reads.count < 10, JSON.stringify(reads));
		});
	}

	for (const [title, bad, code, says] of PROBLEMS) {
		it(`whose tensor ${title} lists it with a problem, and the other is read`, async () => {
			const tensors = [pair("ok"), { ...pair("bad"), ...bad }];
			const opened = await open({ tensors, data: new Uint8Array(96) });
			const [fine, wrong] = opened.tensors as readonly [TensorInfo, TensorInfo];
			assert.equal(wrong.problem?.code, code, wrong.problem?.message);
			assert.match(wrong.problem?.message ?? "", says);
			assert.match(wrong.problem?.message ?? "", /^[A-Z].*[.]$/s);
			assert.throws(() => [...opened.boxes(wrong, 10)], { message: wrong.problem?.message as string });
			await assert.rejects(opened.read(wrong, { origin: [], shape: [] }), TensorError);
			assert.deepEqual(await allValues(opened, fine, 9), [[0, 0]]);
		});
	}

	it("of 100 GB reads its header only", async () => {
		const tensors = [{ name: "x", shape: [400_000, 512_000], type: 12, offset: 0 }];
		const header = ggufFile({ tensors, data: new Uint8Array(0) });
		const size = header.length + (400_000 * 512_000 * 144) / 256;
		assert.ok(size > 1e11);
		const { source, reads } = counting({
			name: "m.gguf",
			size,
			async read(offset, count) {
				const out = new Uint8Array(count);
				if (offset < header.length) out.set(header.subarray(offset, offset + count));
				return out;
			},
		});
		const opened = await openTensors(source);
		const [x] = opened.tensors as readonly [TensorInfo];
		assert.equal(x.problem, undefined);
		assert.ok(reads.count <= 4 && reads.bytes < 50_000, JSON.stringify(reads));
		const last = await opened.read(x, { origin: [399_999, 511_990], shape: [1, 10] });
		assert.equal(last.bytes.length, 40);
		assert.ok(reads.bytes < 51_000, JSON.stringify(reads));
	});

	it("gives any box of a quantized tensor as it gives the whole", async () => {
		const opened = await openTensors(
			memorySource("q.gguf", new Uint8Array(fs.readFileSync("test/fixtures/gguf/all_quants.gguf"))),
		);
		let seed = 7;
		const random = (below: number) => {
			seed = (seed * 48_271) % 2_147_483_647;
			return seed % below;
		};
		for (const tensor of opened.tensors) {
			if (tensor.problem) continue;
			const [all] = await allValues(opened, tensor, 1e9);
			const [rows, columns] = tensor.shape as readonly [number, number];
			for (let run = 0; run < 10; run++) {
				const origin = [random(rows), random(columns)] as const;
				const shape = [1 + random(rows - origin[0]), 1 + random(columns - origin[1])] as const;
				const one = { boxes: () => [{ origin, shape }], read: opened.read } as unknown as typeof opened;
				const [part] = await allValues(one, tensor, 1e9);
				for (let r = origin[0]; r < origin[0] + shape[0]; r++)
					for (let c = origin[1]; c < origin[1] + shape[1]; c++)
						assert.equal(part?.[r * columns + c], all?.[r * columns + c], `${tensor.name} ${origin} ${shape}`);
			}
			await assert.rejects(opened.read(tensor, { origin: [0, 1], shape: [1, columns] }), { code: "bad-option" });
		}
	});
});
