import type { PickleCursor } from "./pickle-cursor";

/** What stands behind an opcode: nothing, a number of some bytes, one or two lines, or bytes counted by such a number. */
export type Argument =
	| ""
	| "u1"
	| "u2"
	| "i4"
	| "u4"
	| "u8"
	| "f8"
	| "line"
	| "lines"
	| `${"u1" | "i4" | "u4" | "u8"} bytes`;

/** The opcodes of all protocols (CPython's pickletools), by their byte, with what stands behind them. */
export const OPCODES: ReadonlyMap<number, { readonly name: string; readonly argument: Argument }> = new Map(
	Object.entries({
		MARK: ["(", ""],
		STOP: [".", ""],
		POP: ["0", ""],
		POP_MARK: ["1", ""],
		DUP: ["2", ""],
		FLOAT: ["F", "line"],
		INT: ["I", "line"],
		BININT: ["J", "i4"],
		BININT1: ["K", "u1"],
		LONG: ["L", "line"],
		BININT2: ["M", "u2"],
		NONE: ["N", ""],
		PERSID: ["P", "line"],
		BINPERSID: ["Q", ""],
		REDUCE: ["R", ""],
		STRING: ["S", "line"],
		BINSTRING: ["T", "i4 bytes"],
		SHORT_BINSTRING: ["U", "u1 bytes"],
		UNICODE: ["V", "line"],
		BINUNICODE: ["X", "u4 bytes"],
		APPEND: ["a", ""],
		BUILD: ["b", ""],
		GLOBAL: ["c", "lines"],
		DICT: ["d", ""],
		EMPTY_DICT: ["}", ""],
		APPENDS: ["e", ""],
		GET: ["g", "line"],
		BINGET: ["h", "u1"],
		INST: ["i", "lines"],
		LONG_BINGET: ["j", "u4"],
		LIST: ["l", ""],
		EMPTY_LIST: ["]", ""],
		OBJ: ["o", ""],
		PUT: ["p", "line"],
		BINPUT: ["q", "u1"],
		LONG_BINPUT: ["r", "u4"],
		SETITEM: ["s", ""],
		TUPLE: ["t", ""],
		EMPTY_TUPLE: [")", ""],
		SETITEMS: ["u", ""],
		BINFLOAT: ["G", "f8"],
		BINBYTES: ["B", "u4 bytes"],
		SHORT_BINBYTES: ["C", "u1 bytes"],
		PROTO: ["\x80", "u1"],
		NEWOBJ: ["\x81", ""],
		EXT1: ["\x82", "u1"],
		EXT2: ["\x83", "u2"],
		EXT4: ["\x84", "i4"],
		TUPLE1: ["\x85", ""],
		TUPLE2: ["\x86", ""],
		TUPLE3: ["\x87", ""],
		NEWTRUE: ["\x88", ""],
		NEWFALSE: ["\x89", ""],
		LONG1: ["\x8a", "u1 bytes"],
		LONG4: ["\x8b", "i4 bytes"],
		SHORT_BINUNICODE: ["\x8c", "u1 bytes"],
		BINUNICODE8: ["\x8d", "u8 bytes"],
		BINBYTES8: ["\x8e", "u8 bytes"],
		EMPTY_SET: ["\x8f", ""],
		ADDITEMS: ["\x90", ""],
		FROZENSET: ["\x91", ""],
		NEWOBJ_EX: ["\x92", ""],
		STACK_GLOBAL: ["\x93", ""],
		MEMOIZE: ["\x94", ""],
		FRAME: ["\x95", "u8"],
		BYTEARRAY8: ["\x96", "u8 bytes"],
		NEXT_BUFFER: ["\x97", ""],
		READONLY_BUFFER: ["\x98", ""],
	} satisfies Record<string, readonly [string, Argument]>).map(([name, [byte, argument]]) => [
		byte.charCodeAt(0),
		{ name, argument: argument as Argument },
	]),
);

const WIDTHS = { u1: 1, u2: 2, i4: 4, u4: 4, u8: 8, f8: 8 } as const;

/** Reads the number behind an opcode, exact up to 2^53 and beyond that larger than any file. */
export async function readNumber(cursor: PickleCursor, argument: keyof typeof WIDTHS): Promise<number> {
	const width = WIDTHS[argument];
	const bytes = cursor.ready(width) ?? (await cursor.load(width));
	const view = new DataView(bytes.buffer, bytes.byteOffset, width);
	if (argument === "u8") return Number(view.getBigUint64(0, true));
	if (argument === "f8") return view.getFloat64(0);
	if (argument === "i4") return view.getInt32(0, true);
	return argument === "u4" ? view.getUint32(0, true) : width === 2 ? view.getUint16(0, true) : view.getUint8(0);
}
