import { TensorError } from "../core/errors";
import { type DenseTensor, denseSource } from "./dense";
import { isTableEnd, tableEntries } from "./encoding/leveldb-table";
import { KNOWN } from "./known";
import { uniqueNames } from "./names";
import type { TensorReader } from "./reader";
import { unreadable } from "./shape";
import { type Shards, shardsOf, tensorOfEntry } from "./tf-entry";

/** A TensorFlow checkpoint (tensor_bundle.proto): an index, which is a LevelDB table, and shards with the values beside it. */
export const tfCheckpoint: TensorReader = {
	...KNOWN.tfCheckpoint,
	sniff: () => false,
	sniffEnd: isTableEnd,
	async open(source, signal) {
		const found: DenseTensor[] = [];
		const nameOnce = uniqueNames();
		let shards: Shards | undefined;
		let slices = 0;
		for await (const { key, value } of tableEntries(source, signal)) {
			shards ??= await shardsOf(source, key.length === 0 ? value : new Uint8Array(0));
			if (key.length === 0) continue;
			// Keys that start with 0 are pieces of tensors that have an entry of their own.
			if (key[0] === 0) slices++;
			else {
				const name = nameOnce(new TextDecoder().decode(key));
				found.push(await tensorOfEntry(shards, name, value).catch((thrown) => damaged(name, thrown)));
			}
		}
		if (shards === undefined)
			throw new TensorError("corrupt", "The index has no entries; the file is damaged.", { file: source.name });
		const notes = slices > 0 ? [`${slices} slices of tensors that are stored in parts are not listed.`] : [];
		const metadata = { shards: String(shards.count) };
		return denseSource(found, { metadata, notes, close: async () => source.close?.() });
	},
};

function damaged(name: string, thrown: unknown): DenseTensor {
	const error = TensorError.from(thrown);
	if (error.code === "cancelled") throw error;
	return { info: unreadable(name, error) };
}
