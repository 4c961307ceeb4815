import { TensorError } from "../../core/errors";
import type { ByteSource } from "../reader";

/** A table: the absolute positions of its fields by their numbers, 0 where a field is not there. */
export type Table = readonly number[];

/** Elements side by side. */
export interface Vector {
	readonly start: number;
	readonly count: number;
}

/** Reads flatbuffers (flatbuffers.dev/internals) place by place; every offset is checked against the file. Throws `corrupt`. */
export interface FlatBuffer {
	root(): Promise<Table>;
	/** An unsigned integer of 1, 2, 4 or 8 bytes; the default where the field is not there. */
	integer(table: Table, field: number, bytes: 1 | 2 | 4 | 8, otherwise?: number): Promise<number>;
	/** The table that a field leads to. */
	table(table: Table, field: number): Promise<Table | undefined>;
	/** The vector that a field leads to, of elements of some bytes; of tables these are 4. */
	vector(table: Table, field: number, elementBytes: number): Promise<Vector | undefined>;
	/** A table of a vector of tables. */
	element(vector: Vector, index: number): Promise<Table>;
	/** The bytes of a vector of at most `maxCount` elements; throws `too-large`. */
	bytes(vector: Vector, elementBytes: number, maxCount: number): Promise<DataView>;
	text(table: Table, field: number, maxBytes: number): Promise<string>;
}

const PAGE_BYTES = 4096;
/** Pages that are kept: tables lie close together, data between them. */
const MAX_PAGES = 1024;
const MAX_FIELDS = 1000;

/** A reader of a flatbuffer that starts at byte 0 of a source. */
export function flatBuffer(source: ByteSource, signal?: AbortSignal): FlatBuffer {
	const pages = new Map<number, Promise<Uint8Array>>();
	const corrupt = (message: string, byte: number) =>
		new TensorError("corrupt", `${message}; the file is damaged or cut.`, { file: source.name, byte });

	const page = (index: number): Promise<Uint8Array> => {
		const known = pages.get(index);
		if (known) return known;
		const [oldest] = pages.size >= MAX_PAGES ? pages.keys() : [];
		if (oldest !== undefined) pages.delete(oldest);
		const start = index * PAGE_BYTES;
		const read = source.read(start, Math.min(PAGE_BYTES, source.size - start), signal);
		pages.set(index, read);
		return read;
	};

	const view = async (at: number, length: number): Promise<DataView> => {
		if (!(at >= 0 && at + length <= source.size)) {
			throw corrupt(`Byte ${at} is referred to, but the file has ${source.size}`, at);
		}
		const [first, last] = [Math.floor(at / PAGE_BYTES), Math.floor((at + length - 1) / PAGE_BYTES)];
		const bytes =
			first === last ? (await page(first)).subarray(at % PAGE_BYTES) : await source.read(at, length, signal);
		return new DataView(bytes.buffer, bytes.byteOffset, length);
	};

	const tableAt = async (at: number): Promise<Table> => {
		const start = at - (await view(at, 4)).getInt32(0, true);
		const sizes = await view(start, 4);
		const [vtableBytes, tableBytes] = [sizes.getUint16(0, true), sizes.getUint16(2, true)];
		if (vtableBytes < 4 || vtableBytes % 2 === 1 || tableBytes < 4 || at + tableBytes > source.size) {
			throw corrupt(`The table at byte ${at} has no sound list of its fields`, start);
		}
		const count = Math.min(MAX_FIELDS, vtableBytes / 2 - 2);
		if (count === 0) return [];
		const offsets = await view(start + 4, 2 * count);
		return Array.from({ length: count }, (_, k) => {
			const offset = offsets.getUint16(2 * k, true);
			if (offset >= tableBytes)
				throw corrupt(`Field ${k} of the table at byte ${at} lies past its end`, start + 4 + 2 * k);
			return offset === 0 ? 0 : at + offset;
		});
	};

	const follow = async (at: number) => at + (await view(at, 4)).getUint32(0, true);

	const vector = async (table: Table, field: number, elementBytes: number): Promise<Vector | undefined> => {
		const at = table[field];
		if (!at) return undefined;
		const start = (await follow(at)) + 4;
		const count = (await view(start - 4, 4)).getUint32(0, true);
		if (start + count * elementBytes <= source.size) return { start, count };
		throw corrupt(
			`A list of ${count} elements of ${elementBytes} bytes is said to start at byte ${start}, but the file has ${source.size}`,
			start,
		);
	};

	const bytes = async ({ start, count }: Vector, elementBytes: number, maxCount: number) => {
		if (count <= maxCount) return count === 0 ? new DataView(new ArrayBuffer(0)) : view(start, count * elementBytes);
		const message = `A list of ${count} elements is longer than the ${maxCount} that are read.`;
		throw new TensorError("too-large", message, { file: source.name, byte: start });
	};

	return {
		vector,
		bytes,
		root: async () => tableAt(await follow(0)),
		async integer(table, field, width, otherwise = 0) {
			const at = table[field];
			if (!at) return otherwise;
			const data = await view(at, width);
			if (width === 8) return Number(data.getBigUint64(0, true));
			return width === 4 ? data.getUint32(0, true) : width === 2 ? data.getUint16(0, true) : data.getUint8(0);
		},
		async table(table, field) {
			const at = table[field];
			return at ? tableAt(await follow(at)) : undefined;
		},
		element: async ({ start, count }, index) => {
			if (index >= count) throw corrupt(`Element ${index} of a list of ${count} is referred to`, start);
			return tableAt(await follow(start + 4 * index));
		},
		async text(table, field, maxBytes) {
			const found = await vector(table, field, 1);
			if (found === undefined) return "";
			const data = await bytes(found, 1, maxBytes);
			return new TextDecoder().decode(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
		},
	};
}
