import { TensorError, throwIfAborted } from "../core/errors";
import { protoReader, type Span, varintAt } from "./encoding/protobuf";
import { checkRange } from "./memory";
import type { ByteSource } from "./reader";

/** Where the values of one typed field (float_data, int32_data, …) of a TensorProto are, and how they are stored. */
export interface TypedField {
	readonly source: ByteSource;
	readonly message: Span;
	readonly number: number;
	/** Bytes that each entry becomes; wider varints lose their upper bits. */
	readonly width: number;
	/** Entries that there must be. */
	readonly count: number;
}

/** The one decoded field that a file keeps in memory. */
export interface Kept {
	field?: TypedField;
	bytes?: Uint8Array;
}

const PIECE_BYTES = 2 ** 18;
const FIXED_BYTES: Readonly<Record<number, number>> = { 1: 8, 5: 4 };

/** A typed field as dense little-endian bytes, decoded as a whole when it is read; a file keeps only the one read last. */
export function typedSource(field: TypedField, kept: Kept): ByteSource {
	const { name } = field.source;
	const size = field.count * field.width;
	return {
		name,
		size,
		async read(offset, length, signal) {
			checkRange({ name, size }, offset, length);
			if (kept.field !== field) {
				const bytes = await decodeTyped(field, signal);
				Object.assign(kept, { field, bytes });
			}
			return (kept.bytes as Uint8Array).slice(offset, offset + length);
		},
	};
}

/** All entries of a typed field; throws `corrupt` unless there are exactly `count`. */
export async function decodeTyped(field: TypedField, signal?: AbortSignal): Promise<Uint8Array> {
	const { source, message, number, width, count } = field;
	const out = new Uint8Array(count * width);
	const view = new DataView(out.buffer);
	let filled = 0;
	const put = (value: number | bigint) => {
		if (filled < count) putInteger(view, filled * width, width, value);
		filled++;
	};
	const reader = protoReader(source);
	const copy = async (span: Span) => {
		for (let at = 0; at < span.length; at += PIECE_BYTES) {
			const piece = { start: span.start + at, length: Math.min(PIECE_BYTES, span.length - at) };
			const room = Math.max(0, out.length - filled * width - at);
			out.set(
				(await reader.bytes(piece, PIECE_BYTES, signal)).subarray(0, room),
				Math.min(out.length, filled * width + at),
			);
		}
		filled += span.length / width;
	};
	await reader.fields(
		message,
		async (entry) => {
			if (entry.number !== number) return;
			if (entry.wire === 0) put(entry.value);
			else if (FIXED_BYTES[entry.wire] === width || (entry.wire === 2 && isFixed(number))) await copy(entry);
			else if (entry.wire === 2) await unpack(source, entry, put, signal);
		},
		signal,
	);
	if (filled === count) return out;
	throw new TensorError(
		"corrupt",
		`Its shape asks for ${count} entries of data, but ${filled} were found; the file is damaged.`,
		{
			file: source.name,
			byte: message.start,
		},
	);
}

/** float_data and double_data hold entries of fixed length, the others varints. */
export function isFixed(number: number): boolean {
	return number === 4 || number === 10;
}

async function unpack(source: ByteSource, span: Span, put: (value: number | bigint) => void, signal?: AbortSignal) {
	const end = span.start + span.length;
	let at = span.start;
	while (at < end) {
		throwIfAborted(signal);
		const bytes = await source.read(at, Math.min(PIECE_BYTES, end - at), signal);
		const last = at + bytes.length === end;
		let k = 0;
		// The last varint of a piece may go on in the next.
		while (k < bytes.length && (last || k + 10 <= bytes.length)) {
			const entry = varintAt(bytes, k, bytes.length);
			if (entry === undefined) {
				throw new TensorError("corrupt", "A number of its data does not end within 10 bytes; the file is damaged.", {
					file: source.name,
					byte: at + k,
				});
			}
			put(entry.value);
			k += entry.length;
		}
		at += k;
	}
}

function putInteger(view: DataView, at: number, width: number, value: number | bigint): void {
	if (width === 8) view.setBigUint64(at, BigInt(value), true);
	else {
		const low = typeof value === "number" ? value : Number(BigInt.asUintN(32, value));
		if (width === 4) view.setUint32(at, low, true);
		else if (width === 2) view.setUint16(at, low, true);
		else view.setUint8(at, low);
	}
}
