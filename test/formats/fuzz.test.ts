import assert from "node:assert/strict";
import fs from "node:fs";
import { parseLiteral } from "../../src/formats/encoding/python-literal";
import { int, join, npyFile, safetensorsFile, zipFile } from "./build";
import { ggufFile } from "./build-gguf";
import { survives, survivesDamage } from "./damage";

const small = (index: number) => ({ dtype: "F32", shape: [2, 2], data_offsets: [16 * index, 16 * index + 16] });
const array = npyFile({ shape: "(2, 2)", data: new Uint8Array(16) });
const fields = npyFile({ descr: "[('x', '<f4'), ('y', [('z', '|u1')])]", data: new Uint8Array(10) });

/** Small valid files, whose every byte matters. */
const SEEDS: readonly (readonly [string, Uint8Array])[] = [
	["a.npy", array],
	["fields.npy", fields],
	["version3.npy", npyFile({ version: [3, 0], shape: "(1, 10L)", data: new Uint8Array(40) })],
	["a.safetensors", safetensorsFile({ __metadata__: { a: "b" }, x: small(0), ö: small(1) }, new Uint8Array(32))],
	[
		"stored.npz",
		zipFile([
			{ name: "x.npy", data: array },
			{ name: "y.npy", data: fields },
		]),
	],
	[
		"deflated.npz",
		zipFile([
			{ name: "x.npy", data: array, deflate: true },
			{ name: "y.npy", data: array, deflate: true },
		]),
	],
	[
		"a.gguf",
		ggufFile({
			metadata: [["k", { type: 9, bytes: join(int(4, 8), int(8, 1), int(8, 1), "w") }]],
			tensors: [
				{ name: "x", shape: [2, 2], type: 0, offset: 0 },
				{ name: "q", shape: [32], type: 2, offset: 32 },
			],
			data: new Uint8Array(64),
		}),
	],
	["zip64.npz", new Uint8Array(fs.readFileSync("test/fixtures/numpy/zip64-everywhere.npz"))],
	[
		"m.safetensors.index.json",
		new TextEncoder().encode('{"metadata":{"total_size":1},"weight_map":{"a":"b.safetensors"}}'),
	],
];
const RUNS = 400;
describe("a damaged file", () => {
	for (const [name, bytes] of SEEDS) {
		it(`opens or is refused with a sentence, in bounded time and reads (${name})`, async function () {
			this.timeout(60_000);
			await survivesDamage(name, bytes, RUNS);
		});
	}

	it("of every length that a valid one can be cut to opens or is refused", async function () {
		this.timeout(60_000);
		for (const [name, bytes] of SEEDS.slice(0, 7)) {
			for (let length = 0; length < bytes.length; length++) await survives(name, bytes.slice(0, length), length);
		}
	});
});

describe("Python literals", () => {
	const GOOD: readonly (readonly [string, unknown])[] = [
		["(1, 2L, (3,), [])", [1, 2, [3], []]],
		["(7)", 7],
		["()", []],
		[
			"{'a': u'x', \"b\": b'\\'\\x41\\u00e9\\n', }",
			new Map([
				["a", "x"],
				["b", "'Aé\n"],
			]),
		],
		["[True, False, None, -4]", [true, false, null, -4]],
		["  18446744073709551616 ", 2n ** 64n],
	];
	for (const [text, value] of GOOD)
		it(`${JSON.stringify(text)} is read`, () => assert.deepEqual(parseLiteral(text), value));

	for (const text of [
		"",
		"(1",
		"1 2",
		"{1: 2}",
		"{'a' 1}",
		"(,)",
		"1.5",
		"f(x)",
		"__import__('os')",
		"'a",
		"Truex",
		"12abc",
		"{'a': 1, 'a': 2}",
		"[1,,2]",
		"lambda: 0",
		"1 if True else 2",
	]) {
		it(`${JSON.stringify(text)} is refused with a place`, () =>
			assert.throws(
				() => parseLiteral(text),
				(error: Error & { index?: number }) => error.name === "LiteralError" && (error.index ?? -1) >= 0,
			));
	}

	it("of a megabyte are read or refused in time", () => {
		for (const text of [
			`'${"x".repeat(1e6)}'`,
			"'\\".repeat(5e5),
			"(".repeat(1e6),
			"9".repeat(3e5),
			" ".repeat(1e6),
			`(${"1,".repeat(5e5)})`,
		]) {
			const start = performance.now();
			try {
				parseLiteral(text);
			} catch (thrown) {
				assert.equal((thrown as Error).name, "LiteralError", String(thrown));
			}
			assert.ok(performance.now() - start < 5000, `${text.slice(0, 10)} took too long`);
		}
	});
});
