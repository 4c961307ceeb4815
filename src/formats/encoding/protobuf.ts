import { TensorError, throwIfAborted } from "../../core/errors";
import { checkRange } from "../memory";
import type { ByteSource } from "../reader";

/** A run of bytes: a message, or what a field holds. */
export interface Span {
	readonly start: number;
	readonly length: number;
}

/** A field as it lies in a message; what it holds is not read, except for varints. */
export interface ProtoField extends Span {
	readonly number: number;
	/** 0 varint, 1 eight bytes, 2 bytes with a length, 5 four bytes. */
	readonly wire: 0 | 1 | 2 | 5;
	/** The varint, unsigned; a bigint past 2^53. 0 for all other fields. */
	readonly value: number | bigint;
}

/** Reads messages field by field; a field that nobody asks for costs no read. */
export interface ProtoReader {
	/** Visits the fields of a message in order, waiting where the visitor does. Throws `corrupt` where the message is none. */
	fields(message: Span, visit: (field: ProtoField) => void | Promise<void>, signal?: AbortSignal): Promise<void>;
	/** The bytes of a span of at most `maxBytes`; throws `too-large`. */
	bytes(span: Span, maxBytes: number, signal?: AbortSignal): Promise<Uint8Array>;
	/** The integers of one field of a repeated one, alone or packed, as signed ones; at most `maxCount` of them. */
	integers(field: ProtoField, maxCount: number, signal?: AbortSignal): Promise<readonly (number | bigint)[]>;
	/** The bytes of a span as text; what is no UTF-8 becomes U+FFFD. */
	text(span: Span, maxBytes: number, signal?: AbortSignal): Promise<string>;
}

/** Messages inside one another that are followed. */
export const MAX_DEPTH = 100;
/** Fields of one file that are visited. */
const MAX_FIELDS = 2 ** 26;
/** Bytes read after a jump, and at most: in between they double while reads follow one another. */
const [FIRST_BYTES, MOST_BYTES] = [2 ** 10, 2 ** 18];
/** The longest start of a field: a tag and a length or a varint. */
const FIELD_START_BYTES = 15;

/** A reader of protobuf's wire format (protobuf.dev/programming-guides/encoding) from any place. */
export function protoReader(source: ByteSource): ProtoReader {
	let start = 0;
	let window: Uint8Array = new Uint8Array(0);
	let ahead = FIRST_BYTES;
	let visited = 0;

	const load = async (offset: number, length: number, signal: AbortSignal | undefined) => {
		if (offset >= start && offset + length <= start + window.length) return;
		throwIfAborted(signal);
		const near = offset >= start && offset <= start + window.length + ahead;
		ahead = near ? Math.min(2 * ahead, MOST_BYTES) : FIRST_BYTES;
		const wanted = Math.min(Math.max(ahead, length), source.size - offset);
		checkRange(source, offset, length);
		window = await source.read(offset, wanted, signal);
		start = offset;
	};

	const bytes = async (span: Span, maxBytes: number, signal?: AbortSignal) => {
		if (span.length > maxBytes) {
			const message = `A text of ${span.length} bytes is longer than the ${maxBytes} that are read.`;
			throw new TensorError("too-large", message, { file: source.name, byte: span.start });
		}
		await load(span.start, span.length, signal);
		return window.slice(span.start - start, span.start - start + span.length);
	};

	const integers = async (field: ProtoField, maxCount: number, signal?: AbortSignal) => {
		if (field.wire === 0) return [signed(field.value)];
		const packed = await bytes(field, 10 * maxCount, signal);
		const found: (number | bigint)[] = [];
		for (let at = 0; at < packed.length; ) {
			const entry = varintAt(packed, at, packed.length);
			if (entry === undefined) {
				const message = "A number of a list does not end within its field; the file is damaged.";
				throw new TensorError("corrupt", message, { file: source.name, byte: field.start + at });
			}
			found.push(signed(entry.value));
			at += entry.length;
		}
		return found;
	};

	return {
		bytes,
		integers,
		async text(span, maxBytes, signal) {
			return new TextDecoder().decode(await bytes(span, maxBytes, signal));
		},
		async fields(message, visit, signal) {
			checkRange(source, message.start, message.length);
			const end = message.start + message.length;
			let at = message.start;
			while (at < end) {
				await load(at, Math.min(FIELD_START_BYTES, end - at), signal);
				// Without waiting as long as the window holds whole starts of fields.
				while (at < end && at >= start && at + Math.min(FIELD_START_BYTES, end - at) <= start + window.length) {
					const field = fieldAt(window, at - start, start, end, source.name);
					if (++visited > MAX_FIELDS) throw tooMany(source.name);
					const waiting = visit(field);
					if (waiting) await waiting;
					at = field.start + field.length;
				}
			}
		},
	};
}

/** The field that starts at `at` of some bytes, which lie at `base` of the file; its message ends at byte `end` of the file. */
export function fieldAt(bytes: Uint8Array, at: number, base: number, end: number, file: string): ProtoField {
	const fail = (message: string) =>
		new TensorError("corrupt", `${message}; the file is damaged.`, { file, byte: base + at });
	const limit = Math.min(bytes.length, end - base);
	const tag = varintAt(bytes, at, limit);
	const number = tag === undefined ? 0 : Math.floor(Number(tag.value) / 8);
	if (tag === undefined || number === 0 || number >= 2 ** 29)
		throw fail("A field without a number stands in a message");
	const wire = Number(tag.value) % 8;
	const payload = at + tag.length;
	const whole = (length: number, headed: number, value: number | bigint) => {
		const start = base + payload + headed;
		if (start + length > end) {
			throw fail(
				`Field ${number} is said to take ${length} bytes, but its message ends after ${Math.max(0, end - start)}`,
			);
		}
		return { number, wire: wire as ProtoField["wire"], start, length, value };
	};
	if (wire === 1) return whole(8, 0, 0);
	if (wire === 5) return whole(4, 0, 0);
	if (wire !== 0 && wire !== 2) throw fail(`Field ${number} is of wire type ${wire}, which no such file has`);
	const value = varintAt(bytes, payload, limit);
	if (value === undefined) throw fail(`The number in field ${number} does not end within 10 bytes or its message`);
	return wire === 0 ? whole(value.length, 0, value.value) : whole(Number(value.value), value.length, 0);
}

/** The unsigned varint at `at`, and the bytes it takes; undefined where it does not end before `limit` or after 10 bytes. */
export function varintAt(bytes: Uint8Array, at: number, limit: number) {
	let value = 0;
	for (let k = 0; k < 10 && at + k < limit; k++) {
		const byte = bytes[at + k] as number;
		value += (byte & 127) * 2 ** (7 * k);
		if (byte < 128) {
			return { value: value <= Number.MAX_SAFE_INTEGER ? value : wideVarint(bytes, at, k + 1), length: k + 1 };
		}
	}
	return undefined;
}

function wideVarint(bytes: Uint8Array, at: number, length: number): bigint {
	let value = 0n;
	for (let k = 0; k < length; k++) value |= BigInt((bytes[at + k] as number) & 127) << BigInt(7 * k);
	return BigInt.asUintN(64, value);
}

/** A varint as the signed 64-bit integer that it stands for. */
export function signed(value: number | bigint): number | bigint {
	if (typeof value === "number") return value;
	const wide = BigInt.asIntN(64, value);
	return Number.isSafeInteger(Number(wide)) ? Number(wide) : wide;
}

function tooMany(file: string): TensorError {
	return new TensorError("too-large", `The file has more than the ${MAX_FIELDS} fields that are read.`, { file });
}
