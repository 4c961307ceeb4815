import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { deflateRawSync } from "node:zlib";
import type { ErrorCode, ErrorData } from "../../src/core/errors";
import { TensorError } from "../../src/core/errors";
import type { TensorInfo } from "../../src/core/tensor";
import { memorySource, openTensors } from "../../src/formats";
import { openZip } from "../../src/formats/encoding/zip";
import { int, join, npyFile, safetensorsFile, zipFile } from "./build";
import { counting, nodeSource } from "./node-source";
import { allValues } from "./values";

interface Expected {
	readonly code: ErrorCode;
	/** What the sentence has to say, numbers found and expected. */
	readonly says: RegExp;
	readonly byte?: number;
}

type Case = readonly [title: string, file: string, bytes: Uint8Array, expected: Expected];

const good = npyFile({ data: join([0, 0, 128, 63, 0, 0, 0, 64]) });
const PAIR = { dtype: "F32", shape: [2], data_offsets: [0, 8] };
const head = (entries: object, data = 8) => safetensorsFile(entries, new Uint8Array(data));
const headerEnd = good.length - 8;

/** Files that as a whole cannot be read. */
const FILES: readonly Case[] = [
	["an empty file", "a.npy", join(), { code: "corrupt", says: /empty \(0 bytes\)/, byte: 0 }],
	[
		"a Git LFS pointer",
		"a.safetensors",
		join("version https://git-lfs.github.com/spec/v1\noid sha256:12d2\nsize 46921843\n"),
		{
			code: "unknown-format",
			says: /Git LFS pointer of \d+ bytes .* 44\.7 MiB \(46921843 bytes\).*sha256:12d2.*git lfs pull/,
			byte: 0,
		},
	],
	[
		"random bytes",
		"a.bin",
		join([1, 2, 3, 254, 255]),
		{ code: "unknown-format", says: /01 02 03 fe ff.*\.npy.*\.safetensors/ },
	],
	["a text file", "notes.npy.txt", join("hello"), { code: "unknown-format", says: /text file/ }],
	["an HDF5 file", "weights.npy", join("\u0089HDF\r\n\x1a\n").slice(1), { code: "unknown-format", says: /HDF5/ }],
	["a GGUF model", "m.safetensors", join("GGUF", int(4, 3)), { code: "unknown-format", says: /GGUF model/ }],
	["a Python pickle", "w.npy", join([0x80, 4, 0x95]), { code: "unknown-format", says: /pickle/ }],
	["a web page", "w.npz", join("<!DOCTYPE html><html>"), { code: "unknown-format", says: /web page/ }],
	[
		"an .npy with another beginning",
		"a.npy",
		join([0x93], "NUMBY", int(8, 0)),
		{ code: "corrupt", says: /93 4e 55 4d 50 59.*93 4e 55 4d 42 59/, byte: 0 },
	],
	["an .npy cut in its first bytes", "a.npy", good.slice(0, 9), { code: "corrupt", says: /after 9 bytes/, byte: 0 }],
	[
		"an .npy of version 4",
		"a.npy",
		npyFile({ version: [4, 0] }),
		{ code: "unsupported", says: /version 4\.0.*1\.0, 2\.0 and 3\.0/, byte: 6 },
	],
	[
		"an .npy whose header ends past the file",
		"a.npy",
		npyFile({ length: 60000 }),
		{ code: "corrupt", says: /60000 bytes, but only \d+ follow/, byte: 8 },
	],
	[
		"an .npy with a header of 3 GB",
		"a.npy",
		npyFile({ version: [2, 0], length: 3e9 }),
		{ code: "corrupt", says: /3000000000 bytes/, byte: 8 },
	],
	[
		"an .npy with a header over a megabyte",
		"a.npy",
		npyFile({ version: [2, 0], header: " ".repeat(2 ** 20 + 1) }),
		{ code: "unsupported", says: /1048577 bytes, more than the 1048576/, byte: 8 },
	],
	[
		"an .npy header that calls a function",
		"a.npy",
		npyFile({ shape: "__import__('os').system('true')" }),
		{ code: "corrupt", says: /does not belong here/ },
	],
	[
		"an .npy header that ends early",
		"a.npy",
		npyFile({ header: "{'descr': '<f4', 'shape': (2" }),
		{ code: "corrupt", says: /"\)" was expected, but the end/, byte: 38 },
	],
	[
		"an .npy header without a shape",
		"a.npy",
		npyFile({ header: "{'descr': '<f4', 'fortran_order': False}" }),
		{ code: "corrupt", says: /keys descr, fortran_order, shape were expected, but descr, fortran_order/ },
	],
	[
		"an .npy header with a key twice",
		"a.npy",
		npyFile({ header: "{'descr': '<f4', 'descr': '<f8', 'fortran_order': False, 'shape': ()}" }),
		{ code: "corrupt", says: /"descr" appears twice/ },
	],
	[
		"an .npy header with a negative length",
		"a.npy",
		npyFile({ shape: "(-1, 2)" }),
		{ code: "corrupt", says: /zero or more/ },
	],
	[
		"an .npy header nested a thousand deep",
		"a.npy",
		npyFile({ shape: "(".repeat(1000) + ")".repeat(1000) }),
		{ code: "corrupt", says: /deeper than 64/ },
	],
	[
		"a .safetensors shorter than 8 bytes",
		"a.safetensors",
		join([1, 0, 0]),
		{ code: "corrupt", says: /only 3 bytes/, byte: 0 },
	],
	[
		"a .safetensors header length past the end",
		"a.safetensors",
		safetensorsFile({ a: PAIR }, new Uint8Array(8), 1000),
		{ code: "corrupt", says: /1000 bytes, but only 62 follow/, byte: 0 },
	],
	[
		"a .safetensors header length of 2^63",
		"a.safetensors",
		safetensorsFile({ a: PAIR }, new Uint8Array(8), 2n ** 63n),
		{ code: "corrupt", says: /9223372036854775808 bytes/, byte: 0 },
	],
	[
		"a .safetensors header that is not UTF-8",
		"a.safetensors",
		join(int(8, 3), [0x7b, 0xff, 0x7d]),
		{ code: "corrupt", says: /not UTF-8/, byte: 8 },
	],
	[
		"a .safetensors header that is no JSON",
		"a.safetensors",
		safetensorsFile('{"a": nope}'),
		{ code: "corrupt", says: /a value was expected, but "nope}/, byte: 14 },
	],
	[
		"a .safetensors header that is a list",
		"a.safetensors",
		safetensorsFile("[1, 2]"),
		{ code: "corrupt", says: /no JSON object/ },
	],
	[
		"a .safetensors header with a name twice",
		"a.safetensors",
		safetensorsFile('{"é": 1, "b": {"x": 1, "x": 2}}'),
		{ code: "corrupt", says: /"x" was expected only once/, byte: 32 },
	],
	[
		"a .safetensors header nested a thousand deep",
		"a.safetensors",
		safetensorsFile(`{"a":${"[".repeat(1000)}`),
		{ code: "corrupt", says: /64 levels/ },
	],
	[
		"a .safetensors header with a number of a million digits",
		"a.safetensors",
		safetensorsFile(`{"a": ${"9".repeat(1e6)}}`),
		{ code: "corrupt", says: /at most 400 digits/, byte: 14 },
	],
	[
		"an index without weight_map",
		"m.safetensors.index.json",
		join('{"metadata": {}}'),
		{ code: "corrupt", says: /weight_map/ },
	],
	[
		"a PyTorch zip",
		"m.npz",
		zipFile([{ name: "archive/data.pkl", data: join("x") }]),
		{ code: "unknown-format", says: /PyTorch/ },
	],
	[
		"a zip without arrays",
		"m.npz",
		zipFile([{ name: "a.txt", data: join("x") }]),
		{ code: "unknown-format", says: /no \.npy arrays/ },
	],
	[
		"a zip cut at the end",
		"m.npz",
		zipFile([{ name: "a.npy", data: good }]).slice(0, -30),
		{ code: "corrupt", says: /directory at the end .* missing.* cut short/ },
	],
	[
		"a zip with bytes behind its end",
		"m.npz",
		zipFile([{ name: "a.npy", data: good }], { trailing: "xyz" }),
		{ code: "corrupt", says: /comment of 0 bytes, but 3 follow/ },
	],
	[
		"a zip whose directory starts past the end",
		"m.npz",
		zipFile([{ name: "a.npy", data: good }], { directoryOffset: 1e9 }),
		{ code: "corrupt", says: /from byte 1000000000 on, but it has to end by byte/ },
	],
	[
		"a zip whose directory starts elsewhere",
		"m.npz",
		zipFile([{ name: "a.npy", data: good }], { directoryOffset: 3 }),
		{ code: "corrupt", says: /Entry 1 of the directory's 1/, byte: 3 },
	],
	[
		"a zip whose directory is larger than said",
		"m.npz",
		zipFile([{ name: "a.npy", data: good }], { directorySize: 20 }),
		{ code: "corrupt", says: /Entry 1/ },
	],
	[
		"a zip with fewer members than said",
		"m.npz",
		zipFile([{ name: "a.npy", data: good }], { count: 9 }),
		{ code: "corrupt", says: /9 members, but it lists 1/ },
	],
];

/** Files whose tensor called "bad" cannot be read, while "ok" can. */
const many = (bad: object, data = 8) => head({ ok: PAIR, bad }, data);
const archive = (bad: Parameters<typeof zipFile>[0][number]) => zipFile([{ name: "ok.npy", data: good }, bad]);
const TENSORS: readonly Case[] = [
	[
		"ends past the data",
		"a.safetensors",
		many({ dtype: "F32", shape: [4], data_offsets: [8, 24] }, 16),
		{
			code: "corrupt",
			says: /8 to 24 .* only 16 follow/,
			byte: many({ dtype: "F32", shape: [4], data_offsets: [8, 24] }, 8).length,
		},
	],
	[
		"overlaps another",
		"a.safetensors",
		many({ dtype: "F32", shape: [3], data_offsets: [4, 16] }, 16),
		{
			code: "corrupt",
			says: /bytes 4 to 16 overlap those of "ok" \(0 to 8\)/,
			byte: many({ dtype: "F32", shape: [3], data_offsets: [4, 16] }, 4).length,
		},
	],
	[
		"lies over all others",
		"a.safetensors",
		many({ dtype: "F32", shape: [4], data_offsets: [0, 16] }, 16),
		{ code: "corrupt", says: /overlap those of "ok"/ },
	],
	[
		"has its offsets the wrong way round",
		"a.safetensors",
		many({ dtype: "F32", shape: [2], data_offsets: [16, 8] }, 16),
		{ code: "corrupt", says: /from 16 back to 8/ },
	],
	[
		"has another size than its bytes",
		"a.safetensors",
		many({ dtype: "F32", shape: [3], data_offsets: [8, 16] }, 16),
		{ code: "corrupt", says: /f32 \[3\] take 12 bytes, but the header gives them 8/ },
	],
	[
		"has a shape past 2^53",
		"a.safetensors",
		safetensorsFile(
			'{"ok":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"bad":{"dtype":"I32","shape":[2,18446744073709551614],"data_offsets":[8,16]}}',
			new Uint8Array(16),
		),
		{ code: "corrupt", says: /36893488147419103228 elements.*2\^53/ },
	],
	[
		"has a product past 2^53",
		"a.safetensors",
		many({ dtype: "U8", shape: [2 ** 30, 2 ** 30], data_offsets: [8, 16] }, 16),
		{ code: "corrupt", says: /1152921504606846976 elements/ },
	],
	[
		"has 65 axes",
		"a.safetensors",
		many({ dtype: "U8", shape: Array(65).fill(1), data_offsets: [8, 9] }, 9),
		{ code: "corrupt", says: /65 axes, more than the 64/ },
	],
	[
		"has a dtype of the future",
		"a.safetensors",
		many({ dtype: "F2", shape: [2], data_offsets: [8, 9] }, 9),
		{ code: "unsupported", says: /"F2" is unknown/ },
	],
	[
		"ends inside a byte",
		"a.safetensors",
		many({ dtype: "F4", shape: [3], data_offsets: [8, 10] }, 10),
		{ code: "corrupt", says: /whole byte/ },
	],
	[
		"has no offsets",
		"a.safetensors",
		many({ dtype: "F4", shape: [3] }),
		{ code: "corrupt", says: /lacks a dtype, a shape or two data_offsets/ },
	],
	[
		"has a fraction for a length",
		"a.safetensors",
		many({ dtype: "F32", shape: [0.5], data_offsets: [8, 10] }, 10),
		{ code: "corrupt", says: /lacks/ },
	],
	[
		"is no array file",
		"a.npz",
		archive({ name: "bad.npy", data: join("something else") }),
		{ code: "corrupt", says: /93 4e 55/, byte: 0 },
	],
	[
		"is cut",
		"a.npz",
		archive({ name: "bad.npy", data: npyFile({ shape: "(100, 100)" }) }),
		{ code: "corrupt", says: /40000 bytes were expected .* but 8 follow/ },
	],
	[
		"holds objects",
		"a.npz",
		archive({ name: "bad.npy", data: npyFile({ descr: "'|O'", data: join([0x80, 4, 0x2e]) }) }),
		{ code: "unsupported", says: /Python objects/ },
	],
	[
		"is structured",
		"a.npz",
		archive({
			name: "bad.npy",
			data: npyFile({ descr: "[('x', '<f4'), ('y', '<i2', (3,))]", data: new Uint8Array(20) }),
		}),
		{ code: "unsupported", says: /x: <f4, y: <i2 × \(3\)/ },
	],
	[
		"has a shape past 2^53",
		"a.npz",
		archive({ name: "bad.npy", data: npyFile({ shape: "(4294967296, 4294967296)" }) }),
		{ code: "corrupt", says: /18446744073709551616 elements/ },
	],
	[
		"is encrypted",
		"a.npz",
		archive({ name: "bad.npy", data: good, flags: 1 }),
		{ code: "unsupported", says: /encrypted/ },
	],
	[
		"is packed by another method",
		"a.npz",
		archive({ name: "bad.npy", data: good, method: 12 }),
		{ code: "unsupported", says: /method 12; only stored \(0\) and deflated \(8\)/ },
	],
	[
		"has two names",
		"a.npz",
		archive({ name: "bad.npy", data: good, localName: "dab.npy" }),
		{ code: "corrupt", says: /another name here/ },
	],
	[
		"is called like another",
		"a.npz",
		zipFile([
			{ name: "ok.npy", data: good },
			{ name: "bad.npy", data: good },
			{ name: "bad.npy", data: good },
		]),
		{ code: "corrupt", says: /more than one member called "bad\.npy"/ },
	],
	[
		"reaches into the directory",
		"a.npz",
		archive({ name: "bad.npy", data: good, compressedSize: 1e6, size: 1e6 }),
		{ code: "corrupt", says: /reach byte \d+, but the directory begins at byte/ },
	],
	[
		"reaches into the next member",
		"a.npz",
		zipFile([
			{ name: "bad.npy", data: good, compressedSize: 300, size: 300 },
			{ name: "ok.npy", data: good },
		]),
		{ code: "corrupt", says: /but the member "ok\.npy" begins at byte/ },
	],
	[
		"starts where no member is",
		"a.npz",
		archive({ name: "bad.npy", data: new Uint8Array(400), size: 50, compressedSize: 50, offset: 200 }),
		{ code: "corrupt", says: /no member starts here/, byte: 200 },
	],
	[
		"is stored in another size",
		"a.npz",
		archive({ name: "bad.npy", data: good, size: 5 }),
		{ code: "corrupt", says: /stored as it is, yet declares \d+ bytes in the file and 5 unpacked/ },
	],
	[
		"declares a thousandfold of what deflate can do",
		"a.npz",
		archive({ name: "bad.npy", data: good, deflate: true, size: 4e9 }),
		{ code: "corrupt", says: /4000000000 bytes from \d+ compressed ones.*1100 to 1/ },
	],
	[
		"has damaged compressed data",
		"a.npz",
		archive({ name: "bad.npy", data: good, deflate: true, stored: join([7, 1, 2, 3, 255, 255, 255]) }),
		{ code: "corrupt", says: /compressed data is damaged/ },
	],
	[
		"has compressed data that is cut",
		"a.npz",
		archive({ name: "bad.npy", data: npyFile(), deflate: true, stored: deflateRawSync(npyFile()).subarray(0, 20) }),
		{ code: "corrupt", says: /compressed data is damaged|ends after/ },
	],
];

async function open(name: string, bytes: Uint8Array) {
	const { source, reads } = counting(memorySource(name, bytes));
	return { opened: await openTensors(source), reads };
}

function assertSentence(error: ErrorData, { code, says, byte }: Expected): void {
	assert.equal(error.code, code, error.message);
	assert.match(error.message, says);
	assert.match(error.message, /^[A-Z].*[.]$/s);
	if (byte !== undefined) assert.equal(error.where.byte, byte, error.message);
}

describe("a malformed file", () => {
	for (const [title, name, bytes, expected] of FILES) {
		it(`that is ${title} is refused with one sentence`, async () => {
			const { source, reads } = counting(memorySource(name, bytes));
			await assert.rejects(openTensors(source), (error: unknown) => {
				assert.ok(error instanceof TensorError, String(error));
				assertSentence(error.toData(), expected);
				assert.equal(error.where.file, name);
				return true;
			});
			assert.equal(reads.open, 0, "the source stays open");
			assert.ok(reads.largest <= bytes.length && reads.count < 10, JSON.stringify(reads));
		});
	}
});

describe("a tensor", () => {
	for (const [title, name, bytes, expected] of TENSORS) {
		it(`that ${title} has a problem in one sentence, and the other is read (${path.extname(name)})`, async () => {
			const { opened, reads } = await open(name, bytes);
			const [ok, bad] = ["ok", "bad"].map((wanted) => opened.tensors.find((one) => one.name === wanted));
			assert.equal(opened.tensors.length, 2);
			assertSentence(bad?.problem as ErrorData, expected);
			assert.deepEqual([...opened.boxes(bad as TensorInfo, 10)], []);
			await assert.rejects(opened.read(bad as TensorInfo, { origin: [], shape: [] }), {
				message: bad?.problem?.message as string,
			});
			assert.equal(ok?.problem, undefined);
			assert.equal((await allValues(opened, ok as TensorInfo, 10))[0]?.length, 2);
			assert.ok(reads.bytes <= 2 * bytes.length + 100, JSON.stringify(reads));
			await opened.close();
			assert.equal(reads.open, 0);
		});
	}

	it("with an axis of no length and others past 2^53 has a problem, as NumPy has with it", async () => {
		for (const shape of ["(4294967296, 4294967296, 0)", `(${"9".repeat(350)}, 0)`]) {
			const { opened } = await open("a.npy", npyFile({ shape }));
			assertSentence(opened.tensors[0]?.problem as ErrorData, { code: "corrupt", says: /more than any file holds/ });
			assert.ok((opened.tensors[0]?.problem?.message.length ?? 0) < 300);
		}
	});

	it("of an .npy that is cut has a problem with the expected and found bytes", async () => {
		const { opened } = await open("a.npy", npyFile({ shape: "(3, 1000000000)" }));
		assertSentence(opened.tensors[0]?.problem as ErrorData, {
			code: "corrupt",
			says: /12000000000 bytes were expected for f32 \[3, 1000000000\], but 8 follow/,
			byte: npyFile({ shape: "(3, 1000000000)" }).length - 8,
		});
	});

	it("whose deflated bytes go on past the declared size is refused while it is read, with bounded memory", async function () {
		this.timeout(20_000);
		const data = npyFile({ shape: "(1000000,)", data: new Uint8Array(4e6) });
		const bomb = deflateRawSync(join(data, new Uint8Array(1e8)));
		const bytes = archive({ name: "bad.npy", data, stored: bomb, method: 8 });
		const { opened } = await open("a.npz", bytes);
		const bad = opened.tensors.find(({ name }) => name === "bad") as TensorInfo;
		assert.equal(bad.sequential, true);
		const before = process.memoryUsage().arrayBuffers;
		await assert.rejects(allValues(opened, bad, 1e5), {
			code: "corrupt",
			message: /holds more than the 4000\d\d\d bytes/,
		});
		assert.ok(process.memoryUsage().arrayBuffers - before < 5e7);
		assert.equal((await allValues(opened, opened.tensors[0] as TensorInfo, 10))[0]?.[1], 2);
		await opened.close();
	});

	for (const deflate of [true, false]) {
		it(`whose ${deflate ? "deflated" : "stored"} bytes differ from their CRC-32 is refused once it was read through`, async () => {
			const { opened } = await open("a.npz", archive({ name: "bad.npy", data: good, deflate, crc: 0x12345678 }));
			const bad = opened.tensors.find(({ name }) => name === "bad") as TensorInfo;
			await assert.rejects(allValues(opened, bad, 1), {
				code: "corrupt",
				message: /CRC-32 [0-9a-f]{8}, but the archive says 12345678/,
			});
			await assert.rejects(allValues(opened, bad, 1), { code: "corrupt" });
		});
	}
});

describe("a file with something odd", () => {
	it("opens with a note about bytes after the data (.npy)", async () => {
		const { opened } = await open("a.npy", join(good, "abc"));
		assert.deepEqual(opened.notes, ["3 bytes follow the array's data and are left out."]);
	});

	it("opens with notes about a hole, bytes after the data and white space (.safetensors)", async () => {
		const header = ` {"a":{"dtype":"U8","shape":[1],"data_offsets":[2,3]},"__metadata__":{"k":"v","n":1}}`;
		const { opened } = await open("a.safetensors", safetensorsFile(header, new Uint8Array(7)));
		assert.equal(opened.tensors[0]?.problem, undefined);
		assert.deepEqual(opened.metadata, { k: "v" });
		assert.match(opened.notes.join(), /white space.*Parts of __metadata__.*2 bytes between.*4 bytes follow/);
	});

	it("opens by its content and says that its name does not fit", async () => {
		const { opened } = await open("a.safetensors", good);
		assert.equal(opened.reader.id, "npy");
		assert.deepEqual(opened.notes, ["The name says safetensors file, but the content is NumPy array."]);
	});

	it("keeps names that mean something to JavaScript", async () => {
		const header = `{"__proto__":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"constructor":{"dtype":"U8","shape":[1],"data_offsets":[1,2]},"__metadata__":{"__proto__":"x"}}`;
		const { opened } = await open("a.safetensors", safetensorsFile(header, join([5, 6])));
		assert.deepEqual(
			opened.tensors.map(({ name }) => name),
			["__proto__", "constructor"],
		);
		assert.deepEqual(await allValues(opened, opened.tensors[1] as TensorInfo, 9), [[6]]);
		assert.equal(Object.getPrototypeOf(opened.metadata), Object.prototype);
	});

	it("opens as an archive without arrays where it has no members", async () => {
		const { opened } = await open("a.npz", zipFile([]));
		assert.deepEqual([opened.tensors, opened.notes], [[], ["The archive is empty."]]);
	});

	it("lists members that are no arrays in a note", async () => {
		const { opened } = await open(
			"a.npz",
			zipFile([
				{ name: "x.npy", data: good },
				{ name: "d/", data: join() },
				{ name: "d/readme.md", data: join("hi") },
			]),
		);
		assert.deepEqual(
			opened.tensors.map(({ name }) => name),
			["x"],
		);
		assert.match(opened.notes.join(), /left out: "d\/readme\.md"\.$/);
	});
	assert.ok(headerEnd > 0);
});

for (const folder of [
	"test/fixtures/formats/yauzl",
	"test/fixtures/formats/picklescan",
	"../shared/data/yauzl",
	"../shared/data/picklescan",
]) {
	describe(`the zip archives of ${folder}`, () => {
		if (!fs.existsSync(folder)) {
			it.skip("are not there");
			return;
		}
		const files = fs.readdirSync(folder, { recursive: true, encoding: "utf8" });
		for (const file of files.filter((name) => /\.(zip|pt|pth|bin|npz)$/.test(name))) {
			it(`${file} opens or is refused, every member apart`, async () => {
				const source = await nodeSource(path.join(folder, file));
				const failed: string[] = [];
				try {
					const archive = await openZip(source);
					for (const entry of archive.entries) {
						try {
							const member = await archive.open(entry);
							await member.read(0, member.size);
							await member.close?.();
						} catch (thrown) {
							assert.ok(thrown instanceof TensorError, String(thrown));
							failed.push(thrown.message);
						}
					}
				} catch (thrown) {
					assert.ok(thrown instanceof TensorError, String(thrown));
					failed.push(thrown.message);
				}
				await source.close?.();
				if (/fail|yauzl\/[a-z]|central_directory/.test(`${folder}/${file}`) && !/success|wrong-entry/.test(file)) {
					assert.notDeepEqual(failed, [], "nothing was refused");
				}
				await assert.rejects(
					openTensorsOf(path.join(folder, file)).then((opened) => {
						if (!file.endsWith(".npz")) throw new Error(`it opened as ${opened.reader.id}`);
						throw new TensorError("internal", "fine");
					}),
					TensorError,
				);
			});
		}
	});
}

async function openTensorsOf(file: string) {
	const opened = await openTensors(await nodeSource(file));
	await opened.close();
	return opened;
}
