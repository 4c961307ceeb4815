import assert from "node:assert/strict";
import { affineOf, NORMALIZATIONS, type NormId, normalization, normOf } from "../../src/core/normalizations";
import { FRAMEWORKS, type FrameworkId, frameworkOptions, frameworksOf } from "../../src/core/norms/frameworks";

const IDS = Object.keys(NORMALIZATIONS) as NormId[];

describe("the numbers of a framework", () => {
	it("come from options that the entry has", () => {
		for (const id of IDS) {
			for (const framework of frameworksOf(id)) {
				const options = frameworkOptions(id, framework, "f32") ?? {};
				for (const option of Object.keys(options)) {
					assert.ok((normalization(id).uses as readonly string[]).includes(option), `${id} in ${framework}: ${option}`);
				}
			}
		}
		assert.deepEqual(frameworksOf("batchNorm"), Object.keys(FRAMEWORKS));
		assert.deepEqual(frameworksOf("pixelNorm"), []);
	});

	it("are those of float32 but for float64 values", () => {
		assert.equal(frameworkOptions("layerNorm", "flax", "bf16")?.stash, "f32");
		assert.equal(frameworkOptions("layerNorm", "flax", "f64")?.stash, "f64");
		assert.equal(frameworkOptions("rmsNorm", "pytorch", "f32")?.eps, 2 ** -23);
		assert.equal(frameworkOptions("rmsNorm", "pytorch", "bf16")?.eps, 2 ** -7);
	});

	it("lose a deviation of 1 beside a mean of 1e4 in Flax, by its fast variance, and keep it in PyTorch", () => {
		const [mean, std] = [1e4 + 0.3, Math.sqrt(0.9989)];
		const set = { mean, std, count: 1024, min: mean - 3, max: mean + 3, nonFinite: 0 };
		const scaleIn = (framework: FrameworkId) => {
			const { axis: _, ...options } = frameworkOptions("layerNorm", framework, "f32") ?? {};
			return affineOf(set, normOf("layerNorm", [1, 1024], { ...options, eps: 1e-6 })).scale;
		};
		// The formula of flax.linen: max(0, E[x²] − E[x]²), each rounded to float32, whose steps are 8 at 1e8.
		const [square, product] = [Math.fround(mean * mean + std * std), Math.fround(Math.fround(mean) ** 2)];
		const variance = Math.fround(square - product);
		assert.equal(variance % 8, 0);
		const root = Math.fround(Math.sqrt(Math.fround(variance + Math.fround(1e-6))));
		assert.equal(scaleIn("flax"), Math.fround(1 / root));
		assert.ok(Math.abs(scaleIn("flax") - 1) > 0.5);
		assert.ok(Math.abs(scaleIn("pytorch") - 1 / std) < 1e-6);
	});
});
