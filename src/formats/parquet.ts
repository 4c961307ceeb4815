import { TensorError, throwIfAborted } from "../core/errors";
import type { ArrowSchema } from "./arrow/schema";
import { latin1 } from "./detect";
import { KNOWN } from "./known";
import { uniqueNames } from "./names";
import { ARROW_SCHEMA, arrowColumnOf, arrowSchemaOf } from "./parquet/arrow-fields";
import { columnOf, type Leaf } from "./parquet/column";
import { type ParquetFile, readFooter } from "./parquet/footer";
import type { TensorReader } from "./reader";
import { type RowColumn, rowSource } from "./rows";

const MAX_COLUMNS = 100_000;
const MAX_TEXT = 10_000;
/** Bytes of lists that are read when a file is opened, to see whether they are of one length; longer ones show it when read. */
const MAX_TRIAL_BYTES = 2 ** 20;

/** Parquet tables: numeric columns as tensors of one axis, lists of one length, and tensors of Arrow's, with their axes. */
export const parquet: TensorReader = {
	...KNOWN.parquet,
	sniff: (head) => /^PAR[1E]$/.test(latin1(head.subarray(0, 4))),
	async open(source, signal) {
		const file = await readFooter(source, signal);
		throwIfAborted(signal);
		const leaves = leavesOf(file, source.name);
		const { metadata } = file;
		const notes: string[] = [];
		const arrow = await arrowSchemaIn(file, notes);
		const columns: RowColumn[] = [];
		const unique = uniqueNames();
		let trial = MAX_TRIAL_BYTES;
		for (const leaf of leaves) {
			const column = await columnOf(file, leaf, arrow && arrowColumnOf(arrow, leaf.path), signal);
			const bytes = packedBytes(file, leaf);
			const isTried = column.pieces !== undefined && column.info.shape.length > 1 && bytes <= trial;
			if (isTried) trial -= bytes;
			const found = isTried ? await tried(column, signal) : column;
			columns.push({ ...found, info: { ...found.info, name: unique(found.info.name) } });
		}
		const entries = (metadata.key_value_metadata ?? []).filter(({ key }) => key !== ARROW_SCHEMA);
		const facts = entries.map(({ key, value }) => [key, (value ?? "").slice(0, MAX_TEXT)] as const);
		if (metadata.created_by) facts.push(["created_by", metadata.created_by]);
		return rowSource(columns, { metadata: Object.fromEntries(facts), notes, close: async () => source.close?.() });
	},
};

/** The schema that the table had in Arrow; where it cannot be read, a note says so, and Parquet's own is enough for most. */
async function arrowSchemaIn({ metadata, source }: ParquetFile, notes: string[]): Promise<ArrowSchema | undefined> {
	const text = metadata.key_value_metadata?.find(({ key }) => key === ARROW_SCHEMA)?.value;
	try {
		return text ? await arrowSchemaOf(text, source.name) : undefined;
	} catch (thrown) {
		const { message } = TensorError.from(thrown);
		notes.push(`The Arrow schema in the footer is not used, so that tensors in columns may be lists: ${message}`);
		return undefined;
	}
}

/** The columns that hold values, in the order of the file. Throws `corrupt` where a row group has others. */
function leavesOf({ schema, metadata }: ParquetFile, file: string): readonly Leaf[] {
	const leaves: Leaf[] = [];
	const walk = (path: Leaf["path"]) => {
		const node = path.at(-1);
		if (node === undefined) return;
		if (node.children.length > 0 && path.length < 64) for (const child of node.children) walk([...path, child]);
		else leaves.push({ index: leaves.length, path });
	};
	walk([schema]);
	if (leaves.length > MAX_COLUMNS) {
		throw new TensorError(
			"too-large",
			`The table has ${leaves.length} columns, more than the ${MAX_COLUMNS} that are listed.`,
		);
	}
	const odd = metadata.row_groups.findIndex(({ columns }) => columns.length !== leaves.length);
	if (odd < 0) return leaves;
	throw new TensorError(
		"corrupt",
		`The schema has ${leaves.length} columns, but row group ${odd} has ${metadata.row_groups[odd]?.columns.length}; save the file again.`,
		{ file },
	);
}

function packedBytes({ metadata }: ParquetFile, { index }: Leaf): number {
	return metadata.row_groups.reduce((sum, { columns }) => {
		return sum + Number(columns[index]?.meta_data?.total_compressed_size ?? 0);
	}, 0);
}

/** A column of lists whose values were read once: with a problem where they are no tensor. */
async function tried({ info, pieces = [], ...rest }: RowColumn, signal?: AbortSignal): Promise<RowColumn> {
	try {
		for (const piece of pieces) await piece.read(0, piece.rows, signal);
		return { info, pieces, ...rest };
	} catch (thrown) {
		const error = TensorError.from(thrown);
		if (error.code === "cancelled") throw error;
		return { info: { ...info, shape: info.shape.slice(0, 1), problem: error.toData() } };
	}
}
