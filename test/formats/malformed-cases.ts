import { deflateRawSync } from "node:zlib";
import type { ErrorCode } from "../../src/core/errors";
import { int, join, npyFile, safetensorsFile, zipFile } from "./build";

/** What an error has to be. */
export interface Expected {
	readonly code: ErrorCode;
	/** What the sentence has to say, numbers found and expected. */
	readonly says: RegExp;
	readonly byte?: number;
}

/** A file that is wrong in one way. */
export type Case = readonly [title: string, file: string, bytes: Uint8Array, expected: Expected];

/** A sound .npy file of the values 1 and 2. */
export const good = npyFile({ data: join([0, 0, 128, 63, 0, 0, 0, 64]) });
const PAIR = { dtype: "F32", shape: [2], data_offsets: [0, 8] };
const head = (entries: object, data = 8) => safetensorsFile(entries, new Uint8Array(data));

/** Files that as a whole cannot be read. */
export const FILES: readonly Case[] = [
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
		"a.xyz",
		join([1, 2, 3, 254, 255]),
		{ code: "unknown-format", says: /This file of 5 bytes begins with 01 02 03 fe ff, .*"Open as Raw Tensor…"/ },
	],
	["a text file", "notes.npy.txt", join("hello"), { code: "unknown-format", says: /68 65 6c 6c 6f and is text/ }],
	["a damaged HDF5 file", "weights.npy", join("\u0089HDF\r\n\x1a\n").slice(1), { code: "corrupt", says: /HDF5/ }],
	[
		"a GGUF model that is cut",
		"m.safetensors",
		join("GGUF", int(4, 3)),
		{ code: "corrupt", says: /ends early/, byte: 8 },
	],
	["a Python pickle that is cut", "w.npy", join([0x80, 4, 0x95]), { code: "corrupt", says: /pickle ends early/ }],
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
		{ code: "corrupt", says: /pickle cannot be read: the byte 120 is no instruction/ },
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
/** An archive of a sound member, ok.npy, and another. */
export const archive = (bad: Parameters<typeof zipFile>[0][number]) => zipFile([{ name: "ok.npy", data: good }, bad]);
export const TENSORS: readonly Case[] = [
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
