import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { prepareProgram, run } from "./program";
import { npy, place, temporaryFolder } from "./tensor-files";

describe("tensor-inspector and raw files", function () {
	this.timeout(30_000);
	const { folder, remove } = temporaryFolder();
	before(prepareProgram);
	after(remove);

	const values = Float64Array.from({ length: 6 }, (_, i) => i * i - 3);
	const bare = () => Buffer.from(Float32Array.from([99, ...values]).buffer);
	const told = ["--raw-dtype", "float32", "--raw-shape", "2,-1", "--raw-offset", "4"];

	it("describes and summarizes one as it is told", async () => {
		const file = place(folder, "x.dat", bare());
		const described = await run("describe", file, "--json", ...told);
		assert.deepEqual(JSON.parse(described.stdout), {
			file,
			format: "raw",
			metadata: {},
			tensors: [{ name: "", dtype: "f32", shape: [2, 3], bytes: 24 }],
		});
		const { stdout, code } = await run("stats", file, ...told, "--json");
		assert.equal(code, 0);
		assert.match(stdout, /"mean":\s*\[?6\.1666/);
	});

	it("reads one by the description beside it", async () => {
		const file = place(folder, "y.raw", bare());
		fs.writeFileSync(`${file}.json`, '{"dtype": "<f4", "shape": [7]}');
		const { stdout } = await run("describe", file, "--json");
		assert.deepEqual(JSON.parse(stdout).tensors, [{ name: "", dtype: "f32", shape: [7], bytes: 28 }]);
	});

	it("normalizes one, and compares it with a .npy file, which is read as what it is", async () => {
		const file = place(folder, "z.dat", bare());
		const output = path.join(folder, "z.npy");
		const normalized = await run("normalize", file, ...told, "--norm", "layerNorm", "--axis", "-1", "-o", output);
		assert.deepEqual([normalized.code, normalized.stderr], [0, ""]);
		const same = place(folder, "same.npy", npy([2, 3], values));
		const compared = await run("compare", file, same, ...told);
		assert.deepEqual([compared.code, compared.stderr], [0, ""]);
		assert.equal((await run("compare", file, output, ...told)).code, 1);
	});

	it("says what to do where nothing is told, and what is wrong with what is", async () => {
		const file = place(folder, "u.dat", bare());
		const nothing = await run("describe", file);
		assert.equal(nothing.code, 3);
		assert.match(
			nothing.stderr,
			/This file of 28 bytes begins with [0-9a-f ]+, .* has to be told: .*--raw-dtype and --raw-shape/,
		);
		for (const [words, says] of [
			[["--raw-shape", "2,3"], /need their type: --raw-dtype/],
			[["--raw-dtype", "f31"], /dtype of the raw values is "f31"/],
			[["--raw-dtype", "f32", "--raw-shape", "-1,-1"], /at most one of them -1/],
			[["--raw-dtype", "f32", "--raw-shape", "99"], /take 396 bytes, but 28 of the file's 28 are there/],
			[["--raw-dtype", "f32", "--raw-order", "X"], /order .* is "X"/],
			[["--raw-dtype", ">f4", "--raw-endian", "little"], /expected "big"/],
		] as const) {
			const { code, stderr } = await run("describe", file, ...words);
			assert.equal(code, 2, stderr);
			assert.match(stderr, says);
		}
	});
});
