import { choose } from "../core/chosen";
import { askedNorm, withUsualInputs } from "../core/input-choice";
import { isSampled, SAMPLED_BYTES } from "../core/sampling";
import { type FileDescription, firstShown } from "../core/tensor";
import type { Engine, FileRef } from "../engine/api";
import type { AnsweredAhead, AxisChoices, InspectRequest } from "../protocol";
import { inspectRequest } from "./inspectRequest";

/** A file's headers, with the answer to what a fresh panel asks next, where that is there. */
export interface FirstRead {
	readonly description: FileDescription;
	readonly ahead?: AnsweredAhead;
}

/**
 * Reads what a fresh panel needs first while its page still loads: headers, and the numbers of the tensor that it will show,
 * of a sample where there are many. To be called when the panel asks: it waits for the headers, but for no numbers.
 */
export function readAhead(
	engine: Engine,
	file: Promise<FileRef>,
	axes: AxisChoices,
	closed: AbortSignal,
): () => Promise<FirstRead> {
	const asked = new AbortController();
	const signal = AbortSignal.any([closed, asked.signal]);
	let ahead: AnsweredAhead | undefined;
	const headers = file.then((ref) => engine.describe(ref, { signal: closed }));
	// What fails here fails again for the panel, which tells it.
	headers
		.then(async (description) => {
			const request = firstRequest(description, axes);
			if (!request) return;
			ahead = { request, inspection: await engine.inspect(inspectRequest(await file, request), { signal }) };
		})
		.catch(() => {});
	return async () => {
		const description = await headers;
		asked.abort();
		return { description, ...(ahead && { ahead }) };
	};
}

/** What a panel without a history asks first of a file; nothing where that takes long. */
function firstRequest({ tensors }: FileDescription, axes: AxisChoices): InspectRequest | undefined {
	const tensor = firstShown(tensors);
	if (!tensor || tensor.problem) return undefined;
	const sample = isSampled(tensor);
	if (!sample && tensor.bytes > SAMPLED_BYTES) return undefined;
	const { name, shape, axisNames } = tensor;
	const chosen = withUsualInputs(choose(shape, axes[shape.length] ?? {}, axisNames), tensors, name);
	return { tensor: name, part: 0, ...askedNorm(chosen), ...(sample ? { sample } : {}) };
}
