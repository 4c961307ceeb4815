import { exactly } from "../core/format";
import { layerOf, type Recipe } from "./recipe";

/** One node of a graph, and the constants that it needs: arrays by name. */
interface Part {
	readonly nodes: readonly string[];
	readonly constants: Readonly<Record<string, string>>;
}

/** A Python program that makes an ONNX model of these sets and runs it: one operator where ONNX has it, ReduceMean and its kin elsewhere. */
export function onnxOf(recipe: Recipe): string {
	const { nodes, constants } = operatorOf(recipe) ?? byHand(recipe);
	const shape = `[${recipe.shape.join(", ")}]`;
	return [
		"import numpy as np",
		"from onnx import TensorProto, helper, numpy_helper",
		"from onnx.reference import ReferenceEvaluator",
		"",
		"nodes = [",
		...nodes.map((node) => `    helper.make_node(${node}),`),
		"]",
		"constants = {",
		...Object.entries(constants).map(([name, value]) => `    "${name}": ${value},`),
		"}",
		"graph = helper.make_graph(",
		'    nodes, "norm",',
		`    [helper.make_tensor_value_info("x", TensorProto.FLOAT, ${shape})],`,
		`    [helper.make_tensor_value_info("y", TensorProto.FLOAT, ${shape})],`,
		"    [numpy_helper.from_array(value, name) for name, value in constants.items()],",
		")",
		'model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)])',
		'y = ReferenceEvaluator(model).run(None, {"x": x.astype(np.float32)})[0]',
	].join("\n");
}

/** The operator that averages just so; channels are ONNX's axis 1. */
function operatorOf(recipe: Recipe): Part | undefined {
	const layer = recipe.formula.centred ? layerOf(recipe) : undefined;
	const { shape } = recipe;
	const eps = `epsilon=${exactly(recipe.formula.eps)}`;
	if (!layer) return undefined;
	const array = (value: "ones" | "zeros", size: string) => `np.${value}(${size}, np.float32)`;
	if (layer.kind === "layer") {
		const size = `[${shape.slice(layer.first).join(", ")}]`;
		return {
			nodes: [`"LayerNormalization", ["x", "scale"], ["y"], axis=${layer.first}, ${eps}`],
			constants: { scale: array("ones", size) },
		};
	}
	if (layer.channel !== 1) return undefined;
	const size = String(shape[1]);
	const affine = { scale: array("ones", size), bias: array("zeros", size) };
	if (layer.kind === "group")
		return {
			nodes: [`"GroupNormalization", ["x", "scale", "bias"], ["y"], num_groups=${layer.groups}, ${eps}`],
			constants: affine,
		};
	if (layer.kind === "instance")
		return { nodes: [`"InstanceNormalization", ["x", "scale", "bias"], ["y"], ${eps}`], constants: affine };
	return {
		nodes: [
			`"BatchNormalization", ["x", "scale", "bias", "mean", "var"], ["y", "new_mean", "new_var"], training_mode=1, ${eps}`,
		],
		constants: { ...affine, mean: array("zeros", size), var: array("ones", size) },
	};
}

function byHand({ shape, split, splitAveraged, grouped, formula: { centred, eps } }: Recipe): Part {
	const apart = grouped.length > 0;
	const g = apart ? "g" : "x";
	const result = apart ? "z" : "y";
	const int64 = (numbers: readonly number[]) => `np.array([${numbers.join(", ")}], np.int64)`;
	const centre = centred
		? [`"ReduceMean", ["${g}", "axes"], ["mean"], keepdims=1`, `"Sub", ["${g}", "mean"], ["d"]`]
		: [];
	const d = centred ? "d" : g;
	return {
		nodes: [
			...(apart ? ['"Reshape", ["x", "split"], ["g"]'] : []),
			...centre,
			`"Mul", ["${d}", "${d}"], ["dd"]`,
			'"ReduceMean", ["dd", "axes"], ["var"], keepdims=1',
			'"Add", ["var", "eps"], ["var_eps"]',
			'"Sqrt", ["var_eps"], ["std"]',
			`"Div", ["${d}", "std"], ["${result}"]`,
			...(apart ? ['"Reshape", ["z", "shape"], ["y"]'] : []),
		],
		constants: {
			axes: int64(splitAveraged),
			eps: `np.array(${exactly(eps)}, np.float32)`,
			...(apart ? { split: int64(split), shape: int64(shape) } : {}),
		},
	};
}
