import { DTYPES } from "../../core/dtype";
import { TensorError } from "../../core/errors";
import { sizeOf } from "../../core/layout";
import { rangeOf } from "../memory";
import type { ByteSource } from "../reader";
import { refuse, type ZarrArray } from "./array";
import type { ZarrStore } from "./store";
import { unpack, withoutChecksum } from "./unpack";

const MAX_INDEX_BYTES = 2 ** 26;
/** Indexes of shards that are kept. */
const KEPT_INDEXES = 16;
/** Milliseconds after its last use until what was read is read again: the store may have changed. */
const KEEP_MS = 2000;
/** Bytes of a chunk that a compressor may have made larger than its values. */
const SLACK_BYTES = 2 ** 20;

/** Reads chunks of one array. */
export interface ChunkReader {
	/** Calls `work` with the bytes of a chunk as they are stored; undefined where there is no such chunk. */
	use<T>(
		indices: readonly number[],
		signal: AbortSignal | undefined,
		work: (bytes: ByteSource | undefined) => Promise<T>,
	): Promise<T>;
	/** The values of a whole chunk; with `keep`, remembered for the next parts of it. */
	values(indices: readonly number[], signal: AbortSignal | undefined, keep: boolean): Promise<Uint8Array | undefined>;
	/** What a chunk's file is called, for messages. */
	nameOf(indices: readonly number[]): string;
}

interface Kept<T> {
	readonly key: string;
	readonly value: T;
	used: number;
}

/** Reads chunks of one array of a store. */
export function chunkReader(store: ZarrStore, array: ZarrArray): ChunkReader {
	const size = sizeOf(array.chunk) * (DTYPES[array.dtype].bits / 8);
	const under = array.path === "" ? "" : `${array.path}/`;
	const indexes: Kept<DataView>[] = [];
	let last: Kept<Promise<Uint8Array | undefined>> | undefined;
	const { shards } = array;
	const levels = shards.map(({ shape, index }, k) => {
		const parts = shards[k + 1]?.shape ?? array.chunk;
		return {
			index,
			/** Parts of a shard along every axis, and chunks of a part. */
			counts: shape.map((length, axis) => length / (parts[axis] as number)),
			chunks: parts.map((length, axis) => length / (array.chunk[axis] as number)),
		};
	});
	const outer = (shards[0]?.shape ?? array.chunk).map((length, axis) => length / (array.chunk[axis] as number));
	const keyOf = (indices: readonly number[]) =>
		under + array.key(indices.map((index, a) => Math.floor(index / (outer[a] as number))));

	/** The places of a shard's chunks, from its index. */
	async function indexOf(
		source: ByteSource,
		key: string,
		{ counts, index: { checked, atEnd } }: (typeof levels)[number],
		signal: AbortSignal | undefined,
	): Promise<DataView> {
		const known = indexes.find((each) => each.key === `${key} ${source.size}` && fresh(each));
		if (known) {
			known.used = Date.now();
			return known.value;
		}
		const length = sizeOf(counts) * 16 + (checked ? 4 : 0);
		if (length > MAX_INDEX_BYTES)
			refuse(`Its index takes ${length} bytes, more than the ${MAX_INDEX_BYTES} that are read`, "too-large");
		if (length > source.size) refuse(`It has ${source.size} bytes, too few for its index of ${length}`);
		const bytes = await source.read(atEnd ? source.size - length : 0, length, signal);
		const body = checked ? withoutChecksum(bytes) : bytes;
		const value = new DataView(body.buffer, body.byteOffset, body.byteLength);
		indexes.push({ key: `${key} ${source.size}`, value, used: Date.now() });
		if (indexes.length > KEPT_INDEXES) indexes.shift();
		return value;
	}

	/** The part of a shard that holds a chunk; undefined where it holds none. */
	async function inShard(
		source: ByteSource,
		key: string,
		indices: readonly number[],
		level: (typeof levels)[number],
		signal: AbortSignal | undefined,
	): Promise<(ByteSource & { readonly key: string }) | undefined> {
		const { counts, chunks, index: about } = level;
		const at = indices.reduce((sum, index, a) => {
			const part = Math.floor(index / (chunks[a] as number));
			return sum * (counts[a] as number) + (part % (counts[a] as number));
		}, 0);
		const view = await indexOf(source, key, level, signal);
		const little = !about.bigEndian;
		const [start, length] = [view.getBigUint64(16 * at, little), view.getBigUint64(16 * at + 8, little)];
		if (start === 2n ** 64n - 1n && length === start) return undefined;
		if (start + length > BigInt(source.size)) {
			refuse(`Its index places ${length} bytes from byte ${start} on, but it has ${source.size} in all`);
		}
		return { ...rangeOf(source, source.name, Number(start), Number(length)), key: `${key} ${start}` };
	}

	async function use<T>(
		indices: readonly number[],
		signal: AbortSignal | undefined,
		work: (bytes: ByteSource | undefined) => Promise<T>,
	): Promise<T> {
		const key = keyOf(indices);
		const source = await store.open(key, signal);
		try {
			let part: (ByteSource & { readonly key: string }) | undefined = source && { ...source, key };
			for (const level of levels) part = part && (await inShard(part, part.key, indices, level, signal));
			return await work(part);
		} catch (thrown) {
			throw told(thrown, key);
		} finally {
			await source?.close?.();
		}
	}

	const read = (indices: readonly number[], signal: AbortSignal | undefined) =>
		use(indices, signal, async (source) => {
			if (source === undefined) return undefined;
			const most = 2 * size + SLACK_BYTES;
			if (source.size > most) refuse(`It takes ${source.size} bytes, more than a chunk of ${size} bytes of values can`);
			return unpack(await source.read(0, source.size, signal), array.steps, size, signal);
		});

	return {
		use,
		nameOf: keyOf,
		async values(indices, signal, keep) {
			const key = indices.join();
			if (last?.key === key && fresh(last)) {
				last.used = Date.now();
				return last.value;
			}
			// Let go before the next one is made: chunks may be large.
			last = undefined;
			const value = read(indices, signal);
			if (!keep) return value;
			const kept = { key, value, used: Date.now() };
			last = kept;
			const forget = () => {
				if (last === kept) last = undefined;
			};
			value.catch(forget);
			return value;
		},
	};
}

function fresh({ used }: Kept<unknown>): boolean {
	return Date.now() - used < KEEP_MS;
}

/** An error of a chunk with the name of its file. */
function told(thrown: unknown, key: string): TensorError {
	const error = TensorError.from(thrown);
	if (error.code === "cancelled" || error.code === "changed" || error.where.byte !== undefined) return error;
	const sentence = error.message.replace(/[.;]+$/, "");
	return new TensorError(
		error.code === "internal" ? "corrupt" : error.code,
		`The chunk "${key}" cannot be read: ${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}; write or download the store again.`,
		error.where,
	);
}
