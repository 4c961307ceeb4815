import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { memorySource } from "../../src/formats";
import { readOnnxGraph } from "../../src/formats/onnx-graph";
import { join } from "./build";
import { bytes, fixed, floats, model, node, number, packed } from "./protobuf-build";
import { SHARED } from "./record";

describe("the graph of an ONNX model", () => {
	it("has nodes with inputs, outputs and plain attributes", async () => {
		const norm = node(
			"n",
			"LayerNormalization",
			join(bytes(1, "axis"), number(3, -1n)),
			join(bytes(1, "epsilon"), fixed(2, 0.5)),
			join(bytes(1, "mode"), bytes(4, "linear")),
			join(bytes(1, "axes"), number(8, 1), bytes(8, packed(2, 3))),
			join(bytes(1, "value"), bytes(5, floats("", 1))),
		);
		const file = model([norm, bytes(11, bytes(1, "x")), bytes(12, bytes(1, "y"))]);
		const graph = await readOnnxGraph(memorySource("m.onnx", file));
		assert.deepEqual([graph.inputs, graph.outputs, [...graph.opsets]], [["x"], ["y"], [["", 17]]]);
		assert.equal(graph.nodes.length, 1);
		const [{ name, operator, inputs, outputs, attributes } = assert.fail("no node")] = graph.nodes;
		assert.deepEqual([name, operator, inputs, outputs], ["n", "LayerNormalization", [], ["n_out"]]);
		assert.deepEqual(
			[...attributes],
			[
				["axis", -1],
				["epsilon", 0.5],
				["mode", "linear"],
				["axes", [1, 2, 3]],
			],
		);
	});

	const folder = path.resolve(SHARED, "onnx-node/onnx/backend/test/data/node/test_layer_normalization_default_axis");
	const there = fs.existsSync(path.join(folder, "model.onnx"));
	(there ? it : it.skip)("of a shared normalization test names its operator, inputs and outputs", async () => {
		const file = new Uint8Array(fs.readFileSync(path.join(folder, "model.onnx")));
		const { nodes, inputs, outputs } = await readOnnxGraph(memorySource("model.onnx", file));
		assert.deepEqual(
			nodes.map(({ operator }) => operator),
			["LayerNormalization"],
		);
		assert.deepEqual([inputs, outputs], [nodes[0]?.inputs, nodes[0]?.outputs]);
	});
});
