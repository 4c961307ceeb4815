import type { WritableDType } from "../core/dtype";
import { TensorError } from "../core/errors";
import { averageOver, resolveAxis, type Shape } from "../core/layout";
import type { InputId } from "../core/norm-inputs";
import type { NormOptions } from "../core/norm-options";
import { type Norm, normOptions } from "../core/normalizations";
import type { OnnxNode } from "../formats/onnx-graph";

/** What is known of one set when an output other than the normalized tensor is made of it. */
export interface SetFacts {
	readonly mean: number;
	readonly std: number;
	/** Elements of the set. */
	readonly count: number;
	/** The element of the input named by `before` that belongs to the set; NaN where there is none. */
	readonly before: number;
}

/** An output made of the statistics of the sets, one number each, in the order of the sets. */
export interface StatisticOutput {
	readonly shape: Shape;
	/** Where it is not that of the normalized tensor. */
	readonly dtype?: WritableDType;
	/** The node's input whose elements go with the sets, and whose dtype the output has: running statistics as they were. */
	readonly before?: number;
	of(set: SetFacts): number;
}

/** How a node is computed: a norm of its first input, what its other inputs are, and its outputs behind the first. */
export interface OnnxRun {
	readonly norm: Norm;
	/** Which of the node's inputs is which of the norm's. */
	readonly inputs: Readonly<Partial<Record<InputId, number>>>;
	/** Equal parts of the channel axis that each element of gamma and beta stands for, where these are not per channel. */
	readonly affineGroups?: number;
	readonly statistics: readonly StatisticOutput[];
}

/** What an operator is asked about: the node, the version of its operator set, and the shape of its first input. */
export interface OnnxCall {
	readonly node: OnnxNode;
	readonly opset: number;
	readonly shape: Shape;
}

/** A normalization of ONNX in terms of the catalogue; throws `unsupported`, `bad-layout` or `corrupt`. */
type Operator = (call: OnnxCall) => OnnxRun;

/** The normalizations of ONNX (onnx.ai/onnx/operators), each in all its versions. */
export const ONNX_OPERATORS = {
	BatchNormalization({ node, opset, shape }) {
		const training =
			opset >= 14
				? integer(node, "training_mode", 0) !== 0
				: opset >= 7
					? node.outputs.filter((name) => name !== "").length > 1
					: integer(node, "is_test", 0) === 0;
		if (opset < 9 && integer(node, "spatial", 1) === 0) {
			throw unsupported("BatchNormalization with spatial = 0, which left the standard with version 9");
		}
		const eps = float(node, "epsilon", 1e-5);
		if (!training) {
			const inputs = { gamma: 1, beta: 2, runningMean: 3, runningVar: 4 };
			return { norm: norm("batchNormInference", shape, { axis: 1, eps }), inputs, statistics: [] };
		}
		const momentum = float(node, "momentum", 0.9);
		const channels = [shape[1] ?? 1];
		const running = (before: number, now: (set: SetFacts) => number): StatisticOutput => ({
			shape: channels,
			before,
			of: (set) => set.before * momentum + now(set) * (1 - momentum),
		});
		const [mean, variance] = [(set: SetFacts) => set.mean, (set: SetFacts) => set.std ** 2];
		return {
			norm: norm("batchNorm", shape, { axis: 1, eps }),
			inputs: { gamma: 1, beta: 2 },
			statistics: [
				running(3, mean),
				running(4, variance),
				{ shape: channels, of: mean },
				{ shape: channels, of: variance },
			],
		};
	},

	InstanceNormalization: ({ node, shape }) => ({
		norm: norm("instanceNorm", shape, { axis: 1, eps: float(node, "epsilon", 1e-5) }),
		inputs: { gamma: 1, beta: 2 },
		statistics: [],
	}),

	GroupNormalization({ node, opset, shape }) {
		const groups = integer(node, "num_groups", 0);
		return {
			norm: norm("groupNorm", shape, { axis: 1, groups, eps: float(node, "epsilon", 1e-5) }),
			inputs: { gamma: 1, beta: 2 },
			// Scale and bias were per group until version 21.
			...(opset < 21 ? { affineGroups: groups } : {}),
			statistics: [],
		};
	},

	LayerNormalization({ node, shape }) {
		const axis = integer(node, "axis", -1);
		const options = { axis, eps: float(node, "epsilon", 1e-5) };
		const first = resolveAxis(axis, shape.length);
		const sets = shape.map((size, at) => (at < first ? size : 1));
		const chosen = norm("layerNorm", shape, options);
		// stash_type is a type of TensorProto: 16 is bfloat16, 1 is float32.
		const dtype = integer(node, "stash_type", 1) === 16 ? "bf16" : "f32";
		return {
			norm: chosen,
			inputs: { gamma: 1, beta: 2 },
			statistics: [
				{ shape: sets, dtype, of: ({ mean }) => mean },
				{ shape: sets, dtype, of: ({ std }) => 1 / Math.hypot(std, Math.sqrt(chosen.options.eps)) },
			],
		};
	},

	RMSNormalization: ({ node, shape }) => ({
		norm: norm("rmsNorm", shape, { axis: integer(node, "axis", -1), eps: float(node, "epsilon", 1e-5) }),
		inputs: { gamma: 1 },
		statistics: [],
	}),

	MeanVarianceNormalization({ node, shape }) {
		const axes = integers(node, "axes", [0, 2, 3]).map((axis) => resolveAxis(axis, shape.length));
		const { cells } = averageOver(shape, axes);
		return { norm: norm("zScore", shape, { cells, eps: 1e-9, epsPlace: "outside" }), inputs: {}, statistics: [] };
	},

	LpNormalization({ node, shape }) {
		const p = integer(node, "p", 2);
		if (p !== 1 && p !== 2) throw wrong(node, "p", "1 or 2");
		const options = { axis: integer(node, "axis", -1), p: p === 1 ? "1" : "2", eps: 0 } as const;
		return { norm: norm("lpNorm", shape, options), inputs: {}, statistics: [] };
	},

	LRN({ node, shape }) {
		const size = integer(node, "size", 0);
		const options = {
			axis: 1,
			size,
			alpha: float(node, "alpha", 1e-4),
			power: float(node, "beta", 0.75),
			bias: float(node, "bias", 1),
			evenWindow: "after",
		} as const;
		return { norm: norm("localResponseNorm", shape, options), inputs: {}, statistics: [] };
	},
} as const satisfies Record<string, Operator>;

/** Throws `unsupported` where a node is no normalization that the catalogue has. */
export function checkOperator({ operator, domain }: OnnxNode): void {
	const own = domain === "" || domain === "ai.onnx";
	if (!own || !Object.hasOwn(ONNX_OPERATORS, operator)) throw unsupported(own ? operator : `${domain}.${operator}`);
}

/** How a node is run, by its operator. Throws as `checkOperator`, and for attributes that cannot be. */
export function onnxRun(call: OnnxCall): OnnxRun {
	checkOperator(call.node);
	return ONNX_OPERATORS[call.node.operator as keyof typeof ONNX_OPERATORS](call);
}

function unsupported(what: string): TensorError {
	return new TensorError("unsupported", `${what} is no normalization of the catalogue.`);
}

function norm(id: Norm["id"], shape: Shape, options: Partial<NormOptions>): Norm {
	return { id, options: normOptions(shape, { ...options, nonFinite: "propagate" }, id) };
}

function float(node: OnnxNode, name: string, otherwise: number): number {
	const value = node.attributes.get(name) ?? otherwise;
	if (typeof value !== "number") throw wrong(node, name, "one number");
	return value;
}

function integer(node: OnnxNode, name: string, otherwise: number): number {
	const value = Number(node.attributes.get(name) ?? otherwise);
	if (!Number.isSafeInteger(value)) throw wrong(node, name, "one whole number");
	return value;
}

function integers(node: OnnxNode, name: string, otherwise: readonly number[]): readonly number[] {
	const values = node.attributes.get(name) ?? otherwise;
	const numbers = Array.isArray(values) ? values.map(Number) : [];
	if (numbers.length === 0 || !numbers.every(Number.isSafeInteger)) throw wrong(node, name, "whole numbers");
	return numbers;
}

function wrong({ operator, attributes }: OnnxNode, name: string, wanted: string): TensorError {
	const found = String(attributes.get(name));
	return new TensorError("corrupt", `The attribute ${name} of ${operator} is ${found}, but must be ${wanted}.`);
}
