import assert from "node:assert/strict";
import { TensorError } from "../../src/core/errors";
import type { TensorInfo } from "../../src/core/tensor";
import { countOf, exampleOf, patternOf } from "../../src/host/allTensors";
import { proposedNameOfAll } from "../../src/host/outputName";
import { description } from "./description";

const tensor = (name: string, shape: readonly number[], more: Partial<TensorInfo> = {}): TensorInfo => ({
	name,
	dtype: "f32",
	shape,
	bytes: 4,
	...more,
});

const MODEL = description(
	[
		tensor("conv1.weight", [8, 3, 3, 3]),
		tensor("conv2.weight", [16, 8, 3, 3]),
		tensor("conv2.bias", [16]),
		tensor("steps", [100, 100, 100], { dtype: "i64" }),
		tensor("fft", [1000, 1000], { dtype: "c64" }),
		tensor("broken", [9000], { problem: { code: "corrupt", message: "It is cut.", where: {} } }),
	],
	"m.npz",
);

describe("all tensors of a file that are normalized into one", () => {
	it("are those of floating types where no pattern is given, and are counted as the pattern is typed", () => {
		assert.deepEqual(countOf(MODEL, "  "), {
			count: 3,
			text: "3 of 6 tensors are of a floating type: conv1.weight, conv2.weight, conv2.bias",
		});
		assert.deepEqual(countOf(MODEL, "conv*, !*.bias"), {
			count: 2,
			text: "2 of 6 tensors fit: conv1.weight, conv2.weight",
		});
		assert.deepEqual(countOf(MODEL, "*"), {
			count: 4,
			text: "4 of 6 tensors fit: conv1.weight, conv2.weight, conv2.bias, …",
		});
	});

	it("are none where the pattern fits none, or only what has no normalization", () => {
		assert.deepEqual(countOf(MODEL, "lstm*"), { problem: "None of the 6 tensors fits." });
		assert.deepEqual(countOf(MODEL, "fft,broken"), { problem: "None of the 6 tensors fits." });
		const integers = description([tensor("a", [2], { dtype: "i32" })]);
		assert.deepEqual(countOf(integers, ""), { problem: "None of the 1 tensors is of a floating type." });
	});

	it("have the largest that fits as the one that axes are asked of", () => {
		assert.equal(exampleOf(MODEL, {}).name, "conv2.weight");
		assert.equal(exampleOf(MODEL, { pattern: "*" }).name, "steps");
		assert.equal(exampleOf(MODEL, { pattern: "*.bias" }).name, "conv2.bias");
	});

	it("are refused with the reasons, or the names there are, where none fits", () => {
		const refusal = (pattern: string) => {
			try {
				return exampleOf(MODEL, { pattern }).name;
			} catch (thrown) {
				assert.ok(thrown instanceof TensorError && thrown.code === "bad-option");
				return thrown.message;
			}
		};
		assert.match(refusal("lstm*"), /^No tensor whose name fits "lstm\*" .*the file holds "conv1\.weight", "conv2/);
		assert.match(refusal("fft,broken"), /fft: Complex values \(c64\).*broken: It is cut\./);
	});

	it("go to the engine without a pattern where it is empty", () => {
		assert.deepEqual(
			[patternOf({}), patternOf({ pattern: " " }), patternOf({ pattern: "a" })],
			[{}, {}, { pattern: "a" }],
		);
	});

	it("are proposed a name in a format that holds many", () => {
		assert.equal(proposedNameOfAll(MODEL, "groupNorm"), "m.groupNorm.npz");
		assert.equal(proposedNameOfAll(description([], "m.safetensors.index.json"), "cells"), "m.normalized.safetensors");
		assert.equal(proposedNameOfAll(description([], "m.pt"), "zScore"), "m.zScore.safetensors");
	});
});
