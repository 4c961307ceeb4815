import assert from "node:assert/strict";
import { prepareProgram, run } from "./program";
import { npy, npyHeader, place, safetensors, temporaryFolder } from "./tensor-files";

describe("tensor-inspector describe", function () {
	this.timeout(30_000);
	const { folder, remove } = temporaryFolder();
	before(prepareProgram);
	after(remove);

	it("prints exactly the documented JSON of a .npy file, whose tensor has no name", async () => {
		const file = place(folder, "x.npy", npy([2, 3], new Float64Array(6)));
		const { code, stdout, stderr } = await run("describe", file, "--json");
		assert.deepEqual(JSON.parse(stdout), {
			file,
			format: "npy",
			metadata: {},
			tensors: [{ name: "", dtype: "f64", shape: [2, 3], bytes: 48 }],
		});
		assert.deepEqual([code, stderr], [0, ""]);
	});

	it("prints tensors and metadata of a .safetensors file", async () => {
		const tensors = {
			"a.weight": { shape: [4], values: noiseless(4) },
			b: { shape: [], values: noiseless(1) },
		};
		const file = place(folder, "m.safetensors", safetensors(tensors, { made: "by hand" }));
		const { code, stdout } = await run("describe", "--json", file);
		assert.deepEqual(JSON.parse(stdout), {
			file,
			format: "safetensors",
			metadata: { made: "by hand" },
			tensors: [
				{ name: "a.weight", dtype: "f32", shape: [4], bytes: 16 },
				{ name: "b", dtype: "f32", shape: [], bytes: 4 },
			],
		});
		assert.equal(code, 0);
	});

	it("lists a tensor that cannot be read with its stored type and the reason", async () => {
		const file = place(folder, "object.npy", Buffer.concat([npyHeader("|O", [3]), Buffer.alloc(40)]));
		const { code, stdout } = await run("describe", file, "--json");
		const { tensors } = JSON.parse(stdout) as { tensors: { dtype: unknown; problem: { code: unknown } }[] };
		const [tensor] = tensors;
		assert.ok(code === 0 && tensor && tensors.length === 1);
		assert.deepEqual(Object.keys(tensor), ["name", "dtype", "shape", "bytes", "problem"]);
		assert.deepEqual(Object.keys(tensor.problem), ["code", "message"]);
		assert.equal(tensor.problem.code, "unsupported");
		assert.equal(typeof tensor.dtype, "string");
	});

	it("warns of what loading the file in Python would run, one on a line, and gives it in JSON", async () => {
		const file = "test/fixtures/torch/hazard.pt";
		const { code, stdout, stderr } = await run("describe", file, "--json");
		assert.equal(code, 0);
		assert.deepEqual((JSON.parse(stdout) as { hazards: unknown }).hazards, ["posix.system", "argparse.Namespace"]);
		assert.match(
			stderr,
			/^warning: .* would import and run 2 things .*\nwarning: {3}posix\.system\nwarning: {3}argparse\.Namespace\n$/,
		);
	});

	it("prints an aligned table for people", async () => {
		const { code, stdout } = await run("describe", "media/samples/sequence/row-transformer.npz");
		assert.equal(code, 0);
		const lines = stdout.trimEnd().split("\n");
		assert.match(lines[0] ?? "", /^media\/samples\/sequence\/row-transformer\.npz: .+, .+ KiB, 7 tensors$/);
		const table = lines.slice(2);
		assert.match(table[0] ?? "", /^tensor +dtype +shape +size$/);
		assert.match(table[1] ?? "", /^embedding +f32 +24 × 9 × 32 +27\.0 KiB$/);
		assert.equal(table.length, 8);
		assert.equal(new Set(table.map((line) => line.length)).size, 1, "all lines end below each other");
	});

	it("does not let a name from a file command the terminal", async () => {
		const tensors = { "red\u001b[31m": { shape: [1], values: noiseless(1) } };
		const file = place(folder, "escape.safetensors", safetensors(tensors, { "\u0007bell": "\u009b2J" }));
		const { stdout } = await run("describe", file);
		assert.ok(stdout.includes("red\\u001b[31m"));
		// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
		assert.doesNotMatch(stdout, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
		const refused = await run("stats", file, "--tensor", "\u001b[2J");
		// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
		assert.doesNotMatch(refused.stderr, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
	});
});

function noiseless(count: number): Float32Array {
	return new Float32Array(count).fill(1);
}
