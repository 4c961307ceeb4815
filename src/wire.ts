/**
 * VS Code sends messages between a webview and its extension as JSON with the bytes of typed arrays beside it: NaN and the
 * infinities would arrive as null, and a bigint stops the message. Both ends wrap their port in these two.
 */

const MARK = "\u0000";

/** A message that survives JSON: bigints and non-finite numbers become marked strings; typed arrays stay as they are. */
export function toWire(value: unknown): unknown {
	if (typeof value === "number") return Number.isFinite(value) ? value : `${MARK}n${value}`;
	if (typeof value === "bigint") return `${MARK}b${value}`;
	if (typeof value === "string") return value.startsWith(MARK) ? `${MARK}s${value}` : value;
	return mapped(value, toWire);
}

/** The message that `toWire` was given. Throws a SyntaxError where a marked string holds no integer. */
export function fromWire(value: unknown): unknown {
	if (typeof value === "string") {
		if (!value.startsWith(MARK)) return value;
		const content = value.slice(2);
		return value[1] === "n" ? Number(content) : value[1] === "b" ? BigInt(content) : content;
	}
	return mapped(value, fromWire);
}

/** Whether two values are the same message. */
export function sameOnWire(a: unknown, b: unknown): boolean {
	return JSON.stringify(toWire(a)) === JSON.stringify(toWire(b));
}

function mapped(value: unknown, map: (value: unknown) => unknown): unknown {
	if (typeof value !== "object" || value === null) return value;
	if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return value;
	if (Array.isArray(value)) return value.map(map);
	// A tensor may be called __proto__; defining the property, as fromEntries does, keeps it a name like any other.
	return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, map(item)]));
}
