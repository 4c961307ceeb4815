import { type DType, encode, type WritableDType } from "../core/dtype";
import { type Shape, sizeOf } from "../core/layout";
import type { TensorRef } from "../engine/api";
import type { OnnxNode } from "../formats/onnx-graph";
import { planOutput } from "../formats/writer";
import { chooseTensor } from "./tensor-choice";
import type { Terminal } from "./terminal";
import type { BackendTest, DataSet } from "./verify-case";

/** Where the value of a name of the graph is while one data set is fed to the model. */
export function sourceOf(test: BackendTest, data: DataSet, name: string): TensorRef {
	const { graph, model } = test;
	const recorded = data.inputs.get(graph.inputs.indexOf(name));
	if (recorded !== undefined) return { file: { path: recorded } };
	const maker = graph.nodes.findIndex(({ outputs }) => outputs.includes(name));
	const node = graph.nodes[maker];
	if (node?.operator === "Identity") return sourceOf(test, data, node.inputs[0] ?? "");
	if (node) return constantOf(node, maker, model);
	// An initializer; what is none either will be told by the one who looks for it.
	return { file: { path: model }, tensor: name };
}

/** The value of a Constant: plain numbers among its attributes, or a tensor of the model. */
function constantOf(node: OnnxNode, index: number, model: string): TensorRef {
	for (const attribute of ["value_float", "value_floats", "value_int", "value_ints"]) {
		const value = node.attributes.get(attribute);
		if (value === undefined) continue;
		const numbers = [value].flat().map(Number);
		return inMemory("f64", attribute.endsWith("s") ? [numbers.length] : [], numbers);
	}
	return { file: { path: model }, tensor: `${node.name || `Constant_${index}`}/value` };
}

/** A tensor in memory, as a file of its own. */
export function inMemory(dtype: WritableDType, shape: Shape, values: readonly number[]): TensorRef {
	const name = "values.npy";
	const plan = planOutput(name, [{ name: "", dtype, shape }]);
	const bytes = new Uint8Array(new SharedArrayBuffer(plan.size));
	for (const piece of plan.pieces) bytes.set(piece.bytes, piece.offset);
	bytes.set(encode(dtype, Float64Array.from(values)).bytes, plan.regions[0]?.offset);
	return { file: { name, bytes } };
}

/** The dtype and all elements of a tensor in C order: each is the mean of a set of its own. */
export async function elementsOf(
	ref: TensorRef,
	terminal: Terminal,
): Promise<{ readonly dtype: DType; readonly values: readonly number[] }> {
	const { dtype, shape, name: tensor } = await chooseTensor(ref, terminal, "FILE#TENSOR");
	const layouts = [{ shape, cells: shape }];
	const result = await terminal.engine.moments({ ...ref, tensor, layouts }, { signal: terminal.signal });
	const moments = result.layouts[0]?.parts[0];
	const values = Array.from({ length: sizeOf(shape) }, (_, i) => (moments?.count[i] ? (moments.mean[i] ?? NaN) : NaN));
	return { dtype, values };
}
