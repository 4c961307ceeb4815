import { int, join } from "../formats/build";
import { type FlatTable, flatBufferFile, flatText } from "../formats/flatbuffer-build";

/** A message of an Arrow stream: its flatbuffer, padded, and how many bytes follow it. */
function message(type: number, header: FlatTable, body = 0): Uint8Array {
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

/** A field of an Arrow schema. */
function field(name: string, type: number, about: FlatTable, children: readonly FlatTable[] = []): FlatTable {
	return {
		0: flatText(name),
		1: { bytes: 1, value: 0 },
		2: { bytes: 1, value: type },
		3: { table: about },
		5: { tables: children },
	};
}

/** Numbers of a list kept in a row. */
const WIDTH = 2 ** 20;

/** An Arrow stream of one column "x" of lists of 2^20 float32, in so many batches of `bytes` in all; between the pieces lie the values. */
export function arrowPieces(batches: number, bytes: number) {
	const pieces: (readonly [number, Uint8Array])[] = [];
	let size = 0;
	const put = (piece: Uint8Array, values = 0) => {
		pieces.push([size, piece]);
		size += piece.length + values;
	};
	const number = field("item", 3, { 0: { bytes: 2, value: 1 } });
	const column = field("x", 16, { 0: { bytes: 4, value: WIDTH } }, [number]);
	put(message(1, { 0: { bytes: 2, value: 0 }, 1: { tables: [column] } }));
	const body = bytes / batches;
	const rows = body / 4 / WIDTH;
	const longs = (...values: readonly number[]) => join(...values.map((value) => int(8, value)));
	const nodes = { list: longs(rows, 0, rows * WIDTH, 0), count: 2 };
	// Neither lists nor numbers have a map of what is missing.
	const buffers = { list: longs(0, 0, 0, 0, 0, body), count: 3 };
	for (let k = 0; k < batches; k++) put(message(3, { 0: { bytes: 8, value: rows }, 1: nodes, 2: buffers }, body), body);
	put(join(int(4, 0xffffffff), int(4, 0)));
	return { pieces, size };
}
