/** A value of Python's literal syntax as numpy's headers use it: tuples and lists are arrays, dicts are Maps. */
export type Literal = string | number | bigint | boolean | null | readonly Literal[] | ReadonlyMap<string, Literal>;

/** A literal that cannot be read: what was expected at which character. */
export class LiteralError extends Error {
	readonly index: number;

	constructor(message: string, index: number) {
		super(message);
		this.name = "LiteralError";
		this.index = index;
	}
}

const MAX_DEPTH = 64;
const MAX_DIGITS = 400;
const TOKEN =
	/\s*(?:([{}[\](),:])|(-?\d+)[lL]?(?![\w.])|[uUbB]?('(?:[^'\\\n]|\\[\s\S])*'|"(?:[^"\\\n]|\\[\s\S])*")|(True|False|None)(?!\w)|(\S))/y;
const WORDS = new Map<string, Literal>([
	["True", true],
	["False", false],
	["None", null],
]);

interface Token {
	readonly kind: "mark" | "value" | "end";
	readonly value: Literal;
	readonly index: number;
}

/** Reads one literal that fills the text; nothing is ever evaluated. Integers past 2^53 are bigints. Throws LiteralError. */
export function parseLiteral(text: string): Literal {
	const tokens = tokenize(text);
	let token = next();
	const value = parse(0);
	if (token.kind !== "end") throw unexpected("the end");
	return value;

	function next(): Token {
		// The generator always ends with an "end" token, which is never passed.
		return tokens.next().value as Token;
	}

	function isMark(mark: string): boolean {
		return token.kind === "mark" && token.value === mark;
	}

	function unexpected(wanted: string): LiteralError {
		const found = token.kind === "end" ? "the end" : JSON.stringify(String(token.value));
		return new LiteralError(`${wanted} was expected, but ${found} was found`, token.index);
	}

	function expect(mark: string): void {
		if (!isMark(mark)) throw unexpected(`"${mark}"`);
		token = next();
	}

	function parse(depth: number): Literal {
		if (depth > MAX_DEPTH) throw new LiteralError(`nesting is deeper than ${MAX_DEPTH}`, token.index);
		if (token.kind === "value") {
			const { value } = token;
			token = next();
			return value;
		}
		if (isMark("(")) return sequence(")", depth);
		if (isMark("[")) return sequence("]", depth);
		if (isMark("{")) return dict(depth);
		throw unexpected("a value");
	}

	function sequence(close: ")" | "]", depth: number): Literal {
		token = next();
		const items: Literal[] = [];
		let comma = false;
		while (!isMark(close)) {
			items.push(parse(depth + 1));
			comma = isMark(",");
			if (!comma) break;
			token = next();
		}
		expect(close);
		// In Python, parentheses around one value without a comma are only parentheses.
		return close === ")" && items.length === 1 && !comma ? (items[0] as Literal) : items;
	}

	function dict(depth: number): Literal {
		token = next();
		const entries = new Map<string, Literal>();
		while (!isMark("}")) {
			const { value: key, index } = token;
			if (token.kind !== "value" || typeof key !== "string") throw unexpected("a key in quotes");
			if (entries.has(key)) throw new LiteralError(`the key "${key}" appears twice`, index);
			token = next();
			expect(":");
			entries.set(key, parse(depth + 1));
			if (!isMark(",")) break;
			token = next();
		}
		expect("}");
		return entries;
	}
}

function* tokenize(text: string): Generator<Token> {
	const end = text.trimEnd().length;
	let index = 0;
	while (index < end) {
		TOKEN.lastIndex = index;
		const match = TOKEN.exec(text);
		if (match === null) break;
		const [whole, mark, integer, quoted, word, other] = match;
		const start = index + whole.length - whole.trimStart().length;
		index = TOKEN.lastIndex;
		if (mark !== undefined) yield { kind: "mark", value: mark, index: start };
		else if (integer !== undefined) yield { kind: "value", value: integerOf(integer, start), index: start };
		else if (quoted !== undefined) yield { kind: "value", value: unescaped(quoted.slice(1, -1)), index: start };
		else if (word !== undefined) yield { kind: "value", value: WORDS.get(word) as Literal, index: start };
		else throw new LiteralError(`${JSON.stringify(other)} does not belong here`, start);
	}
	yield { kind: "end", value: null, index: end };
}

function integerOf(digits: string, index: number): number | bigint {
	if (digits.length > MAX_DIGITS) throw new LiteralError(`a number has ${digits.length} digits`, index);
	const value = Number(digits);
	return Number.isSafeInteger(value) ? value : BigInt(digits);
}

function unescaped(text: string): string {
	return text.replace(/\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|([\s\S]))/g, (_, byte, unit, character) => {
		const code = byte ?? unit;
		if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
		return { n: "\n", t: "\t", r: "\r" }[character as string] ?? (character as string);
	});
}
