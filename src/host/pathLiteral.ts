/** A piece of a line that may name a tensor file: the path as the program that contains it would see it. */
export interface PathLiteral {
	readonly path: string;
	/** What follows a `#` after the suffix: the name of a tensor in the file. */
	readonly tensor?: string;
	/** Columns of the piece in its line, the end one past its last character. */
	readonly start: number;
	readonly end: number;
}

/** Longer lines are only looked at this far around the cursor, so that data on one line costs nothing. */
const REACH = 4096;

/**
 * The pieces of a line around a column that end in one of the suffixes (each with its dot, lower case), the likeliest first:
 * the whole quoted string, then the word without quotes. Only spelling is looked at, no file.
 */
export function pathLiteralsAt(line: string, column: number, suffixes: readonly string[]): PathLiteral[] {
	const from = Math.max(0, column - REACH);
	const window = line.slice(from, column + REACH);
	const lower = window.toLowerCase();
	if (!suffixes.some((suffix) => lower.includes(suffix))) return [];
	const at = column - from;
	const quoted = quotedAt(window, at);
	const text = quoted ? unescaped(quoted) : "";
	if (quoted && text === undefined) return [];
	const found = [
		...(quoted && text ? [{ ...quoted, path: text }] : []),
		wordAt(window, at, quoted ? quoted.start : 0, quoted ? quoted.end : window.length),
	].flatMap((piece) => (piece ? withSuffix(piece, suffixes) : []));
	return found
		.map((literal) => ({ ...literal, start: literal.start + from, end: literal.end + from }))
		.filter((literal, place, all) => place === 0 || literal.path !== all[0]?.path);
}

/** Whether a path ends in one of the suffixes, upper case or lower. */
export function hasSuffix(path: string, suffixes: readonly string[]): boolean {
	const lower = path.toLowerCase();
	return suffixes.some((suffix) => lower.endsWith(suffix) && !/(^|[\\/])$/.test(lower.slice(0, -suffix.length)));
}

interface Piece {
	readonly path: string;
	readonly start: number;
	readonly end: number;
}

interface Quoted extends Piece {
	/** Letters before the quote, as in r"…" and f"…". */
	readonly prefix: string;
	readonly quote: string;
}

/** The quoted string around a column; columns on its quotes count. */
function quotedAt(line: string, column: number): Quoted | undefined {
	for (let i = 0; i < line.length && i <= column; i++) {
		const quote = line[i] as string;
		if (quote !== '"' && quote !== "'" && quote !== "`") continue;
		const prefix = /(?<![\w])[rbfu]{0,2}$/i.exec(line.slice(Math.max(0, i - 3), i))?.[0];
		// An apostrophe inside a word ("don't") opens nothing.
		if (prefix === undefined) continue;
		const raw = /r/i.test(prefix);
		let end = i + 1;
		while (end < line.length && line[end] !== quote) end += line[end] === "\\" && !raw ? 2 : 1;
		if (end >= line.length) continue;
		if (column <= end) return { path: line.slice(i + 1, end), start: i + 1, end, prefix, quote };
		i = end;
	}
	return undefined;
}

/** The text of a string literal as far as paths need it; none where parts of it are only known when the program runs. */
function unescaped({ path, prefix, quote }: Quoted): string | undefined {
	let text = path;
	if (/f/i.test(prefix)) {
		if (/[{}]/.test(text.replace(/\{\{|\}\}/g, ""))) return undefined;
		text = text.replaceAll("{{", "{").replaceAll("}}", "}");
	}
	if (quote === "`" && text.includes("${")) return undefined;
	// A doubled backslash past the beginning means that the language escapes them; \\server\share does not.
	if (!/r/i.test(prefix) && text.slice(1).includes("\\\\")) text = text.replaceAll("\\\\", "\\");
	return text;
}

/** The run of characters around a column that paths without quotes are made of. */
function wordAt(line: string, column: number, from: number, to: number): Piece | undefined {
	const part = (character: string | undefined) => character !== undefined && !/[\s"'`<>|()[\]{},;=]/.test(character);
	let start = column;
	while (start > from && part(line[start - 1])) start--;
	let end = column;
	while (end < to && part(line[end])) end++;
	const text = line.slice(start, end);
	const trail = /[.:!?*_]*$/.exec(text)?.[0] ?? "";
	// An underscore may begin a file's name; it is emphasis only where another one ends the word.
	const lead = /^[*:]*/.exec(text)?.[0].length || (trail.includes("_") && text.startsWith("_") ? 1 : 0);
	const path = text.slice(lead, text.length - trail.length);
	return path === "" ? undefined : { path, start: start + lead, end: end - trail.length };
}

function withSuffix({ path, start, end }: Piece, suffixes: readonly string[]): PathLiteral[] {
	if (/^[a-z][a-z0-9+.-]+:\/\//i.test(path) && !/^file:\/\//i.test(path)) return [];
	const place = splitTensor(path, suffixes);
	return place ? [{ ...place, start, end }] : [];
}

/** A path to a tensor file with the tensor that it may name after a `#`; none where the path has none of the suffixes. */
export function splitTensor(
	text: string,
	suffixes: readonly string[],
): { readonly path: string; readonly tensor?: string } | undefined {
	if (hasSuffix(text, suffixes)) return { path: text };
	for (let hash = text.indexOf("#"); hash >= 0; hash = text.indexOf("#", hash + 1)) {
		const path = text.slice(0, hash);
		if (hash < text.length - 1 && hasSuffix(path, suffixes)) return { path, tensor: text.slice(hash + 1) };
	}
	return undefined;
}
