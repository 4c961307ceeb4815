import { arrowField, arrowMessage } from "../formats/arrow-build";
import { int, join } from "../formats/build";

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
	const number = arrowField("item", 3, { 0: { bytes: 2, value: 1 } });
	const column = arrowField("x", 16, { 0: { bytes: 4, value: WIDTH } }, [number]);
	put(arrowMessage(1, { 0: { bytes: 2, value: 0 }, 1: { tables: [column] } }));
	const body = bytes / batches;
	const rows = body / 4 / WIDTH;
	const longs = (...values: readonly number[]) => join(...values.map((value) => int(8, value)));
	const nodes = { list: longs(rows, 0, rows * WIDTH, 0), count: 2 };
	// Neither lists nor numbers have a map of what is missing.
	const buffers = { list: longs(0, 0, 0, 0, 0, body), count: 3 };
	for (let k = 0; k < batches; k++)
		put(arrowMessage(3, { 0: { bytes: 8, value: rows }, 1: nodes, 2: buffers }, body), body);
	put(join(int(4, 0xffffffff), int(4, 0)));
	return { pieces, size };
}
