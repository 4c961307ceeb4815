import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { prepareProgram, run } from "./program";
import { noise, npy, place, safetensors, temporaryFolder } from "./tensor-files";

interface Described {
	readonly tensors: readonly { readonly name: string; readonly dtype: string; readonly shape: readonly number[] }[];
}

describe("tensor-inspector normalize --all", function () {
	this.timeout(60_000);
	let folder: string;
	let remove: () => void;
	let model: string;
	const output = (name: string) => path.join(folder, name);
	const written = async (file: string) =>
		(JSON.parse((await run("describe", file, "--json")).stdout) as Described).tensors.map(({ name }) => name);

	before(prepareProgram);
	beforeEach(() => {
		({ folder, remove } = temporaryFolder());
		const tensor = (shape: readonly number[], seed: number) => ({
			shape,
			values: noise(
				shape.reduce((a, b) => a * b, 1),
				seed,
			),
		});
		model = place(
			folder,
			"model.safetensors",
			safetensors({
				"conv1.weight": tensor([8, 3, 3, 3], 1),
				"conv1.bias": tensor([8], 2),
				"conv2.weight": tensor([4, 8, 3, 3], 3),
				"fc.weight": tensor([10, 4], 4),
			}),
		);
	});
	afterEach(() => remove());

	it("writes the tensors that the norm fits, each as it would be alone, and tells the others", async () => {
		const out = output("all.safetensors");
		const { code, stdout, stderr } = await run("normalize", model, "--all", "--norm", "batchNorm", "-o", out);
		assert.equal(code, 0);
		assert.match(stderr, /^note: not normalized: conv1\.bias: BatchNorm needs a tensor of at least 2 axes/);
		assert.match(stdout, /: 3 tensors normalized, /);
		assert.deepEqual((await written(out)).sort(), ["conv1.weight", "conv2.weight", "fc.weight"]);
		for (const tensor of await written(out)) {
			const alone = output("alone.npy");
			await run("normalize", model, "--tensor", tensor, "--norm", "batchNorm", "-o", alone, "--force");
			const compared = await run("compare", `${out}#${tensor}`, alone, "--rtol", "0", "--atol", "0");
			assert.equal(compared.code, 0, compared.stdout);
		}
	});

	it("takes only the names that fit a pattern, and keeps the others as they are where asked to", async () => {
		const args = ["--all", "--tensor", "conv*.weight,!conv2*", "--norm", "layerNorm"];
		const few = output("few.npz");
		assert.equal((await run("normalize", model, ...args, "-o", few)).code, 0);
		assert.deepEqual(await written(few), ["conv1.weight"]);
		const whole = output("whole.npz");
		const { stdout } = await run("normalize", model, ...args, "--keep-others", "-o", whole);
		assert.match(stdout, /1 tensors? normalized, 3 as they were/);
		assert.deepEqual(await written(whole), ["conv1.weight", "conv1.bias", "conv2.weight", "fc.weight"]);
		for (const tensor of ["conv1.bias", "conv2.weight", "fc.weight"]) {
			const compared = await run("compare", `${whole}#${tensor}`, `${model}#${tensor}`, "--rtol", "0", "--atol", "0");
			assert.equal(compared.code, 0, compared.stdout);
		}
	});

	it("leaves integers alone unless they are named", async () => {
		const ids = place(folder, "ids.npy", npy([2, 3], BigInt64Array.of(1n, 2n, 3n, 4n, 5n, 6n)));
		const refused = await run("normalize", ids, "--all", "--norm", "layerNorm", "-o", output("y.npy"));
		assert.equal(refused.code, 2);
		assert.match(refused.stderr, /i64 is no floating type/);
		assert.equal(existsSync(output("y.npy")), false);
		const named = await run("normalize", ids, "--all", "--tensor", "*", "--norm", "layerNorm", "-o", output("y.npy"));
		assert.equal(named.code, 0, named.stderr);
	});

	for (const [args, message] of [
		[["--all", "--tensor", "nothing*", "-o", "y.npz"], /No tensor whose name fits "nothing\*".*"conv1\.weight"/],
		[["--all", "-o", "y.npy"], /A \.npy file holds one tensor, not 3/],
		[["--keep-others", "--tensor", "fc.weight", "-o", "y.npy"], /--keep-others belongs to --all/],
		[["-o", "y.npy"], /choose one with --tensor NAME, or all with --all/],
	] as const) {
		it(`refuses ${args.join(" ")}`, async () => {
			const given = args.map((word) => (word.startsWith("y.") ? output(word) : word));
			const { code, stderr } = await run("normalize", model, "--norm", "batchNorm", ...given);
			assert.equal(code, 2, stderr);
			assert.match(stderr, message);
			assert.deepEqual(readdirSync(folder), ["model.safetensors"]);
		});
	}
});
