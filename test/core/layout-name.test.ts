import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { layoutNames } from "../../src/core/layout-name";

const NCHW = [8, 64, 14, 14] as const;

describe("the name of a layout", () => {
	for (const [shape, cells, letters, channel, names] of [
		[NCHW, [1, 64, 1, 1], "NCHW", 1, ["BatchNorm"]],
		[NCHW, [8, 1, 1, 1], "NCHW", 1, ["LayerNorm over C, H, W", "GroupNorm(1)"]],
		[NCHW, [8, 1, 14, 14], "NCHW", 1, ["LayerNorm over C", "LayerNorm2d"]],
		[NCHW, [8, 64, 1, 1], "NCHW", 1, ["InstanceNorm", "GroupNorm(64)", "LayerNorm over H, W"]],
		[NCHW, [8, 8, 1, 1], "NCHW", 1, ["GroupNorm(8)"]],
		[NCHW, [8, 64, 14, 1], "NCHW", 1, ["LayerNorm over W"]],
		[NCHW, [2, 64, 1, 1], "NCHW", 1, ["Ghost BatchNorm in 2 parts of the batch"]],
		[NCHW, [1, 1, 1, 1], "NCHW", 1, ["one set of the whole tensor"]],
		[NCHW, [1, 8, 1, 1], "NCHW", 1, []],
		[NCHW, [1, 64, 14, 1], "NCHW", 1, []],
		[NCHW, NCHW, "NCHW", 1, []],
		[[8, 14, 14, 64], [8, 14, 14, 1], "NHWC", 3, ["LayerNorm over C"]],
		[[8, 14, 14, 64], [8, 1, 1, 1], "NHWC", 3, ["LayerNorm over H, W, C", "GroupNorm(1)"]],
		[[8, 14, 14, 64], [8, 1, 1, 64], "NHWC", 3, ["InstanceNorm", "GroupNorm(64)"]],
		[[16, 9, 32], [16, 9, 1], "NTD", 2, ["LayerNorm over D"]],
		[[16, 9, 32], [16, 1, 1], "NTD", 2, ["LayerNorm over T, D", "GroupNorm(1)"]],
		[[16, 10], [1, 10], "NC", 1, ["BatchNorm"]],
		[[16, 10], [16, 1], "NC", 1, ["LayerNorm over C", "GroupNorm(1)"]],
		[[16, 10], [16, 5], "NC", 1, ["GroupNorm(5)"]],
		[[10], [1], "C", 0, ["LayerNorm over C"]],
		[[1, 6, 4, 4], [1, 6, 1, 1], "NCHW", 1, ["BatchNorm", "InstanceNorm", "GroupNorm(6)", "LayerNorm over H, W"]],
		[
			[8, 64, 1, 1],
			[8, 1, 1, 1],
			"NCHW",
			1,
			["LayerNorm over C, H, W", "GroupNorm(1)", "LayerNorm over C", "LayerNorm2d"],
		],
		[[], [], "", 0, []],
	] as const) {
		it(`of [${cells.join(", ")}] in [${shape.join(", ")}] (${letters}) is ${names.join(" = ") || "none"}`, () => {
			assert.deepEqual(layoutNames({ shape, cells }, [...letters], channel), names);
		});
	}
});
