import { isPlainGlobal } from "./encoding/pickle-globals";
import { type Argument, OPCODES } from "./encoding/pickle-opcodes";

/** Bytes behind an opcode whose argument has always as many. */
const FIXED: Partial<Record<Argument, number>> = { "": 0, u1: 1, u2: 2, i4: 4, u4: 4, f8: 8 };

/** How the lines behind opcodes of protocol 0 look as picklers write them; other opcodes have any printable line. */
const LINES: Readonly<Record<string, RegExp>> = {
	INT: /^-?\d+L?$/,
	LONG: /^-?\d+L?$/,
	FLOAT: /^-?(\d[\d.e+-]*|inf|nan)$/,
	STRING: /^(["']).*\1$/,
	GET: /^\d+$/,
	PUT: /^\d+$/,
};

/**
 * Whether a file's first bytes are a pickle of protocol 0 or 1, which has no sign of its own: opcodes from the first byte on,
 * without a gap up to the name of a type that NumPy, PyTorch or Python's containers are made with. Text does not come that far.
 */
export function isOldPickle(head: Uint8Array): boolean {
	for (let at = 0; at < head.length; ) {
		const byte = head[at++] as number;
		const opcode = OPCODES.get(byte);
		// B and C came with protocol 3, all from 0x80 on with protocol 2 and later.
		if (opcode === undefined || byte >= 0x80 || byte === 0x42 || byte === 0x43 || opcode.name === "STOP") return false;
		const { name, argument } = opcode;
		const fixed = FIXED[argument];
		if (fixed !== undefined) at += fixed;
		else if (argument === "u1 bytes") at += 1 + (head[at] ?? 0);
		else if (argument === "i4 bytes" || argument === "u4 bytes") at += 4 + countAt(head, at);
		else {
			const lines: string[] = [];
			for (let count = argument === "lines" ? 2 : 1; count > 0; count--) {
				const line = lineAt(head, at);
				if (line === undefined || LINES[name]?.test(line) === false) return false;
				lines.push(line);
				at += line.length + 1;
			}
			if (lines.length === 2 && isPlainGlobal(lines.join("."))) return true;
			if (lines.length === 2 && !lines.every((line) => /^[A-Za-z_][\w.]*$/.test(line))) return false;
		}
	}
	return false;
}

function countAt(head: Uint8Array, at: number): number {
	return at + 4 <= head.length ? new DataView(head.buffer, head.byteOffset + at, 4).getUint32(0, true) : head.length;
}

/** The printable characters up to the end of a line, which has to be there. */
function lineAt(head: Uint8Array, at: number): string | undefined {
	const end = head.indexOf(0x0a, at);
	if (end < 0) return undefined;
	const line = head.subarray(at, end);
	return line.every((byte) => byte >= 0x20 && byte !== 0x7f) ? String.fromCharCode(...line) : undefined;
}
