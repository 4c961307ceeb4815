import assert from "node:assert/strict";
import path from "node:path";
import type { NormId } from "../../src/core/normalizations";
import type { FileDescription, TensorInfo } from "../../src/core/tensor";
import { outputProblem, proposedName } from "../../src/host/outputName";
import { pathCandidates } from "../../src/host/pathCandidates";

describe("the readings of a path in a text", () => {
	const cases: readonly (readonly [fact: string, text: string, system: path.PlatformPath, expected: object[]])[] = [
		["are one for a relative path", "data/x.npy", path.posix, [{ relative: "data/x.npy" }]],
		["are one for an absolute path", "/data/x.npy", path.posix, [{ absolute: "/data/x.npy" }]],
		["begin at home for a tilde", "~/x.npy", path.posix, [{ absolute: "/home/me/x.npy" }]],
		["are decoded for a file URL", "file:///data/a%20b.npy", path.posix, [{ absolute: "/data/a b.npy" }]],
		["are none for a URL that is no path", "file:///data%2Fx.npy", path.posix, []],
		[
			"turn backslashes where paths have slashes, after the name as it is written",
			"data\\x.npy",
			path.posix,
			[{ relative: "data\\x.npy" }, { relative: "data/x.npy" }],
		],
		["keep a drive on Windows", "C:\\data\\x.npy", path.win32, [{ absolute: "C:\\data\\x.npy" }]],
		["have slashes when relative on Windows", "data\\x.npy", path.win32, [{ relative: "data/x.npy" }]],
		["keep a server on Windows", "\\\\server\\share\\x.npy", path.win32, [{ absolute: "\\\\server\\share\\x.npy" }]],
	];
	for (const [fact, text, system, expected] of cases) {
		it(fact, () => assert.deepEqual(pathCandidates(text, "/home/me", system), expected));
	}
});

describe("the name proposed for a normalized tensor", () => {
	const tensor = (name: string, dtype: TensorInfo["dtype"] = "f32"): TensorInfo => ({
		name,
		dtype,
		shape: [2],
		bytes: 8,
	});
	const description = (file: string, tensors: readonly TensorInfo[]): FileDescription => ({
		file,
		size: 100,
		format: "npy",
		formatLabel: "NumPy array",
		metadata: {},
		notes: [],
		tensors,
	});
	const proposed = (file: string, tensors: readonly TensorInfo[], norm: NormId) =>
		proposedName(description(file, tensors), tensors[0] as TensorInfo, norm);

	it("has the norm between the input's name and its suffix", () => {
		assert.equal(proposed("acts.npy", [tensor("")], "batchNorm"), "acts.batchNorm.npy");
	});

	it("names the tensor where the file holds several", () => {
		const tensors = [tensor("layers/0:weight"), tensor("bias")];
		assert.equal(proposed("m.safetensors.index.json", tensors, "layerNorm"), "m.layers_0_weight.layerNorm.npy");
	});

	it("keeps an eight-bit float in a file that can hold it", () => {
		assert.equal(proposed("a.safetensors", [tensor("x", "f8_e4m3")], "cells"), "a.normalized.safetensors");
	});
});

describe("a name to write to", () => {
	const suffixes = [".npy", ".npz", ".safetensors"];
	it("needs a suffix that is written, and a name before it", () => {
		for (const good of ["a.npy", "b/c.NPZ", " d.safetensors "]) assert.equal(outputProblem(good, suffixes), undefined);
		for (const bad of ["", "a", "a.txt", ".npy", "folder/.npz", "folder/"]) {
			assert.match(outputProblem(bad, suffixes) ?? "", /\.$|safetensors\.$/, `"${bad}"`);
		}
	});

	it("is refused in one sentence that names the suffixes", () => {
		assert.equal(
			outputProblem("a.txt", suffixes),
			"The suffix chooses the format: end the name in .npy, .npz or .safetensors.",
		);
	});
});
