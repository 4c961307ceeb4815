import { TensorError, throwIfAborted } from "../core/errors";
import { type DenseTensor, denseSource } from "./dense";
import { type MsgpackToken, TOKEN_BYTES, tokenAt } from "./encoding/msgpack";
import { arrayTensor, isWholeArray, packedArrayAt, readPackedArray } from "./flax-array";
import { chunkedTensor, type FlaxChunks } from "./flax-chunks";
import { KNOWN } from "./known";
import { uniqueNames } from "./names";
import { readAhead } from "./read-ahead";
import type { ByteSource, TensorReader } from "./reader";
import { unreadable } from "./shape";

const MAX_DEPTH = 64;
const MAX_TENSORS = 1_000_000;
const MAX_VALUES = 10_000_000;
const MAX_TEXT_BYTES = 2 ** 16;
const MAX_FACTS = 1000;

/** A checkpoint as Flax packs it with msgpack (google/flax, serialization.py): nested maps whose leaves are arrays. */
export const flax: TensorReader = {
	...KNOWN.flax,
	sniff: isFlaxHead,
	async open(source, signal) {
		const walk: Walk = {
			source,
			ahead: readAhead(source),
			signal,
			found: [],
			facts: [],
			nameOnce: uniqueNames(),
			values: 0,
		};
		const notes: string[] = [];
		try {
			const end = await walkValue(walk, 0, [], 0);
			if (end < source.size) notes.push(`${source.size - end} bytes follow the checkpoint and are left out.`);
		} catch (thrown) {
			const error = TensorError.from(thrown);
			// What was found before the damage is as good as ever.
			if (error.code !== "corrupt" || walk.found.length === 0) throw error;
			notes.push(`What follows byte ${error.where.byte ?? "?"} could not be read: ${error.message}`);
		}
		if (walk.found.length === 0 && walk.facts.length === 0) {
			throw new TensorError("unknown-format", "This msgpack file holds no arrays as Flax packs them.", {
				file: source.name,
				byte: 0,
			});
		}
		const metadata = Object.fromEntries(walk.facts);
		return denseSource(walk.found, { metadata, notes, close: async () => source.close?.() });
	},
};

interface Walk {
	readonly source: ByteSource;
	/** The same bytes, small reads served from stretches. */
	readonly ahead: ByteSource;
	readonly signal: AbortSignal | undefined;
	readonly found: DenseTensor[];
	/** Numbers and texts between the arrays. */
	readonly facts: [string, string][];
	readonly nameOnce: (name: string) => string;
	values: number;
}

type Path = readonly string[];

/** Whether the first bytes of a file are a map that leads to an array as Flax packs it, of a known dtype and of the right length. */
function isFlaxHead(head: Uint8Array): boolean {
	try {
		let token = tokenAt(head, 0);
		if (token?.kind !== "map") return false;
		while (token) {
			if (token.kind === "extension") {
				const array = token.code === 1 ? packedArrayAt(head, token.next, token.length) : undefined;
				if (token.code === 1) return array !== undefined && isWholeArray(array);
			}
			token = tokenAt(head, token.next + ("length" in token ? token.length : 0));
		}
	} catch {
		// Bytes that msgpack never has.
	}
	return false;
}

/** Walks over the value at a byte and answers where it ends. */
async function walkValue(walk: Walk, at: number, path: Path, depth: number): Promise<number> {
	const token = await next(walk, at);
	if (depth > MAX_DEPTH) throw damaged(walk, at, `Values lie in one another more than ${MAX_DEPTH} deep`);
	if (token.kind === "map") return walkMap(walk, token, path, depth);
	if (token.kind === "array") {
		let end = token.next;
		for (let k = 0; k < token.count; k++) end = await walkValue(walk, end, [...path, String(k)], depth + 1);
		return end;
	}
	if (token.kind === "value") addFact(walk, path, String(token.value));
	else if (token.kind === "extension") await addExtension(walk, token, path);
	else if (token.kind === "text") addFact(walk, path, await textOf(walk, token));
	else addFact(walk, path, `${token.length} bytes`);
	return token.next + ("length" in token ? token.length : 0);
}

async function walkMap(
	walk: Walk,
	{ next: start, count }: { readonly next: number; readonly count: number },
	path: Path,
	depth: number,
) {
	const chunks: FlaxChunks = { sizes: new Map(), pieces: new Map() };
	let chunked = false;
	let at = start;
	for (let k = 0; k < count; k++) {
		const key = await next(walk, at);
		if (key.kind !== "text" && key.kind !== "value") throw damaged(walk, at, "A key is neither a text nor a number");
		const name = key.kind === "text" ? await textOf(walk, key) : String(key.value);
		at = key.next + ("length" in key ? key.length : 0);
		if (name === "__msgpack_chunked_array__") {
			chunked = true;
			at = (await next(walk, at)).next;
		} else if (chunked && (name === "shape" || name === "chunks")) at = await walkChunks(walk, at, name, chunks);
		else at = await walkValue(walk, at, [...path, name], depth + 1);
	}
	if (chunked) add(walk, path, (name) => chunkedTensor(name, chunks, walk.source));
	return at;
}

/** The shape or the pieces of an array that was too long for one: maps from "0", "1", … */
async function walkChunks(walk: Walk, at: number, part: "shape" | "chunks", chunks: FlaxChunks): Promise<number> {
	const map = await next(walk, at);
	if (map.kind !== "map") throw damaged(walk, at, `The ${part} of a chunked array is no map`);
	let end = map.next;
	for (let k = 0; k < map.count; k++) {
		const key = await next(walk, end);
		if (key.kind !== "text") throw damaged(walk, end, "A key of a chunked array is no text");
		const index = Number(await textOf(walk, key));
		const value = await next(walk, key.next + key.length);
		if (part === "shape" && value.kind === "value" && typeof value.value === "number")
			chunks.sizes.set(index, value.value);
		else if (part === "chunks" && value.kind === "extension" && value.code === 1) {
			chunks.pieces.set(index, await readPackedArray(walk.ahead, value.next, value.length, walk.signal));
		} else throw damaged(walk, end, `The ${part} of a chunked array hold something else`);
		end = value.next + ("length" in value ? value.length : 0);
	}
	return end;
}

/** Extension 1 is an array, 3 a NumPy scalar packed as one, 2 a Python complex number. */
async function addExtension(
	walk: Walk,
	{ code, length, next: start }: MsgpackToken & { readonly code: number; readonly length: number },
	path: Path,
) {
	if (code === 1 || code === 3) {
		const array = await readPackedArray(walk.ahead, start, length, walk.signal).catch((thrown) =>
			TensorError.from(thrown),
		);
		if (array instanceof TensorError && array.code === "cancelled") throw array;
		add(walk, path, (name) =>
			array instanceof TensorError ? { info: unreadable(name, array) } : arrayTensor(name, array, walk.source),
		);
	} else if (code === 2 && length === 19) {
		const parts = new DataView((await walk.ahead.read(start, length, walk.signal)).buffer);
		addFact(walk, path, `${parts.getFloat64(2)} + ${parts.getFloat64(11)}i`);
	} else addFact(walk, path, `${length} bytes of the extension ${code}`);
}

function add(walk: Walk, path: Path, make: (name: string) => DenseTensor): void {
	if (walk.found.length >= MAX_TENSORS) {
		throw new TensorError("too-large", `The checkpoint has more than the ${MAX_TENSORS} tensors that are shown.`);
	}
	walk.found.push(make(walk.nameOnce(path.join("/"))));
}

function addFact({ facts }: Walk, path: Path, text: string): void {
	if (facts.length < MAX_FACTS) facts.push([path.join("/"), text]);
}

/** The token at a byte, what it speaks of within the file. */
async function next(walk: Walk, at: number): Promise<MsgpackToken> {
	const { ahead, signal } = walk;
	throwIfAborted(signal);
	if (++walk.values > MAX_VALUES) {
		throw new TensorError("too-large", `The file has more than the ${MAX_VALUES} values that are looked at.`);
	}
	const head = await ahead.read(at, Math.max(0, Math.min(TOKEN_BYTES, ahead.size - at)), signal);
	const token = tokenAt(head, 0);
	if (token === undefined) throw damaged(walk, at, `The file ends within a value: it has ${ahead.size} bytes`);
	const size: number = "length" in token ? token.length : "count" in token ? token.count : 0;
	if (at + token.next + size <= ahead.size) return { ...token, next: at + token.next };
	throw damaged(walk, at, `A value of ${size} bytes or more is said to follow, but the file has ${ahead.size}`);
}

async function textOf(
	{ ahead, signal }: Walk,
	{ next: start, length }: { readonly next: number; readonly length: number },
) {
	if (length > MAX_TEXT_BYTES) return `(${length} bytes of text)`;
	return new TextDecoder().decode(await ahead.read(start, length, signal));
}

function damaged({ source }: Walk, byte: number, message: string): TensorError {
	return new TensorError("corrupt", `${message}; the file is damaged or cut.`, { file: source.name, byte });
}
