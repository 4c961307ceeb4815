import { join } from "./build";

/** A value as msgpack writes it. */
export type Packed = Uint8Array;

/** A big-endian integer of some bytes. */
export function big(width: number, value: number): Uint8Array {
	const bytes = new Uint8Array(8);
	new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
	return bytes.slice(8 - width);
}

/** A text of at most 31 bytes. */
export function text(value: string): Packed {
	return join([0xa0 + value.length], value);
}

/** Bytes. */
export function bin(bytes: Uint8Array): Packed {
	return join([0xc6], big(4, bytes.length), bytes);
}

/** At most 15 values. */
export function list(...items: readonly Packed[]): Packed {
	return join([0x90 + items.length], ...items);
}

/** At most 15 values by their names. */
export function map(entries: Readonly<Record<string, Packed>>): Packed {
	return join(
		[0x80 + Object.keys(entries).length],
		...Object.entries(entries).flatMap(([key, value]) => [text(key), value]),
	);
}

/** Bytes of a type of their own. */
export function extension(code: number, bytes: Uint8Array): Packed {
	return join([0xc9], big(4, bytes.length), [code], bytes);
}

/** An integer from zero on. */
export function uint(value: number): Packed {
	return value < 128 ? Uint8Array.of(value) : join([0xce], big(4, value));
}
