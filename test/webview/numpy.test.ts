import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { describe, it } from "mocha";
import { cellsWithin } from "../../src/core/moments";
import { affineOf } from "../../src/core/normalizations";
import { choose } from "../../webview/chosen";
import { numpyOf } from "../../webview/numpy";
import { noise } from "../cli/tensor-files";

/** `y` of each code on its `x`, by Python; undefined where Python or NumPy is missing. */
function runNumpy(
	cases: readonly { readonly code: string; readonly shape: readonly number[]; readonly x: readonly number[] }[],
): number[][] | undefined {
	const program = `
import json, sys
import numpy as np
results = []
for case in json.load(sys.stdin):
    scope = {"np": np, "x": np.array(case["x"]).reshape(case["shape"])}
    exec(case["code"], scope)
    assert scope["y"].shape == tuple(case["shape"])
    results.append(scope["y"].ravel().tolist())
print(json.dumps(results))
`;
	try {
		execFileSync("python3", ["-c", "import numpy"], { stdio: "ignore" });
	} catch {
		return undefined;
	}
	return JSON.parse(
		execFileSync("python3", ["-c", program], { input: JSON.stringify(cases), encoding: "utf8" }),
	) as number[][];
}

describe("the NumPy code of a layout", () => {
	it("names the averaged axes, and gives groups an axis of their own", () => {
		const code = (cells: readonly number[]) => numpyOf(choose([8, 64, 14, 14], { norm: "cells", options: { cells } }));
		assert.match(code([1, 64, 1, 1]), /^mean = x\.mean\(axis=\(0, 2, 3\), keepdims=True\)\n/);
		assert.match(
			code([8, 16, 1, 1]),
			/^g = x\.reshape\(8, 16, 4, 14, 14\)\nmean = g\.mean\(axis=\(2, 3, 4\), keepdims=True\)\n/,
		);
	});

	it("gives the core's numbers when it is run", function () {
		this.timeout(20_000);
		const chosen = [
			...(["batchNorm", "layerNorm", "instanceNorm"] as const).map((norm) => choose([3, 4, 2, 5], { norm })),
			choose([3, 4, 2, 5], { norm: "groupNorm", options: { groups: 2 } }),
			choose([6, 4], { norm: "cells", options: { cells: [2, 2], eps: 0.001 } }),
			choose([7], { norm: "layerNorm", options: { eps: 1e-12 } }),
			choose([2, 3, 2, 2, 3], { norm: "cells", options: { cells: [1, 3, 2, 1, 1] } }),
			choose([3, 2], { norm: "cells", options: { cells: [3, 2] } }),
		];
		const cases = chosen.map((one, k) => ({
			code: numpyOf(one),
			shape: one.shape,
			x: [
				...noise(
					one.shape.reduce((product, size) => product * size, 1),
					k + 1,
				),
			],
		}));
		const results = runNumpy(cases);
		if (!results) return this.skip();
		chosen.forEach(({ layout, norm, shape }, k) => {
			assert.ok(layout);
			const cell = cellsWithin({ shape, cells: shape }, layout);
			const x = cases[k]?.x ?? [];
			x.forEach((value, at) => {
				const set = x.filter((_, other) => cell[other] === cell[at]);
				const mean = set.reduce((sum, one) => sum + one, 0) / set.length;
				const std = Math.sqrt(set.reduce((sum, one) => sum + (one - mean) ** 2, 0) / set.length);
				const { centre, scale } = affineOf({ mean, std, nonFinite: 0 }, norm.options);
				const y = results[k]?.[at] as number;
				assert.ok(Math.abs(y - (value - centre) * scale) < 1e-9, `${cases[k]?.code}\n${y}`);
			});
		});
	});
});
