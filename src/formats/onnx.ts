import { TensorError } from "../core/errors";
import type { Span } from "./encoding/protobuf";
import { KNOWN } from "./known";
import { uniqueNames } from "./names";
import { isModelHead } from "./onnx-sniff";
import { type OnnxFile, onnxFile, readEntry } from "./onnx-tensor";
import { addFunction, addGraph, textOf, type Walk } from "./onnx-walk";
import type { TensorReader } from "./reader";
import { type FoundTensor, valuesSource } from "./values";

/** An ONNX model (onnx.proto3): its initializers, and the tensors that are attributes of its nodes, also of nodes in graphs within. */
export const onnx: TensorReader = {
	...KNOWN.onnx,
	sniff: isModelHead,
	async open(source, signal) {
		const file = onnxFile(source, signal);
		const found = new Map<string, FoundTensor>();
		const { metadata, graphs } = await readModel({ file, found, nameOnce: uniqueNames() }, signal);
		if (graphs === 0) {
			const message =
				"An ONNX model has a graph (field 7), and this file has none; it is damaged, or it is another protobuf file.";
			throw new TensorError("corrupt", message, { file: source.name });
		}
		return valuesSource([...found.values()], { metadata, notes: [], close: async () => source.close?.() });
	},
};

async function readModel(walk: Walk, signal: AbortSignal | undefined) {
	const { reader, source } = walk.file;
	const facts: [string, string][] = [];
	const opsets: string[] = [];
	let [graphs, nodes] = [0, 0];
	const text = (span: Span) => textOf(walk.file, span);
	await reader.fields(
		{ start: 0, length: source.size },
		async (field) => {
			const { number, wire } = field;
			if (number === 1 && wire === 0) facts.push(["ir_version", String(field.value)]);
			else if (wire !== 2) return;
			else if (number === 2) facts.push(["producer_name", await text(field)]);
			else if (number === 3) facts.push(["producer_version", await text(field)]);
			else if (number === 6) facts.push(["doc_string", await text(field)]);
			else if (number === 7) {
				graphs++;
				nodes += await addGraph(walk, field);
			} else if (number === 8) opsets.push(await opsetOf(walk.file, field));
			else if (number === 14) {
				const entries = new Map<string, string>();
				await readEntry(reader, field, entries, signal).catch(skipLong);
				facts.push(...entries);
			} else if (number === 25) await addFunction(walk, field);
		},
		signal,
	);
	const about: [string, string][] = [
		["opset", opsets.join(", ")],
		["nodes", String(nodes)],
	];
	return { metadata: Object.fromEntries([...facts, ...about].filter(([, value]) => value !== "")), graphs };
}

/** An OperatorSetIdProto as "ai.onnx 17". */
async function opsetOf({ reader, signal }: OnnxFile, message: Span): Promise<string> {
	let [domain, version] = ["ai.onnx", ""];
	await reader.fields(
		message,
		async (field) => {
			if (field.number === 1 && field.wire === 2 && field.length > 0) domain = await textOf({ reader, signal }, field);
			if (field.number === 2 && field.wire === 0) version = String(field.value);
		},
		signal,
	);
	return `${domain} ${version}`.trim();
}

function skipLong(thrown: unknown): void {
	if (!(thrown instanceof TensorError) || thrown.code !== "too-large") throw thrown;
}
