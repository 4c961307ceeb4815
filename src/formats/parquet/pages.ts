import type { Compressors, DecodedArray, PageHeader } from "hyparquet";
import type { readColumn } from "hyparquet/src/column.js";
import { TensorError } from "../../core/errors";
import { zstdSize } from "../encoding/zstd-size";
import type { Nesting } from "./lists";

/** Values as hyparquet gives them. */
export type { DecodedArray };

/** What hyparquet needs to know of a column. */
export type Decoder = Parameters<typeof readColumn>[2];

/** Bytes by which pages may be larger than the column says in all: their levels and headers. */
const SLACK_BYTES = 2 ** 16;
/** The same for Zstandard blocks without a declared size. */
const ZSTD_SLACK_BYTES = 2 ** 28;

/** A page of a column of lists. */
export interface Page {
	/** Entries: values, missing ones, empty and missing lists. */
	readonly count: number;
	readonly repetitions: Uint8Array;
	readonly definitions: Uint8Array;
	/** The values of so many entries that have one. */
	decode(count: number): DecodedArray;
}

/** The parts of hyparquet that columns are read with; loaded when the first is. */
export async function loadParquet() {
	const [column, pages, plain, convert, { compressors }] = await Promise.all([
		import("hyparquet/src/column.js"),
		import("hyparquet/src/datapage.js"),
		import("hyparquet/src/plain.js"),
		import("hyparquet/src/convert.js"),
		import("hyparquet-compressors"),
	]);
	return { ...column, ...pages, ...plain, ...convert, compressors };
}

export type ParquetPackage = Awaited<ReturnType<typeof loadParquet>>;

/** The pages in the first bytes of a column of lists with so many entries, each unpacked when it is asked for. Throws RangeError where one is cut. */
export function* pagesOf(
	packed: Uint8Array,
	parquet: ParquetPackage,
	decoder: Decoder,
	{ most, elements }: Nesting,
	entries: number,
): Generator<Page> {
	const { codec, compressors, type, element, schemaPath } = decoder;
	const reader = { view: new DataView(packed.buffer, packed.byteOffset, packed.byteLength), offset: 0 };
	const unpack = (bytes: Uint8Array, size: number) => parquet.decompressPage(bytes, size, codec, compressors);
	const plain = { ...decoder, schemaPath: schemaPath.slice(0, 1) };
	let dictionary: (() => DecodedArray) | undefined;
	for (let left = entries; left > 0 && reader.offset < packed.length - 1; ) {
		const header = parquet.parquetHeader(reader);
		const count = checkPage(header, packed.length - reader.offset, left);
		const { data_page_header: first, data_page_header_v2: second, dictionary_page_header: held } = header;
		const bytes = packed.subarray(reader.offset, reader.offset + header.compressed_page_size);
		reader.offset += header.compressed_page_size;
		left -= count;
		if (held) {
			const values = once(() => unpack(bytes, header.uncompressed_page_size).slice());
			dictionary = once(() => {
				const read = { view: new DataView(values().buffer), offset: 0 };
				return parquet.convert(parquet.readPlain(read, type, held.num_values, element.type_length), decoder);
			});
			continue;
		}
		const about = second ?? first;
		if (about === undefined) continue;
		const parts = second ? partsOfSecond(bytes, header, unpack) : partsOfFirst(bytes, header, unpack);
		const known = dictionary;
		yield {
			count,
			...parts,
			decode(there) {
				if (there === 0) return [];
				const told = { ...about, num_values: there } as NonNullable<PageHeader["data_page_header"]>;
				const { dataPage } = parquet.readDataPage(parts.values().slice(), told, plain);
				return parquet.convertWithDictionary(dataPage, known?.(), about.encoding, plain);
			},
		};
	}

	type Unpack = typeof unpack;

	function partsOfFirst(bytes: Uint8Array, header: PageHeader, open: Unpack) {
		const about = header.data_page_header;
		for (const encoding of [about?.repetition_level_encoding, about?.definition_level_encoding]) {
			if (encoding === undefined || encoding === "RLE") continue;
			throw new TensorError("unsupported", `Its levels are encoded as ${encoding}, which is not read; save it again.`);
		}
		const page = open(bytes, header.uncompressed_page_size);
		let at = 0;
		const levels = (highest: number) => {
			if (highest === 0) return new Uint8Array(0);
			const length = new DataView(page.buffer, page.byteOffset, page.byteLength).getUint32(at, true);
			if (length > page.length - at - 4) throw new RangeError("the levels of a page lead out of it");
			at += 4 + length;
			return page.subarray(at - length, at);
		};
		const [repetitions, definitions] = [levels(elements.length), levels(most)];
		return { repetitions, definitions, values: () => page.subarray(at) };
	}

	function partsOfSecond(bytes: Uint8Array, header: PageHeader, open: Unpack) {
		const about = header.data_page_header_v2 as NonNullable<PageHeader["data_page_header_v2"]>;
		const middle = about.repetition_levels_byte_length;
		const end = middle + about.definition_levels_byte_length;
		const [repetitions, definitions] = [bytes.subarray(0, middle), bytes.subarray(middle, end)];
		const values = bytes.subarray(end);
		const isPacked = about.is_compressed !== false;
		return {
			repetitions,
			definitions,
			values: () => (isPacked ? open(values, header.uncompressed_page_size - end) : values),
		};
	}
}

function once<T>(make: () => T): () => T {
	let made: { readonly value: T } | undefined;
	return () => {
		made ??= { value: make() };
		return made.value;
	};
}

/**
 * Throws unless the pages of a column lie in it, say all that is needed, and hold no more values than the column: the package
 * makes arrays as large as they say, and never ends where a length is missing.
 */
export function checkPages({ parquetHeader }: ParquetPackage, view: DataView, values: number): void {
	const reader = { view, offset: 0 };
	for (let left = values; left > 0 && reader.offset < view.byteLength - 1; ) {
		const page = parquetHeader(reader);
		left -= checkPage(page, view.byteLength - reader.offset, left);
		reader.offset += page.compressed_page_size;
	}
}

/** The entries of a page; throws RangeError where it does not fit the bytes and entries that are left of its column. */
function checkPage(page: PageHeader, room: number, left: number): number {
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
		bytes <= room &&
		count <= left &&
		levels.reduce((sum, length) => sum + length, 0) <= bytes;
	if (fits && (dictionary?.num_values ?? 0) <= entries) return count;
	throw new RangeError("a page does not fit its column");
}

/** The decompressors with a limit for a column of so many bytes: pages declare their own sizes. */
export function limited(all: Compressors, columnBytes: number): Compressors {
	const most = columnBytes + SLACK_BYTES;
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
