/** The rows of a table of comma-separated values (RFC 4180), quotes and line breaks inside of values included. */
export function csvRows(text: string): string[][] {
	const rows: string[][] = [[]];
	let [value, quoted] = ["", false];
	for (let i = 0; i < text.length; i++) {
		const character = text[i] as string;
		if (quoted && character === '"' && text[i + 1] === '"') {
			value += '"';
			i++;
		} else if (character === '"') quoted = !quoted;
		else if (quoted || !/[,\r\n]/.test(character)) value += character;
		else {
			if (character !== "\r") {
				rows.at(-1)?.push(value);
				value = "";
			}
			if (character === "\n") rows.push([]);
		}
	}
	return rows.slice(0, -1);
}
