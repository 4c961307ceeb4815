import { DTYPES, type DType, factsOf } from "../../core/dtype";
import { type ErrorCode, TensorError } from "../../core/errors";
import { formatCount } from "../../core/format";
import { type Shape, sizeOf } from "../../core/layout";
import type { TensorInfo } from "../../core/tensor";
import { tensorShape } from "../arrow/tensor-extension";
import type { RowColumn, RowPiece } from "../rows";
import { bytesOf, problem } from "../shape";
import type { ArrowColumn } from "./arrow-fields";
import type { ParquetFile, SchemaTree } from "./footer";
import { columnName, entriesOf, type ListLengths, nestingOf } from "./lists";
import { type Placed, placeOf } from "./place";
import { typeOf } from "./stored";
import { firstLengths, readChunk } from "./values";

/** Bytes that the values of one column of one row group may take when unpacked. */
const MAX_DENSE_BYTES = 2 ** 30;

/** A column that holds values: its number, and the schema from the root down to it. */
export interface Leaf {
	readonly index: number;
	readonly path: readonly SchemaTree[];
}

/** One column of one row group with what its values become. */
export interface ColumnChunk extends Placed, Omit<ListLengths, "lengths"> {
	readonly path: Leaf["path"];
	/** The number of its first row in the column. */
	readonly firstRow: number;
	/** Elements of the lists in a row, the outermost first; none where a row is one value. */
	readonly lengths: Shape;
	readonly dtype: DType;
}

/** A column as a tensor, or why it cannot be one; `arrow` is what an Arrow schema says of it. */
export async function columnOf(
	file: ParquetFile,
	{ index, path }: Leaf,
	arrow: ArrowColumn | undefined,
	signal?: AbortSignal,
): Promise<RowColumn> {
	const rows = file.metadata.row_groups.reduce((sum, { num_rows }) => sum + num_rows, 0n);
	let known: Omit<TensorInfo, "problem"> = {
		name: columnName(path),
		dtype: { other: "unknown" },
		shape: [Number(rows)],
		bytes: 0,
	};
	try {
		const stored = typeOf((path.at(-1) as SchemaTree).element);
		known = { ...known, dtype: stored };
		if (typeof stored !== "string")
			refuse("unsupported", `Values of the type ${stored.other} are no numbers that are read.`);
		const placed = file.metadata.row_groups.map(({ columns, num_rows }, group) =>
			placeOf(file, columns[index]?.meta_data, columns[index]?.file_path, Number(num_rows), group),
		);
		const fixed = nestingOf(path).elements.map((_, level) => {
			const list = arrow?.lists[level];
			return list?.kind === "fixed_size_list" ? list.listSize : undefined;
		});
		const isFixed = fixed.map((length) => length !== undefined);
		const lengths = await lengthsOf(file, placed, path, fixed, signal);
		const tensor = arrow && tensorShape(arrow.field, lengths);
		const inner = tensor?.shape ?? lengths;
		const nulls = lengths.includes(0) ? 0 : nullsOf(path, placed, entriesOf(lengths));
		const dtype = nulls === 0 || factsOf(stored).kind === "float" ? stored : "f64";
		const size = bytesOf([rows, ...inner], dtype);
		if ("impossible" in size) return refuse("corrupt", `${size.impossible}; the footer is damaged.`);
		const largest = sizeOf([Math.max(0, ...placed.map((each) => each.rows)), ...lengths]) * (DTYPES[dtype].bits / 8);
		if (largest > MAX_DENSE_BYTES)
			refuse(
				"too-large",
				`The values of a row group take ${formatCount(largest)} bytes, more than the ${MAX_DENSE_BYTES} that are unpacked at once; save the table with smaller row groups.`,
			);
		const axisNames = tensor?.axisNames ? { axisNames: ["", ...tensor.axisNames] } : {};
		const shape = [Number(rows), ...inner];
		known = { ...known, dtype, shape, bytes: size.bytes, ...noteOf(nulls, stored, dtype), ...axisNames };
		let firstRow = 0;
		const pieces = placed.map((each): RowPiece => {
			const piece = pieceOf(file, { ...each, path, firstRow, lengths, isFixed, dtype });
			firstRow += each.rows;
			return piece;
		});
		const strides = tensor ? { strides: tensor.strides } : {};
		return { info: known, pieces, bigEndian: NATIVE_BIG_ENDIAN, ...strides };
	} catch (thrown) {
		const error = TensorError.from(thrown);
		if (error.code === "cancelled") throw error;
		return { info: { ...known, problem: problem(error.code, error.message, error.where) } };
	}
}

function refuse(code: ErrorCode, message: string): never {
	throw new TensorError(code, message);
}

const NATIVE_BIG_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 0;

/**
 * Elements in the lists of a row, the outermost first, where those of every row group may be as many; throws `unsupported`
 * where they cannot. What is told neither by a schema nor by the count of values is that of the first row.
 */
async function lengthsOf(
	file: ParquetFile,
	chunks: readonly Placed[],
	path: Leaf["path"],
	fixed: readonly (number | undefined)[],
	signal?: AbortSignal,
): Promise<Shape> {
	const first = chunks.find(({ rows }) => rows > 0);
	if (fixed.length === 0 || first === undefined) return fixed.map((length) => length ?? 0);
	const isFixed = fixed.map((length) => length !== undefined);
	const perRow = Number(first.meta.num_values) / first.rows;
	let lengths: Shape;
	if (isFixed.every(Boolean)) lengths = fixed.map((length) => length ?? 0);
	// One entry may be an empty list.
	else if (fixed.length === 1 && Number.isInteger(perRow) && perRow > 1) lengths = [perRow];
	else lengths = await firstLengths(file, { ...first, path, isFixed }, fixed, signal);
	const entries = entriesOf(lengths);
	const group = chunks.findIndex(({ rows, meta: { num_values } }) => {
		const most = BigInt(entries) * BigInt(rows);
		// A missing list of fixed size is one entry.
		return isFixed.includes(true) ? num_values > most || num_values < rows : num_values !== most;
	});
	if (group < 0) return lengths;
	const { rows, meta } = chunks[group] as Placed;
	return refuse(
		"unsupported",
		`Rows of ${lengths.join(" × ")} values would be ${formatCount(entries * rows)} in row group ${group}, but it has ${formatCount(Number(meta.num_values))}; lists of different lengths form no tensor.`,
	);
}

/** How many values are missing: exactly, or undefined where the file does not tell. */
function nullsOf(path: Leaf["path"], chunks: readonly Placed[], entries: number): number | undefined {
	if (path.every(({ element }) => element.repetition_type !== "OPTIONAL")) return 0;
	let sum = 0;
	for (const { meta, rows } of chunks) {
		const count = meta.statistics?.null_count;
		if (count === undefined) return undefined;
		// A missing list counts as one.
		sum += Number(count) + rows * entries - Number(meta.num_values);
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
	const rowBytes = sizeOf(chunk.lengths) * (DTYPES[chunk.dtype].bits / 8);
	return {
		rows: chunk.rows,
		async read(first, count, signal, _target, part) {
			const bytes = await readChunk(file, chunk, signal, count < chunk.rows || part !== undefined);
			if (part) {
				const at = first * rowBytes + part.from * (DTYPES[chunk.dtype].bits / 8);
				return bytes.subarray(at, at + part.count * (DTYPES[chunk.dtype].bits / 8));
			}
			return bytes.subarray(first * rowBytes, (first + count) * rowBytes);
		},
	};
}
