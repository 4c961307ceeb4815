import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { bytes, floats, model, node, number, tensorHead } from "../formats/protobuf-build";
import { SHARED } from "../formats/record";
import { prepareProgram, run } from "./program";
import { temporaryFolder } from "./tensor-files";

interface Report {
	readonly rtol: number;
	readonly atol: number;
	readonly passed: number;
	readonly failed: number;
	readonly unsupported: number;
	readonly tests: readonly {
		readonly folder: string;
		readonly status: string;
		readonly operator?: string;
		readonly reason?: string;
		readonly outputs: readonly {
			readonly dataSet: string;
			readonly output: string;
			readonly close: boolean;
			readonly elements: number;
			readonly mismatched: number;
			readonly maxAbs: number;
		}[];
	}[];
}

const RECORDED = path.resolve("test", "fixtures", "onnx");

describe("tensor-inspector verify", function () {
	this.timeout(60_000);
	const { folder, remove } = temporaryFolder();
	before(prepareProgram);
	after(remove);

	/** A copy of a recorded test that may be damaged. */
	const copyOf = (name: string, as = name) => {
		const copy = path.join(folder, as);
		rmSync(copy, { recursive: true, force: true });
		cpSync(path.join(RECORDED, name), copy, { recursive: true });
		return copy;
	};
	/** A test of one node and its first input, without a recorded output unless one is given. */
	const written = (name: string, nodes: readonly Uint8Array[], output?: Uint8Array, input = floats("x", 1, 2, 3)) => {
		const at = path.join(folder, name);
		mkdirSync(path.join(at, "test_data_set_0"), { recursive: true });
		writeFileSync(
			path.join(at, "model.onnx"),
			model([...nodes, bytes(11, bytes(1, "x")), bytes(12, bytes(1, "n_out"))]),
		);
		writeFileSync(path.join(at, "test_data_set_0", "input_0.pb"), input);
		if (output) writeFileSync(path.join(at, "test_data_set_0", "output_0.pb"), output);
		return at;
	};
	const report = async (...words: readonly string[]) => {
		const { code, stdout, stderr } = await run("verify", ...words, "--json");
		assert.equal(stderr, "");
		return { code, ...(JSON.parse(stdout) as Report) };
	};

	it("passes every recorded test, with float32 results within one unit in the last place", async () => {
		const names = readdirSync(RECORDED).filter((name) => name.startsWith("test_"));
		const { code, tests, ...rest } = await report(...names.map((name) => path.join(RECORDED, name)));
		assert.deepEqual(
			tests.filter(({ status }) => status !== "passed").map((test) => [path.basename(test.folder), test.reason]),
			[],
		);
		assert.deepEqual(
			{ code, ...rest },
			{ code: 0, rtol: 1e-3, atol: 1e-7, passed: names.length, failed: 0, unsupported: 0 },
		);
		assert.deepEqual(
			tests.map((test) => path.basename(test.folder)),
			names.sort(),
		);
		const strict = await report(
			...names.map((name) => path.join(RECORDED, name)),
			"--rtol",
			"1.2e-7",
			"--atol",
			"1e-14",
		);
		assert.equal(strict.failed, 0);
		const wholly = tests.filter(({ outputs }) => outputs.every(({ elements }) => elements > 0));
		assert.equal(wholly.length, names.length, "an output without elements proves nothing");
	});

	const suite = path.resolve(SHARED, "onnx-node/onnx/backend/test/data/node");
	const there = existsSync(suite);
	const normalizations = there
		? readdirSync(suite).filter(
				(name) => /^test_(.*norm|mvn|lrn)/.test(name) && existsSync(path.join(suite, name, "model.onnx")),
			)
		: [];
	(there ? it : it.skip)(
		`passes all ${normalizations.length} shared tests of ONNX itself for normalizations`,
		async () => {
			const { code, tests, failed } = await report(...normalizations.map((name) => path.join(suite, name)));
			assert.deepEqual(
				tests.filter(({ status }) => status !== "passed").map((test) => [path.basename(test.folder), test.reason]),
				[],
			);
			assert.deepEqual([code, failed, tests.length], [0, 0, normalizations.length]);
		},
	);

	it("ends with 1 and says where, when one element of one output is not close", async () => {
		const copy = copyOf("test_layer_normalization_no_bias");
		const file = path.join(copy, "test_data_set_0", "output_0.pb");
		const content = readFileSync(file);
		// The values are last: 24 float32.
		const at = content.length - 4 * 24 + 4 * 5;
		const right = content.readFloatLE(at);
		content.writeFloatLE(right * 1.01, at);
		writeFileSync(file, content);
		const { code, stdout } = await run("verify", copy);
		assert.equal(code, 1);
		const [first, second, ...rest] = stdout.split("\n");
		assert.match(
			first ?? "",
			/^failed {2}test_layer_normalization_no_bias \(LayerNormalization 17\): 1 of 24 elements of Y/,
		);
		assert.match(first ?? "", /the first, at \[0, 1, 1\], is .*, and .* was recorded/);
		assert.deepEqual([second, rest], ["0 passed, 1 failed", [""]]);
		assert.equal((await run("verify", copy, "--rtol", "0.02")).code, 0);
		assert.equal((await run("verify", copy, "--atol", "10")).code, 0);
	});

	it("names the data set where there are several", async () => {
		const copy = copyOf("test_several_data_sets");
		const [from, to] = [1, 2].map((k) => path.join(copy, `test_data_set_${k}`, "output_0.pb")) as [string, string];
		writeFileSync(to, readFileSync(from));
		const { code, stdout } = await run("verify", copy);
		assert.equal(code, 1);
		assert.match(stdout, /test_data_set_2, Y are not close/);
	});

	it("tells outputs of another shape or type, also where all numbers agree", async () => {
		const copy = copyOf("test_layer_normalization_no_bias", "other-type");
		const output = path.join(copy, "test_data_set_0", "output_0.pb");
		writeFileSync(
			output,
			readFileSync(path.join(RECORDED, "test_layer_normalization_f64_axis0/test_data_set_0/output_0.pb")),
		);
		assert.match((await run("verify", copy)).stdout, /Y has the shape 2 × 3 × 4, and 3 × 4 was recorded/);
		const recorded = readFileSync(path.join(RECORDED, "test_layer_normalization_no_bias/test_data_set_0/output_0.pb"));
		const values = new Float32Array(new Uint8Array(recorded.subarray(-4 * 24)).buffer);
		const wide = new Uint8Array(Float64Array.from(values).buffer);
		writeFileSync(output, Buffer.concat([tensorHead([2, 3, 4], 11), bytes(8, "Y"), bytes(9, wide)]));
		assert.match((await run("verify", copy)).stdout, /Y is of f32, and f64 was recorded/);
	});

	it("walks through folders, each test once, and writes one line each", async () => {
		const parent = path.join(folder, "parent");
		mkdirSync(path.join(parent, "deep", "deeper"), { recursive: true });
		for (const name of ["test_constant_nodes", "test_constant_initializer"]) {
			cpSync(path.join(RECORDED, name), path.join(parent, "deep", "deeper", name), { recursive: true });
		}
		const { code, stdout, stderr } = await run("verify", parent, path.join(parent, "deep"));
		assert.deepEqual([code, stderr], [0, ""]);
		const lines = stdout.trimEnd().split("\n");
		assert.deepEqual(
			lines.map((line) => line.replace(/:.*/, "")),
			[
				"passed  test_constant_initializer (LayerNormalization 17)",
				"passed  test_constant_nodes (LayerNormalization 17)",
				"2 passed, 0 failed",
			],
		);
	});

	it("counts apart what is no normalization, and what has nothing to compare with", async () => {
		const parent = path.join(folder, "apart");
		const cast = written("apart/test_cast", [node("n", "Cast")], floats("y", 1, 2, 3));
		written("apart/test_two", [node("n", "LayerNormalization"), node("m", "Relu")], floats("y", 1));
		written("apart/test_nothing_recorded", [node("n", "LayerNormalization")]);
		mkdirSync(path.join(parent, "test_no_model", "test_data_set_0"), { recursive: true });
		cpSync(path.join(RECORDED, "test_constant_nodes"), path.join(parent, "test_norm"), { recursive: true });
		const { code, tests, passed, failed, unsupported } = await report(parent);
		assert.deepEqual([code, passed, failed, unsupported], [0, 1, 0, 4]);
		const reasons = tests.map((test) => `${path.basename(test.folder)}: ${test.status} ${test.reason ?? ""}`);
		assert.match(reasons.join("\n"), /test_cast: unsupported .*Cast is no normalization/);
		assert.match(reasons.join("\n"), /test_no_model: unsupported .*no model\.onnx/);
		assert.match(reasons.join("\n"), /test_nothing_recorded: unsupported .*no output_0\.pb/);
		assert.match(reasons.join("\n"), /test_two: unsupported .*2 nodes \(LayerNormalization, Relu\)/);
		assert.match((await run("verify", parent)).stdout, /\n1 passed, 0 failed, 4 unsupported\n$/);
		const alone = await run("verify", cast);
		assert.equal(alone.code, 3);
		assert.match(alone.stderr, /^tensor-inspector: .*nothing was verified\.\n$/);
	});

	it("fails a test whose model or data are damaged, with the file and the reason, and goes on", async () => {
		const parent = path.join(folder, "broken");
		mkdirSync(parent, { recursive: true });
		const damaged = (name: string, change: (at: string) => void) => {
			const at = path.join(parent, name);
			cpSync(path.join(RECORDED, "test_constant_nodes"), at, { recursive: true });
			change(at);
		};
		damaged("test_a_model", (at) =>
			writeFileSync(path.join(at, "model.onnx"), Uint8Array.of(0x3a, 0xff, 0xff, 0x03, 0x01)),
		);
		damaged("test_b_input", (at) => writeFileSync(path.join(at, "test_data_set_0", "input_0.pb"), "no protobuf"));
		damaged("test_c_output", (at) => {
			const file = path.join(at, "test_data_set_0", "output_0.pb");
			writeFileSync(file, readFileSync(file).subarray(0, -3));
		});
		damaged("test_d_missing", (at) => rmSync(path.join(at, "test_data_set_0", "input_0.pb")));
		damaged("test_e_fine", () => {});
		damaged("test_f_much", (at) => {
			const file = path.join(at, "test_data_set_0", "output_0.pb");
			writeFileSync(path.join(at, "test_data_set_0", "output_7.pb"), readFileSync(file));
		});
		const { code, tests } = await report(parent);
		assert.equal(code, 1);
		const told = tests.map((test) => [path.basename(test.folder), test.status, test.reason ?? ""] as const);
		for (const [at, [status, pattern]] of [
			["failed", /model\.onnx/],
			["failed", /input_0\.pb/],
			["failed", /output_0\.pb/],
			["failed", /X/],
			["passed", /^$/],
			["failed", /output_7\.pb.*2 outputs/],
		].entries() as ArrayIterator<[number, [string, RegExp]]>) {
			assert.equal(told[at]?.[1], status, `${told[at]}`);
			assert.match(told[at]?.[2] ?? "", pattern);
		}
	});

	it("fails a node whose attributes or inputs do not fit, with the reason", async () => {
		const two = floats("y", 1, 2, 3);
		const badAxis = written("bad-axis", [node("n", "LayerNormalization", bytes(1, "axis").slice())], two);
		const axis = (value: number) => Buffer.concat([bytes(1, "axis"), number(3, value)]);
		const far = written("far", [withInput(node("n", "LayerNormalization", axis(5)), "x")], two);
		const noInput = written("no-input", [node("n", "LayerNormalization")], two);
		const { code, tests } = await report(badAxis, far, noInput);
		assert.equal(code, 1);
		assert.match(tests[1]?.reason ?? "", /Axis 5 does not exist/);
		for (const { status } of tests) assert.equal(status, "failed");
	});

	for (const [words, code, pattern] of [
		[["verify"], 2, /FOLDER… is missing/],
		[["verify", "none"], 3, /none.*no such folder/],
		[["verify", "package.json"], 3, /package\.json.*is a file.*model\.onnx/],
		[["verify", "src"], 3, /src.*no ONNX backend test/],
		[["verify", "test", "--rtol", "tight"], 2, /--rtol/],
		[["verify", "test", "--norm", "batchNorm"], 2, /no option --norm/],
	] as const) {
		it(`ends with ${code} and one sentence: ${words.join(" ")}`, async () => {
			const result = await run(...words);
			assert.deepEqual([result.code, result.stdout], [code, ""]);
			assert.match(result.stderr, /^tensor-inspector: [^\n]+\n$/);
			assert.match(result.stderr, pattern);
		});
	}
});

/** A node that takes an input. */
function withInput(made: Uint8Array, name: string): Uint8Array {
	// A tag of one byte and a length of one byte, then the fields.
	return bytes(1, made.slice(2), bytes(1, name));
}
