import { promises as fs } from "node:fs";
import path from "node:path";
import { TensorError } from "../core/errors";
import { openFile } from "../engine/file";
import { checkOperator } from "../engine/onnx-operators";
import { type OnnxGraph, type OnnxNode, readOnnxGraph } from "../formats/onnx-graph";

/** Recorded inputs and outputs of a model: files by their numbers, which are places in the graph's inputs and outputs. */
export interface DataSet {
	readonly name: string;
	readonly inputs: ReadonlyMap<number, string>;
	readonly outputs: ReadonlyMap<number, string>;
}

/** An ONNX backend test: a model of one operator besides constants, with recorded data. */
export interface BackendTest {
	readonly model: string;
	readonly graph: OnnxGraph;
	readonly node: OnnxNode;
	/** Version of the operator set that the node is of. */
	readonly opset: number;
	readonly dataSets: readonly DataSet[];
}

const DATA_SET = /^test_data_set_?\d*$/;
/** Operators that make or pass on a value without computing one. */
const PASSIVE = ["Constant", "Identity"];
/** Folders inside one another that are looked through. */
const MAX_DEPTH = 32;

/** The test folders at or below a folder, in the order of their names; throws `not-found` where there are none. */
export async function findTests(folder: string, signal: AbortSignal): Promise<readonly string[]> {
	const stat = await fs.stat(folder).catch(() => undefined);
	if (!stat) throw new TensorError("not-found", "There is no such folder.", { file: folder });
	if (!stat.isDirectory()) {
		const message = "This is a file; name the folder of a test, with model.onnx and test_data_set_0 in it.";
		throw new TensorError("not-found", message, { file: folder });
	}
	const found: string[] = [];
	await collectTests(folder, found, 0, signal);
	if (found.length > 0) return found;
	const message =
		"There is no ONNX backend test in this folder or below it: a test is a folder with model.onnx, and beside that test_data_set_0 with input_0.pb and output_0.pb.";
	throw new TensorError("not-found", message, { file: folder });
}

async function collectTests(folder: string, found: string[], depth: number, signal: AbortSignal): Promise<void> {
	signal.throwIfAborted();
	const entries = await fs.readdir(folder, { withFileTypes: true });
	const isTest = entries.some((entry) =>
		entry.isDirectory() ? DATA_SET.test(entry.name) : entry.name === "model.onnx" || entry.name === "data.json",
	);
	if (isTest) found.push(folder);
	else if (depth < MAX_DEPTH) {
		// Not through links, which may lead in a circle.
		const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith("."));
		for (const name of folders.map(({ name }) => name).sort()) {
			await collectTests(path.join(folder, name), found, depth + 1, signal);
		}
	}
}

/** Reads a test's model and lists its data. Throws `unsupported` where it is not of one operator or has no data, or what is wrong with the model. */
export async function readTest(folder: string, signal: AbortSignal): Promise<BackendTest> {
	const names = (await fs.readdir(folder)).sort();
	const models = names.filter((name) => name.endsWith(".onnx"));
	const [model] = names.includes("model.onnx") ? ["model.onnx"] : models.length === 1 ? models : [];
	if (model === undefined) {
		throw new TensorError(
			"unsupported",
			models.length === 0
				? "The test has no model.onnx."
				: `The test has ${models.length} models, and none is called model.onnx.`,
		);
	}
	const file = path.join(folder, model);
	const source = await openFile(file);
	const graph = await readOnnxGraph(source, signal).finally(() => source.close?.());
	const active = graph.nodes.filter(({ operator, domain }) => domain !== "" || !PASSIVE.includes(operator));
	const [node] = active;
	if (!node || active.length > 1) {
		const operators = [...new Set(active.map(({ operator }) => operator))];
		const listed = operators.slice(0, 4).join(", ") + (operators.length > 4 ? ", …" : "");
		throw new TensorError(
			"unsupported",
			`The model has ${active.length} nodes${listed && ` (${listed})`}, and one normalization is expected.`,
		);
	}
	checkOperator(node);
	const sets = names.filter((name) => DATA_SET.test(name));
	const dataSets = await Promise.all(sets.map((name) => readDataSet(folder, name)));
	if (dataSets.length === 0)
		throw new TensorError("unsupported", "The test has no test_data_set_0 with recorded tensors.");
	const empty = dataSets.find(({ outputs }) => outputs.size === 0);
	if (empty) throw new TensorError("unsupported", `${empty.name} has no output_0.pb to compare with.`);
	const opset = graph.opsets.get(node.domain) ?? graph.opsets.get(node.domain === "" ? "ai.onnx" : "") ?? 1;
	return { model: file, graph, node, opset, dataSets };
}

async function readDataSet(folder: string, name: string): Promise<DataSet> {
	const files = await fs.readdir(path.join(folder, name));
	const numbered = (kind: string) => {
		const found = files.flatMap((file) => {
			const number = new RegExp(`^${kind}_(\\d+)\\.pb$`).exec(file)?.[1];
			return number === undefined ? [] : [[Number(number), path.join(folder, name, file)] as const];
		});
		return new Map(found.sort(([a], [b]) => a - b));
	};
	return { name, inputs: numbered("input"), outputs: numbered("output") };
}
