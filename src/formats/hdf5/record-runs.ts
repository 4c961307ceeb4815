import type { Box } from "../../core/layout";
import type { Field } from "./types";

/** A part of the values that every record has in a field: runs of bytes that lie together. */
export interface RecordRuns {
	/** Of one run. */
	readonly bytes: number;
	/** Copies them out of the record that begins at byte `record`, one behind the other from byte `to` on. */
	copy(records: Uint8Array, record: number, out: Uint8Array, to: number): void;
}

/** Runs of fewer bytes are copied byte by byte, which is faster. */
const SHORT_BYTES = 32;

/** The runs of a box of the axes that a field has inside of each record. */
export function recordRuns({ offset, inner, steps }: Field, box: Box, itemBytes: number): RecordRuns {
	const start = steps.reduce((sum, step, axis) => sum + step * (box.origin[axis] as number), offset);
	let bytes = itemBytes;
	let axes = inner.length;
	// The last axes lie together as long as each is dense, and those behind it are taken whole.
	for (let whole = true; whole && axes > 0 && steps[axes - 1] === bytes; axes--) {
		const length = box.shape[axes - 1] as number;
		whole = length === inner[axes - 1];
		bytes *= length;
	}
	const lengths = box.shape.slice(0, axes);
	const copyAxis = (axis: number, records: Uint8Array, from: number, out: Uint8Array, to: number): number => {
		if (axis === axes) {
			if (bytes < SHORT_BYTES) for (let k = 0; k < bytes; k++) out[to + k] = records[from + k] as number;
			else out.set(records.subarray(from, from + bytes), to);
			return to + bytes;
		}
		let end = to;
		for (let k = 0; k < (lengths[axis] as number); k++) {
			end = copyAxis(axis + 1, records, from + k * (steps[axis] as number), out, end);
		}
		return end;
	};
	return {
		bytes,
		copy(records, record, out, to) {
			copyAxis(0, records, record + start, out, to);
		},
	};
}
