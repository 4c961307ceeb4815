import type { PickleCursor } from "./pickle-cursor";
import { fault } from "./pickle-literals";
import { countOf, isNode, itemsOf, type PickledObject, type PickleValue, textOf, typeName } from "./pickle-values";

/** What joblib writes for an array: its values follow the instruction that fills this in, between those of the pickle. */
export const JOBLIB_ARRAY = "joblib.numpy_pickle.NumpyArrayWrapper";

/** A field of a record whose state is a dict. */
export function fieldOf({ state }: PickledObject, name: string): PickleValue | undefined {
	return isNode(state, "dict") ? state.entries.get(name) : undefined;
}

/**
 * Passes over the values that follow a record of joblib's and puts their place into it as its only item; objects are a pickle
 * of their own, which `readObjects` passes over. Throws `corrupt` where their size is not told, or the file ends before.
 */
export async function takeJoblibValues(
	made: PickledObject,
	cursor: PickleCursor,
	readObjects: () => Promise<PickleValue>,
): Promise<void> {
	const dtype = fieldOf(made, "dtype");
	const sizes = (itemsOf(fieldOf(made, "shape")) ?? [null]).map((size) => countOf(size ?? undefined) ?? -1);
	const code = isNode(dtype, "object") && typeName(dtype) === "numpy.dtype" ? textOf(dtype.args[0]) : undefined;
	if (code === undefined || sizes.includes(-1)) throw fault("an array of joblib's tells no type or no shape");
	if (code.startsWith("O")) {
		made.items.push(await readObjects());
		return;
	}
	// Numbers have their size in their code, texts and records in the state.
	const told = isNode(dtype, "object") ? countOf(itemsOf(dtype.state)?.[5]) : undefined;
	const itemBytes = told || Number(/\d+$/.exec(code)?.[0]);
	const length = sizes.reduce((product, size) => product * size, 1) * itemBytes;
	if (!Number.isSafeInteger(length)) throw fault("an array of joblib's has no size that is a number of bytes");
	// Since joblib 1.2 the values are aligned: one byte tells how many come before them.
	const isAligned = (fieldOf(made, "numpy_array_alignment_bytes") ?? null) !== null;
	if (isAligned) cursor.skip((cursor.ready(1) ?? (await cursor.load(1)))[0] as number);
	made.items.push({ kind: "bytes", offset: cursor.position, length });
	cursor.skip(length);
}
