import { type ErrorData, TensorError } from "../../core/errors";
import { type PickleFindings, pickleFindings, STORAGE_FILE } from "../encoding/pickle";
import { bytesSource, isNode, type PickledObject } from "../encoding/pickle-values";
import type { ByteSource } from "../reader";
import { readLegacy } from "./legacy";
import { type StorageId, type StoragePlace, storageId } from "./storage";

/** A storage with its place, or why it cannot be had. */
export interface StorageInside {
	readonly id: StorageId;
	readonly place: StoragePlace | ErrorData;
}

/** Storages by the records of the calls that would load them. */
export type StoragesInside = ReadonlyMap<PickledObject, StorageInside | ErrorData>;

/**
 * Finds the storages that a plain pickle keeps as files of PyTorch's old kind, one for each tensor. What these files
 * would run joins the findings; loading them is no hazard where they are storages and nothing else.
 */
export async function storagesInside(
	source: ByteSource,
	findings: PickleFindings,
	signal?: AbortSignal,
): Promise<StoragesInside> {
	const storages = new Map<PickledObject, StorageInside | ErrorData>();
	for (const file of findings.storageFiles) {
		const own = pickleFindings();
		storages.set(file, await storageIn(file, source, own, signal));
		for (const hazard of own.hazards) findings.hazards.add(hazard);
	}
	const understood = [...storages.values()].every((storage) => "id" in storage);
	if (understood && storages.size > 0) findings.hazards.delete(STORAGE_FILE);
	return storages;
}

async function storageIn(file: PickledObject, source: ByteSource, findings: PickleFindings, signal?: AbortSignal) {
	const [held] = file.args;
	try {
		// Where the file is held as text, it has at most as many bytes.
		const bytes = bytesSource(held, source, isNode(held, "bytes") ? held.length : 0);
		if (bytes === undefined) throw new TensorError("corrupt", "there are no bytes of one");
		const { root, storageOf } = await readLegacy(bytes, findings, signal);
		const id = isNode(root, "reference") ? storageId(root.id) : undefined;
		if (id === undefined) throw new TensorError("unsupported", "it holds something else than a storage");
		return { id, place: storageOf(id) };
	} catch (thrown) {
		const { code, message } = TensorError.from(thrown);
		if (code === "cancelled") throw thrown;
		const reason = message.replace(/\.$/, "");
		const sentence = `The file of PyTorch's inside of the pickle, which holds the tensor's values, cannot be read (${reason}); save the tensor with torch.save.`;
		return { code, message: sentence, where: {} };
	}
}
