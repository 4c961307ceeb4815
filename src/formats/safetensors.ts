import type { DType } from "../core/dtype";
import { TensorError } from "../core/errors";
import { formatCount } from "../core/format";
import { type DenseTensor, denseSource } from "./dense";
import { type Json, parseJson } from "./encoding/json";
import { KNOWN } from "./known";
import type { ByteSource, TensorReader } from "./reader";
import { entryOf, gaps, overlapping, span } from "./safetensors-entry";
import { problem } from "./shape";

/** Header bytes that are read at most; the reference reader has the same limit. */
const MAX_HEADER_BYTES = 100_000_000;
const MAX_TENSORS = 1_000_000;

/** Hugging Face's safetensors: a JSON header, then the values of all tensors, little-endian and in C order. */
export const safetensors: TensorReader = {
	...KNOWN.safetensors,
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
