import { TensorError } from "../../core/errors";

/** One value of a msgpack file, or the start of a list or map, as its first bytes tell it (github.com/msgpack/msgpack). */
export type MsgpackToken =
	| { readonly kind: "map"; readonly count: number; readonly next: number }
	| { readonly kind: "array"; readonly count: number; readonly next: number }
	| { readonly kind: "text"; readonly length: number; readonly next: number }
	| { readonly kind: "bytes"; readonly length: number; readonly next: number }
	| { readonly kind: "extension"; readonly code: number; readonly length: number; readonly next: number }
	| { readonly kind: "value"; readonly value: number | bigint | boolean | null; readonly next: number };

/** The longest start of a value. */
export const TOKEN_BYTES = 9;

/** The token at `at` of some bytes; `next` is where what it speaks of starts. Undefined where the bytes end within it. */
export function tokenAt(bytes: Uint8Array, at: number): MsgpackToken | undefined {
	const lead = bytes[at];
	if (lead === undefined) return undefined;
	if (lead < 0x80) return { kind: "value", value: lead, next: at + 1 };
	if (lead < 0x90) return { kind: "map", count: lead & 15, next: at + 1 };
	if (lead < 0xa0) return { kind: "array", count: lead & 15, next: at + 1 };
	if (lead < 0xc0) return { kind: "text", length: lead & 31, next: at + 1 };
	if (lead >= 0xe0) return { kind: "value", value: lead - 256, next: at + 1 };
	const width = WIDTHS[lead - 0xc0] as number;
	if (at + 1 + width > bytes.length) return undefined;
	const view = new DataView(bytes.buffer, bytes.byteOffset + at + 1, width);
	const next = at + 1 + width;
	if (lead === 0xc1)
		throw new TensorError("corrupt", "A value starts with c1, which msgpack never uses; the file is damaged.");
	if (lead <= 0xc3) return { kind: "value", value: lead === 0xc0 ? null : lead === 0xc3, next };
	if (lead <= 0xc6) return { kind: "bytes", length: unsigned(view, width), next };
	if (lead <= 0xc9)
		return { kind: "extension", length: unsigned(view, width - 1), code: view.getInt8(width - 1), next };
	if (lead <= 0xcb) return { kind: "value", value: width === 4 ? view.getFloat32(0) : view.getFloat64(0), next };
	if (lead <= 0xcf) return { kind: "value", value: width === 8 ? view.getBigUint64(0) : unsigned(view, width), next };
	if (lead <= 0xd3) return { kind: "value", value: signedOf(view, width), next };
	if (lead <= 0xd8) return { kind: "extension", length: 2 ** (lead - 0xd4), code: view.getInt8(0), next };
	if (lead <= 0xdb) return { kind: "text", length: unsigned(view, width), next };
	const count = unsigned(view, width);
	return lead <= 0xdd ? { kind: "array", count, next } : { kind: "map", count, next };
}

/** Bytes after the leading one, for c0 to df. */
const WIDTHS = [0, 0, 0, 0, 1, 2, 4, 2, 3, 5, 4, 8, 1, 2, 4, 8, 1, 2, 4, 8, 1, 1, 1, 1, 1, 1, 2, 4, 2, 4, 2, 4];

function unsigned(view: DataView, width: number): number {
	return width === 1 ? view.getUint8(0) : width === 2 ? view.getUint16(0) : view.getUint32(0);
}

function signedOf(view: DataView, width: number): number | bigint {
	if (width === 8) return view.getBigInt64(0);
	return width === 1 ? view.getInt8(0) : width === 2 ? view.getInt16(0) : view.getInt32(0);
}
