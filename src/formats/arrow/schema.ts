import type { DType } from "../../core/dtype";
import { TensorError } from "../../core/errors";
import { type FlatBuffer, flatBuffer, type Table } from "../encoding/flatbuffers";
import { memorySource } from "../memory";

const MAX_FIELDS = 100_000;
const MAX_DEPTH = 64;
const MAX_TEXT = 65_536;

/** The kinds of types by their number in Arrow's Schema.fbs, with how many buffers each has itself. */
const KINDS = [
	["none", 0],
	["null", 0],
	["int", 2],
	["floatingpoint", 2],
	["binary", 3],
	["utf8", 3],
	["bool", 2],
	["decimal", 2],
	["date", 2],
	["time", 2],
	["timestamp", 2],
	["interval", 2],
	["list", 2],
	["struct", 1],
	["union", 1],
	["fixed_size_binary", 2],
	["fixed_size_list", 1],
	["map", 2],
	["duration", 2],
	["large_binary", 3],
	["large_utf8", 3],
	["large_list", 2],
	["run_end_encoded", 0],
	["binary_view", 2],
	["utf8_view", 2],
	["list_view", 3],
	["large_list_view", 3],
] as const;

export type Kind = (typeof KINDS)[number][0];

/** A field of a schema. */
export interface Field {
	readonly name: string;
	readonly kind: Kind;
	/** Buffers that the field has itself, before those of its children. */
	readonly buffers: number;
	/** The numbers of a numeric field, or of what its dictionary holds. */
	readonly dtype?: DType;
	/** Elements in a list of fixed size. */
	readonly listSize: number;
	readonly isDictionary: boolean;
	/** Where the values are positions in a dictionary: its number, and their type. */
	readonly dictionary?: { readonly id: number; readonly index: DType };
	readonly children: readonly Field[];
	readonly extension?: { readonly name: string; readonly text: string };
}

/** The schema of a table. */
export interface ArrowSchema {
	readonly fields: readonly Field[];
	readonly metadata: Readonly<Record<string, string>>;
}

/** The message of a flatbuffer in memory. */
export function messageBuffer(bytes: Uint8Array, file: string): FlatBuffer {
	return flatBuffer(memorySource(file, bytes));
}

/** Refuses versions of the metadata that are newer than the fifth, whose meaning nobody knows. */
export function checkVersion(version: number): void {
	if (version <= 4) return;
	throw new TensorError(
		"unsupported",
		`The metadata is of version ${version + 1} of Arrow's, and versions up to 5 are read.`,
	);
}

/** Reads a schema. Throws `unsupported` for big-endian data, `corrupt`, `too-large`. */
export async function readSchema(buffer: FlatBuffer, table: Table, version: number): Promise<ArrowSchema> {
	if ((await buffer.integer(table, 0, 2)) !== 0) {
		throw new TensorError(
			"unsupported",
			"The table is written in big-endian byte order, which is not read; write it on a little-endian machine.",
		);
	}
	let count = 0;
	const fieldsOf = async (from: Table, slot: number, depth: number): Promise<Field[]> => {
		const vector = await buffer.vector(from, slot, 4);
		const fields: Field[] = [];
		if (depth > MAX_DEPTH) throw new TensorError("too-large", `The schema has fields more than ${MAX_DEPTH} deep.`);
		for (let k = 0; k < (vector?.count ?? 0); k++) {
			if (++count > MAX_FIELDS) throw new TensorError("too-large", `The schema has more than ${MAX_FIELDS} fields.`);
			fields.push(await fieldOf(await buffer.element(vector as NonNullable<typeof vector>, k), depth));
		}
		return fields;
	};
	const fieldOf = async (from: Table, depth: number): Promise<Field> => {
		const [kind, buffers] = KINDS[await buffer.integer(from, 2, 1)] ?? KINDS[0];
		const type = (await buffer.table(from, 3)) ?? [];
		const encoding = await buffer.table(from, 4);
		const isDictionary = encoding !== undefined;
		const told = await textsOf(buffer, from, 6);
		const name = told["ARROW:extension:name"];
		const dtype = await dtypeOf(buffer, kind, type);
		const dictionary = encoding && (await dictionaryOf(buffer, encoding));
		// Unions of the fifth version have no validity; dense ones have offsets.
		const dense = kind === "union" ? (await buffer.integer(type, 0, 2)) + (version < 4 ? 1 : 0) : 0;
		return {
			name: await buffer.text(from, 0, MAX_TEXT),
			kind,
			buffers: isDictionary ? 2 : buffers + dense,
			listSize: kind === "fixed_size_list" ? await buffer.integer(type, 0, 4) : 0,
			isDictionary,
			children: isDictionary ? [] : await fieldsOf(from, 5, depth + 1),
			...(dtype ? { dtype } : {}),
			...(dictionary ? { dictionary } : {}),
			...(name === undefined ? {} : { extension: { name, text: told["ARROW:extension:metadata"] ?? "" } }),
		};
	};
	return { fields: await fieldsOf(table, 1, 0), metadata: await textsOf(buffer, table, 2) };
}

/** A DictionaryEncoding; positions are of 32 bits where nothing else is said. */
async function dictionaryOf(buffer: FlatBuffer, encoding: Table) {
	const told = await buffer.table(encoding, 1);
	const index = told ? await dtypeOf(buffer, "int", told) : "i32";
	if (index === undefined)
		throw new TensorError("corrupt", "A dictionary has positions of no type; write the file again.");
	return { id: await buffer.integer(encoding, 0, 8), index };
}

async function dtypeOf(buffer: FlatBuffer, kind: Kind, type: Table): Promise<DType | undefined> {
	if (kind === "bool") return "bool";
	if (kind === "floatingpoint") return (["f16", "f32", "f64"] as const)[await buffer.integer(type, 0, 2)];
	if (kind !== "int") return undefined;
	const signed = (await buffer.integer(type, 1, 1)) !== 0;
	const sizes: Readonly<Record<number, readonly [DType, DType]>> = {
		8: ["u8", "i8"],
		16: ["u16", "i16"],
		32: ["u32", "i32"],
		64: ["u64", "i64"],
	};
	return sizes[await buffer.integer(type, 0, 4)]?.[signed ? 1 : 0];
}

async function textsOf(buffer: FlatBuffer, table: Table, slot: number): Promise<Readonly<Record<string, string>>> {
	const vector = await buffer.vector(table, slot, 4);
	const texts: [string, string][] = [];
	for (let k = 0; k < Math.min(vector?.count ?? 0, 1000); k++) {
		const entry = await buffer.element(vector as NonNullable<typeof vector>, k);
		texts.push([await buffer.text(entry, 0, MAX_TEXT), await buffer.text(entry, 1, 2 ** 24)]);
	}
	return Object.fromEntries(texts);
}
