import type { Engine, FileRef } from "../engine/api";
import type { InspectRequest } from "../protocol";

/** What the engine is asked for when a panel wants numbers of its file; the tensors it names are of that file. */
export function inspectRequest(
	file: FileRef,
	{ tensor, part, norm, inputs = {}, sample = false }: InspectRequest,
): Parameters<Engine["inspect"]>[0] {
	const refs = Object.fromEntries(Object.entries(inputs).map(([id, name]) => [id, { file, tensor: name }]));
	return { file, tensor, part, sample, ...(norm ? { norm, inputs: refs } : {}) };
}
