import { TensorError, throwIfAborted } from "../core/errors";
import type { TensorInfo } from "../core/tensor";
import { openBeside, reopeningSource } from "./beside";
import { latin1 } from "./detect";
import { type Json, parseJson } from "./encoding/json";
import { KNOWN } from "./known";
import type { ByteSource, TensorReader, TensorSource } from "./reader";
import { problem } from "./shape";
import { type FoundTensor, valuesSource } from "./values";

const MAX_INDEX_BYTES = 100_000_000;
/** Shards whose headers are read at the same time. */
const SHARDS_AT_ONCE = 8;

/** Opens one shard by its content. Throws what is wrong with it. */
type OpenShard = (source: ByteSource, signal?: AbortSignal) => Promise<TensorSource>;

/** The index of a model whose tensors are spread over several files in one folder, each of any format. */
export function sharded(open: OpenShard): TensorReader {
	return {
		...KNOWN.sharded,
		sniff: (head) => /^\s*\{.*"weight_map"/s.test(latin1(head)),
		async open(source, signal) {
			const { shardOf, metadata } = await readIndex(source, signal);
			const shards = await openShards(source, new Set(shardOf.values()), open, signal);
			const tensors = [...shardOf].map(([name, file]) => tensorOf(name, file, shards.get(file)));
			const notes = [...shards].flatMap(([file, shard]) => notesOf(file, shard, shardOf));
			const hazards = [...shards.values()].flatMap((shard) => ("error" in shard ? [] : (shard.opened.hazards ?? [])));
			return valuesSource(tensors, {
				metadata,
				notes,
				...(hazards.length > 0 && { hazards: [...new Set(hazards)] }),
				async close() {
					for (const shard of shards.values()) if (!("error" in shard)) await shard.opened.close();
					await source.close?.();
				},
			});
		},
	};
}

/** An open shard, its tensors by name; or why it cannot be read. */
type Shard =
	| { readonly opened: TensorSource; readonly tensors: ReadonlyMap<string, TensorInfo> }
	| { readonly error: TensorError };

async function readIndex(source: ByteSource, signal: AbortSignal | undefined) {
	const where = { file: source.name, byte: 0 };
	if (source.size > MAX_INDEX_BYTES) {
		throw new TensorError(
			"too-large",
			`The index takes ${source.size} bytes, more than the ${MAX_INDEX_BYTES} that are read.`,
			where,
		);
	}
	const index = parseJson(await source.read(0, source.size, signal), where);
	const map: Json | undefined = index instanceof Map ? index.get("weight_map") : undefined;
	if (!(map instanceof Map)) {
		throw new TensorError("corrupt", 'The index has no object "weight_map" that names the file of each tensor.', where);
	}
	const shardOf = new Map<string, string>();
	for (const [name, file] of map as ReadonlyMap<string, Json>) shardOf.set(name, typeof file === "string" ? file : "");
	const facts: Json | undefined = (index as ReadonlyMap<string, Json>).get("metadata");
	const metadata =
		facts instanceof Map ? Object.fromEntries([...facts].map(([key, value]) => [key, String(value)])) : {};
	return { shardOf, metadata };
}

/** All shards; one that cannot be read is an error of its own tensors only. */
async function openShards(
	index: ByteSource,
	files: ReadonlySet<string>,
	open: OpenShard,
	signal: AbortSignal | undefined,
) {
	const found = new Map<string, Shard>();
	const waiting = files.values();
	const work = async () => {
		for (const file of waiting) {
			throwIfAborted(signal);
			found.set(file, await openShard(index, file, open, signal));
		}
	};
	await Promise.all(Array.from({ length: Math.min(SHARDS_AT_ONCE, files.size) }, work));
	// In the index's order, whichever was opened first.
	return new Map([...files].map((file) => [file, found.get(file) as Shard]));
}

async function openShard(index: ByteSource, file: string, open: OpenShard, signal?: AbortSignal): Promise<Shard> {
	try {
		const there = await openBeside(index, file);
		await there.close?.();
		const opened = await open(reopeningSource(there, index, file), signal);
		return { opened, tensors: new Map(opened.tensors.map((tensor) => [tensor.name, tensor])) };
	} catch (thrown) {
		const error = TensorError.from(thrown);
		if (error.code === "cancelled") throw error;
		return { error: error.at({ file }) };
	}
}

function tensorOf(name: string, file: string, shard: Shard | undefined): FoundTensor {
	const unknown: TensorInfo = { name, dtype: { other: "unknown" }, shape: [], bytes: 0 };
	if (shard === undefined || "error" in shard) {
		const error = shard?.error ?? new TensorError("internal", `The file "${file}" was not read.`);
		return { info: { ...unknown, problem: error.toData() } };
	}
	const { opened, tensors } = shard;
	const info = tensors.get(name);
	if (info === undefined) {
		const message = `The index places this tensor in "${file}", which has no tensor of that name; the two do not belong together.`;
		return { info: { ...unknown, problem: problem("not-found", message, { file }) } };
	}
	if (info.problem) return { info };
	return {
		info,
		values: {
			boxes: (maxElements) => opened.boxes(info, maxElements),
			read: (box, signal, target) => opened.read(info, box, signal, target),
			extent: (box) => opened.extent?.(info, box),
		},
	};
}

function notesOf(file: string, shard: Shard, shardOf: ReadonlyMap<string, string>): readonly string[] {
	if ("error" in shard) return [`${file}: ${shard.error.message}`];
	const extra = [...shard.tensors.keys()].filter((name) => shardOf.get(name) !== file);
	return [
		...shard.opened.notes.map((note) => `${file}: ${note}`),
		...(extra.length > 0 ? [`${file}: ${extra.length} tensors that the index does not place there are left out.`] : []),
	];
}
