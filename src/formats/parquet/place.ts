import { type ErrorCode, TensorError } from "../../core/errors";
import { formatCount } from "../../core/format";
import type { ColumnMetaData, ParquetFile } from "./footer";

/** Bytes that one column of one row group may take, packed or not. */
const MAX_CHUNK_BYTES = 2 ** 29;

/** One column of one row group, checked against the file. */
export interface Placed {
	readonly meta: ColumnMetaData;
	readonly rows: number;
	/** The byte of the file at which its pages start. */
	readonly start: number;
}

/** Where one column of one row group lies. Throws `unsupported`, `corrupt`, `too-large`. */
export function placeOf(
	{ source }: ParquetFile,
	meta: ColumnMetaData | undefined,
	otherFile: string | undefined,
	rows: number,
	group: number,
): Placed {
	const fail = (code: ErrorCode, message: string): never => {
		throw new TensorError(code, message);
	};
	if (meta === undefined)
		return fail("unsupported", `The column is encrypted in row group ${group}, which is not read.`);
	if (otherFile)
		fail("unsupported", `Row group ${group} lies in another file ("${otherFile.slice(0, 200)}"), which is not read.`);
	const { data_page_offset, dictionary_page_offset, total_compressed_size, total_uncompressed_size } = meta;
	const first =
		dictionary_page_offset && dictionary_page_offset < data_page_offset ? dictionary_page_offset : data_page_offset;
	const numbers = [first, total_compressed_size, total_uncompressed_size, meta.num_values].map(Number);
	const [start, packed, unpacked] = numbers as [number, number, number];
	if (numbers.some((number) => !Number.isSafeInteger(number) || number < 0) || start + packed > source.size) {
		fail(
			"corrupt",
			`Row group ${group} is said to take ${packed} bytes from byte ${start} on, but the file has ${source.size}; copy or save it again.`,
		);
	}
	if (Math.max(packed, unpacked, rows * 8) > MAX_CHUNK_BYTES) {
		fail(
			"too-large",
			`Row group ${group} takes ${formatCount(Math.max(unpacked, rows * 8))} bytes in this column, more than the ${MAX_CHUNK_BYTES} that are unpacked at once; save the table with smaller row groups.`,
		);
	}
	return { meta, rows, start };
}
