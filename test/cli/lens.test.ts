import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { f32, noise, writeTensors } from "../engine/files";
import { prepareProgram, run } from "./program";

describe("lens", function () {
	this.timeout(60_000);
	let folder = "";
	before(async () => {
		await prepareProgram();
		folder = mkdtempSync(path.join(os.tmpdir(), "tensor-inspector-"));
	});
	after(() => rmSync(folder, { recursive: true, force: true }));
	const input = () =>
		writeTensors(path.join(folder, "x.npy"), [
			f32(
				"x",
				[16, 4, 3, 3],
				noise(576).map((x) => x + 2),
			),
		]);

	it("batch-size prints the spread of every size, and which norms need no batch", async () => {
		const { code, stdout } = await run("lens", "batch-size", input());
		assert.equal(code, 0);
		assert.match(stdout, /BatchNorm of 4 sets from sub-batches of the 16 samples along axis 0: 32 draws/);
		assert.match(stdout, /^ +16 +0 +0 +1 +1 +1 +0 +0$/m);
		assert.match(stdout, /error 0: .*InstanceNorm/);
		const json = JSON.parse((await run("lens", "batch-size", input(), "--draws", "3", "--seed", "7", "--json")).stdout);
		assert.deepEqual([json.sizes, json.draws, json.seed], [[1, 2, 4, 8, 16], 3, 7]);
		assert.equal(json.stdDeviation[0].length, 4);
	});

	it("numerics prints every arithmetic, and marks those that go wrong", async () => {
		const far = writeTensors(path.join(folder, "far.npy"), [
			f32(
				"x",
				[64, 2],
				noise(128).map((x) => x + 1e4),
			),
		]);
		const { code, stdout } = await run("lens", "numerics", far, "--norm", "batchNorm");
		assert.equal(code, 0);
		assert.match(stdout, /^float32 pairwise +fast /m);
		assert.match(stdout, /^WRONG {2}float32 pairwise, fast variance: 2 of 2 sets/m);
		assert.doesNotMatch(stdout, /^WRONG {2}float32 pairwise, two-pass/m);
		const { rows } = JSON.parse((await run("lens", "numerics", far, "--json")).stdout);
		assert.equal(rows.length, 10);
	});

	it("mask tells what ignoring padding does, and normalize --lengths takes valid elements only", async () => {
		const lengths = {
			name: "n",
			dtype: "i32",
			shape: [2],
			bytes: new Uint8Array(Int32Array.from([3, 1]).buffer),
		} as const;
		const values = Array.from({ length: 24 }, (_, k) => (k < 9 || (k >= 12 && k < 15) ? 5 + (k % 2) : 0));
		const file = writeTensors(path.join(folder, "padded.safetensors"), [f32("x", [2, 4, 3], values), lengths]);
		const choice = ["--tensor", "x", "--norm", "batchNorm", "--axis", "-1", "--lengths", "#n"];
		const { stdout, stderr } = await run("lens", "mask", file, ...choice);
		assert.match(stdout, /12 of 24 values are valid \(50 %\)/, stderr);
		const out = path.join(folder, "masked.npy");
		const written = await run("normalize", file, ...choice, "--padding", "unchanged", "-o", out, "--force");
		assert.equal(written.code, 0, written.stderr);
		const { stdout: zeros } = await run("stats", out, "--json");
		assert.equal(JSON.parse(zeros).shape.join(), "2,4,3");
		const both = await run("lens", "mask", file, ...choice, "--mask", "#n");
		assert.match(`${both.code} ${both.stderr}`, /^2 .*give one of them/);
		const alone = await run("normalize", file, "--tensor", "x", "--norm", "batchNorm", "--padding", "zeros", "-o", out);
		assert.match(`${alone.code} ${alone.stderr}`, /^2 .*--padding belongs to --mask/);
	});

	it("already names the layout of a normalized file, and nothing for another", async () => {
		assert.match((await run("lens", "already", input())).stdout, /Not normalized under any layout/);
		const out = path.join(folder, "out.npy");
		await run("normalize", input(), "--norm", "instanceNorm", "-o", out, "--force");
		const { stdout } = await run("lens", "already", out);
		assert.match(stdout, /^Normalized: InstanceNorm, .*64 sets of 9/m);
		assert.match(stdout, /So are, as unions of these sets:[\s\S]*BatchNorm/);
	});

	it("equivalence gives a verdict for every pair, with gamma's shapes and the difference on the tensor", async () => {
		const { stdout } = await run("lens", "equivalence", input(), "--groups", "4");
		assert.match(
			stdout,
			/InstanceNorm and GroupNorm: Same sets \(64 sets of 9\), same statistics; gamma \(C\) for both\./,
		);
		const json = JSON.parse((await run("lens", "equivalence", input(), "--json")).stdout);
		const pair = json.pairs.find((each: { a: string; b: string }) => each.a === "layerNorm" && each.b === "groupNorm");
		assert.deepEqual([pair.interchangeable, pair.maxAbs, pair.rms], ["without affine", 0, 0]);
	});

	it("tells in one sentence what is wrong with a lens, an option or a norm", async () => {
		const wrong = async (...args: string[]) => {
			const { code, stderr } = await run("lens", ...args);
			return `${code} ${stderr}`;
		};
		assert.match(
			await wrong("batchsize", input()),
			/^2 .*no lens "batchsize".* did you mean|^2 .*no lens "batchsize"/i,
		);
		assert.match(await wrong("already", input(), "--norm", "batchNorm"), /^2 .*does not use --norm/);
		assert.match(await wrong("batch-size", input(), "--norm", "instanceNorm"), /^2 .*does not average over axis 0/);
		assert.match(await wrong("batch-size", input(), "--draws", "0"), /^2 /);
	});
});
