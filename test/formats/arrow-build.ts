import { int, join } from "./build";
import { type FlatTable, flatBufferFile, flatText } from "./flatbuffer-build";

/** A message of an Arrow stream: its flatbuffer, padded, and how many bytes follow it. */
export function arrowMessage(type: number, header: FlatTable, body = 0): Uint8Array {
	const table: FlatTable = {
		0: { bytes: 2, value: 4 },
		1: { bytes: 1, value: type },
		2: { table: header },
		3: { bytes: 8, value: body },
	};
	const flat = flatBufferFile(table, "");
	const padded = join(flat, new Uint8Array((8 - (flat.length % 8)) % 8));
	return join(int(4, 0xffffffff), int(4, padded.length), padded);
}

/** A field of an Arrow schema: its type by number, what the table of the type says, and key-value metadata. */
export function arrowField(
	name: string,
	type: number,
	about: FlatTable,
	children: readonly FlatTable[] = [],
	metadata: Readonly<Record<string, string>> = {},
): FlatTable {
	return {
		0: flatText(name),
		1: { bytes: 1, value: 0 },
		2: { bytes: 1, value: type },
		3: { table: about },
		5: { tables: children },
		6: { tables: Object.entries(metadata).map(([key, value]) => ({ 0: flatText(key), 1: flatText(value) })) },
	};
}
