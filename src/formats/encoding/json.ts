import { TensorError } from "../../core/errors";

/** A value of JSON: objects are Maps (so that no key is special), integers past 2^53 are bigints. */
export type Json = string | number | bigint | boolean | null | readonly Json[] | ReadonlyMap<string, Json>;

const MAX_DEPTH = 64;
const MAX_DIGITS = 400;
const NUMBER = /(-?(?:0|[1-9]\d*))(\.\d+)?([eE][+-]?\d+)?/y;
// A run of characters of a text that stand for themselves: all from the space on but the quote and the backslash.
const PLAIN = /[ !#-[\]-\uffff]+/y;
const SPACE = /[ \t\r\n]*/y;
const ESCAPES: Readonly<Record<string, string>> = {
	'"': '"',
	"\\": "\\",
	"/": "/",
	b: "\b",
	f: "\f",
	n: "\n",
	r: "\r",
	t: "\t",
};

const WORDS: readonly (readonly [string, Json])[] = [
	["true", true],
	["false", false],
	["null", null],
];
/** What Python writes for numbers that JSON does not have. */
const BARE_NUMBERS: readonly (readonly [string, Json])[] = [
	["NaN", NaN],
	["Infinity", Infinity],
	["-Infinity", -Infinity],
];

/**
 * Parses JSON more strictly than JSON.parse: a key that appears twice is an error and large integers stay exact.
 * `where` names the file and the byte of the text's start; with `bareNumbers` NaN and infinities without quotes are
 * taken as Python writes them. Throws `corrupt` with the byte of the fault.
 */
export function parseJson(
	bytes: Uint8Array,
	where: { readonly file: string; readonly byte: number },
	{ bareNumbers = false }: { readonly bareNumbers?: boolean } = {},
): Json {
	const words = bareNumbers ? [...WORDS, ...BARE_NUMBERS] : WORDS;
	let text: string;
	try {
		text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
	} catch {
		throw new TensorError("corrupt", "The header is not UTF-8 text; save or download the file again.", where);
	}
	let at = 0;
	skipSpace();
	const value = parse(0);
	skipSpace();
	if (at < text.length) throw fault("the end was expected");
	return value;

	function fault(what: string, index = at): TensorError {
		const found = index < text.length ? JSON.stringify(text.slice(index, index + 12)) : "the end";
		const byte = where.byte + new TextEncoder().encode(text.slice(0, index)).length;
		return new TensorError("corrupt", `The JSON text is damaged: ${what}, but ${found} was found.`, { ...where, byte });
	}

	function skipSpace(): void {
		SPACE.lastIndex = at;
		SPACE.test(text);
		at = SPACE.lastIndex;
	}

	function skip(mark: string): boolean {
		skipSpace();
		if (text[at] !== mark) return false;
		at++;
		skipSpace();
		return true;
	}

	function parse(depth: number): Json {
		if (depth > MAX_DEPTH) throw fault(`at most ${MAX_DEPTH} levels were expected`);
		if (text[at] === '"') return parseString();
		if (skip("{")) return parseObject(depth);
		if (skip("[")) return parseArray(depth);
		for (const [word, value] of words) {
			if (text.startsWith(word, at)) {
				at += word.length;
				return value;
			}
		}
		return parseNumber();
	}

	function parseObject(depth: number): Json {
		const entries = new Map<string, Json>();
		if (skip("}")) return entries;
		do {
			const start = at;
			if (text[at] !== '"') throw fault("a key in double quotes was expected");
			const key = parseString();
			if (entries.has(key)) throw fault(`the key ${JSON.stringify(key)} was expected only once`, start);
			if (!skip(":")) throw fault('":" was expected');
			entries.set(key, parse(depth + 1));
		} while (skip(","));
		if (!skip("}")) throw fault('"," or "}" was expected');
		return entries;
	}

	function parseArray(depth: number): Json {
		const items: Json[] = [];
		if (skip("]")) return items;
		do items.push(parse(depth + 1));
		while (skip(","));
		if (!skip("]")) throw fault('"," or "]" was expected');
		return items;
	}

	function parseNumber(): number | bigint {
		NUMBER.lastIndex = at;
		const match = NUMBER.exec(text);
		if (match === null) throw fault("a value was expected");
		at = NUMBER.lastIndex;
		const [whole, digits = "", fraction, exponent] = match;
		// The time that BigInt takes grows faster than the text.
		if (digits.length > MAX_DIGITS)
			throw fault(`a number of at most ${MAX_DIGITS} digits was expected`, at - whole.length);
		const value = Number(whole);
		return fraction || exponent || Number.isSafeInteger(value) ? value : BigInt(digits);
	}

	function parseString(): string {
		const start = at++;
		let value = "";
		for (;;) {
			PLAIN.lastIndex = at;
			const plain = PLAIN.exec(text);
			if (plain) {
				value += plain[0];
				at = PLAIN.lastIndex;
			}
			if (text[at] === '"') break;
			if (text[at] !== "\\") throw fault("the end of a text was expected", at < text.length ? at : start);
			value += parseEscape();
		}
		at++;
		return value;
	}

	function parseEscape(): string {
		const letter = text[at + 1] ?? "";
		const unit = letter === "u" ? /^[0-9a-fA-F]{4}/.exec(text.slice(at + 2, at + 6))?.[0] : undefined;
		const character = unit === undefined ? ESCAPES[letter] : String.fromCharCode(Number.parseInt(unit, 16));
		if (character === undefined) throw fault("an escape was expected");
		at += unit === undefined ? 2 : 6;
		return character;
	}
}
