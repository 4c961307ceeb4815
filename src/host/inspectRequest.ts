import type { Engine, FileRef } from "../engine/api";
import type { InputRefs } from "../engine/norm-inputs";
import type { InputNames, InspectRequest, SliceRequest } from "../protocol";

/** What the engine is asked for when a panel wants numbers of its file; the tensors it names are of that file. */
export function inspectRequest(
	file: FileRef,
	{ tensor, part, norm, inputs, sample = false }: InspectRequest,
): Parameters<Engine["inspect"]>[0] {
	return { file, tensor, part, sample, ...(norm ? { norm, inputs: refsOf(file, inputs) } : {}) };
}

/** What the engine is asked for when a panel wants a slice. */
export function sliceRequest(file: FileRef, { inputs, ...slice }: SliceRequest): Parameters<Engine["slice"]>[0] {
	return { file, ...slice, inputs: refsOf(file, inputs) };
}

function refsOf(file: FileRef, inputs: InputNames = {}): InputRefs {
	return Object.fromEntries(Object.entries(inputs).map(([id, name]) => [id, { file, tensor: name }]));
}
