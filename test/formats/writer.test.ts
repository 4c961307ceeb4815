import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import fc from "fast-check";
import { byteLength, DTYPES, type DType } from "../../src/core/dtype";
import { sizeOf } from "../../src/core/layout";
import type { TensorInfo } from "../../src/core/tensor";
import { memorySource, openTensors } from "../../src/formats";
import { crc32 } from "../../src/formats/encoding/crc32";
import { type OutputPlan, type OutputTensor, planOutput } from "../../src/formats/writer";
import { allValues } from "./values";

const NUMPY_DTYPES = [
	"bool",
	"u8",
	"u16",
	"u32",
	"u64",
	"i8",
	"i16",
	"i32",
	"i64",
	"f16",
	"bf16",
	"f32",
	"f64",
	"c64",
	"c128",
] as const satisfies readonly DType[];
const SAFETENSORS_DTYPES = (Object.keys(DTYPES) as DType[]).filter((dtype) => !/^(c128|[iu][24])$/.test(dtype));

/** The finished file, its regions filled by a rule. */
function write(plan: OutputPlan, fill: (i: number) => number): Uint8Array {
	const file = new Uint8Array(plan.size);
	for (const { offset, bytes } of plan.pieces) file.set(bytes, offset);
	const crcs = plan.regions.map(({ offset, bytes, dtype }) => {
		const region = file.subarray(offset, offset + bytes);
		region.forEach((_, i) => {
			region[i] = dtype === "bool" ? fill(i) & 1 : fill(i);
		});
		return crc32(region);
	});
	for (const { offset, bytes } of plan.finish(plan.needsCrc ? crcs : [])) file.set(bytes, offset);
	return file;
}

const tensorsOf = (dtypes: readonly DType[], maxLength: number) =>
	fc.uniqueArray(
		fc.record({
			name: fc.oneof(
				fc.string({ maxLength: 12, unit: "grapheme" }),
				fc.constantFrom("a", "layer.0/weight", "größe", "__proto__"),
			),
			dtype: fc.constantFrom(...dtypes),
			shape: fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 5 }),
			order: fc.constantFrom<"C" | "F">("C", "F"),
		}),
		{ minLength: 1, maxLength, selector: ({ name }) => name },
	);

/** Whether a format has a place for a tensor. */
function fits({ name, dtype, shape }: OutputTensor): boolean {
	return (
		name !== "" && !/[\\\0:]|^\/|\.\.|^__metadata__$|\/$/.test(name) && (sizeOf(shape) * DTYPES[dtype].bits) % 8 === 0
	);
}

for (const [suffix, dtypes, most] of [
	[".npy", NUMPY_DTYPES, 1],
	[".npz", NUMPY_DTYPES, 4],
	[".safetensors", SAFETENSORS_DTYPES, 4],
] as const) {
	describe(`a ${suffix} file that is written`, () => {
		it("is read back with the same names, dtypes, shapes and values, without a note", async function () {
			this.timeout(60_000);
			await fc.assert(
				fc.asyncProperty(tensorsOf(dtypes, most), fc.nat(255), async (drawn, seed) => {
					const tensors = drawn.filter(fits);
					if (tensors.length === 0) return;
					const plan = planOutput(`out${suffix}`, tensors, { made: "by a test" });
					assert.deepEqual(
						plan.regions.map(({ name }) => name),
						tensors.map(({ name }) => name),
					);
					const bytes = write(plan, (i) => (i * 37 + seed) & 255);
					const opened = await openTensors(memorySource(`out${suffix}`, bytes));
					assert.deepEqual(opened.notes, []);
					for (const [k, tensor] of tensors.entries()) {
						const region = plan.regions[k];
						const info = opened.tensors.find(
							({ name }) => name === (suffix === ".npy" ? "" : tensor.name),
						) as TensorInfo;
						assert.deepEqual([info.dtype, info.shape, info.problem], [tensor.dtype, tensor.shape, undefined]);
						assert.equal(region?.bytes, byteLength(tensor.dtype, sizeOf(tensor.shape)));
						assert.equal(region?.order, suffix === ".safetensors" ? "C" : tensor.order);
						const [whole] = [...opened.boxes(info, 1e9)];
						if (whole)
							assert.deepEqual(
								(await opened.read(info, whole)).bytes,
								bytes.slice(region?.offset, (region?.offset ?? 0) + (region?.bytes ?? 0)),
							);
					}
				}),
				{ numRuns: 150 },
			);
		});

		it("has its values aligned to their own size, and no overlap", () => {
			const tensors = dtypes
				.slice(0, most)
				.map((dtype, i): OutputTensor => ({ name: `t${i}`, dtype, shape: [4, i + 1] }));
			const plan = planOutput(`out${suffix}`, tensors);
			const spans = [
				...plan.pieces.map(({ offset, bytes }) => ({ offset, bytes: bytes.length })),
				...plan.regions,
			].sort((a, b) => a.offset - b.offset);
			for (const [i, { offset }] of spans.entries()) {
				assert.ok(i === 0 || offset >= (spans[i - 1]?.offset ?? 0) + (spans[i - 1]?.bytes ?? 0));
			}
			if (suffix === ".npz") return;
			for (const { offset, dtype } of plan.regions) assert.equal(offset % Math.ceil(DTYPES[dtype].bits / 8), 0);
		});
	});
}

describe("planning a file", () => {
	const one = (dtype: DType, name = "x", shape = [2]) => [{ name, dtype, shape }];
	const REFUSALS: readonly (readonly [string, string, readonly OutputTensor[], RegExp])[] = [
		[
			"an unknown suffix",
			"out.pt",
			one("f32"),
			/"out\.pt" has no suffix that can be written; use \.npy, \.npz, \.safetensors/,
		],
		["8-bit floats in .npy", "out.npy", one("f8_e4m3"), /no type for f8_e4m3.*write \.safetensors, or choose f32/],
		["8-bit floats in .npz", "out.npz", one("f8_e5m2"), /no type for f8_e5m2/],
		["c128 in .safetensors", "out.safetensors", one("c128"), /no c128; write \.npy or \.npz, or choose c64/],
		["half a byte in .safetensors", "out.safetensors", one("f4", "x", [3]), /f4 \[3\] does not end on a whole byte/],
		["two tensors in .npy", "out.npy", [...one("f32"), ...one("f32", "y")], /holds one tensor, not 2/],
		["no tensor in .npy", "out.npy", [], /holds one tensor, not 0/],
		["a name twice", "out.npz", [...one("f32"), ...one("f32")], /Two tensors are called "x"/],
		["a name that leaves the archive", "out.npz", one("f32", "../x"), /"\.\.\/x" cannot be the name/],
		["the name of the metadata", "out.safetensors", one("f32", "__metadata__"), /__metadata__/],
		["a shape past 2^53", "out.npy", one("f32", "x", [2 ** 30, 2 ** 30]), /1152921504606846976 elements/],
	];
	for (const [title, file, tensors, says] of REFUSALS) {
		it(`refuses ${title}`, () => assert.throws(() => planOutput(file, tensors), { code: "bad-option", message: says }));
	}

	it("gives an archive of more than 65535 members the zip64 records that its reader needs", async function () {
		this.timeout(60_000);
		const many = Array.from({ length: 66_000 }, (_, i): OutputTensor => ({ name: `t${i}`, dtype: "u8", shape: [] }));
		const plan = planOutput("many.npz", many);
		const opened = await openTensors(
			memorySource(
				"many.npz",
				write(plan, () => 7),
			),
		);
		assert.equal(opened.tensors.length, 66_000);
		assert.deepEqual(await allValues(opened, opened.tensors[65_999] as TensorInfo, 1), [[7]]);
	});
});

const python = process.platform === "win32" ? "python" : "python3";
const numpy = spawnSync(python, ["-c", "import numpy; print(numpy.__version__)"], { encoding: "utf8" });
describe("numpy", () => {
	if (numpy.status !== 0) {
		it.skip("is not installed here, so its reading of our files is not tried");
		return;
	}
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), "tensor-writer-"));
	after(() => fs.rmSync(folder, { recursive: true }));
	const tensors = (dtypes: readonly DType[]) =>
		dtypes.flatMap((dtype): OutputTensor[] => [
			{ name: `${dtype}.c`, dtype, shape: [3, 4] },
			{ name: `${dtype}.f`, dtype, shape: [2, 3, 2], order: "F" },
			{ name: `${dtype}.scalar`, dtype, shape: [] },
			{ name: `${dtype}.empty`, dtype, shape: [0, 2] },
			{ name: `${dtype}.row`, dtype, shape: [5] },
		]);
	/** What numpy makes of files: each array's dtype, shape, order, and bytes in its own order. */
	const load = (...files: readonly string[]): Record<string, readonly [string, number[], boolean, string]>[] =>
		JSON.parse(execFileSync(python, ["-c", LOAD, ...files], { encoding: "utf8", maxBuffer: 1e8 }));
	const LOAD = `
import sys, json, numpy as np
show = lambda a: [a.dtype.str, list(a.shape), bool(a.flags.fnc), a.tobytes("A").hex()]
files = [np.load(name, allow_pickle=False) for name in sys.argv[1:]]
print(json.dumps([{k: show(f[k]) for k in f.files} if hasattr(f, "files") else {"": show(f)} for f in files]))
`;

	it(`${numpy.stdout.trim()} reads our .npz with every dtype and order, and finds its checksums right`, function () {
		this.timeout(60_000);
		const all = tensors(NUMPY_DTYPES);
		const plan = planOutput("x.npz", all);
		const bytes = write(plan, (i) => (i * 11) & 63);
		const file = path.join(folder, "all.npz");
		fs.writeFileSync(file, bytes);
		const [found = {}] = load(file);
		for (const [k, { name, dtype, shape, order = "C" }] of all.entries()) {
			const { offset, bytes: length } = plan.regions[k] as OutputPlan["regions"][number];
			const [type, lengths, fortran, hex] = found[name] ?? [];
			assert.equal(type?.replace(/[<|]/, "").length, dtype === "c128" ? 3 : 2);
			assert.deepEqual(lengths, shape);
			assert.equal(fortran, order === "F");
			assert.equal(hex, Buffer.from(bytes.subarray(offset, offset + length)).toString("hex"));
		}
	});

	it("reads our .npy of every dtype", function () {
		this.timeout(60_000);
		const files = NUMPY_DTYPES.map((dtype) => {
			const plan = planOutput("x.npy", [{ name: "x", dtype, shape: [2, 2], order: "F" }]);
			const bytes = write(plan, (i) => i & 63);
			const file = path.join(folder, `${dtype}.npy`);
			fs.writeFileSync(file, bytes);
			return { file, hex: Buffer.from(bytes.subarray(plan.regions[0]?.offset)).toString("hex") };
		});
		const found = load(...files.map(({ file }) => file)).map((arrays) => arrays[""]?.slice(1));
		assert.deepEqual(
			found,
			files.map(({ hex }) => [[2, 2], true, hex]),
		);
	});

	it("reads a member of 5 GB from our archive's headers", function () {
		// Elsewhere the file's hole would be written out.
		if (process.platform !== "linux") this.skip();
		this.timeout(60_000);
		const plan = planOutput("x.npz", [
			{ name: "big", dtype: "u8", shape: [5, 2 ** 30] },
			{ name: "last", dtype: "u8", shape: [3] },
		]);
		const file = path.join(folder, "big.npz");
		const handle = fs.openSync(file, "w");
		const region = plan.regions[1] as OutputPlan["regions"][number];
		const put = (bytes: Uint8Array, offset: number) => fs.writeSync(handle, bytes, 0, bytes.length, offset);
		for (const { bytes, offset } of plan.pieces) put(bytes, offset);
		const last = Uint8Array.of(1, 2, 3);
		put(last, region.offset);
		for (const { bytes, offset } of plan.finish([0, crc32(last)])) put(bytes, offset);
		fs.closeSync(handle);
		assert.equal(fs.statSync(file).size, plan.size);
		const answer = execFileSync(
			python,
			[
				"-c",
				"import sys, numpy, zipfile\nz = zipfile.ZipFile(sys.argv[1])\nprint(z.getinfo('big.npy').file_size, z.getinfo('last.npy').header_offset > 2**32, numpy.load(sys.argv[1])['last'].tolist())",
				file,
			],
			{ encoding: "utf8" },
		);
		assert.equal(answer.trim(), `${5 * 2 ** 30 + 128} True [1, 2, 3]`);
	});
});
