import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { prepareProgram, run } from "./program";
import { npy, npyHeader, place, safetensors, temporaryFolder } from "./tensor-files";

describe("tensor-inspector's usage", function () {
	this.timeout(60_000);
	const { folder, remove } = temporaryFolder();
	before(prepareProgram);
	after(remove);

	const x = place(folder, "x.npy", npy([2, 6, 3], new Float32Array(36)));
	const vector = place(folder, "vector.npy", npy([6], new Float32Array(6)));
	const four = place(folder, "four.npy", npy([4], new Float32Array(4)));
	const taken = place(folder, "taken.npy", "not to be replaced");
	const names = Array.from({ length: 25 }, (_, k) => `layer${k}.weight`);
	const several = place(
		folder,
		"several.safetensors",
		safetensors(Object.fromEntries(names.map((name) => [name, { shape: [1], values: new Float32Array(1) }]))),
	);
	const out = path.join(folder, "out.npy");

	/** Bad usage (exit 2): the words, and what the one sentence on stderr must say. */
	const BAD_USAGE: readonly (readonly [readonly string[], ...RegExp[]])[] = [
		[[], /command is missing/, /describe, stats, normalize, compare/],
		[["statz"], /no command "statz"/, /Did you mean "stats"/],
		[["frobnicate"], /describe, stats, normalize, compare/],
		[["--json"], /no option --json/],
		[["help", "statz"], /no command "statz"/],
		[["stats"], /FILE is missing/],
		[["compare", x], /B\[#TENSOR\] is missing/],
		[["stats", x, vector], /takes only FILE/, /vector\.npy/],
		[["stats", x, "--nrom", "batchNorm"], /no option --nrom/, /did you mean --norm/, /--cells/],
		[["stats", x, "-x"], /no option -x/],
		[["stats", x, "--norm"], /--norm needs a value/],
		[["stats", x, "--tensor", "--json"], /--tensor needs a value/, /--tensor=--json/],
		[["stats", x, "--json=yes"], /--json is a switch/],
		[["stats", x, "--norm", "batchnorm"], /no norm "batchnorm"/, /Did you mean "batchNorm"/],
		[["stats", x, "--norm", "softmax"], /batchNorm, .*layerNorm, .*groupNorm/],
		[["stats", x, "--norm", "batchNorm", "--cells", "1,6,1"], /--norm and --cells/],
		[["stats", x, "--norm", "cells"], /--cells/],
		[["stats", x, "--axis", "1"], /--axis/, /--norm/],
		[["stats", x, "--norm", "batchNorm", "--groups", "2"], /--groups belongs to groupNorm/],
		[["stats", x, "--norm", "batchNorm", "--axis", "one"], /--axis/, /"one"/],
		[["stats", x, "--norm", "batchNorm", "--axis", "3"], /Axis 3/, /-3 to 2/],
		[["stats", x, "--norm", "batchNorm", "--axis", "-4"], /Axis -4/],
		[["stats", x, "--norm", "batchNorm", "--axis", "0"], /Axis 0/],
		[["stats", x, "--norm", "groupNorm", "--groups", "4"], /4 equal groups/, /1, 2, 3, 6/],
		[["stats", x, "--norm", "groupNorm", "--groups", "0"], /--groups/],
		[["stats", x, "--cells", "1,6"], /one number per axis/],
		[["stats", x, "--cells", "1,4,1"], /divisor of 6/],
		[["stats", x, "--cells", "1,a,1"], /--cells/, /"a"/],
		[["stats", vector, "--norm", "batchNorm"], /at least 2 axes/],
		[["stats", several], /25 tensors/, /--tensor/, /layer0\.weight/, /layer19\.weight and 5 more/],
		[["normalize", x, "-o", out], /--norm/],
		[["normalize", x, "--norm", "batchNorm"], /-o OUT/],
		[["normalize", x, "--norm", "batchNorm", "-o"], /-o needs a value/],
		[["normalize", x, "--norm", "batchNorm", "-o", out, "--eps", "-1"], /--eps/, /"-1"/],
		[["normalize", x, "--norm", "batchNorm", "-o", out, "--eps", "small"], /--eps/],
		[["normalize", x, "--norm", "batchNorm", "-o", out, "--dtype", "float32"], /no dtype "float32"/, /f32/],
		[["normalize", x, "--norm", "batchNorm", "-o", out, "--dtype", "i8"], /cannot be written as i8/],
		[["normalize", x, "--norm", "batchNorm", "-o", taken], /taken\.npy exists already/, /--force/],
		[["normalize", x, "--norm", "batchNorm", "-o", path.join(folder, "out.txt")], /out\.txt/, /\.npy/],
		[["normalize", x, "--norm", "batchNorm", "-o", out, "--gamma", several], /--gamma FILE#TENSOR/],
		[["normalize", x, "--norm", "batchNorm", "-o", out, "--gamma", four], /gamma/i],
		[["compare", x, several], /FILE#TENSOR/],
		[["compare", x, x, "--rtol", "tight"], /--rtol/],
	];

	/** Bad files and tensors (exit 3). */
	const BAD_FILES: readonly (readonly [readonly string[], ...RegExp[]])[] = [
		[["describe", path.join(folder, "none.npy")], /none\.npy/],
		[["describe", folder], /folder/],
		[["describe", place(folder, "text.npy", "hello")], /text\.npy/],
		[["describe", place(folder, "nothing.npy", "")], /nothing\.npy/],
		[
			["stats", place(folder, "short.npy", Buffer.concat([npyHeader("<f4", [100]), Buffer.alloc(40)]))],
			/short\.npy/,
			/400/,
		],
		[["stats", place(folder, "object.npy", Buffer.concat([npyHeader("|O", [3]), Buffer.alloc(40)]))], /object/],
		[["stats", several, "--tensor", "layer3.wieght"], /no tensor "layer3.wieght"/, /Did you mean "layer3\.weight"/],
		[["stats", several, "--tensor", "weight"], /no tensor "weight"/],
		[["stats", x, "--tensor", "x"], /no tensor "x"/, /without a name/],
		[["normalize", path.join(folder, "none.npy"), "--norm", "batchNorm", "-o", out], /none\.npy/],
		[["normalize", x, "--norm", "batchNorm", "-o", out, "--gamma", path.join(folder, "none.npy")], /none\.npy/],
		[["compare", x, `${several}#layer99.weight`], /layer99\.weight/],
		[["compare", x, path.join(folder, "none.npy#a")], /none\.npy/],
	];

	for (const [code, cases] of [
		[2, BAD_USAGE],
		[3, BAD_FILES],
	] as const) {
		for (const [words, ...patterns] of cases) {
			const shown = words.map((word) => (word === folder ? "a folder" : path.basename(word))).join(" ");
			it(`ends with ${code} and one sentence: ${shown || "(no words)"}`, async () => {
				const result = await run(...words);
				assert.equal(result.code, code, result.stderr);
				assert.equal(result.stdout, "");
				assert.match(result.stderr, /^tensor-inspector: [^\n]+\n$/);
				for (const pattern of patterns) assert.match(result.stderr, pattern);
			});
		}
	}

	it("left nothing behind and changed nothing in all these cases", async () => {
		assert.equal(readFileSync(taken, "utf8"), "not to be replaced");
		await assert.rejects(async () => readFileSync(out), { code: "ENOENT" });
	});

	it("prints its version", async () => {
		const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
		assert.deepEqual(await run("--version"), { code: 0, stdout: `${version}\n`, stderr: "" });
	});

	it("helps with the whole and with every command, on stdout", async () => {
		const whole = await run("--help");
		assert.deepEqual([whole.code, whole.stderr], [0, ""]);
		for (const command of ["describe", "stats", "normalize", "compare"]) {
			assert.match(whole.stdout, new RegExp(`^ {2}${command} +\\w`, "m"));
			const [long, short, word] = await Promise.all([
				run(command, "--help"),
				run(command, "some.npy", "-h"),
				run("help", command),
			]);
			assert.match(long.stdout, new RegExp(`^Usage: tensor-inspector ${command} `, "m"));
			assert.deepEqual([long.code, long.stderr], [0, ""]);
			assert.deepEqual(short, long);
			assert.deepEqual(word, long);
		}
		assert.deepEqual(await run("-h"), whole);
		assert.deepEqual(await run("help"), whole);
	});
});
