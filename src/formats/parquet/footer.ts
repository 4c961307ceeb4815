import type { ColumnMetaData, FileMetaData, SchemaElement, SchemaTree } from "hyparquet";
import { TensorError } from "../../core/errors";
import { latin1 } from "../detect";
import type { ByteSource } from "../reader";

/** Parts of a footer, as the package that reads it has them. */
export type { ColumnMetaData, SchemaElement, SchemaTree };

const MAX_FOOTER_BYTES = 100_000_000;
/** Length of the footer and the magic bytes at the end of a file. */
const TAIL_BYTES = 8;

/** A Parquet file whose footer was read. */
export interface ParquetFile {
	readonly source: ByteSource;
	readonly metadata: FileMetaData;
	readonly schema: SchemaTree;
}

/** Reads the footer of a Parquet file. Throws `corrupt`, `unsupported` or `too-large`. */
export async function readFooter(source: ByteSource, signal?: AbortSignal): Promise<ParquetFile> {
	const where = { file: source.name, byte: Math.max(0, source.size - TAIL_BYTES) };
	const fail = (message: string, code: "corrupt" | "unsupported" | "too-large" = "corrupt"): never => {
		throw new TensorError(code, message, where);
	};
	if (source.size < 4 + TAIL_BYTES) fail(`A Parquet file has at least 12 bytes, but this one has ${source.size}.`);
	const tail = await source.read(source.size - TAIL_BYTES, TAIL_BYTES, signal);
	const magic = latin1(tail.subarray(4));
	if (magic === "PARE") fail("The table is encrypted, which is not read; save it without encryption.", "unsupported");
	if (magic !== "PAR1") fail('The file does not end in "PAR1"; it is cut off or damaged, so copy or save it again.');
	const length = new DataView(tail.buffer, tail.byteOffset, 4).getUint32(0, true);
	if (length > source.size - 4 - TAIL_BYTES) {
		fail(`The footer is said to take ${length} bytes, but the file has ${source.size} in all; copy or save it again.`);
	}
	if (length > MAX_FOOTER_BYTES) {
		fail(`The footer takes ${length} bytes, more than the ${MAX_FOOTER_BYTES} that are read.`, "too-large");
	}
	const bytes = await source.read(source.size - TAIL_BYTES - length, length + TAIL_BYTES, signal);
	const { parquetMetadata, parquetSchema } = await import("hyparquet/src/metadata.js");
	try {
		const metadata = parquetMetadata(bytes, { geoparquet: false });
		const schema = parquetSchema(metadata);
		for (const { num_rows, columns } of metadata.row_groups) {
			if (typeof num_rows !== "bigint" || num_rows < 0n || !Array.isArray(columns))
				throw new Error("a row group has no rows or columns");
		}
		return { source, metadata, schema };
	} catch (thrown) {
		return fail(`The footer is damaged (${reasonOf(thrown)}); copy or save the file again.`);
	}
}

/** What a package said in its error, as a part of a sentence. */
export function reasonOf(thrown: unknown): string {
	return (thrown instanceof Error ? thrown.message : String(thrown)).slice(0, 200).replace(/\.$/, "");
}
