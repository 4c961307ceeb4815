import { DTYPES } from "../core/dtype";
import { fieldAt, type ProtoField, signed, varintAt } from "./encoding/protobuf";
import { onnxType } from "./onnx-types";
import { isFixed } from "./onnx-values";
import { bytesOf } from "./shape";

type Wires = Readonly<Record<number, readonly number[]>>;

/** Wire types that the fields of ModelProto may have. */
const MODEL: Wires = {
	1: [0],
	2: [2],
	3: [2],
	4: [2],
	5: [0],
	6: [2],
	7: [2],
	8: [2],
	14: [2],
	20: [2],
	25: [2],
	26: [2],
};
const GRAPH: Wires = { 1: [2], 2: [2], 5: [2], 10: [2], 11: [2], 12: [2], 13: [2], 14: [2], 15: [2], 16: [2] };
const TENSOR: Wires = {
	1: [0, 2],
	2: [0],
	3: [2],
	4: [2, 5],
	5: [0, 2],
	6: [2],
	7: [0, 2],
	8: [2],
	9: [2],
	10: [1, 2],
	11: [0, 2],
	12: [2],
	13: [2],
	14: [0],
	16: [2],
};
const MAX_IR_VERSION = 1000;

/** Whether the first bytes of a file are an ONNX model's: fields of ModelProto only, among them a graph of GraphProto's fields. */
export function isModelHead(head: Uint8Array, { size }: { readonly size: number }): boolean {
	const fields = fieldsOf(head, { start: 0, end: size }, MODEL);
	const graph = fields?.find(({ number }) => number === 7);
	if (fields === undefined || graph === undefined) return false;
	const version = fields.find(({ number }) => number === 1);
	const dated = version !== undefined && version.value > 0 && version.value < MAX_IR_VERSION;
	if (!dated && !fields.some(({ number }) => number === 8)) return false;
	return fieldsOf(head, { start: graph.start, end: graph.start + graph.length }, GRAPH)?.length !== undefined;
}

/** Whether a file is one TensorProto, by its first bytes: dims, a known type, and exactly as much data as both ask for. */
export function isTensorHead(head: Uint8Array, { size }: { readonly size: number }): boolean {
	const fields = fieldsOf(head, { start: 0, end: size }, TENSOR) ?? [];
	const type = onnxType(fields.find(({ number }) => number === 2)?.value ?? 0);
	if (type.dtype === undefined) return false;
	const dims = fields.filter(({ number }) => number === 1).flatMap((field) => lengthsIn(head, field));
	if (dims.some((length) => length < 0)) return false;
	const expected = bytesOf(dims, type.dtype);
	if (!("bytes" in expected) || expected.bytes === 0) return false;
	const raw = fields.find(({ number }) => number === 9);
	if (raw) return raw.length === expected.bytes;
	const packed = fields.find(({ number, wire }) => number === type.field && wire === 2);
	if (packed === undefined) return false;
	if (isFixed(type.field)) return packed.length === expected.bytes;
	const entries = expected.bytes / Math.max(1, DTYPES[type.dtype].bits / 8);
	return packed.length >= entries && packed.length <= 10 * entries;
}

function lengthsIn(head: Uint8Array, field: ProtoField): (number | bigint)[] {
	if (field.wire === 0) return [signed(field.value)];
	const lengths: (number | bigint)[] = [];
	for (let at = field.start; at < field.start + field.length; ) {
		const entry = varintAt(head, at, field.start + field.length);
		if (entry === undefined) return [-1];
		lengths.push(signed(entry.value));
		at += entry.length;
	}
	return lengths;
}

/** The fields of a message as far as the head goes; undefined unless it starts with one and all are of the kinds given. */
function fieldsOf(head: Uint8Array, { start, end }: { readonly start: number; readonly end: number }, kinds: Wires) {
	const fields: ProtoField[] = [];
	let at = start;
	// A field that starts in the last bytes of the head may be cut there.
	const last = end <= head.length ? end : head.length - 15;
	while (at < last) {
		try {
			const field = fieldAt(head, at, 0, end, "");
			if (!kinds[field.number]?.includes(field.wire)) return undefined;
			fields.push(field);
			at = field.start + field.length;
		} catch {
			return undefined;
		}
	}
	return fields.length > 0 ? fields : undefined;
}
