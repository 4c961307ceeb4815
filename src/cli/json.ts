/** JSON for people and programs: two spaces a level, but lists of numbers on one line. */
export function jsonText(value: unknown, indent = ""): string {
	const inner = `${indent}  `;
	if (Array.isArray(value)) {
		if (value.every((item) => typeof item === "number")) return `[${value.map((item) => jsonText(item)).join(", ")}]`;
		return `[\n${value.map((item) => inner + jsonText(item, inner)).join(",\n")}\n${indent}]`;
	}
	if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
	const entries = Object.entries(value).filter(([, item]) => item !== undefined);
	if (entries.length === 0) return "{}";
	const lines = entries.map(([key, item]) => `${inner}${JSON.stringify(key)}: ${jsonText(item, inner)}`);
	return `{\n${lines.join(",\n")}\n${indent}}`;
}
