import { type DType, isDType } from "../core/dtype";
import { TensorError } from "../core/errors";
import { formatCount } from "../core/format";
import type { TensorInfo } from "../core/tensor";
import { type DenseTensor, denseSource } from "./dense";
import { type Json, parseJson } from "./encoding/json";
import type { ByteSource, TensorReader } from "./reader";
import { bytesOf, problem, shownShape } from "./shape";

/** Header bytes that are read at most; the reference reader has the same limit. */
const MAX_HEADER_BYTES = 100_000_000;
const MAX_TENSORS = 1_000_000;

/** Hugging Face's safetensors: a JSON header, then the values of all tensors, little-endian and in C order. */
export const safetensors: TensorReader = {
	id: "safetensors",
	label: "safetensors file",
	extensions: [".safetensors"],
	sniff(head, { size }) {
		if (head.length < 10) return false;
		const length = new DataView(head.buffer, head.byteOffset, 8).getBigUint64(0, true);
		return (
			length >= 2n && length <= BigInt(size - 8) && /^\s*\{\s*["}]/.test(String.fromCharCode(...head.subarray(8, 40)))
		);
	},
	async open(source, signal) {
		const { tensors, metadata, notes } = await readSafetensors(source, signal);
		return denseSource(tensors, { metadata, notes, close: async () => source.close?.() });
	},
};

/** What the header of a safetensors file says. */
export interface SafetensorsHeader {
	readonly tensors: readonly DenseTensor[];
	readonly metadata: Readonly<Record<string, string>>;
	readonly notes: readonly string[];
}

/**
 * Reads the header by the rules of the reference reader (huggingface/safetensors, tensor.rs), but lists every tensor
 * and gives a bad one its `problem`. Throws `corrupt` or `too-large` where the header itself cannot be read.
 */
export async function readSafetensors(source: ByteSource, signal?: AbortSignal): Promise<SafetensorsHeader> {
	const { header, dataStart, notes } = await readHeader(source, signal);
	const metadata = header.get("__metadata__");
	const entries = [...header].filter(([name]) => name !== "__metadata__");
	if (entries.length > MAX_TENSORS) {
		throw new TensorError(
			"too-large",
			`The header lists ${formatCount(entries.length)} tensors, more than the ${formatCount(MAX_TENSORS)} that are shown.`,
		);
	}
	const dataBytes = source.size - dataStart;
	const found = entries.map(([name, entry]) => entryOf(name, entry, dataBytes));
	const overlaps = overlapping(found);
	const tensors = found.map((tensor): DenseTensor => {
		const { begin, dtype, info } = tensor;
		const other = overlaps.get(tensor);
		const where = { file: source.name, byte: dataStart + (begin ?? 0) };
		if (other !== undefined) {
			const message = `Its bytes ${span(tensor)} overlap those of "${other.info.name}" (${span(other)}); the header is damaged.`;
			return { info: { ...info, problem: problem("corrupt", message, where) } };
		}
		if (info.problem) return { info: { ...info, problem: { ...info.problem, where } } };
		const start = dataStart + (begin as number);
		return { info, place: { source, start, dtype: dtype as DType, shape: info.shape, order: "C", bigEndian: false } };
	});
	return {
		tensors,
		metadata: textsOf(metadata, notes),
		notes: [...notes, ...gaps(found, dataBytes)],
	};
}

async function readHeader(source: ByteSource, signal: AbortSignal | undefined) {
	const fail = (message: string, byte: number, code: "corrupt" | "too-large" = "corrupt"): never => {
		throw new TensorError(code, message, { file: source.name, byte });
	};
	if (source.size < 8) {
		fail(`A safetensors file starts with 8 bytes of header length, but there are only ${source.size} bytes.`, 0);
	}
	const start = await source.read(0, 8, signal);
	const declared = new DataView(start.buffer, start.byteOffset, 8).getBigUint64(0, true);
	if (declared > BigInt(source.size - 8)) {
		fail(
			`The header is said to take ${declared} bytes, but only ${source.size - 8} follow; save or download the file again.`,
			0,
		);
	}
	const length = Number(declared);
	if (length > MAX_HEADER_BYTES) {
		fail(`The header takes ${length} bytes, more than the ${MAX_HEADER_BYTES} that the format allows.`, 0, "too-large");
	}
	const bytes = await source.read(8, length, signal);
	const header = parseJson(bytes, { file: source.name, byte: 8 });
	if (!(header instanceof Map)) fail("The header is no JSON object of tensors.", 8);
	const notes = bytes[0] === 0x7b ? [] : ["The header starts with white space, which strict readers refuse."];
	return { header: header as ReadonlyMap<string, Json>, dataStart: 8 + length, notes };
}

/** An entry of the header: its bytes are `begin` to `end` of the data; both are missing where they make no sense. */
interface Entry {
	readonly info: TensorInfo;
	readonly dtype?: DType;
	readonly begin?: number;
	readonly end?: number;
}

function entryOf(name: string, entry: Json, dataBytes: number): Entry {
	const fields: ReadonlyMap<string, Json> = entry instanceof Map ? entry : new Map();
	const [spelled, lengths, offsets] = [fields.get("dtype"), fields.get("shape"), fields.get("data_offsets")];
	const word = typeof spelled === "string" && spelled === spelled.toUpperCase() ? spelled.toLowerCase() : undefined;
	const dtype = isDType(word) && word !== "c128" ? word : undefined;
	const shape = isLengths(lengths) ? lengths : undefined;
	const [begin, end] =
		isLengths(offsets) && offsets.length === 2 ? (offsets as [number | bigint, number | bigint]) : [];
	const bytes = Number(end ?? 0) - Number(begin ?? 0);
	const info = { name, dtype: dtype ?? { other: String(spelled ?? "unknown") }, shape: shownShape(shape ?? []), bytes };
	const bad = (message: string, code: "corrupt" | "unsupported" = "corrupt"): Entry => ({
		info: { ...info, bytes: Math.max(0, bytes), problem: problem(code, message) },
	});

	if (typeof spelled !== "string" || shape === undefined || begin === undefined || end === undefined) {
		return bad(
			"Its entry in the header lacks a dtype, a shape or two data_offsets of zero or more; the header is damaged.",
		);
	}
	if (begin > end) return bad(`Its bytes are said to run from ${begin} back to ${end}; the header is damaged.`);
	if (end > dataBytes) {
		return bad(
			`The data ends early: its bytes are said to be ${begin} to ${end} after the header, but only ${dataBytes} follow; save or download the file again.`,
		);
	}
	const place = { begin: Number(begin), end: Number(end) };
	if (dtype === undefined) return { ...bad(`The dtype "${spelled}" is unknown.`, "unsupported"), ...place };
	const size = bytesOf(shape, dtype);
	if ("impossible" in size) return { ...bad(`${size.impossible}; the header is damaged.`), ...place };
	if (!endsOnByte(shape, dtype)) {
		return {
			...bad(`${dtype} [${shape.join(", ")}] does not end on a whole byte, which the format demands.`),
			...place,
		};
	}
	if (size.bytes !== bytes) {
		return {
			...bad(
				`${dtype} [${shape.join(", ")}] takes ${size.bytes} bytes, but the header gives it ${bytes} (${begin} to ${end}).`,
			),
			...place,
		};
	}
	return { info, dtype, ...place };
}

function isLengths(value: Json | undefined): value is readonly (number | bigint)[] {
	return (
		Array.isArray(value) &&
		value.every((length) => (typeof length === "bigint" || Number.isSafeInteger(length)) && length >= 0)
	);
}

function endsOnByte(shape: readonly (number | bigint)[], dtype: DType): boolean {
	const group = dtype === "f4" ? 2n : dtype.startsWith("f6") ? 4n : 1n;
	return shape.reduce<bigint>((product, length) => product * BigInt(length), 1n) % group === 0n;
}

function span({ begin, end }: Entry): string {
	return `${begin} to ${end}`;
}

/** The fewest sound tensors that have to go so that no others overlap, each with one that it overlaps. */
function overlapping(entries: readonly Entry[]): ReadonlyMap<Entry, Entry> {
	const sound = entries.filter(({ info, begin, end }) => !info.problem && begin !== end);
	// Earliest end first: this keeps the most, so that one tensor over all others does not hide them.
	const ordered = sound.sort((a, b) => Number(a.end) - Number(b.end) || Number(b.begin) - Number(a.begin));
	const overlaps = new Map<Entry, Entry>();
	let last: Entry | undefined;
	for (const entry of ordered) {
		if (last !== undefined && Number(entry.begin) < Number(last.end)) overlaps.set(entry, last);
		else last = entry;
	}
	return overlaps;
}

/** Sentences about bytes of the data that belong to no tensor. */
function gaps(entries: readonly Entry[], dataBytes: number): readonly string[] {
	const placed = entries.filter(({ end }) => end !== undefined).sort((a, b) => Number(a.begin) - Number(b.begin));
	let reached = 0;
	let lost = 0;
	for (const { begin, end } of placed) {
		lost += Math.max(0, Number(begin) - reached);
		reached = Math.max(reached, Number(end));
	}
	return [
		...(lost > 0 ? [`${lost} bytes between the tensors belong to none of them, which strict readers refuse.`] : []),
		...(dataBytes > reached && placed.length === entries.length
			? [`${dataBytes - reached} bytes follow the last tensor, which strict readers refuse.`]
			: []),
	];
}

/** The `__metadata__` of a header: texts by their names. */
function textsOf(metadata: Json | undefined, notes: string[]): Readonly<Record<string, string>> {
	if (metadata === undefined) return {};
	const entries = metadata instanceof Map ? [...metadata] : [];
	const texts = entries.filter((entry): entry is [string, string] => typeof entry[1] === "string");
	if (!(metadata instanceof Map) || texts.length < entries.length) {
		notes.push("Parts of __metadata__ are not text and are left out.");
	}
	return Object.fromEntries(texts);
}
