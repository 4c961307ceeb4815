import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { prepareProgram, run } from "./program";
import { noise, npy, place, safetensors, temporaryFolder } from "./tensor-files";

const SHAPE = [3, 4, 5] as const;
const EPS = 1e-5;

/** BatchNorm over axes 0 and 2 of a [3, 4, 5] tensor, as the formula says, in float64. */
function batchNorm(x: ArrayLike<number>, eps: number, gamma = (_: number) => 1, beta = (_: number) => 0): number[] {
	const channelOf = (flat: number) => Math.floor(flat / 5) % 4;
	const values = Array.from(x);
	const sets = [0, 1, 2, 3].map((channel) => values.filter((_, flat) => channelOf(flat) === channel));
	const means = sets.map((set) => set.reduce((a, b) => a + b) / set.length);
	const vars = sets.map((set, c) => set.reduce((sum, v) => sum + (v - (means[c] ?? 0)) ** 2, 0) / set.length);
	return values.map((value, flat) => {
		const c = channelOf(flat);
		return ((value - (means[c] ?? NaN)) / Math.sqrt((vars[c] ?? NaN) + eps)) * gamma(c) + beta(c);
	});
}

/** The values of a little-endian .npy file of float64. */
function readF64(file: string): Float64Array {
	const bytes = readFileSync(file);
	assert.match(bytes.toString("latin1", 10, 100), /'<f8'/);
	return new Float64Array(new Uint8Array(bytes.subarray(10 + bytes.readUInt16LE(8))).buffer);
}

function assertClose(found: ArrayLike<number>, expected: ArrayLike<number>): void {
	assert.equal(found.length, expected.length);
	for (let k = 0; k < expected.length; k++) {
		assert.ok(Math.abs((found[k] ?? NaN) - (expected[k] ?? NaN)) < 1e-13, `element ${k}: ${found[k]}, ${expected[k]}`);
	}
}

describe("tensor-inspector normalize", function () {
	this.timeout(60_000);
	let folder: string;
	let remove: () => void;
	let x: string;
	const values = noise(60);
	const output = (name: string) => path.join(folder, name);

	before(prepareProgram);
	beforeEach(() => {
		({ folder, remove } = temporaryFolder());
		x = place(folder, "x.npy", npy(SHAPE, values));
	});
	afterEach(() => remove());

	it("gives a tensor the style of another, channel by channel", async () => {
		const style = noise(40).map((value) => 3 * value - 2);
		place(folder, "style.npy", npy([2, 4, 5], style));
		const one = place(folder, "one.npy", npy([2, 4, 5], noise(40)));
		const out = output("y.npy");
		const words = [
			"--norm",
			"adaIN",
			"--style",
			path.join(folder, "style.npy"),
			"--eps",
			"0",
			"--dtype",
			"f64",
			"-o",
			out,
		];
		assert.equal((await run("normalize", one, ...words)).code, 0);
		const channels = (values: ArrayLike<number>) =>
			Array.from({ length: 8 }, (_, k) => {
				const set = Array.from(values).slice(5 * k, 5 * k + 5);
				const mean = set.reduce((a, b) => a + b) / 5;
				return [mean, Math.sqrt(set.reduce((sum, v) => sum + (v - mean) ** 2, 0) / 5)];
			}).flat();
		assertClose(channels(readF64(out)), channels(style));
		const { code, stderr } = await run("normalize", one, "--norm", "adaIN", "-o", output("z.npy"));
		assert.equal(code, 2);
		assert.match(stderr, /AdaIN needs style \(the tensor whose mean and deviation/);
		const wrong = await run("normalize", x, ...words, "--force");
		assert.match(wrong.stderr, /The style's shape is \[2, 4, 5\], but the content's \[3, 4, 5\] needs/);
	});

	it("gives what a network gave in evaluation, from the running statistics of its checkpoint", async () => {
		const digits = path.resolve("media/samples/digits/conv1-batchnorm.safetensors");
		const input = (option: string, tensor: string) => [`--${option}`, `${digits}#bn.${tensor}`];
		const inputs = [
			...input("running-mean", "running_mean"),
			...input("running-var", "running_var"),
			...input("gamma", "weight"),
			...input("beta", "bias"),
		];
		const out = output("eval.safetensors");
		const norm = ["--tensor", "before_bn", "--norm", "batchNormInference", "--as", "pytorch", "--dtype", "bf16"];
		assert.equal((await run("normalize", digits, ...norm, ...inputs, "-o", out)).code, 0);
		// One step of bfloat16 is 2^-7 of the value.
		const { code, stdout } = await run("compare", out, `${digits}#after_bn_eval`, "--rtol", "0.008", "--atol", "0.001");
		assert.equal(code, 0, stdout);
	});

	it("takes the options of the norm and refuses those of others, with their names", async () => {
		const refused = async (...words: readonly string[]) => {
			const { code, stderr } = await run("normalize", x, ...words, "-o", output("no.npy"));
			assert.deepEqual([code, existsSync(output("no.npy"))], [2, false], stderr);
			return stderr;
		};
		assert.match(
			await refused("--norm", "batchNorm", "--p", "1"),
			/--p belongs to lpNorm, weightNorm|--p belongs to lpNorm/,
		);
		assert.match(await refused("--norm", "lpNorm", "--p", "3"), /--p is "3"\. It takes 1, 2, max/);
		assert.match(await refused("--norm", "pixelNorm", "--as", "keras"), /Keras has no PixelNorm/);
		assert.match(await refused("--norm", "batchNorm", "--as", "jax"), /There is no framework "jax"/);
		assert.match(await refused("--norm", "batchNorm", "--ddof", "2"), /--ddof is "2"/);
		const { code, stderr } = await run("normalize", x, "--norm", "batchNorm", "--tau", x, "-o", output("no.npy"));
		assert.deepEqual([code, existsSync(output("no.npy"))], [2, false]);
		assert.match(stderr, /BatchNorm takes no tau; it takes gamma, beta/);
	});

	it("writes what the formula says, and tells the file, dtype, shape and sets", async () => {
		const out = output("y.npy");
		const { code, stdout, stderr } = await run("normalize", x, "--norm", "batchNorm", "--dtype", "f64", "-o", out);
		assert.deepEqual([code, stderr], [0, ""]);
		assert.ok(stdout.startsWith(`${out}: f64, 3 × 4 × 5, `), stdout);
		assert.match(stdout, /\nBatchNorm, eps 1e-5: 4 sets of 15, cells 1 × 4 × 1\n$/);
		assertClose(readF64(out), batchNorm(values, EPS));
	});

	it("uses the eps that is given", async () => {
		const out = output("y.npy");
		const { code } = await run("normalize", x, "--norm", "batchNorm", "--eps", "0.5", "--dtype=f64", `--output=${out}`);
		assert.equal(code, 0);
		assertClose(readF64(out), batchNorm(values, 0.5));
	});

	it("multiplies by gamma and adds beta, from FILE and FILE#TENSOR", async () => {
		const gamma = Float32Array.of(1, 2, 3, 4);
		const beta = Float32Array.of(-1, 0, 0.5, 10);
		const gammaFile = place(folder, "gamma.npy", npy([4], gamma));
		const file = place(
			folder,
			"affine #1.safetensors",
			safetensors({ other: { shape: [1], values: noise(1) }, "b#0": { shape: [4], values: beta } }),
		);
		const out = output("y.npy");
		const args = ["--norm", "batchNorm", "--dtype", "f64", "--gamma", gammaFile, "--beta", `${file}#b#0`, "-o", out];
		const { code, stderr } = await run("normalize", x, ...args);
		assert.deepEqual([code, stderr], [0, ""]);
		const expected = batchNorm(
			values,
			EPS,
			(c) => gamma[c] ?? NaN,
			(c) => beta[c] ?? NaN,
		);
		assertClose(readF64(out), expected);
	});

	it("normalizes a layout without a name, by --cells", async () => {
		const [named, own] = [output("named.npy"), output("own.npy")];
		await run("normalize", x, "--norm", "batchNorm", "-o", named);
		const { code } = await run("normalize", x, "--cells", "1,4,1", "-o", own);
		assert.equal(code, 0);
		assert.deepEqual(readFileSync(own), readFileSync(named));
	});

	for (const [suffix, format] of [
		[".npy", "npy"],
		[".npz", "npz"],
		[".safetensors", "safetensors"],
	] as const) {
		it(`writes ${suffix} by its suffix, with the same numbers`, async () => {
			const plain = output("plain.npy");
			const out = output(`y${suffix}`);
			await run("normalize", x, "--norm", "layerNorm", "-o", plain);
			const { code } = await run("normalize", x, "--norm", "layerNorm", "-o", out);
			assert.equal(code, 0);
			const described = JSON.parse((await run("describe", out, "--json")).stdout) as {
				format: string;
				tensors: { dtype: string; shape: number[] }[];
			};
			assert.equal(described.format, format);
			assert.deepEqual(
				described.tensors.map(({ dtype, shape }) => [dtype, shape]),
				[["f32", [...SHAPE]]],
			);
			const compared = await run("compare", out, plain, "--rtol", "0", "--atol", "0");
			assert.equal(compared.code, 0, compared.stdout);
		});
	}

	it("never replaces a file without --force, and does with it", async () => {
		const out = place(folder, "y.npy", "precious");
		const refused = await run("normalize", x, "--norm", "batchNorm", "-o", out);
		assert.equal(refused.code, 2);
		assert.equal(readFileSync(out, "utf8"), "precious");
		assert.deepEqual(readdirSync(folder).sort(), ["x.npy", "y.npy"]);
		const replaced = await run("normalize", x, "--norm", "batchNorm", "--dtype", "f64", "-o", out, "--force");
		assert.equal(replaced.code, 0);
		assertClose(readF64(out), batchNorm(values, EPS));
		assert.deepEqual(readdirSync(folder).sort(), ["x.npy", "y.npy"]);
	});

	it("can replace its own input with --force", async () => {
		const { code } = await run("normalize", x, "--norm", "batchNorm", "--dtype", "f64", "-o", x, "--force");
		assert.equal(code, 0);
		assertClose(readF64(x), batchNorm(values, EPS));
		assert.deepEqual(readdirSync(folder), ["x.npy"]);
	});

	it("warns when values are past the range of the dtype, and still writes", async () => {
		const gamma = place(folder, "gamma.npy", npy([4], new Float32Array(4).fill(1e6)));
		const out = output("y.npy");
		const args = ["--norm", "batchNorm", "--gamma", gamma, "--dtype", "f16", "-o", out];
		const { code, stderr } = await run("normalize", x, ...args);
		assert.equal(code, 0);
		assert.match(stderr, /^warning: \d+ values were past the range of f16; .*--dtype\.\n$/);
		assert.ok(existsSync(out));
	});

	it("leaves nothing when the file turns out to be broken on the way", async () => {
		const whole = npy(SHAPE, values);
		const broken = place(folder, "broken.npy", whole.subarray(0, whole.length - 40));
		const { code } = await run("normalize", broken, "--norm", "batchNorm", "-o", output("y.npy"));
		assert.equal(code, 3);
		assert.deepEqual(readdirSync(folder).sort(), ["broken.npy", "x.npy"]);
	});
});
