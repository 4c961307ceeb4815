import { TensorError } from "../core/errors";
import { formatCount } from "../core/format";
import { type PickleFindings, pickleFindings, readPickle } from "./encoding/pickle";
import { pickleCursor } from "./encoding/pickle-cursor";
import { type PickleValue, typeName } from "./encoding/pickle-values";
import { pickleTree } from "./pickle-tree";
import { torchTensor } from "./pytorch/tensors";
import type { ByteSource, TensorSource } from "./reader";
import { problem } from "./shape";
import { valuesSource } from "./values";

/** Globals named in a sentence; the others are counted. */
const SHOWN = 12;

/** Opens a plain pickle, with the NumPy arrays in it. Throws `unsupported`, with what a loader would run, where there are none. */
export async function openPickle(source: ByteSource, signal?: AbortSignal): Promise<TensorSource> {
	const findings = pickleFindings();
	const cursor = pickleCursor(source, 0, signal);
	const value = await readPickle(cursor, findings, signal).catch((thrown) => {
		throw explained(thrown, findings);
	});
	const tree = pickleTree(value, (name, node) => torchTensor(name, node, { pickle: source, storageOf: outside }));
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

/** The same error, with what a loader would have run before it came to the fault. */
export function explained(thrown: unknown, { hazards }: PickleFindings): TensorError {
	const error = TensorError.from(thrown);
	if (hazards.size === 0 || error.code === "cancelled") return error;
	const message = `${error.message.replace(/\.$/, "")}. A loader would first import and run ${listed([...hazards])}; nothing was run here.`;
	return new TensorError(error.code, message, error.where);
}

/** Throws `unsupported` for a pickle without tensors that a loader would run something for: it is no tensor file. */
export function refuseUnlessTensors(hazards: readonly string[], source: ByteSource): void {
	if (hazards.length === 0) return;
	throw new TensorError(
		"unsupported",
		`This pickle holds no tensors, and loading it in Python would import and run ${listed(hazards)}; nothing was run here, and it should not be loaded unless you trust where it is from.`,
		{ file: source.name },
	);
}

function listed(names: readonly string[]): string {
	const rest = names.length - SHOWN;
	return `${names.slice(0, SHOWN).join(", ")}${rest > 0 ? ` and ${formatCount(rest)} more` : ""}`;
}

function kindOf(value: PickleValue): string {
	if (value === null) return "None";
	if (typeof value !== "object")
		return `a ${{ boolean: "truth value", number: "number", bigint: "number", string: "text" }[typeof value as "string"]}`;
	return value.kind === "object" ? `an object of ${typeName(value)}` : `a ${value.kind}`;
}
