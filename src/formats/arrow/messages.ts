import { TensorError, throwIfAborted } from "../../core/errors";
import { latin1 } from "../detect";
import type { FlatBuffer, Table } from "../encoding/flatbuffers";
import { memorySource } from "../memory";
import type { ByteSource } from "../reader";
import { type ArrowSchema, checkVersion, messageBuffer, readSchema } from "./schema";

const MAX_METADATA_BYTES = 100_000_000;
const MAX_BATCHES = 1_000_000;
const [SCHEMA, DICTIONARIES, BATCH] = [1, 2, 3];

/** A record batch: where its buffers lie; the numbers stand in the file's own lists. */
export interface Batch {
	readonly rows: number;
	/** 16 bytes each: length and count of nulls of a field. */
	readonly nodes: DataView;
	/** 16 bytes each: offset in the body and length of a buffer. */
	readonly buffers: DataView;
	/** Further buffers of the fields of views, in their order. */
	readonly variadic: readonly number[];
	readonly compression: "none" | "lz4" | "zstd";
	/** Byte of the file at which the body starts. */
	readonly body: number;
	readonly bodyBytes: number;
	/** The batches of values that each dictionary has here, by its number. */
	readonly dictionaries: Dictionaries;
}

/** Batches of the values of dictionaries, one behind the other. */
export type Dictionaries = ReadonlyMap<number, readonly Batch[]>;

/** A table of Arrow's interprocess format, as its messages tell it. */
export interface ArrowTable {
	readonly schema: ArrowSchema;
	readonly batches: readonly Batch[];
}

interface Message {
	readonly kind: number;
	readonly buffer: FlatBuffer;
	readonly header: Table;
	readonly version: number;
	readonly bodyBytes: number;
}

/** Whether bytes start as a stream of messages does: a mark, a length, and a flatbuffer's root within it. */
export function isStream(head: Uint8Array, size: number): boolean {
	if (head.length < 16) return false;
	const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
	const length = view.getUint32(4, true);
	return (
		view.getUint32(0, true) === 0xffffffff &&
		length >= 16 &&
		length % 8 === 0 &&
		length + 8 <= size &&
		view.getUint32(8, true) < length
	);
}

/** Reads all messages' headers of a file or stream. Throws `corrupt`, `unsupported`, `too-large`. */
export async function readTable(source: ByteSource, signal?: AbortSignal): Promise<ArrowTable> {
	const head = await source.read(0, Math.min(8, source.size), signal);
	if (latin1(head).startsWith("FEA1")) {
		throw new TensorError(
			"unsupported",
			"This is a Feather file of version 1, which is not read; write it with version 2 (pyarrow.feather.write_feather).",
			{ file: source.name },
		);
	}
	return latin1(head).startsWith("ARROW1") ? readFile(source, signal) : readStream(source, signal);
}

async function readFile(source: ByteSource, signal?: AbortSignal): Promise<ArrowTable> {
	const where = { file: source.name, byte: Math.max(0, source.size - 10) };
	const tail = source.size >= 18 ? await source.read(source.size - 10, 10, signal) : new Uint8Array(10);
	if (latin1(tail.subarray(4)) !== "ARROW1") {
		throw new TensorError(
			"corrupt",
			'The file does not end in "ARROW1"; it is cut off or was not closed, so write or copy it again.',
			where,
		);
	}
	const length = new DataView(tail.buffer, tail.byteOffset, 4).getUint32(0, true);
	checkMetadata(length, source.size - 18, where);
	const buffer = messageBuffer(await source.read(source.size - 10 - length, length, signal), source.name);
	const footer = await buffer.root();
	const version = await buffer.integer(footer, 0, 2);
	checkVersion(version);
	const told = await buffer.table(footer, 1);
	if (told === undefined) throw new TensorError("corrupt", "The footer has no schema; write the file again.", where);
	const schema = await readSchema(buffer, told, version);
	let dictionaries: Dictionaries = new Map();
	const batches: Batch[] = [];
	for (const slot of [2, 3]) {
		const blocks = await buffer.vector(footer, slot, 24);
		const places = blocks && (await buffer.bytes(blocks, 24, MAX_BATCHES));
		for (let k = 0; places && k < places.byteLength / 24; k++) {
			throwIfAborted(signal);
			await readBlock(places, k);
		}
	}
	return { schema, batches };

	async function readBlock(places: DataView, k: number): Promise<void> {
		const [at, size] = [Number(places.getBigUint64(24 * k, true)), places.getUint32(24 * k + 8, true)];
		checkMetadata(size, source.size - at, { file: source.name, byte: at });
		const bytes = await source.read(at, size, signal);
		const start =
			size >= 8 && new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true) === 0xffffffff ? 8 : 4;
		const message = await messageOf(bytes.subarray(start), source);
		if (message.kind === BATCH) batches.push({ ...(await batchOf(message, at + size, source)), dictionaries });
		if (message.kind === DICTIONARIES) dictionaries = await withDictionary(dictionaries, message, at + size, source);
	}
}

async function readStream(source: ByteSource, signal?: AbortSignal): Promise<ArrowTable> {
	let schema: ArrowSchema | undefined;
	const batches: Batch[] = [];
	let dictionaries: Dictionaries = new Map();
	for (let at = 0; at + 8 <= source.size; ) {
		throwIfAborted(signal);
		const prefix = await source.read(at, 8, signal);
		const view = new DataView(prefix.buffer, prefix.byteOffset, 8);
		// Before version 0.15 the mark in front of the length was not written.
		const marked = view.getUint32(0, true) === 0xffffffff;
		const length = view.getUint32(marked ? 4 : 0, true);
		if (length === 0) break;
		const start = at + (marked ? 8 : 4);
		checkMetadata(length, source.size - start, { file: source.name, byte: at });
		const message = await messageOf(await source.read(start, length, signal), source);
		const body = start + length;
		if (message.kind === SCHEMA) schema ??= await readSchema(message.buffer, message.header, message.version);
		else if (message.kind === BATCH) batches.push({ ...(await batchOf(message, body, source)), dictionaries });
		else if (message.kind === DICTIONARIES) dictionaries = await withDictionary(dictionaries, message, body, source);
		else {
			throw new TensorError(
				"unsupported",
				"The stream holds tensors by themselves and no table, which is not read; save them as .npy files.",
			);
		}
		if (batches.length > MAX_BATCHES)
			throw new TensorError("too-large", `The stream has more than ${MAX_BATCHES} batches.`);
		at = body + message.bodyBytes;
	}
	if (schema) return { schema, batches };
	throw new TensorError("corrupt", "The stream has no schema; write it again.", { file: source.name, byte: 0 });
}

/** The schema in a message that stands alone. Throws `corrupt`, `unsupported`, `too-large`. */
export async function schemaOfMessage(bytes: Uint8Array, file: string): Promise<ArrowSchema> {
	const { schema } = await readStream(memorySource(file, bytes));
	return schema;
}

function checkMetadata(length: number, left: number, where: { readonly file: string; readonly byte: number }): void {
	if (length < 8 || length > left) {
		throw new TensorError(
			"corrupt",
			`A header of ${length} bytes is declared where ${Math.max(0, left)} are left; write or copy the file again.`,
			where,
		);
	}
	if (length > MAX_METADATA_BYTES) {
		throw new TensorError(
			"too-large",
			`A header takes ${length} bytes, more than the ${MAX_METADATA_BYTES} that are read.`,
			where,
		);
	}
}

async function messageOf(bytes: Uint8Array, source: ByteSource): Promise<Message> {
	const buffer = messageBuffer(bytes, source.name);
	const root = await buffer.root();
	const version = await buffer.integer(root, 0, 2);
	checkVersion(version);
	const header = await buffer.table(root, 2);
	const bodyBytes = await buffer.integer(root, 3, 8);
	if (header && bodyBytes <= source.size)
		return { kind: await buffer.integer(root, 1, 1), buffer, header, version, bodyBytes };
	throw new TensorError(
		"corrupt",
		`A message has no header, or a body of ${bodyBytes} bytes that the file has no room for; write or copy it again.`,
		{ file: source.name },
	);
}

/** The dictionaries after a message with values of one: more of them, or others in their place. */
async function withDictionary(known: Dictionaries, message: Message, body: number, source: ByteSource) {
	const { buffer, header } = message;
	const id = await buffer.integer(header, 0, 8);
	const data = await buffer.table(header, 1);
	if (data === undefined) throw new TensorError("corrupt", `The dictionary ${id} has no values; write the file again.`);
	const batch = await batchOf({ ...message, header: data }, body, source);
	const isDelta = (await buffer.integer(header, 2, 1)) !== 0;
	return new Map([...known, [id, [...(isDelta ? (known.get(id) ?? []) : []), { ...batch, dictionaries: new Map() }]]]);
}

async function batchOf(
	{ buffer, header, bodyBytes }: Message,
	body: number,
	source: ByteSource,
): Promise<Omit<Batch, "dictionaries">> {
	const where = { file: source.name, byte: body };
	const rows = await buffer.integer(header, 0, 8);
	const structs = async (slot: number) => {
		const vector = await buffer.vector(header, slot, 16);
		return vector ? buffer.bytes(vector, 16, 4_000_000) : new DataView(new ArrayBuffer(0));
	};
	const counts = await buffer.vector(header, 4, 8);
	const variadic = counts ? await buffer.bytes(counts, 8, 100_000) : new DataView(new ArrayBuffer(0));
	const packed = await buffer.table(header, 3);
	const compression = packed ? ((["lz4", "zstd"] as const)[await buffer.integer(packed, 0, 1)] ?? "zstd") : "none";
	if (body + bodyBytes > source.size || !Number.isSafeInteger(rows)) {
		throw new TensorError(
			"corrupt",
			`A batch is said to take ${bodyBytes} bytes from byte ${body} on, but the file has ${source.size}; write or copy it again.`,
			where,
		);
	}
	return {
		rows,
		nodes: await structs(1),
		buffers: await structs(2),
		variadic: Array.from({ length: variadic.byteLength / 8 }, (_, k) => Number(variadic.getBigUint64(8 * k, true))),
		compression,
		body,
		bodyBytes,
	};
}
