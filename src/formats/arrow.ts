import { TensorError } from "../core/errors";
import { bufferReader } from "./arrow/buffers";
import { columnsOf } from "./arrow/column";
import { isStream, readTable } from "./arrow/messages";
import { slotsOf } from "./arrow/slots";
import { latin1 } from "./detect";
import { KNOWN } from "./known";
import { uniqueNames } from "./names";
import { readAhead } from "./read-ahead";
import type { TensorReader } from "./reader";
import { type RowColumn, rowSource } from "./rows";

const MAX_TEXT = 10_000;
/** Batches times fields, each of which is looked at when a file is opened. */
const MAX_PARTS = 20_000_000;

/** Arrow tables, as files (Feather) and streams: numeric columns as tensors, lists of one length and tensors with their axes. */
export const arrow: TensorReader = {
	...KNOWN.arrow,
	sniff: (head, { size }) => /^(ARROW1|FEA1)/.test(latin1(head.subarray(0, 8))) || isStream(head, size),
	async open(source, signal) {
		const table = await readTable(readAhead(source), signal);
		const { schema } = table;
		const plain = slotsOf(schema, []);
		if (table.batches.length * plain.size > MAX_PARTS) {
			throw new TensorError(
				"too-large",
				`The table has ${table.batches.length} batches of ${plain.size} fields, more than are looked at; write it with larger batches.`,
			);
		}
		const batches = table.batches.map((batch) => ({
			batch,
			slots: batch.variadic.length === 0 ? plain : slotsOf(schema, batch.variadic),
		}));
		const reading = { table, batches, buffers: bufferReader(source) };
		const unique = uniqueNames();
		const columns = schema.fields
			.flatMap((field) => columnsOf(reading, field))
			.map((column): RowColumn => ({ ...column, info: { ...column.info, name: unique(column.info.name) } }));
		const facts = Object.entries(schema.metadata).map(([key, value]) => [key, value.slice(0, MAX_TEXT)]);
		return rowSource(columns, { metadata: Object.fromEntries(facts), notes: [], close: async () => source.close?.() });
	},
};
