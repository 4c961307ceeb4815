import { TensorError } from "../core/errors";
import { type ProtoField, type ProtoReader, protoReader, type Span } from "./encoding/protobuf";
import type { ByteSource } from "./reader";

/** A node of a graph: the names of what it takes and makes ("" where an input is left out), and its attributes of plain values. */
export interface OnnxNode {
	readonly name: string;
	readonly operator: string;
	readonly domain: string;
	readonly inputs: readonly string[];
	readonly outputs: readonly string[];
	/** Numbers, texts and lists of them; tensors and graphs are left out, as the reader of models lists their tensors. */
	readonly attributes: ReadonlyMap<string, OnnxValue>;
}

export type OnnxValue = number | bigint | string | readonly (number | bigint | string)[];

/** The graph of a model: its nodes, the names of its inputs and outputs, and the version of each operator set ("" is ONNX's own). */
export interface OnnxGraph {
	readonly nodes: readonly OnnxNode[];
	readonly inputs: readonly string[];
	readonly outputs: readonly string[];
	readonly opsets: ReadonlyMap<string, number>;
}

const MAX_NODES = 100_000;
const MAX_TEXT_BYTES = 2 ** 16;
const MAX_LIST = 2 ** 16;

/** Reads the nodes of an ONNX model's main graph, without any tensor. Throws `corrupt` or `too-large`. */
export async function readOnnxGraph(source: ByteSource, signal?: AbortSignal): Promise<OnnxGraph> {
	const reader = protoReader(source);
	const nodes: OnnxNode[] = [];
	const [inputs, outputs]: [string[], string[]] = [[], []];
	const opsets = new Map<string, number>();
	const inGraph = async (field: ProtoField) => {
		if (field.wire !== 2) return;
		if (field.number === 1) {
			if (nodes.length >= MAX_NODES) {
				throw new TensorError("too-large", `The graph has more than the ${MAX_NODES} nodes that are read.`, {
					file: source.name,
				});
			}
			nodes.push(await readNode(reader, field));
		} else if (field.number === 11 || field.number === 12) {
			(field.number === 11 ? inputs : outputs).push(await firstText(reader, field));
		}
	};
	await reader.fields(
		{ start: 0, length: source.size },
		async (field) => {
			if (field.number === 7 && field.wire === 2) await reader.fields(field, inGraph, signal);
			else if (field.number === 8 && field.wire === 2) {
				let version = 0;
				await reader.fields(field, (part) => {
					if (part.number === 2 && part.wire === 0) version = Number(part.value);
				});
				opsets.set(await firstText(reader, field), version);
			}
		},
		signal,
	);
	return { nodes, inputs, outputs, opsets };
}

async function readNode(reader: ProtoReader, node: Span): Promise<OnnxNode> {
	const [inputs, outputs]: [string[], string[]] = [[], []];
	const attributes = new Map<string, OnnxValue>();
	const texts = new Map<number, string>();
	await reader.fields(node, async (field) => {
		if (field.wire !== 2) return;
		if (field.number === 5) return readAttribute(reader, field, attributes);
		if (![1, 2, 3, 4, 7].includes(field.number)) return;
		const text = await reader.text(field, MAX_TEXT_BYTES);
		if (field.number === 1) inputs.push(text);
		else if (field.number === 2) outputs.push(text);
		else texts.set(field.number, text);
	});
	const [name, operator, domain] = [3, 4, 7].map((number) => texts.get(number) ?? "") as [string, string, string];
	return { name, operator, domain, inputs, outputs, attributes };
}

/** AttributeProto: one float 2, integer 3 or text 4; or lists of them, 7, 8 and 9. */
async function readAttribute(reader: ProtoReader, attribute: Span, attributes: Map<string, OnnxValue>): Promise<void> {
	let one: number | bigint | string | undefined;
	const many: (number | bigint | string)[] = [];
	const list = (values: readonly (number | bigint | string)[]) => void many.push(...values);
	await reader.fields(attribute, async (field) => {
		if (field.number === 2) [one] = await floatsOf(reader, field);
		else if (field.number === 3) [one] = await reader.integers(field, 1);
		else if (field.number === 4) one = await reader.text(field, MAX_TEXT_BYTES);
		else if (field.number === 7) list(await floatsOf(reader, field));
		else if (field.number === 8) list(await reader.integers(field, MAX_LIST));
		else if (field.number === 9) list([await reader.text(field, MAX_TEXT_BYTES)]);
		if (many.length > MAX_LIST) throw new TensorError("too-large", `An attribute lists more than ${MAX_LIST} values.`);
	});
	const value = many.length > 0 ? many : one;
	if (value !== undefined) attributes.set(await firstText(reader, attribute), value);
}

async function floatsOf(reader: ProtoReader, field: ProtoField): Promise<number[]> {
	const bytes = await reader.bytes(field, 4 * MAX_LIST);
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	return Array.from({ length: Math.floor(bytes.length / 4) }, (_, k) => view.getFloat32(4 * k, true));
}

/** The text in field 1 of a message. */
async function firstText(reader: ProtoReader, message: Span): Promise<string> {
	let text = "";
	await reader.fields(message, async (field) => {
		if (field.number === 1 && field.wire === 2) text = await reader.text(field, MAX_TEXT_BYTES);
	});
	return text;
}
