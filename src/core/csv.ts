/** A line of comma-separated values as RFC 4180 has it, with its end: what holds a comma, a quote or a line break is quoted. */
export function csvLine(values: readonly (number | string | null)[]): string {
	return `${values.map(csvValue).join(",")}\r\n`;
}

function csvValue(value: number | string | null): string {
	const text = value === null ? "" : String(value);
	return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
