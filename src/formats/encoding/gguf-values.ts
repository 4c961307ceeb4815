import { TensorError } from "../../core/errors";
import type { GgufCursor } from "./gguf-cursor";

/** Elements of an array that are shown. */
const SHOWN = 20;
/** Bytes of a text that are kept. */
const KEPT_BYTES = 65_536;
/** Arrays inside arrays. */
const MAX_DEPTH = 64;

const [STRING, ARRAY] = [8, 9];

/** Reads one value of a fixed size. */
interface Scalar {
	readonly size: number;
	readonly get: (view: DataView, at: number, little: boolean) => number | bigint | boolean;
}

/** Value types by their number in files (ggml/docs/gguf.md, enum gguf_metadata_value_type). */
const SCALARS: ReadonlyMap<number, Scalar> = new Map<number, Scalar>([
	[0, { size: 1, get: (view, at) => view.getUint8(at) }],
	[1, { size: 1, get: (view, at) => view.getInt8(at) }],
	[2, { size: 2, get: (view, at, little) => view.getUint16(at, little) }],
	[3, { size: 2, get: (view, at, little) => view.getInt16(at, little) }],
	[4, { size: 4, get: (view, at, little) => view.getUint32(at, little) }],
	[5, { size: 4, get: (view, at, little) => view.getInt32(at, little) }],
	[6, { size: 4, get: (view, at, little) => shortest(view.getFloat32(at, little)) }],
	[7, { size: 1, get: (view, at) => view.getUint8(at) !== 0 }],
	[10, { size: 8, get: (view, at, little) => view.getBigUint64(at, little) }],
	[11, { size: 8, get: (view, at, little) => view.getBigInt64(at, little) }],
	[12, { size: 8, get: (view, at, little) => view.getFloat64(at, little) }],
]);

/** One value as text; of an array the first 20 elements and how many there are, the rest skipped by length. */
export async function readValue(cursor: GgufCursor, key: string): Promise<string> {
	return elementOf(cursor, await cursor.u32(), key, 0);
}

async function elementOf(cursor: GgufCursor, type: number, key: string, depth: number): Promise<string> {
	if (type === STRING) return cursor.text(`the text of "${shown(key)}"`, KEPT_BYTES);
	if (type === ARRAY) return arrayOf(cursor, key, depth + 1);
	const scalar = SCALARS.get(type);
	if (scalar === undefined)
		throw new TensorError(
			"corrupt",
			`The value of "${shown(key)}" has the unknown type ${type}; types 0 to 12 were expected, the header is damaged.`,
			{ byte: cursor.at - 4 },
		);
	return String(await cursor.number(scalar.size, scalar.get));
}

async function arrayOf(cursor: GgufCursor, key: string, depth: number): Promise<string> {
	const byte = cursor.at;
	if (depth > MAX_DEPTH)
		throw new TensorError("corrupt", `The value of "${shown(key)}" nests more than ${MAX_DEPTH} arrays.`, { byte });
	const type = await cursor.u32();
	const declared = await cursor.length();
	const scalar = SCALARS.get(type);
	// Strings and arrays take four bytes at least, whatever the version.
	if (declared * BigInt(scalar?.size ?? 4) > BigInt(cursor.left))
		throw new TensorError(
			"corrupt",
			`The array "${shown(key)}" is said to hold ${declared} values, but only ${cursor.left} bytes follow; download or save the file again.`,
			{ byte },
		);
	const count = Number(declared);
	const elements: string[] = [];
	for (let k = 0; k < Math.min(count, SHOWN); k++) {
		const element = await elementOf(cursor, type, key, depth);
		elements.push(type === STRING ? JSON.stringify(element) : element);
	}
	const rest = count - elements.length;
	if (scalar) cursor.skip(rest * scalar.size);
	else if (type === STRING) await cursor.skipTexts(rest);
	else for (let k = 0; k < rest; k++) await elementOf(cursor, type, key, depth);
	const list = elements.join(", ");
	return rest > 0 ? `[${list}, … ${count} in all]` : `[${list}]`;
}

/** The shortest decimal number that is the same float32. */
function shortest(value: number): number {
	for (let digits = 1; digits < 9; digits++) {
		const short = Number(value.toPrecision(digits));
		if (Math.fround(short) === value) return short;
	}
	return value;
}

/** A name for a sentence, shortened where it is long. */
export function shown(name: string): string {
	return name.length > 100 ? `${name.slice(0, 100)}…` : name;
}
