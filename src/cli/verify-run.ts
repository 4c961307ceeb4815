import path from "node:path";
import { resultDType } from "../core/dtype";
import { TensorError } from "../core/errors";
import { formatShape } from "../core/format";
import { setSize, sizeOf } from "../core/layout";
import { cellStatistics } from "../core/moments";
import type { InputId } from "../core/norm-inputs";
import { layoutOf } from "../core/normalizations";
import type { CompareResult, TensorRef } from "../engine/api";
import { type OnnxRun, onnxRun, type StatisticOutput } from "../engine/onnx-operators";
import { chooseTensor, type ReadableTensor } from "./tensor-choice";
import type { Terminal } from "./terminal";
import type { BackendTest, DataSet } from "./verify-case";
import { elementsOf, inMemory, sourceOf } from "./verify-values";

/** One output of one data set, compared with what was recorded. */
export interface OutputVerdict {
	readonly dataSet: string;
	/** The output's name in the graph. */
	readonly output: string;
	readonly close: boolean;
	readonly found: CompareResult;
}

/** How close is close, and a folder for what is computed. */
export interface Verifying {
	readonly rtol: number;
	readonly atol: number;
	readonly scratch: string;
}

/** Runs a test's node through the engine, once for each data set, and compares every recorded output. */
export async function runTest(test: BackendTest, verifying: Verifying, terminal: Terminal): Promise<OutputVerdict[]> {
	const verdicts: OutputVerdict[] = [];
	for (const data of test.dataSets) {
		for (const [number, recorded] of data.outputs) {
			const name = test.graph.outputs[number];
			if (name === undefined) {
				const message = `${path.basename(recorded)} is recorded, but the graph has only ${test.graph.outputs.length} outputs.`;
				throw new TensorError("corrupt", message, { file: data.name });
			}
			const made = await computed(test, data, name, verifying, terminal);
			const expected = { file: { path: recorded } };
			const { rtol, atol } = verifying;
			const found = await terminal.engine.compare({ a: made, b: expected, rtol, atol }, { signal: terminal.signal });
			const close = found.sameShape && found.mismatched === 0 && found.a.dtype === found.b.dtype;
			verdicts.push({ dataSet: data.name, output: name, close, found });
		}
	}
	return verdicts;
}

/** The value of an output of the graph: the normalized tensor, or a tensor made of the sets' statistics. */
async function computed(
	test: BackendTest,
	data: DataSet,
	name: string,
	{ scratch }: Verifying,
	terminal: Terminal,
): Promise<TensorRef> {
	const { node, opset, graph } = test;
	const passed = graph.nodes.find(({ operator, outputs }) => operator === "Identity" && outputs.includes(name));
	const place = node.outputs.indexOf(passed ? (passed.inputs[0] ?? "") : name);
	if (place < 0) return sourceOf(test, data, name);
	const x = sourceOf(test, data, node.inputs[0] ?? "");
	const tensor = await chooseTensor(x, terminal, "FILE#TENSOR");
	const run = onnxRun({ node, opset, shape: tensor.shape });
	if (place === 0) return normalized({ test, data, run, x, tensor }, scratch, terminal);
	const statistic = run.statistics[place - 1];
	if (!statistic) {
		const message = `${node.operator} has ${1 + run.statistics.length} outputs that are known, and ${name} is number ${place + 1}.`;
		throw new TensorError("unsupported", message);
	}
	return statisticsTensor({ test, data, run, x, tensor }, statistic, terminal);
}

interface Running {
	readonly test: BackendTest;
	readonly data: DataSet;
	readonly run: OnnxRun;
	readonly x: TensorRef;
	readonly tensor: ReadableTensor;
}

/** An input of the node by its place; undefined where it is left out. */
function inputOf({ test, data }: Running, place: number | undefined): TensorRef | undefined {
	const name = place === undefined ? "" : test.node.inputs[place];
	return name ? sourceOf(test, data, name) : undefined;
}

async function normalized(running: Running, scratch: string, terminal: Terminal): Promise<TensorRef> {
	const { run, x, tensor } = running;
	const inputs: Partial<Record<InputId, TensorRef>> = {};
	for (const [id, place] of Object.entries(run.inputs) as [InputId, number][]) {
		const ref = inputOf(running, place);
		if (!ref) continue;
		inputs[id] = run.affineGroups ? await perChannel(ref, tensor.shape[1] ?? 1, run.affineGroups, terminal) : ref;
	}
	const output = path.join(scratch, "output.safetensors");
	await terminal.engine.normalize(
		{
			...x,
			tensor: tensor.name,
			norm: run.norm,
			...inputs,
			dtype: resultDType(tensor.dtype),
			output,
			overwrite: true,
		},
		{ signal: terminal.signal },
	);
	return { file: { path: output } };
}

/** One value per group, repeated for the channels of the group. */
async function perChannel(ref: TensorRef, channels: number, groups: number, terminal: Terminal): Promise<TensorRef> {
	const { values } = await elementsOf(ref, terminal);
	if (values.length !== groups) {
		const message = `Scale and bias have one value for each of ${groups} groups, but ${values.length} were found.`;
		throw new TensorError("bad-option", message);
	}
	return inMemory(
		"f64",
		[channels],
		Array.from({ length: channels }, (_, c) => values[Math.floor((c * groups) / channels)] as number),
	);
}

async function statisticsTensor(running: Running, output: StatisticOutput, terminal: Terminal): Promise<TensorRef> {
	const { run, x, tensor } = running;
	const layout = layoutOf(run.norm, tensor.shape);
	const before = inputOf(running, output.before);
	const earlier = before && (await elementsOf(before, terminal));
	const sets = sizeOf(layout.cells);
	if (sizeOf(output.shape) !== sets || (earlier && earlier.values.length !== sets)) {
		const found = earlier ? `${earlier.values.length} values` : `a tensor of shape ${formatShape(output.shape)}`;
		throw new TensorError("bad-layout", `There are ${sets} sets, but ${found} to go with them.`);
	}
	const { layouts } = await terminal.engine.moments(
		{ ...x, tensor: tensor.name, layouts: [layout] },
		{ signal: terminal.signal },
	);
	const moments = layouts[0]?.parts[0];
	const made = Array.from({ length: sets }, (_, set) => {
		if (!moments) return NaN;
		const { mean, std } = cellStatistics(moments, set);
		return output.of({ mean, std, count: setSize(layout), before: earlier?.values[set] ?? NaN });
	});
	const dtype = output.dtype ?? resultDType(earlier?.dtype ?? tensor.dtype);
	return inMemory(dtype, output.shape, made);
}
