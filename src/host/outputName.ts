import path from "node:path";
import { formatDType } from "../core/format";
import type { NormId } from "../core/normalizations";
import type { FileDescription, TensorInfo } from "../core/tensor";

/** The name proposed for a normalized tensor, beside its input: `acts.batchNorm.npy`, `model.conv1.weight.layerNorm.npy`. */
export function proposedName(description: FileDescription, tensor: TensorInfo, norm: NormId): string {
	// NumPy has no float8: such a result keeps its type only in a safetensors file.
	const suffix = formatDType(tensor.dtype).startsWith("f8_") ? ".safetensors" : ".npy";
	return `${stemOf(description, tensor)}.${norm === "cells" ? "normalized" : norm}${suffix}`;
}

/** The name proposed for what is exported of a tensor: `acts.axis-1.svg`, `model.conv1.weight.report.html`. */
export function exportName(description: FileDescription, tensor: TensorInfo, what: string, suffix: string): string {
	return `${stemOf(description, tensor)}.${fileSafe(what)}.${suffix}`;
}

/** A file's name without its suffix, with the tensor where it holds several. */
function stemOf(description: FileDescription, tensor: TensorInfo): string {
	const stem = withoutSuffix(description.file);
	return description.tensors.length > 1 ? `${stem}.${fileSafe(tensor.name)}` : stem;
}

/** The name proposed for many normalized tensors of a file, in a format that holds many: `model.groupNorm.safetensors`. */
export function proposedNameOfAll({ file }: FileDescription, norm: NormId): string {
	const suffix = /\.npz$/i.test(file) ? ".npz" : ".safetensors";
	return `${withoutSuffix(file)}.${norm === "cells" ? "normalized" : norm}${suffix}`;
}

function withoutSuffix(file: string): string {
	return file.replace(/(\.safetensors\.index\.json|\.[^.]+)$/i, "");
}

/** What is wrong with a path to write to, in one sentence; none where it will do. */
export function outputProblem(text: string, suffixes: readonly string[]): string | undefined {
	const name = path.basename(text.trim());
	if (name === "" || /[\\/]$/.test(text.trim())) return "Give the new file a name.";
	const fits = suffixes.find((suffix) => name.toLowerCase().endsWith(suffix));
	if (fits === undefined) return `The suffix chooses the format: end the name in ${listed(suffixes)}.`;
	return name.length === fits.length ? `Give the new file a name before ${fits}.` : undefined;
}

/** A tensor's name with the characters replaced that some file system refuses. */
function fileSafe(name: string): string {
	// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is to be replaced
	return name.replace(/[\\/:*?"<>|\u0000-\u001f\u007f]+/g, "_").slice(0, 100);
}

/** Words in a row, the last after "or". */
export function listed(words: readonly string[]): string {
	return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}
