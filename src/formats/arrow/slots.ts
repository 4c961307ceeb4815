import { TensorError } from "../../core/errors";
import type { Batch } from "./messages";
import type { ArrowSchema, Field } from "./schema";

/** Where the numbers of a field stand in the lists of a batch. */
export interface Slot {
	readonly node: number;
	readonly buffer: number;
}

/** A part of the file, or of a body that has to be unpacked. */
export interface Stretch {
	readonly start: number;
	readonly length: number;
}

/** Places of all fields in a batch, depth first, each before its children. */
export function slotsOf({ fields }: ArrowSchema, variadic: readonly number[]): ReadonlyMap<Field, Slot> {
	const slots = new Map<Field, Slot>();
	let [node, buffer, views] = [0, 0, 0];
	const place = (field: Field) => {
		slots.set(field, { node: node++, buffer });
		const isView = field.kind === "binary_view" || field.kind === "utf8_view";
		buffer += field.buffers + (isView && !field.isDictionary ? (variadic[views++] ?? 0) : 0);
		for (const child of field.children) place(child);
	};
	for (const field of fields) place(field);
	return slots;
}

/** Length and count of nulls of a field in a batch; throws `corrupt`. */
export function nodeOf(batch: Batch, { node }: Slot): { readonly length: number; readonly nulls: number } {
	if (16 * node + 16 > batch.nodes.byteLength) throw corrupt("A batch lists fewer fields than the schema has", batch);
	const length = Number(batch.nodes.getBigUint64(16 * node, true));
	const nulls = Number(batch.nodes.getBigInt64(16 * node + 8, true));
	if (!Number.isSafeInteger(length) || nulls < 0 || nulls > length) {
		throw corrupt(`A batch has a field of ${length} values with ${nulls} of them missing`, batch);
	}
	return { length, nulls };
}

/** A field's own buffer in a batch, by its number; throws `corrupt` where it leads out of the body. */
export function bufferOf(batch: Batch, { buffer }: Slot, number: number): Stretch {
	const at = 16 * (buffer + number);
	if (at + 16 > batch.buffers.byteLength) throw corrupt("A batch lists fewer buffers than its schema has", batch);
	const [offset, length] = [batch.buffers.getBigInt64(at, true), batch.buffers.getBigInt64(at + 8, true)];
	if (offset < 0n || length < 0n || offset + length > BigInt(batch.bodyBytes)) {
		throw corrupt(`A buffer of ${length} bytes at ${offset} leads out of its batch of ${batch.bodyBytes} bytes`, batch);
	}
	return { start: batch.body + Number(offset), length: Number(length) };
}

/** The error of a batch that contradicts itself. */
export function corrupt(message: string, batch: Batch): TensorError {
	return new TensorError("corrupt", `${message}; write or copy the file again.`, { byte: batch.body });
}
