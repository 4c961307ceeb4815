import { TensorError, throwIfAborted } from "../../core/errors";
import { sizeOf } from "../../core/layout";
import type { ColumnChunk } from "./column";
import { type ParquetFile, reasonOf, type SchemaTree } from "./footer";
import { levelReader } from "./levels";
import { listWalk, nestingOf } from "./lists";
import { writerOf } from "./numbers";
import {
	checkPages,
	type DecodedArray,
	type Decoder,
	limited,
	loadParquet,
	type Page,
	type ParquetPackage,
	pagesOf,
} from "./pages";

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
	const { meta, start, path, rows } = chunk;
	const parquet = await loadParquet();
	throwIfAborted(signal);
	const packed = await file.source.read(start, Number(meta.total_compressed_size), signal);
	return unpacking(chunk, () => {
		const decoder = decoderOf(parquet, chunk);
		// The package makes views of the whole buffer below its bytes.
		const own = packed.byteOffset === 0 && packed.buffer.byteLength === packed.length ? packed : packed.slice();
		const reader = { view: new DataView(own.buffer), offset: 0 };
		checkPages(parquet, reader.view, Number(meta.num_values));
		const nesting = nestingOf(path);
		if (nesting.elements.length > 0)
			return lists(pagesOf(own, parquet, decoder, nesting, Number(meta.num_values)), chunk);
		const all = { groupStart: 0, groupRows: rows, selectStart: 0, selectEnd: rows };
		return dense(parquet.readColumn(reader, all, decoder).data, chunk);
	});
}

/** What hyparquet is told of one column of one row group. */
function decoderOf({ compressors, DEFAULT_PARSERS }: ParquetPackage, { meta, path }: PackedChunk): Decoder {
	return {
		...meta,
		pathInSchema: meta.path_in_schema,
		element: (path.at(-1) as SchemaTree).element,
		schemaPath: [...path],
		compressors: limited(compressors, Number(meta.total_uncompressed_size)),
		parsers: DEFAULT_PARSERS,
	};
}

/** What a reader of a chunk gives; what it throws becomes an error that names the column. */
function unpacking<T>({ meta, start }: PackedChunk, read: () => T): T {
	try {
		return read();
	} catch (thrown) {
		const where = { byte: start };
		if (thrown instanceof TensorError) throw thrown.at(where);
		throw new TensorError(
			"corrupt",
			`The values of "${meta.path_in_schema.join(".")}" cannot be unpacked (${reasonOf(thrown)}); copy or save the file again.`,
			where,
		);
	}
}

type PackedChunk = Pick<ColumnChunk, "path" | "meta" | "start">;

/** Bytes of a column that are read at first to see its first row, and at most. */
const [FIRST_BYTES, MOST_BYTES] = [2 ** 16, 2 ** 26];

/**
 * How long the lists in the first row of a chunk are, by its levels alone; no more of it is read than that takes. Lengths
 * that are told stay. Throws `unsupported`, `corrupt`, `too-large`.
 */
export async function firstLengths(
	file: ParquetFile,
	chunk: PackedChunk & Pick<ColumnChunk, "isFixed">,
	told: readonly (number | undefined)[],
	signal?: AbortSignal,
): Promise<readonly number[]> {
	const parquet = await loadParquet();
	const decoder = decoderOf(parquet, chunk);
	const nesting = nestingOf(chunk.path);
	const whole = Number(chunk.meta.total_compressed_size);
	for (let bytes = FIRST_BYTES; ; bytes *= 2) {
		throwIfAborted(signal);
		const isAll = bytes >= whole;
		const packed = await file.source.read(chunk.start, Math.min(bytes, whole), signal);
		const lengths = [...told];
		const walk = listWalk(nesting, { lengths, isFixed: chunk.isFixed });
		const isSeen = unpacking(chunk, () => {
			try {
				return sawRow(pagesOf(packed, parquet, decoder, nesting, Number(chunk.meta.num_values))) || isAll;
			} catch (thrown) {
				// A page that is cut here is whole in more bytes.
				if (isAll || thrown instanceof TensorError) throw thrown;
				return false;
			}
		});
		if (isSeen) {
			walk.end();
			return lengths.map((length) => length ?? 0);
		}
		if (bytes >= MOST_BYTES)
			throw new TensorError(
				"too-large",
				`The first row takes more than ${MOST_BYTES} bytes, which are looked at for the lengths of its lists; save it as a list of fixed size.`,
			);

		function sawRow(pages: Iterable<Page>): boolean {
			for (const page of pages) {
				const [repetition, definition] = levelsOf(page);
				for (let k = 0; k < page.count; k++) {
					const next = repetition();
					if (next === 0 && walk.rows() === 1) return true;
					walk.step(next, definition());
				}
			}
			return false;
		}
	}

	function levelsOf(page: Page) {
		return [
			levelReader(page.repetitions, nesting.elements.length),
			levelReader(page.definitions, nesting.most),
		] as const;
	}
}

/** The values of lists row by row, where all of a kind are of the length that they are to have; missing ones are NaN. */
function lists(pages: Iterable<Page>, { path, rows, firstRow, lengths, isFixed, dtype }: ColumnChunk): Uint8Array {
	const nesting = nestingOf(path);
	const total = rows * sizeOf(lengths);
	const walk = listWalk(nesting, { lengths: [...lengths], isFixed }, firstRow);
	const { put, putAll, bytes } = writerOf(dtype, total);
	let at = 0;
	for (const { count, repetitions, definitions, decode } of pages) {
		const repetition = levelReader(repetitions, nesting.elements.length);
		const definition = levelReader(definitions, nesting.most);
		const counting = levelReader(definitions, nesting.most);
		let there = 0;
		for (let k = 0; k < count; k++) if (counting() === nesting.most) there++;
		const values = decode(there);
		if (values.length < there) throw new RangeError(`a page holds ${values.length} of ${there} values`);
		const isWhole = there === count && at + count <= total && putAll(at, values);
		for (let k = 0, next = 0; k < count; k++) {
			const own = definition();
			let size = walk.step(repetition(), own);
			if (walk.rows() > rows) throw new RangeError(`the pages hold more than the ${rows} rows that were expected`);
			const value = own === nesting.most ? values[next++] : null;
			for (; size > 0; size--, at++) if (!isWhole && at < total) put(at, value);
		}
	}
	walk.end();
	if (walk.rows() === rows) return bytes;
	throw new RangeError(`the pages hold ${walk.rows()} rows, and ${rows} were expected`);
}

/** Values row by row; missing ones are NaN. */
function dense(data: readonly DecodedArray[], { rows, dtype }: ColumnChunk): Uint8Array {
	const { put, putAll, bytes } = writerOf(dtype, rows);
	let row = 0;
	for (const part of data) {
		if (row + part.length > rows) throw new RangeError(`the pages hold more than the ${rows} rows that were expected`);
		if (!putAll(row, part)) for (let k = 0; k < part.length; k++) put(row + k, innermost(part[k]));
		row += part.length;
	}
	if (row === rows) return bytes;
	throw new RangeError(`the pages hold ${row} rows, and ${rows} were expected`);
}

/** The package puts what lies in groups into lists, which are empty where a group is missing. */
function innermost(value: unknown): unknown {
	return Array.isArray(value) ? innermost(value[0]) : value;
}
