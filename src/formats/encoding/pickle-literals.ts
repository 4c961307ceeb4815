import { TensorError } from "../../core/errors";
import { latin1Bytes, type PickleValue } from "./pickle-values";

const MAX_DIGITS = 4000;

/** The error of a pickle that is not as picklers write them; the reader adds the byte. */
export function fault(what: string, code: "corrupt" | "unsupported" | "too-large" = "corrupt"): TensorError {
	const advice = code === "unsupported" ? "save the file in another way" : "save or download the file again";
	return new TensorError(code, `The pickle cannot be read: ${what}; ${advice}.`);
}

/** The value of an opcode of protocol 0 that stands in a line of text. */
export function parseLine(opcode: string, line: Uint8Array): PickleValue {
	const text = latin1Text(line);
	switch (opcode) {
		case "INT":
			// Protocols 0 and 1 write True and False so.
			return text === "01" ? true : text === "00" ? false : parseInteger(text);
		case "LONG":
			return parseInteger(text.replace(/L$/, ""));
		case "FLOAT":
			return parseFloatText(text);
		case "STRING":
			return parseQuoted(text);
		case "UNICODE":
			return parseRawUnicode(text);
		case "GET":
		case "PUT":
			return parseIndex(text);
		default:
			return text;
	}
}

/** A whole number in two's complement, lowest byte first: a bigint where a number would not be exact. */
export function parseLong(bytes: Uint8Array): number | bigint {
	if (bytes.length > MAX_DIGITS) throw fault(`a number has ${bytes.length} bytes`, "too-large");
	let value = 0n;
	for (let k = bytes.length - 1; k >= 0; k--) value = (value << 8n) | BigInt(bytes[k] as number);
	if ((bytes.at(-1) ?? 0) >= 128) value -= 1n << BigInt(8 * bytes.length);
	return narrowed(value);
}

/** Each byte as the character of the same number. */
export function latin1Text(bytes: Uint8Array): string {
	let text = "";
	for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
	return text;
}

function parseInteger(text: string): number | bigint {
	if (text.length > MAX_DIGITS) throw fault(`a number has ${text.length} digits`, "too-large");
	if (!/^\s*[+-]?\d+\s*$/.test(text)) throw fault("a whole number was expected");
	return narrowed(BigInt(text));
}

function parseIndex(text: string): number {
	const index = /^\d{1,9}\s*$/.test(text) ? Number(text) : NaN;
	if (Number.isNaN(index)) throw fault("the number of a remembered value was expected");
	return index;
}

function narrowed(value: bigint): number | bigint {
	const number = Number(value);
	return Number.isSafeInteger(number) ? number : value;
}

function parseFloatText(text: string): number {
	const word = text.trim().toLowerCase();
	const special = /^([+-]?)(inf|infinity|nan)$/.exec(word);
	if (special) return special[2] === "nan" ? NaN : special[1] === "-" ? -Infinity : Infinity;
	if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/.test(word)) throw fault("a number was expected");
	return Number(word);
}

const ESCAPES: Readonly<Record<string, string>> = {
	"\\": "\\",
	"'": "'",
	'"': '"',
	a: "\x07",
	b: "\b",
	f: "\f",
	n: "\n",
	r: "\r",
	t: "\t",
	v: "\v",
	"\n": "",
};

/** A byte string in quotes, as Python 2's repr writes it: text where all is ASCII. */
function parseQuoted(line: string): PickleValue {
	const text = line.trim();
	const quote = text[0];
	if (text.length < 2 || (quote !== "'" && quote !== '"') || text.at(-1) !== quote) {
		throw fault("a string in quotes was expected");
	}
	const plain = text
		.slice(1, -1)
		.replace(/\\(?:x([0-9a-fA-F]{2})|([0-7]{1,3})|([\s\S]))/g, (all, hex?: string, octal?: string, letter?: string) => {
			if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
			if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 255);
			return ESCAPES[letter ?? ""] ?? all;
		});
	if (!/[^\0-\x7f]/.test(plain)) return plain;
	return { kind: "bytes", bytes: latin1Bytes(plain), offset: 0, length: plain.length };
}

/** Text whose characters past U+00FF, and a few others, are escaped as Python's raw-unicode-escape does. */
function parseRawUnicode(text: string): string {
	return text.replace(/\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})/g, (all, short?: string, long?: string) => {
		const code = Number.parseInt(short ?? long ?? "", 16);
		return code <= 0x10ffff ? String.fromCodePoint(code) : all;
	});
}
