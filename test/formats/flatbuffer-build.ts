import { int, join } from "./build";

/** What a field of a table holds: an integer of some bytes, a table, tables, or a list of elements as bytes. */
export type FlatField =
	| { readonly bytes: 1 | 2 | 4 | 8; readonly value: number }
	| { readonly table: FlatTable }
	| { readonly tables: readonly FlatTable[] }
	| { readonly list: Uint8Array; readonly count: number };

export type FlatTable = Readonly<Record<number, FlatField>>;

/** A flatbuffer with its identifier: every table behind its list of fields, what it leads to behind it. */
export function flatBufferFile(root: FlatTable, identifier: string): Uint8Array {
	const out: number[] = [0, 0, 0, 0, ...new TextEncoder().encode(identifier)];
	const put = (at: number, bytes: Uint8Array) => void out.splice(at, bytes.length, ...bytes);
	const append = (bytes: Uint8Array | readonly number[]) => out.push(...bytes);
	const lead = (from: number, to: number) => put(from, int(4, to - from));

	const writeTable = (table: FlatTable): number => {
		const count = Math.max(-1, ...Object.keys(table).map(Number)) + 1;
		const vtable = out.length;
		const sizes = Array.from({ length: count }, (_, k) => {
			const field = table[k];
			return field === undefined ? 0 : "bytes" in field ? field.bytes : 4;
		});
		let end = 4;
		const offsets = sizes.map((size) => {
			const at = size === 0 ? 0 : end;
			end += size;
			return at;
		});
		append(join(int(2, 4 + 2 * count), int(2, end), ...offsets.map((offset) => int(2, offset))));
		const start = out.length;
		append(int(4, start - vtable));
		append(new Uint8Array(end - 4));
		for (const [k, field] of Object.entries(table)) {
			const at = start + (offsets[Number(k)] as number);
			if ("bytes" in field) put(at, int(field.bytes, field.value));
			else if ("table" in field) lead(at, writeTable(field.table));
			else if ("list" in field) {
				lead(at, out.length);
				append(join(int(4, field.count), field.list));
			} else {
				const list = out.length;
				lead(at, list);
				append(join(int(4, field.tables.length), new Uint8Array(4 * field.tables.length)));
				for (const [i, each] of field.tables.entries()) lead(list + 4 + 4 * i, writeTable(each));
			}
		}
		return start;
	};
	lead(0, writeTable(root));
	return Uint8Array.from(out);
}

/** A text as a field. */
export function flatText(text: string): FlatField {
	const list = join(text);
	return { list, count: list.length };
}

/** Integers of 4 bytes as a field. */
export function flatInts(...values: readonly number[]): FlatField {
	return { list: join(...values.map((value) => int(4, value))), count: values.length };
}
