import { existsSync } from "node:fs";
import type { DType } from "../core/dtype";
import { TensorError } from "../core/errors";
import { formatDType } from "../core/format";
import type { FileDescription, TensorInfo } from "../core/tensor";
import type { TensorRef } from "../engine/api";
import { BadUsage } from "./arguments";
import { didYouMean } from "./suggestion";
import { printable } from "./table";
import type { Terminal } from "./terminal";

/** Names listed in a message. */
const LISTED = 20;

/** A tensor that can be read. */
export type ReadableTensor = TensorInfo & { readonly dtype: DType };

/** A file and perhaps a tensor of it from `FILE#TENSOR`; a file whose own name holds a # comes first. */
export function parseTensorRef(word: string): TensorRef {
	if (existsSync(word)) return { file: { path: word } };
	for (let hash = word.lastIndexOf("#"); hash > 0; hash = word.lastIndexOf("#", hash - 1)) {
		const path = word.slice(0, hash);
		if (existsSync(path)) return { file: { path }, tensor: word.slice(hash + 1) };
	}
	const hash = word.indexOf("#");
	return hash > 0 ? { file: { path: word.slice(0, hash) }, tensor: word.slice(hash + 1) } : { file: { path: word } };
}

/**
 * Finds the tensor that a command is about; `ask` is how its name is given, for the message. Throws BadUsage where a
 * file of several tensors needs a name, TensorError where there is no such tensor or it cannot be read.
 */
export async function chooseTensor(ref: TensorRef, terminal: Terminal, ask: string): Promise<ReadableTensor> {
	const description = await terminal.engine.describe(ref.file, { signal: terminal.signal });
	const tensor = ref.tensor === undefined ? onlyTensor(description, ask) : namedTensor(description, ref.tensor);
	if (tensor.problem) throw TensorError.fromData(tensor.problem).at({ file: description.file, tensor: tensor.name });
	if (typeof tensor.dtype !== "string") {
		throw new TensorError(
			"unsupported",
			`The values are of type ${formatDType(tensor.dtype)}, which is no numeric type.`,
			{
				file: description.file,
				tensor: tensor.name,
			},
		);
	}
	if (tensor.note !== undefined) terminal.tell(`note: ${tensor.note}`);
	return { ...tensor, dtype: tensor.dtype };
}

function onlyTensor({ file, tensors }: FileDescription, ask: string): TensorInfo {
	const [first, second] = tensors;
	if (!first) throw new TensorError("not-found", "The file holds no tensors.", { file });
	if (!second) return first;
	throw new BadUsage(`${file} holds ${tensors.length} tensors; choose one with ${ask}: ${listNames(tensors)}.`);
}

function namedTensor({ file, tensors }: FileDescription, name: string): TensorInfo {
	const found = tensors.find((tensor) => tensor.name === name);
	if (found) return found;
	const names = tensors.map((tensor) => tensor.name).filter((each) => each !== "");
	const exists =
		names.length === 0
			? "It holds one tensor without a name; leave the name out."
			: didYouMean(name, names).trim() || `It holds ${listNames(tensors)}.`;
	throw new TensorError("not-found", `There is no tensor "${name}" in the file. ${exists}`, { file });
}

/** The first names, in quotes where they hold odd characters, and how many more there are. */
export function listNames(tensors: readonly { readonly name: string }[]): string {
	const names = tensors
		.slice(0, LISTED)
		.map(({ name }) => (/^[\w./:-]+$/.test(name) ? name : JSON.stringify(printable(name))));
	const more = tensors.length - names.length;
	return names.join(", ") + (more > 0 ? ` and ${more} more` : "");
}
