/** A column of a table: its heading, and whether its cells are numbers, which stand to the right. */
export interface Column {
	readonly heading: string;
	readonly align?: "left" | "right";
}

/** Rows of text under headings, columns aligned by spaces, one line each; as an iterator for tables of any length. */
export function* tableLines(
	columns: readonly Column[],
	rows: readonly (readonly string[])[],
): Generator<string, void, undefined> {
	const used = columns.map((_, k) => rows.length === 0 || rows.some((row) => row[k] !== ""));
	const widths = columns.map(({ heading }, k) =>
		rows.reduce((widest, row) => Math.max(widest, (row[k] ?? "").length), heading.length),
	);
	const line = (cells: readonly string[]) =>
		cells
			.flatMap((cell, k) => {
				const width = widths[k] ?? 0;
				if (!used[k]) return [];
				return columns[k]?.align === "right" ? cell.padStart(width) : cell.padEnd(width);
			})
			.join("  ")
			.trimEnd();
	yield `${line(columns.map(({ heading }) => heading))}\n`;
	for (const row of rows) yield `${line(row)}\n`;
}

/** Text from a file made safe to print: control characters, which could command a terminal, become escapes. */
export function printable(text: string): string {
	return text.replace(
		/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu,
		(character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`,
	);
}
