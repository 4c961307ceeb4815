import { int, join } from "./build";

/** A value of Thrift's compact protocol. */
export type Thrift =
	| { readonly i32: number }
	| { readonly i64: number }
	| { readonly text: string }
	| { readonly bool: boolean }
	| { readonly structs: readonly ThriftFields[] }
	| { readonly i32s: readonly number[] }
	| { readonly texts: readonly string[] }
	| { readonly struct: ThriftFields };
export type ThriftFields = Readonly<Record<number, Thrift>>;

export function varint(value: number): readonly number[] {
	return value < 128 ? [value] : [128 + (value % 128), ...varint(Math.floor(value / 128))];
}

const zigzag = (value: number) => varint(value < 0 ? -2 * value - 1 : 2 * value);
const counted = (text: string) => {
	const bytes = join(text);
	return join(varint(bytes.length), bytes);
};
const listHead = (count: number, type: number) => (count < 15 ? [16 * count + type] : [0xf0 + type, ...varint(count)]);

/** A struct in the compact protocol. */
export function thrift(fields: ThriftFields): Uint8Array {
	let last = 0;
	const parts = Object.entries(fields).flatMap(([key, value]) => {
		const [type, bytes] = encoded(value);
		const step = Number(key) - last;
		last = Number(key);
		return [[16 * step + type], bytes];
	});
	return join(...parts, [0]);
}

function encoded(value: Thrift): readonly [type: number, bytes: Uint8Array | readonly number[]] {
	if ("i32" in value) return [5, zigzag(value.i32)];
	if ("i64" in value) return [6, zigzag(value.i64)];
	if ("text" in value) return [8, counted(value.text)];
	if ("bool" in value) return [value.bool ? 1 : 2, []];
	if ("struct" in value) return [12, thrift(value.struct)];
	if ("structs" in value) return [9, join(listHead(value.structs.length, 12), ...value.structs.map(thrift))];
	if ("i32s" in value) return [9, join(listHead(value.i32s.length, 5), ...value.i32s.map(zigzag))];
	return [9, join(listHead(value.texts.length, 8), ...value.texts.map(counted))];
}

/** Levels as runs of one level, or packed in groups of eight. */
export function levels(values: readonly number[], most: number, packed: boolean): Uint8Array {
	const width = 32 - Math.clz32(most);
	if (!packed) {
		const runs: (readonly number[])[] = [];
		for (let at = 0; at < values.length; ) {
			let end = at;
			while (end < values.length && values[end] === values[at]) end++;
			runs.push([...varint(2 * (end - at)), values[at] as number]);
			at = end;
		}
		return join(...runs);
	}
	const groups = Math.ceil(values.length / 8);
	const bytes = new Uint8Array(groups * width);
	for (const [k, value] of values.entries()) {
		for (let bit = 0; bit < width; bit++) {
			const place = k * width + bit;
			if ((value >> bit) & 1) (bytes[place >> 3] as number) |= 1 << (place & 7);
		}
	}
	return join(varint(2 * groups + 1), bytes);
}

/** A node of a schema: `list` are LIST groups as they are named in the path, `repeated` what is repeated. */
export interface Node {
	readonly name: string;
	readonly repetition: "required" | "optional" | "repeated";
	readonly isList?: boolean;
	readonly children?: readonly Node[];
}

/** Entries of a page, as Dremel has them: a repetition level, a definition level, and a value where there is one. */
export type Entry = readonly [repetition: number, definition: number, value?: number];

export interface ParquetParts {
	/** One column of float32; its leaf is the node without children. */
	readonly column: Node;
	/** Row groups of pages. */
	readonly groups: readonly { readonly rows: number; readonly pages: readonly (readonly Entry[])[] }[];
	readonly version?: 1 | 2;
	readonly packed?: boolean;
	/** What a statistic says is missing in each row group; left out where nothing does. */
	readonly nulls?: number;
	readonly metadata?: Readonly<Record<string, string>>;
}

function flatten(node: Node): readonly ThriftFields[] {
	const repetition = { required: 0, optional: 1, repeated: 2 }[node.repetition];
	const own: ThriftFields = {
		...(node.children ? {} : { 1: { i32: 4 } }),
		3: { i32: repetition },
		4: { text: node.name },
		...(node.children ? { 5: { i32: node.children.length } } : {}),
		...(node.isList ? { 6: { i32: 3 } } : {}),
	};
	return [own, ...(node.children ?? []).flatMap(flatten)];
}

/** A table of one column of float32, plain and unpacked, written apart from any reader. */
export function parquetFile(parts: ParquetParts): Uint8Array {
	const { column, groups, version = 1, packed = false, nulls, metadata = {} } = parts;
	const path: Node[] = [];
	for (let node: Node | undefined = column; node; node = node.children?.[0]) path.push(node);
	const [depth, most] = [
		path.filter(({ repetition }) => repetition === "repeated").length,
		path.filter(({ repetition }) => repetition !== "required").length,
	];
	const chunks: Uint8Array[] = [join("PAR1")];
	const rowGroups: ThriftFields[] = [];
	let at = 4;
	for (const { rows, pages } of groups) {
		const start = at;
		for (const page of pages) {
			const written = pageOf(page, { depth, most, version, packed });
			chunks.push(written);
			at += written.length;
		}
		const entries = pages.reduce((sum, page) => sum + page.length, 0);
		const chunk: ThriftFields = {
			1: { i32: 4 },
			2: { i32s: [0, 3] },
			3: { texts: path.map(({ name }) => name) },
			4: { i32: 0 },
			5: { i64: entries },
			6: { i64: at - start },
			7: { i64: at - start },
			9: { i64: start },
			...(nulls === undefined ? {} : { 12: { struct: { 3: { i64: nulls } } } }),
		};
		const columns = { structs: [{ 2: { i64: start }, 3: { struct: chunk } }] };
		rowGroups.push({ 1: columns, 2: { i64: at - start }, 3: { i64: rows } });
	}
	const facts = Object.entries(metadata).map(([key, value]) => ({ 1: { text: key }, 2: { text: value } }));
	const root: ThriftFields = { 4: { text: "schema" }, 5: { i32: 1 } };
	const footer = thrift({
		1: { i32: 2 },
		2: { structs: [root, ...flatten(column)] },
		3: { i64: groups.reduce((sum, { rows }) => sum + rows, 0) },
		4: { structs: rowGroups },
		5: { structs: facts },
	});
	return join(...chunks, footer, int(4, footer.length), "PAR1");
}

function pageOf(
	page: readonly Entry[],
	{ depth, most, version, packed }: { depth: number; most: number; version: 1 | 2; packed: boolean },
): Uint8Array {
	const list = (column: 0 | 1, highest: number) =>
		highest === 0
			? new Uint8Array(0)
			: levels(
					page.map((entry) => entry[column]),
					highest,
					packed,
				);
	const [repetitions, definitions] = [list(0, depth), list(1, most)];
	const there = page.flatMap(([, definition, value]) => (definition === most ? [value ?? 0] : []));
	const values = new Uint8Array(Float32Array.from(there).buffer);
	const rows = page.filter(([repetition]) => repetition === 0).length;
	const sized = (bytes: Uint8Array) => (bytes.length === 0 ? bytes : join(int(4, bytes.length), bytes));
	const body =
		version === 1 ? join(sized(repetitions), sized(definitions), values) : join(repetitions, definitions, values);
	const header: ThriftFields =
		version === 1
			? { 5: { struct: { 1: { i32: page.length }, 2: { i32: 0 }, 3: { i32: 3 }, 4: { i32: 3 } } } }
			: {
					8: {
						struct: {
							1: { i32: page.length },
							2: { i32: page.length - there.length },
							3: { i32: rows },
							4: { i32: 0 },
							5: { i32: definitions.length },
							6: { i32: repetitions.length },
							7: { bool: false },
						},
					},
				};
	return join(
		thrift({ 1: { i32: version === 1 ? 0 : 3 }, 2: { i32: body.length }, 3: { i32: body.length }, ...header }),
		body,
	);
}

/** A LIST of three levels around an element. */
export function listOf(name: string, element: Node): Node {
	const repeated: Node = { name: "list", repetition: "repeated", children: [element] };
	return { name, repetition: "optional", isList: true, children: [repeated] };
}

/** The entries of rows that are numbers, null, or lists of such, in lists of three levels whose parts are all optional. */
export function entriesOfRows(rows: readonly Nested[]): readonly (readonly Entry[])[] {
	const walk = (value: Nested, level: number, repetition: number, definition: number): Entry[] => {
		if (value === null) return [[repetition, definition]];
		if (typeof value === "number") return [[repetition, definition + 1, value]];
		if (value.length === 0) return [[repetition, definition + 1]];
		return value.flatMap((each, k) => walk(each, level + 1, k === 0 ? repetition : level + 1, definition + 2));
	};
	return rows.map((row) => walk(row, 0, 0, 0));
}

export type Nested = number | null | readonly Nested[];
