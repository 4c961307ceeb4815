import { TensorError, throwIfAborted } from "../core/errors";
import { denseValues } from "./dense";
import { MAX_DEPTH, type Span } from "./encoding/protobuf";
import { readSparseProto, sparseTensor } from "./onnx-sparse";
import { denseTensor, type OnnxFile, readTensorProto } from "./onnx-tensor";
import { unreadable } from "./shape";
import type { FoundTensor } from "./values";

const MAX_TENSORS = 1_000_000;
const MAX_TEXT_BYTES = 2 ** 16;

/** Tensors as they are found in a file. */
export interface Walk {
	readonly file: OnnxFile;
	readonly found: Map<string, FoundTensor>;
	/** Names in use become others. */
	readonly nameOnce: (name: string) => string;
}

/** A text of a file; of one longer than 64 KiB only how long it is. */
export async function textOf({ reader, signal }: Pick<OnnxFile, "reader" | "signal">, span: Span): Promise<string> {
	if (span.length > MAX_TEXT_BYTES) return `(${span.length} bytes of text)`;
	return reader.text(span, MAX_TEXT_BYTES, signal);
}

/** Adds the tensors of a GraphProto and of graphs inside it; answers how many nodes it has itself. */
export function addGraph(walk: Walk, graph: Span): Promise<number> {
	return walkGraph(walk, graph, "", 1);
}

/** Adds the tensors of a FunctionProto's nodes, under its name. */
export async function addFunction(walk: Walk, message: Span): Promise<void> {
	let name = "";
	await walk.file.reader.fields(message, async (field) => {
		if (field.number === 1 && field.wire === 2) name = await textOf(walk.file, field);
	});
	await walkGraph(walk, message, `${name}/`, 1, 7);
}

/** A graph, or a function, which has nodes only; answers how many. */
async function walkGraph(walk: Walk, graph: Span, prefix: string, depth: number, nodeField = 1): Promise<number> {
	const { reader, source, signal } = walk.file;
	if (depth > MAX_DEPTH) {
		const message = `Graphs lie in one another more than ${MAX_DEPTH} deep; the file is damaged.`;
		throw new TensorError("corrupt", message, { file: source.name, byte: graph.start });
	}
	let nodes = 0;
	await reader.fields(
		graph,
		(field): void | Promise<void> => {
			if (field.wire !== 2) return;
			if (field.number === nodeField) return walkNode(walk, field, { prefix, index: nodes++, depth });
			if (nodeField === 1 && field.number === 5) return addTensor(walk, field, (own) => `${prefix}${own}`);
			if (nodeField === 1 && field.number === 15) return addSparse(walk, field, (own) => `${prefix}${own}`);
		},
		signal,
	);
	return nodes;
}

interface NodePlace {
	readonly prefix: string;
	/** Among the nodes of its graph; nodes without a name are called by their operator and this. */
	readonly index: number;
	readonly depth: number;
}

async function walkNode(walk: Walk, node: Span, { prefix, index, depth }: NodePlace): Promise<void> {
	const { reader, signal } = walk.file;
	let [name, operator]: [Span | undefined, Span | undefined] = [undefined, undefined];
	const attributes: Span[] = [];
	await reader.fields(
		node,
		(field) => {
			if (field.wire !== 2) return;
			if (field.number === 3) name = field;
			else if (field.number === 4) operator = field;
			else if (field.number === 5) attributes.push(field);
		},
		signal,
	);
	for (const attribute of attributes) {
		const tensors: { readonly number: number; readonly span: Span }[] = [];
		let key: Span | undefined;
		await reader.fields(
			attribute,
			(field) => {
				if (field.number === 1 && field.wire === 2) key = field;
				else if ([5, 6, 10, 11, 22, 23].includes(field.number) && field.wire === 2)
					tensors.push({ number: field.number, span: field });
			},
			signal,
		);
		if (tensors.length === 0) continue;
		const own =
			(name && (await textOf(walk.file, name))) || `${operator ? await textOf(walk.file, operator) : "node"}_${index}`;
		const path = `${prefix}${own}/${key ? await textOf(walk.file, key) : ""}`;
		for (const [k, { number, span }] of tensors.entries()) {
			const place = number === 10 || number === 11 || number === 23 ? `${path}[${k}]` : path;
			if (number === 5 || number === 10) await addTensor(walk, span, () => place);
			else if (number === 6 || number === 11) await walkGraph(walk, span, `${place}/`, depth + 1);
			else await addSparse(walk, span, () => place);
		}
	}
}

/** Adds a TensorProto under a name made of its own. */
export function addTensor(walk: Walk, message: Span, nameOf: (own: string) => string): Promise<void> {
	const { file } = walk;
	return add(walk, message, nameOf, async () => {
		const proto = await readTensorProto(file, message);
		return {
			name: proto.name,
			tensorOf: async (name) => {
				const { info, place } = await denseTensor(file, proto, name);
				return place ? { info, values: denseValues(place) } : { info };
			},
		};
	});
}

/** Adds a SparseTensorProto as the dense tensor that it means. */
function addSparse(walk: Walk, message: Span, nameOf: (own: string) => string): Promise<void> {
	return add(walk, message, nameOf, async () => {
		const proto = await readSparseProto(walk.file, message);
		if (proto) return { name: proto.name, tensorOf: (name) => sparseTensor(walk.file, proto, name) };
		throw new TensorError("corrupt", "A sparse tensor lacks its values or its indices; the file is damaged.");
	});
}

interface Named {
	readonly name: string;
	tensorOf(name: string): Promise<FoundTensor>;
}

/** Adds what a message holds under a name made of its own, or what is wrong with it. */
async function add(
	{ file, found, nameOnce }: Walk,
	message: Span,
	nameOf: (own: string) => string,
	read: () => Promise<Named>,
): Promise<void> {
	throwIfAborted(file.signal);
	if (found.size >= MAX_TENSORS) {
		throw new TensorError("too-large", `The model has more than the ${MAX_TENSORS} tensors that are shown.`);
	}
	try {
		const { name: own, tensorOf } = await read();
		const name = nameOnce(nameOf(own));
		found.set(name, await tensorOf(name));
	} catch (thrown) {
		const error = TensorError.from(thrown);
		if (error.code === "cancelled") throw error;
		const name = nameOnce(nameOf(""));
		found.set(name, { info: unreadable(name, error.at({ file: file.source.name, byte: message.start })) });
	}
}
