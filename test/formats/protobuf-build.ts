import { int, join } from "./build";

/** An unsigned varint. */
export function varint(value: number | bigint): Uint8Array {
	const bytes: number[] = [];
	let rest = BigInt.asUintN(64, BigInt(value));
	for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
	return Uint8Array.from([...bytes, Number(rest)]);
}

/** A field that holds a varint. */
export function number(field: number, value: number | bigint): Uint8Array {
	return join(varint(8 * field), varint(value));
}

/** A field that holds bytes, a text or a message. */
export function bytes(field: number, ...parts: readonly (string | Uint8Array | readonly number[])[]): Uint8Array {
	const content = join(...parts);
	return join(varint(8 * field + 2), varint(content.length), content);
}

/** A field that holds four bytes. */
export function fixed(field: number, value: number): Uint8Array {
	return join(varint(8 * field + 5), new Uint8Array(Float32Array.of(value).buffer));
}

/** Dims, one by one, and data_type of a TensorProto. */
export function tensorHead(dims: readonly (number | bigint)[], type: number): Uint8Array {
	return join(...dims.map((length) => number(1, length)), number(2, type));
}

/** A TensorProto of four bytes each in raw_data. */
export function floats(name: string, ...values: readonly number[]): Uint8Array {
	const raw = new Uint8Array(Float32Array.from(values).buffer);
	return join(tensorHead([values.length], 1), bytes(8, name), bytes(9, raw));
}

/** A TensorProto whose values are in another file. */
export function external(name: string, dims: readonly number[], entries: Readonly<Record<string, string>>): Uint8Array {
	const pairs = Object.entries(entries).map(([key, value]) => bytes(13, bytes(1, key), bytes(2, value)));
	return join(tensorHead(dims, 1), bytes(8, name), ...pairs, number(14, 1));
}

/** An ONNX model of a graph's fields, with more fields of its own. */
export function model(graph: readonly Uint8Array[], ...more: readonly Uint8Array[]): Uint8Array {
	return join(number(1, 8), bytes(2, "a test"), bytes(7, ...graph), bytes(8, number(2, 17)), ...more);
}

/** A node with attributes. */
export function node(name: string, operator: string, ...attributes: readonly Uint8Array[]): Uint8Array {
	return bytes(
		1,
		bytes(2, `${name}_out`),
		bytes(3, name),
		bytes(4, operator),
		...attributes.map((one) => bytes(5, one)),
	);
}

/** Numbers as varints in a row. */
export function packed(...values: readonly (number | bigint)[]): Uint8Array {
	return join(...values.map(varint));
}

/** A double in eight bytes. */
export function double(value: number): Uint8Array {
	return int(8, new BigUint64Array(Float64Array.of(value).buffer)[0] ?? 0n);
}
