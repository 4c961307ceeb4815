import { TensorError } from "../core/errors";
import { type BlockPlace, blockBoxes, readBlocks } from "./blocks";
import { denseSource } from "./dense";
import { latin1 } from "./detect";
import { type GgufCursor, ggufCursor } from "./encoding/gguf-cursor";
import { readValue, shown } from "./encoding/gguf-values";
import { type GgufTensor, placeTensors, type TensorEntry } from "./gguf-entry";
import { KNOWN } from "./known";
import type { ByteSource, TensorReader, TensorSource } from "./reader";

const MAX_TENSORS = 1_000_000;
const MAX_KEYS = 1_000_000;
/** Axes that a damaged header may claim before it is given up; the format allows 4. */
const MAX_AXES = 64;
const NAME_BYTES = 65_536;
const DEFAULT_ALIGNMENT = 32;

/** GGUF: the models of llama.cpp and its kin, with quantized tensors (ggml/docs/gguf.md, versions 1 to 3). */
export const gguf: TensorReader = {
	...KNOWN.gguf,
	sniff: (head) => latin1(head.subarray(0, 4)) === "GGUF",
	async open(source, signal) {
		const { metadata, tensors, bigEndian } = await readHeader(source, signal);
		const notes = [
			...splitNote(metadata, source.name),
			...(bigEndian ? ["The file is big-endian: its numbers were turned around."] : []),
			...(tensors.length === 0 ? ["The file holds metadata only (as vocabularies do), and no tensors."] : []),
		];
		return ggufSource(tensors, { metadata, notes, close: async () => source.close?.() });
	},
};

/** Plain tensors are read as they lie, quantized ones by whole blocks. */
function ggufSource(
	found: readonly GgufTensor[],
	about: Pick<TensorSource, "metadata" | "notes" | "close">,
): TensorSource {
	const dense = denseSource(found, about);
	const blocks = new Map<string, BlockPlace>();
	for (const { info, blocks: place } of found) if (place) blocks.set(info.name, place);
	return {
		...dense,
		boxes(tensor, maxElements) {
			const place = blocks.get(tensor.name);
			return place ? blockBoxes(place, maxElements) : dense.boxes(tensor, maxElements);
		},
		async read(tensor, box, signal, target) {
			const place = blocks.get(tensor.name);
			if (place === undefined) return dense.read(tensor, box, signal, target);
			try {
				return await readBlocks(place, box, signal, target);
			} catch (thrown) {
				throw TensorError.from(thrown).at({ tensor: tensor.name });
			}
		},
	};
}

async function readHeader(source: ByteSource, signal: AbortSignal | undefined) {
	const fail = (message: string, byte: number, code: "corrupt" | "unsupported" | "too-large" = "corrupt"): never => {
		throw new TensorError(code, message, { file: source.name, byte });
	};
	const start = await source.read(0, Math.min(4, source.size), signal);
	if (latin1(start) !== "GGUF")
		fail('A GGUF file starts with the letters "GGUF"; this one does not. Download or save it again.', 0);
	const cursor = ggufCursor(source, signal);
	const word = await cursor.u32();
	// The version is small: in a file of the other byte order its low half is zero.
	const bigEndian = word !== 0 && word % 65_536 === 0;
	const version = bigEndian ? word / 2 ** 24 : word;
	if (![1, 2, 3].includes(version)) fail(`GGUF version ${version} is not read; versions 1 to 3 are.`, 4, "unsupported");
	cursor.configure(bigEndian, version === 1);
	const tensorCount = await countOf(cursor, "tensors", MAX_TENSORS, version === 1 ? 20 : 24);
	const keyCount = await countOf(cursor, "metadata entries", MAX_KEYS, version === 1 ? 9 : 13);
	const metadata = new Map<string, string>([["GGUF.version", String(version)]]);
	for (let k = 0; k < keyCount; k++) {
		const byte = cursor.at;
		const key = await cursor.text("the name of a metadata entry", NAME_BYTES);
		if (metadata.has(key))
			fail(`The header has two metadata entries called "${shown(key)}"; it is damaged or forged.`, byte);
		metadata.set(key, await readValue(cursor, key));
	}
	const alignment = Number(metadata.get("general.alignment") ?? DEFAULT_ALIGNMENT);
	if (!Number.isInteger(Math.log2(alignment)) || alignment < 1 || alignment > 2 ** 31)
		fail(
			`The metadata asks for an alignment of ${shown(metadata.get("general.alignment") ?? "")} bytes, which is no power of two, so the data cannot be found.`,
			24,
		);
	const entries: TensorEntry[] = [];
	const names = new Set<string>();
	for (let k = 0; k < tensorCount; k++) {
		const byte = cursor.at;
		const entry = await readEntry(cursor, version === 1);
		if (names.has(entry.name)) fail(`The header has two tensors called "${shown(entry.name)}".`, byte);
		names.add(entry.name);
		entries.push(entry);
	}
	const dataStart = Math.ceil(cursor.at / alignment) * alignment;
	return {
		metadata: Object.fromEntries(metadata),
		tensors: placeTensors(entries, { source, dataStart, alignment, bigEndian }),
		bigEndian,
	};
}

async function countOf(cursor: GgufCursor, what: string, most: number, bytesEach: number): Promise<number> {
	const byte = cursor.at;
	const count = await cursor.length();
	if (count > BigInt(most))
		throw new TensorError("too-large", `The header lists ${count} ${what}, more than the ${most} that are read.`, {
			byte,
		});
	if (count * BigInt(bytesEach) > BigInt(cursor.left))
		throw new TensorError(
			"corrupt",
			`The header is said to list ${count} ${what}, but only ${cursor.left} bytes follow; download or save the file again.`,
			{ byte },
		);
	return Number(count);
}

async function readEntry(cursor: GgufCursor, narrow: boolean): Promise<TensorEntry> {
	const name = await cursor.text("the name of a tensor", NAME_BYTES);
	const byte = cursor.at;
	const axes = await cursor.u32();
	if (axes > MAX_AXES)
		throw new TensorError(
			"corrupt",
			`The tensor "${shown(name)}" is said to have ${axes} axes, where 4 are allowed; the header is damaged.`,
			{ byte },
		);
	const lengths: bigint[] = [];
	for (let axis = 0; axis < axes; axis++)
		lengths.push(
			narrow ? BigInt(await cursor.u32()) : await cursor.number(8, (view, at, little) => view.getBigUint64(at, little)),
		);
	const type = await cursor.u32();
	const offset = await cursor.number(8, (view, at, little) => view.getBigUint64(at, little));
	// The file has the fastest axis first, shapes have it last.
	return { name, shape: lengths.reverse(), type, offset };
}

/** Large models are cut into files `x-00001-of-00003.gguf`, each with tensors of its own. */
function splitNote(metadata: Readonly<Record<string, string>>, name: string): readonly string[] {
	const named = /-(\d{5})-of-(\d{5})\.gguf$/i.exec(name);
	const count = Number(metadata["split.count"] ?? named?.[2] ?? 1);
	if (!(count > 1)) return [];
	const number = "split.no" in metadata ? Number(metadata["split.no"]) + 1 : Number(named?.[1] ?? NaN);
	const others = named ? ` (${name.replace(/-\d{5}-of-/i, "-*-of-")})` : "";
	return [
		`This is file ${Number.isNaN(number) ? "?" : number} of the ${count} that a model was split into; the other tensors are in the other files${others}.`,
	];
}
