import { TensorError } from "../core/errors";
import { pickleFindings, readPickle } from "./encoding/pickle";
import { pickleCursor } from "./encoding/pickle-cursor";
import { type PickleValue, typeName } from "./encoding/pickle-values";
import { explained, refuseUnlessTensors } from "./pickle-hazards";
import { pickleTree } from "./pickle-tree";
import { storagesInside } from "./pytorch/inside";
import { torchTensor } from "./pytorch/tensors";
import type { ByteSource, TensorSource } from "./reader";
import { problem } from "./shape";
import { valuesSource } from "./values";

/** Opens a plain pickle, with the arrays of NumPy and the tensors of torch in it. Throws `unsupported`, with what a loader would run, where there are none. */
export async function openPickle(source: ByteSource, signal?: AbortSignal): Promise<TensorSource> {
	const findings = pickleFindings();
	const cursor = pickleCursor(source, 0, signal);
	const value = await readPickle(cursor, findings, signal).catch((thrown) => {
		throw explained(thrown, findings);
	});
	const inside = await storagesInside(source, findings, signal);
	const file = { pickle: source, storageOf: outside, inside };
	const tree = pickleTree(value, (name, node) => torchTensor(name, node, file));
	const hazards = [...findings.hazards];
	if (tree.tensors.length === 0) {
		refuseUnlessTensors(hazards, source);
		throw new TensorError(
			"unsupported",
			`This Python pickle holds no arrays, only ${kindOf(value)}; save arrays with numpy.save or torch.save.`,
			{ file: source.name },
		);
	}
	const trailing = source.size - cursor.position;
	const notes = [...tree.notes, ...(trailing > 0 ? [`${trailing} bytes follow the pickle and are left out.`] : [])];
	return valuesSource(tree.tensors, { metadata: tree.metadata, notes, hazards, close: async () => source.close?.() });
}

/** A plain pickle has no place for torch's storages. */
function outside() {
	return problem("unsupported", "The tensor's values are in no part of this pickle; save it with torch.save.");
}

function kindOf(value: PickleValue): string {
	if (value === null) return "None";
	if (typeof value !== "object")
		return `a ${{ boolean: "truth value", number: "number", bigint: "number", string: "text" }[typeof value as "string"]}`;
	return value.kind === "object" ? `an object of ${typeName(value)}` : `a ${value.kind}`;
}
