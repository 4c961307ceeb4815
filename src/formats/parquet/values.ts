import type { Compressors, DecodedArray, SchemaTree } from "hyparquet";
import type { parquetHeader, readColumn as read } from "hyparquet/src/column.js";
import { type DType, factsOf } from "../../core/dtype";
import { TensorError, throwIfAborted } from "../../core/errors";
import { encodeMiniFloat } from "../../core/minifloat";
import { zstdSize } from "../encoding/zstd-size";
import type { ColumnChunk } from "./column";
import { type ParquetFile, reasonOf } from "./footer";

/** Bytes by which pages may be larger than the column says in all: their levels and headers. */
const SLACK_BYTES = 2 ** 16;
/** The same for Zstandard blocks without a declared size. */
const ZSTD_SLACK_BYTES = 2 ** 28;

/** The column that was unpacked last, of each file: it is read in parts. */
const kept = new WeakMap<ParquetFile, { readonly meta: ColumnChunk["meta"]; readonly bytes: Uint8Array }>();

/** All values of one column of one row group, dense, in the machine's byte order. Throws `corrupt`, `unsupported`, `cancelled`. */
export async function readChunk(
	file: ParquetFile,
	chunk: ColumnChunk,
	signal: AbortSignal | undefined,
	keep: boolean,
): Promise<Uint8Array> {
	const known = kept.get(file);
	if (known?.meta === chunk.meta) return known.bytes;
	kept.delete(file);
	const bytes = await unpackChunk(file, chunk, signal);
	if (keep) kept.set(file, { meta: chunk.meta, bytes });
	return bytes;
}

async function unpackChunk(file: ParquetFile, chunk: ColumnChunk, signal?: AbortSignal): Promise<Uint8Array> {
	const { meta, start, leaf, rows } = chunk;
	const [{ readColumn, parquetHeader }, { DEFAULT_PARSERS }, { compressors }] = await Promise.all([
		import("hyparquet/src/column.js"),
		import("hyparquet/src/convert.js"),
		import("hyparquet-compressors"),
	]);
	throwIfAborted(signal);
	const packed = await file.source.read(start, Number(meta.total_compressed_size), signal);
	const where = { byte: start };
	try {
		const decoder: Parameters<typeof read>[2] = {
			...meta,
			pathInSchema: meta.path_in_schema,
			element: (leaf.path.at(-1) as SchemaTree).element,
			schemaPath: [...leaf.path],
			compressors: limited(compressors, Number(meta.total_uncompressed_size) + SLACK_BYTES),
			parsers: DEFAULT_PARSERS,
		};
		// The package makes views of the whole buffer below its bytes.
		const own = packed.byteOffset === 0 && packed.buffer.byteLength === packed.length ? packed : packed.slice();
		const reader = { view: new DataView(own.buffer), offset: 0 };
		checkPages(parquetHeader, reader.view, Number(meta.num_values));
		const { data } = readColumn(reader, { groupStart: 0, groupRows: rows, selectStart: 0, selectEnd: rows }, decoder);
		return dense(data, chunk);
	} catch (thrown) {
		if (thrown instanceof TensorError) throw thrown.at(where);
		throw new TensorError(
			"corrupt",
			`The values of "${meta.path_in_schema.join(".")}" cannot be unpacked (${reasonOf(thrown)}); copy or save the file again.`,
			where,
		);
	}
}

/**
 * Throws unless the pages of a column lie in it, say all that is needed, and hold no more values than the column: the package
 * makes arrays as large as they say, and never ends where a length is missing.
 */
function checkPages(headerOf: typeof parquetHeader, view: DataView, values: number): void {
	const reader = { view, offset: 0 };
	for (let left = values; left > 0 && reader.offset < view.byteLength - 1; ) {
		const page = headerOf(reader);
		const { data_page_header: first, data_page_header_v2: second, dictionary_page_header: dictionary } = page;
		const bytes = page.compressed_page_size;
		const counts = [...(first ? [first.num_values] : []), ...(second ? [second.num_values] : [])];
		const levels = second ? [second.definition_levels_byte_length, second.repetition_levels_byte_length] : [];
		const told = [
			bytes,
			page.uncompressed_page_size,
			...counts,
			...levels,
			...(dictionary ? [dictionary.num_values] : []),
		];
		const count = Math.max(0, ...counts);
		// No entry of a dictionary takes less than a bit.
		const entries = 8 * (page.uncompressed_page_size + 1);
		const fits =
			told.every((number) => Number.isInteger(number) && number >= 0) &&
			reader.offset + bytes <= view.byteLength &&
			count <= left &&
			levels.reduce((sum, length) => sum + length, 0) <= bytes;
		if (!fits || (dictionary?.num_values ?? 0) > entries) throw new RangeError("a page does not fit its column");
		reader.offset += bytes;
		left -= count;
	}
}

/** The decompressors, with a limit: pages declare their own sizes. */
function limited(all: Compressors, most: number): Compressors {
	return Object.fromEntries(
		Object.entries(all).map(([name, decompress]) => [
			name,
			(input: Uint8Array, length: number) => {
				// Zstandard data is unpacked to the size that it declares itself.
				const told = name === "ZSTD" ? (zstdSize(input) ?? length) : length;
				if (length > most || told > most + ZSTD_SLACK_BYTES) {
					throw new TensorError(
						"corrupt",
						`A page declares ${length} bytes, more than its column in all; save the file again.`,
					);
				}
				return decompress(input, length);
			},
		]),
	);
}

/** Values row by row, without the nesting of lists; missing ones are NaN. */
function dense(data: readonly DecodedArray[], { rows, width, dtype }: ColumnChunk): Uint8Array {
	const { put, putAll, bytes } = writerOf(dtype, rows * width);
	let row = 0;
	let at = 0;
	const leaf = (value: unknown, depth: number): void => {
		if (!Array.isArray(value)) {
			if (at >= rows * width) tooMany();
			put(at++, value);
		} else if (depth < 64) for (const each of value) leaf(each, depth + 1);
	};
	for (const part of data) {
		if (width === 1 && row + part.length <= rows && putAll(row, part)) {
			row += part.length;
			at = row;
			continue;
		}
		for (const value of part) {
			if (row === rows) tooMany();
			const before = at;
			leaf(value, 0);
			// What is missing as a whole is an empty list.
			if (at === before && width === 1) put(at++, null);
			if (at - before !== width) {
				throw new TensorError(
					"unsupported",
					`Row ${row} holds ${at - before} values and others ${width}; lists of different lengths form no tensor.`,
				);
			}
			row++;
		}
	}
	if (row === rows) return bytes;
	throw new TensorError("corrupt", `The pages hold ${row} rows, and ${rows} were expected; save the file again.`);

	function tooMany(): never {
		throw new TensorError(
			"corrupt",
			`The pages hold more than the ${rows * width} values that were expected; save the file again.`,
		);
	}
}

const ARRAYS = {
	bool: Uint8Array,
	u8: Uint8Array,
	u16: Uint16Array,
	u32: Uint32Array,
	i8: Int8Array,
	i16: Int16Array,
	i32: Int32Array,
	i64: BigInt64Array,
	u64: BigUint64Array,
	f32: Float32Array,
	f64: Float64Array,
} as const;
type Target = InstanceType<(typeof ARRAYS)[keyof typeof ARRAYS]> | Uint16Array;

interface Writer {
	readonly bytes: Uint8Array;
	/** Puts one value; what is missing becomes NaN, or is `corrupt` where there is none. */
	put(at: number, value: unknown): void;
	/** Puts many at once where they are of the same kind of numbers. */
	putAll(at: number, values: DecodedArray): boolean;
}

function writerOf(dtype: DType, count: number): Writer {
	const values: Target = new (dtype === "f16" ? Uint16Array : ARRAYS[dtype as keyof typeof ARRAYS])(count);
	return {
		bytes: new Uint8Array(values.buffer),
		put: putterOf(dtype, values),
		putAll(at, many) {
			if (dtype === "f16" || Array.isArray(many)) return false;
			if (isWide(many) !== isWide(values)) return false;
			values.set(many as never, at);
			return true;
		},
	};
}

function isWide(values: unknown): boolean {
	return values instanceof BigInt64Array || values instanceof BigUint64Array;
}

function putterOf(dtype: DType, values: Target): Writer["put"] {
	const { kind, mini } = factsOf(dtype);
	if (isWide(values)) {
		return (at, value) => {
			const wide = typeof value === "bigint" ? value : typeof value === "number" ? BigInt(value) : missing();
			values[at] = wide as never;
		};
	}
	return (at, value) => {
		const known = typeof value === "number" || typeof value === "boolean" || typeof value === "bigint";
		const number = known ? Number(value) : kind === "float" ? NaN : missing();
		values[at] = (mini ? encodeMiniFloat(mini, number) : number) as never;
	};
}

function missing(): never {
	throw new TensorError("corrupt", "Values are missing where the footer says that none are; save the file again.");
}
