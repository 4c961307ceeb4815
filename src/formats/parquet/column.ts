import type { ColumnMetaData, SchemaElement, SchemaTree } from "hyparquet";
import { DTYPES, type DType, factsOf } from "../../core/dtype";
import { type ErrorCode, TensorError } from "../../core/errors";
import { formatCount } from "../../core/format";
import type { Shape } from "../../core/layout";
import type { TensorInfo } from "../../core/tensor";
import type { RowColumn, RowPiece } from "../rows";
import { bytesOf, problem } from "../shape";
import type { ParquetFile } from "./footer";
import { readChunk } from "./values";

/** Bytes that one column of one row group may take, packed or not. */
const MAX_CHUNK_BYTES = 2 ** 29;

/** A column that holds values: its number, and the schema from the root down to it. */
export interface Leaf {
	readonly index: number;
	readonly path: readonly SchemaTree[];
}

/** One column of one row group, checked against the file. */
export interface ColumnChunk {
	readonly leaf: Leaf;
	readonly meta: ColumnMetaData;
	readonly rows: number;
	readonly start: number;
	/** Values in a row. */
	readonly width: number;
	readonly dtype: DType;
}

/** A column as a tensor, or why it cannot be one. */
export function columnOf(file: ParquetFile, leaf: Leaf): RowColumn {
	const names = leaf.path.slice(1).map(({ element }) => element.name);
	const levels = leaf.path.filter(({ element }) => element.repetition_type === "REPEATED").length;
	const rows = file.metadata.row_groups.reduce((sum, { num_rows }) => sum + num_rows, 0n);
	let known: Omit<TensorInfo, "problem"> = {
		name: levels === 0 ? names.join(".") : listName(leaf.path),
		dtype: { other: "unknown" },
		shape: [Number(rows)],
		bytes: 0,
	};
	try {
		const element = (leaf.path.at(-1) as SchemaTree).element;
		const stored = typeOf(element);
		if (typeof stored !== "string") {
			known = { ...known, dtype: stored };
			return refuse("unsupported", `Values of the type ${stored.other} are no numbers that are read.`);
		}
		known = { ...known, dtype: stored };
		if (levels > 1)
			return refuse(
				"unsupported",
				"Lists inside of lists have no shape that the file tells; save them as arrays of one shape.",
			);
		const chunks = file.metadata.row_groups.map(({ columns, num_rows }, group) =>
			placeOf(file, columns[leaf.index]?.meta_data, columns[leaf.index]?.file_path, Number(num_rows), group),
		);
		const width = levels === 0 ? 1 : widthOf(chunks, rows);
		const shape: Shape = levels === 0 ? [Number(rows)] : [Number(rows), width];
		const nulls = nullsOf(leaf.path, chunks);
		const dtype = nulls === 0 || factsOf(stored).kind === "float" ? stored : "f64";
		const size = bytesOf(levels === 0 ? [rows] : [rows, width], dtype);
		if ("impossible" in size) return refuse("corrupt", `${size.impossible}; the footer is damaged.`);
		known = { ...known, dtype, shape, bytes: size.bytes, ...noteOf(nulls, stored, dtype) };
		const pieces = chunks.map((chunk): RowPiece => pieceOf(file, { ...chunk, leaf, width, dtype }));
		return { info: known, pieces, bigEndian: NATIVE_BIG_ENDIAN };
	} catch (thrown) {
		const error = TensorError.from(thrown);
		return { info: { ...known, problem: problem(error.code, error.message, error.where) } };
	}

	function refuse(code: ErrorCode, message: string): never {
		throw new TensorError(code, message);
	}
}

const NATIVE_BIG_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 0;

/** "a.b" for the list a.b.list.element: the names that a list puts in between say nothing. */
function listName(path: readonly SchemaTree[]): string {
	const end = path.findIndex(({ element }) => element.repetition_type === "REPEATED");
	const named = path.slice(1, path[end - 1]?.element.converted_type === "LIST" ? end : end + 1);
	const rest = path.slice(end + 2).map(({ element }) => element.name);
	return [...named.map(({ element }) => element.name), ...rest].join(".");
}

/** What numbers a column holds, or what it holds instead. */
function typeOf({
	type,
	type_length,
	converted_type,
	logical_type,
}: SchemaElement): DType | { readonly other: string } {
	const logical = logical_type?.type;
	if (logical_type?.type === "INTEGER") {
		const dtype = `${logical_type.isSigned ? "i" : "u"}${logical_type.bitWidth}`;
		if (Object.hasOwn(DTYPES, dtype)) return dtype as DType;
	}
	const integer = /^(U?)INT_(8|16|32|64)$/.exec(converted_type ?? "");
	if (integer) return `${integer[1] ? "u" : "i"}${integer[2]}` as DType;
	if (logical === "FLOAT16" && type === "FIXED_LEN_BYTE_ARRAY" && type_length === 2) return "f16";
	const meant = logical ?? converted_type;
	if (meant === undefined) {
		if (type === "BOOLEAN") return "bool";
		if (type === "INT32") return "i32";
		if (type === "INT64") return "i64";
		if (type === "FLOAT") return "f32";
		if (type === "DOUBLE") return "f64";
	}
	if (type === undefined)
		throw new TensorError("corrupt", "The column has a type that Parquet does not have; save the file again.");
	return { other: meant === undefined ? type.toLowerCase() : `${type.toLowerCase()} (${meant.toLowerCase()})` };
}

type Placed = Pick<ColumnChunk, "meta" | "rows" | "start">;

function placeOf(
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

/** Values per row where every row may have as many; throws `unsupported` where they cannot. */
function widthOf(chunks: readonly Placed[], rows: bigint): number {
	const values = chunks.reduce((sum, { meta }) => sum + meta.num_values, 0n);
	const width = rows === 0n ? 0n : values / rows;
	if (chunks.every(({ meta, rows: own }) => meta.num_values === width * BigInt(own))) return Number(width);
	throw new TensorError("unsupported", "The rows are lists of different lengths, which form no tensor.");
}

/** How many values are missing: exactly, or undefined where the file does not tell. */
function nullsOf(path: readonly SchemaTree[], chunks: readonly Placed[]): number | undefined {
	if (path.every(({ element }) => element.repetition_type !== "OPTIONAL")) return 0;
	let sum = 0;
	for (const { meta } of chunks) {
		const count = meta.statistics?.null_count;
		if (count === undefined) return undefined;
		sum += Number(count);
	}
	return sum;
}

function noteOf(nulls: number | undefined, stored: DType, dtype: DType): Pick<TensorInfo, "note"> {
	if (nulls === 0) return {};
	const what = nulls === undefined ? "values may be missing, which are" : `${formatCount(nulls)} values are missing,`;
	return { note: `${what} read as NaN${stored === dtype ? "" : `; stored as ${stored}, read as ${dtype}`}` };
}

/** The rows of one group; its values are unpacked as a whole and kept while they are read in parts. */
function pieceOf(file: ParquetFile, chunk: ColumnChunk): RowPiece {
	const rowBytes = chunk.width * (DTYPES[chunk.dtype].bits / 8);
	return {
		rows: chunk.rows,
		async read(first, count, signal) {
			const bytes = await readChunk(file, chunk, signal, count < chunk.rows);
			return bytes.subarray(first * rowBytes, (first + count) * rowBytes);
		},
	};
}
