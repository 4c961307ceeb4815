/** One import of a module, as it stands in the source. */
export interface ModuleImport {
	readonly specifier: string;
	/** `import type`, `export type`: gone when compiled. */
	readonly typeOnly: boolean;
	readonly line: number;
}

interface Token {
	readonly kind: "word" | "string" | "sign" | "other";
	readonly text: string;
	readonly line: number;
}

/** Finds every import of a TypeScript source: static, re-exported, dynamic and required; not those in comments, strings or patterns. */
export function importsOf(source: string): ModuleImport[] {
	const tokens = tokenize(source);
	const found: ModuleImport[] = [];
	tokens.forEach((token, k) => {
		if (token.kind !== "word" || tokens[k - 1]?.text === ".") return;
		const next = tokens[k + 1];
		const add = (specifier: Token | undefined, typeOnly: boolean) => {
			if (specifier?.kind === "string") found.push({ specifier: specifier.text, typeOnly, line: token.line });
		};
		if (token.text === "import" && next?.kind === "string") add(next, false);
		else if ((token.text === "import" || token.text === "require") && next?.text === "(") add(tokens[k + 2], false);
		else if (token.text === "import" || token.text === "export") {
			const clause = clauseAfter(tokens, k + 1);
			if (clause) add(clause.specifier, clause.typeOnly);
		}
	});
	return found;
}

/** The texts of all plain strings of a TypeScript source, without those in comments. */
export function stringsOf(source: string): string[] {
	return tokenize(source)
		.filter(({ kind }) => kind === "string")
		.map(({ text }) => text);
}

/** What stands between import or export and its `from "…"`; undefined where no module follows. */
function clauseAfter(tokens: readonly Token[], start: number): { specifier: Token; typeOnly: boolean } | undefined {
	const second = tokens[start + 1];
	// In `import type from "x"` a default import is called type.
	const typeOnly = tokens[start]?.text === "type" && second?.text !== "from" && second?.text !== ",";
	let inBraces = false;
	for (let k = start; k < tokens.length; k++) {
		const { text, kind } = tokens[k] as Token;
		const after = tokens[k + 1];
		if (kind === "word" && text === "from" && !inBraces && after?.kind === "string")
			return { specifier: after, typeOnly };
		if (text === "{") inBraces = true;
		else if (text === "}") inBraces = false;
		else if (kind === "string" ? !inBraces : kind !== "word" && text !== "," && text !== "*") return undefined;
		// A second statement begins: what came before was an export of something local.
		if (
			kind === "word" &&
			!inBraces &&
			/^(import|export|const|let|function|class|interface|default|async)$/.test(text)
		) {
			return undefined;
		}
	}
	return undefined;
}

const BEFORE_PATTERN = /^(return|typeof|case|in|of|do|else|void|delete|throw|new|yield|await)$/;

/** Splits a source into words, strings and signs; comments are left out, a pattern is one token, `${…}` is code as any other. */
function tokenize(source: string): Token[] {
	const tokens: Token[] = [];
	let at = 0;
	let line = 1;
	const advance = (length: number) => {
		for (const end = at + length; at < end; at++) if (source[at] === "\n") line++;
	};
	const push = (kind: Token["kind"], text: string, length: number) => {
		tokens.push({ kind, text, line });
		advance(length);
	};
	const match = (pattern: RegExp): string | undefined => {
		pattern.lastIndex = at;
		return pattern.exec(source)?.[0];
	};
	/** Reads code to the end, or in a template to the brace that closes its `${`. */
	const readCode = (inTemplate: boolean) => {
		let open = 0;
		while (at < source.length) {
			if (source[at] === "{") open++;
			else if (source[at] === "}" && open-- === 0 && inTemplate) return;
			readToken();
		}
	};
	const readTemplate = () => {
		const start = { at, line };
		let plain = true;
		advance(1);
		while (at < source.length && source[at] !== "`") {
			if (source[at] === "\\") advance(2);
			else if (source.startsWith("${", at)) {
				plain = false;
				push("sign", "${", 2);
				readCode(true);
				push("sign", "}", 1);
			} else advance(1);
		}
		advance(1);
		const text = source.slice(start.at + 1, at - 1);
		tokens.push({ kind: plain ? "string" : "other", text: plain ? text : "", line: start.line });
	};
	const readToken = () => {
		const skipped = match(/\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\//y);
		if (skipped !== undefined) return advance(skipped.length);
		if (source[at] === "`") return readTemplate();
		const quoted = match(/"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*'/y);
		if (quoted !== undefined) return push("string", quoted.slice(1, -1), quoted.length);
		const word = match(/[\p{ID_Start}_$][\p{ID_Continue}$]*/uy);
		if (word !== undefined) return push("word", word, word.length);
		const number = match(/\d[\w.]*/y);
		if (number !== undefined) return push("other", number, number.length);
		const last = tokens.at(-1);
		const mayBePattern = !last || (last.kind === "sign" && !/[)\]]/.test(last.text)) || BEFORE_PATTERN.test(last.text);
		const pattern = mayBePattern ? match(/\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/\w*/y) : undefined;
		if (pattern !== undefined) return push("other", pattern, pattern.length);
		push("sign", source[at] as string, 1);
	};
	readCode(false);
	return tokens;
}
