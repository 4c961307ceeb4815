import { byteLength, DTYPES, type DType, decode, decodeWide, isWideInteger } from "../../core/dtype";
import { TensorError } from "../../core/errors";
import type { BufferReader } from "./buffers";
import type { Batch } from "./messages";
import type { Field } from "./schema";
import { bufferOf, corrupt, nodeOf } from "./slots";
import { isThere, readValues, type Validity, withMissing } from "./values";

/** Bytes of a dictionary that are held in memory. */
const MAX_DICTIONARY_BYTES = 2 ** 28;
/** The values of a dictionary are a table of one column. */
const SLOT = { node: 0, buffer: 0 };

/** Dictionaries of a file whose values were read, by the batches that hold them. */
const loaded = new WeakMap<readonly Batch[], Promise<Uint8Array>>();

/** Values that are missing in the dictionary of a field, wherever rows point at them. */
export function missingInside({ dictionary }: Field, { dictionaries }: Batch): number {
	if (dictionary === undefined) return 0;
	return (dictionaries.get(dictionary.id) ?? []).reduce((sum, part) => sum + nodeOf(part, SLOT).nulls, 0);
}

/** The numbers that positions in a dictionary stand for, as `dtype`; zero where the position itself is missing. */
export async function lookUp(
	buffers: BufferReader,
	batch: Batch,
	{ dictionary, dtype: stored, name }: Field,
	{ bytes, count, missing }: { readonly bytes: Uint8Array; readonly count: number; readonly missing?: Validity },
	dtype: DType,
	signal?: AbortSignal,
): Promise<Uint8Array> {
	if (dictionary === undefined || stored === undefined)
		throw new TensorError("internal", `The field "${name}" has no dictionary.`);
	const parts = batch.dictionaries.get(dictionary.id);
	if (parts === undefined)
		throw corrupt(`The dictionary ${dictionary.id} of the column "${name}" is not in the file`, batch);
	let values = loaded.get(parts);
	if (values === undefined) {
		values = load(buffers, parts, stored, dtype, signal);
		loaded.set(parts, values);
		values.catch(() => loaded.delete(parts));
	}
	const width = DTYPES[dtype].bits / 8;
	const known = await values;
	const most = known.length / width;
	const run = { dtype: dictionary.index, bigEndian: false, bytes };
	const positions = isWideInteger(dictionary.index) ? decodeWide(run, count) : decode(run, count);
	const out = new Uint8Array(count * width);
	for (let k = 0; k < count; k++) {
		const at = Number(positions[k]);
		if (at >= 0 && at < most) out.set(known.subarray(at * width, (at + 1) * width), k * width);
		else if (!missing || isThere(missing, k))
			throw corrupt(`A row of "${name}" points at the value ${at} of a dictionary of ${most}`, batch);
	}
	return out;
}

async function load(
	buffers: BufferReader,
	parts: readonly Batch[],
	stored: DType,
	dtype: DType,
	signal?: AbortSignal,
): Promise<Uint8Array> {
	const lengths = parts.map((part) => nodeOf(part, SLOT).length);
	const count = lengths.reduce((sum, length) => sum + length, 0);
	const bytes = byteLength(dtype, count);
	if (bytes > MAX_DICTIONARY_BYTES) {
		throw new TensorError(
			"too-large",
			`The column's dictionary takes ${bytes} bytes, more than the ${MAX_DICTIONARY_BYTES} that are held; write the column without one.`,
		);
	}
	const out = new Uint8Array(bytes);
	let filled = 0;
	for (const [k, part] of parts.entries()) {
		const length = lengths[k] as number;
		const plain = await readValues(buffers, part, bufferOf(part, SLOT, 1), stored, 0, length, signal);
		const { nulls } = nodeOf(part, SLOT);
		const bits = nulls > 0 && (await buffers.read(part, bufferOf(part, SLOT, 0), 0, Math.ceil(length / 8), signal));
		out.set(withMissing(plain, stored, dtype, length, bits ? [{ bits, shift: 0, count: length }] : []), filled);
		filled += byteLength(dtype, length);
	}
	return out;
}
