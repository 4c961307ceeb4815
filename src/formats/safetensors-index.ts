import { TensorError, throwIfAborted } from "../core/errors";
import type { TensorInfo } from "../core/tensor";
import { type DensePlace, type DenseTensor, denseSource } from "./dense";
import { HEAD_BYTES, latin1, placeholderError } from "./detect";
import { type Json, parseJson } from "./encoding/json";
import { KNOWN } from "./known";
import type { ByteSource, TensorReader } from "./reader";
import { readSafetensors, type SafetensorsHeader } from "./safetensors";
import { problem } from "./shape";

const MAX_INDEX_BYTES = 100_000_000;
/** Shards whose headers are read at the same time. */
const SHARDS_AT_ONCE = 8;

/** The index of a model whose tensors are spread over several .safetensors files in one folder. */
export const safetensorsIndex: TensorReader = {
	...KNOWN.safetensorsIndex,
	sniff(head, { name }) {
		const text = latin1(head);
		return (
			/^\s*\{/.test(text) && (text.includes('"weight_map"') || name.toLowerCase().endsWith(".safetensors.index.json"))
		);
	},
	async open(source, signal) {
		const { shardOf, metadata } = await readIndex(source, signal);
		const shards = await readShards(source, new Set(shardOf.values()), signal);
		const tensors = [...shardOf].map(([name, file]) => tensorOf(name, file, shards.get(file), source));
		const notes = [...shards].flatMap(([file, shard]) => notesOf(file, shard, shardOf));
		return denseSource(tensors, { metadata, notes, close: async () => source.close?.() });
	},
};

/** What a shard's header says, its tensors by name; or why it cannot be read. */
type Shard =
	| (Omit<SafetensorsHeader, "tensors"> & { readonly tensors: ReadonlyMap<string, DenseTensor> })
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

/** Headers of all shards; a shard that cannot be read is an error of its own tensors only. */
async function readShards(index: ByteSource, files: ReadonlySet<string>, signal: AbortSignal | undefined) {
	const shards = new Map<string, Shard>();
	const waiting = files.values();
	const work = async () => {
		for (const file of waiting) {
			throwIfAborted(signal);
			shards.set(file, await readShard(index, file, signal));
		}
	};
	await Promise.all(Array.from({ length: Math.min(SHARDS_AT_ONCE, files.size) }, work));
	return shards;
}

async function readShard(index: ByteSource, file: string, signal: AbortSignal | undefined): Promise<Shard> {
	let source: ByteSource | undefined;
	try {
		source = await openSibling(index, file);
		const head = await source.read(0, Math.min(HEAD_BYTES, source.size), signal);
		const placeholder = placeholderError(head, source);
		if (placeholder) throw placeholder;
		const { tensors, ...about } = await readSafetensors(source, signal);
		return { ...about, tensors: new Map(tensors.map((tensor) => [tensor.info.name, tensor])) };
	} catch (thrown) {
		const error = TensorError.from(thrown);
		if (error.code === "cancelled") throw error;
		return { error: error.at({ file }) };
	} finally {
		await source?.close?.();
	}
}

/** A file beside the index; names that lead elsewhere are refused. */
async function openSibling(index: ByteSource, file: string): Promise<ByteSource> {
	if (file === "" || file === "." || file === ".." || /[/\\\0:]/.test(file)) {
		throw new TensorError("corrupt", `The index names "${file}" as a file; only files in its own folder are read.`, {
			file: index.name,
		});
	}
	if (index.sibling === undefined) {
		throw new TensorError("not-found", `The file "${file}" beside the index cannot be reached from here.`, { file });
	}
	return index.sibling(file);
}

function tensorOf(name: string, file: string, shard: Shard | undefined, index: ByteSource): DenseTensor {
	const unknown: TensorInfo = { name, dtype: { other: "unknown" }, shape: [], bytes: 0 };
	if (shard === undefined || "error" in shard) {
		const error = shard?.error ?? new TensorError("internal", `The file "${file}" was not read.`);
		return { info: { ...unknown, problem: error.toData() } };
	}
	const tensor = shard.tensors.get(name);
	if (tensor === undefined) {
		const message = `The index places this tensor in "${file}", which has no tensor of that name; the two do not belong together.`;
		return { info: { ...unknown, problem: problem("not-found", message, { file }) } };
	}
	return tensor.place ? { ...tensor, place: reopening(tensor.place, index) } : tensor;
}

/** The same place in a file that is opened for each read: a model may have hundreds of shards. */
function reopening(place: DensePlace, index: ByteSource): DensePlace {
	const { name, size } = place.source;
	const source: ByteSource = {
		name,
		size,
		async read(offset, length, signal, target) {
			const shard = await openSibling(index, name);
			try {
				if (shard.size === size) return await shard.read(offset, length, signal, target);
				throw new TensorError(
					"changed",
					`The file had ${size} bytes when it was opened and has ${shard.size} now; open it again.`,
					{
						file: name,
					},
				);
			} finally {
				await shard.close?.();
			}
		},
	};
	return { ...place, source };
}

function notesOf(file: string, shard: Shard, shardOf: ReadonlyMap<string, string>): readonly string[] {
	if ("error" in shard) return [`${file}: ${shard.error.message}`];
	const extra = [...shard.tensors.keys()].filter((name) => shardOf.get(name) !== file);
	return [
		...shard.notes.map((note) => `${file}: ${note}`),
		...(extra.length > 0 ? [`${file}: ${extra.length} tensors that the index does not place there are left out.`] : []),
	];
}
