import { DTYPES } from "../../core/dtype";
import type { Shape } from "../../core/layout";
import type { Json } from "../encoding/json";
import { chunkShape, type Layout, named, refuse, type Shards, type Step, type Stored, shown } from "./array";
import { stepOf } from "./steps";
import type { Meta } from "./store";
import { fillBytes } from "./types";

/** Bytes that one chunk may take in memory. */
const MAX_CHUNK_BYTES = 2 ** 29;
const MAX_STEPS = 32;
const MAX_SHARDINGS = 8;

/** How a version 2 array lies in its chunks. Throws `corrupt`, or `unsupported` with the name of what is not read. */
export function layoutOf2(meta: Meta, shape: Shape, type: Stored): Layout {
	const chunk = chunkShape(meta.get("chunks"), shape);
	const order = meta.get("order") ?? "C";
	if (order !== "C" && order !== "F")
		refuse(`The metadata gives the order ${shown(order)}, and "C" or "F" was expected.`);
	const separator = meta.get("dimension_separator") ?? ".";
	const filters = meta.get("filters") ?? [];
	const compressor = meta.get("compressor");
	if (!Array.isArray(filters)) return refuse(`The metadata gives the filters ${shown(filters)}, no list.`);
	const steps: Step[] = [];
	let now = type;
	for (const codec of [...filters.slice(0, MAX_STEPS), ...(compressor ? [compressor] : [])] as Json[]) {
		const settings: Meta = codec instanceof Map ? (codec as Meta) : new Map();
		const id = settings.get("id");
		if (typeof id !== "string") return refuse(`The metadata gives the codec ${shown(codec)}, which has no "id".`);
		const { step, after } = stepOf(id, settings, now);
		if (step) steps.push(step);
		now = after;
	}
	const axes = shape.map((_, axis) => axis);
	return checked({
		...type,
		chunk,
		order: order === "F" ? axes.reverse() : axes,
		steps,
		shards: [],
		fill: fillBytes(type, meta.get("fill_value")),
		key: keysOf("", separatorOf(separator), "0"),
	});
}

/** How a version 3 array lies in its chunks. Throws `corrupt`, or `unsupported` with the name of what is not read. */
export function layoutOf3(meta: Meta, shape: Shape, type: Stored): Layout {
	const grid = named(meta.get("chunk_grid"));
	if (grid.name !== "regular") {
		refuse(`The array has the chunk grid "${grid.name}", and only "regular" ones are read.`, "unsupported");
	}
	const transformers = meta.get("storage_transformers");
	if (Array.isArray(transformers) && transformers.length > 0) {
		refuse(`The array has storage transformers (${shown(transformers)}), which are not read.`, "unsupported");
	}
	const outer = chunkShape(grid.settings.get("chunk_shape"), shape);
	const encoding = named(meta.get("chunk_key_encoding") ?? "default");
	const v2 = encoding.name === "v2";
	if (!v2 && encoding.name !== "default") {
		refuse(`The array has the chunk key encoding "${encoding.name}", which is not read.`, "unsupported");
	}
	const separator = separatorOf(encoding.settings.get("separator") ?? (v2 ? "." : "/"));
	const key = v2 ? keysOf("", separator, "0") : keysOf(`c${separator}`, separator, "c");
	const shards: Shards[] = [];
	let chunk = outer;
	let codecs = listOf(meta.get("codecs"));
	for (let only = shardingOf(codecs); only; only = shardingOf(codecs)) {
		if (shards.length === MAX_SHARDINGS)
			refuse(`The array has shards in shards more than ${MAX_SHARDINGS} deep.`, "unsupported");
		const part = chunkShape(only.get("chunk_shape"), shape);
		if (chunk.some((length, axis) => length % (part[axis] as number) !== 0)) {
			refuse(
				`Shards of [${chunk.join(", ")}] cannot be cut into chunks of [${part.join(", ")}]; the metadata is damaged.`,
			);
		}
		shards.push({ shape: chunk, index: indexOf(only) });
		codecs = listOf(only.get("codecs"));
		chunk = part;
	}
	const { stored, ...rest } = chainOf(codecs, type, shape.length);
	return checked({ ...stored, ...rest, chunk, shards, fill: fillBytes(stored, meta.get("fill_value")), key });
}

/** The settings of a sharding that stands alone; undefined for other codecs. */
function shardingOf(codecs: readonly Json[]): Meta | undefined {
	const [first, ...others] = codecs.map(named);
	if (first?.name !== "sharding_indexed") return undefined;
	if (others.length > 0) refuse("The array's shards are compressed as a whole, which is not read.", "unsupported");
	return first.settings;
}

/** The codecs of version 3: changes of the values, then "bytes" with the byte order, then changes of the bytes. */
function chainOf(codecs: readonly Json[], type: Stored, rank: number) {
	const bytes = codecs.map(named).find(({ name }) => name === "bytes");
	const endian = bytes?.settings.get("endian") ?? "little";
	const stored: Stored = { dtype: type.dtype, bigEndian: endian === "big" };
	let order = Array.from({ length: rank }, (_, axis) => axis);
	const steps: Step[] = [];
	let now = stored;
	let linear = false;
	for (const codec of codecs) {
		const { name, settings } = named(codec);
		if (name === "bytes") continue;
		if (name === "transpose") {
			if (linear) refuse(`The codec "transpose" after others is not read.`, "unsupported");
			order = transposed(order, settings.get("order"));
			continue;
		}
		if (name === "sharding_indexed") refuse("Shards behind other codecs are not read.", "unsupported");
		const { step, after, elementwise } = stepOf(
			name.replace(/^(numcodecs\.|https:\/\/codec\.zarrs\.dev\/numcodecs\/)/, ""),
			settings,
			now,
		);
		if (step) steps.push(step);
		now = after;
		linear ||= !elementwise;
	}
	return { stored, order, steps };
}

/** The storage order of axes after a transposition: axis i of what is stored is axis `by[i]` of what was there before. */
function transposed(order: readonly number[], by: Json | undefined): number[] {
	const rank = order.length;
	const spelled = by === "C" ? order.map((_, axis) => axis) : by === "F" ? order.map((_, axis) => rank - 1 - axis) : by;
	const axes = Array.isArray(spelled) ? (spelled as readonly Json[]) : [];
	const fits = axes.length === rank && order.every((_, axis) => axes.includes(axis));
	if (!fits) refuse(`The codec "transpose" has the order ${shown(by)}, no permutation of ${rank} axes.`);
	return axes.map((axis) => order[axis as number] as number);
}

function indexOf(settings: Meta): Shards["index"] {
	const at = settings.get("index_location") ?? "end";
	if (at !== "start" && at !== "end")
		refuse(`The index of the shards lies at ${shown(at)}, and "start" or "end" was expected.`);
	const codecs = listOf(settings.get("index_codecs")).map(named);
	const other = codecs.find(({ name }) => name !== "bytes" && name !== "crc32c");
	if (other)
		refuse(`The index of the shards is written with the codec "${other.name}", which is not read.`, "unsupported");
	return {
		bigEndian: codecs.some(({ settings: bytes }) => bytes.get("endian") === "big"),
		checked: codecs.some(({ name }) => name === "crc32c"),
		atEnd: at === "end",
	};
}

function listOf(value: Json | undefined): readonly Json[] {
	if (Array.isArray(value) && value.length <= MAX_STEPS) return value;
	return refuse(`The metadata gives the codecs ${shown(value)}, and a list of at most ${MAX_STEPS} was expected.`);
}

function separatorOf(value: Json): string {
	if (value === "." || value === "/") return value;
	return refuse(`The metadata gives the separator ${shown(value)} for chunks, and "." or "/" was expected.`);
}

function keysOf(prefix: string, separator: string, scalar: string): Layout["key"] {
	return (indices) => (indices.length === 0 ? scalar : prefix + indices.join(separator));
}

function checked(layout: Layout): Layout {
	const size = BigInt(DTYPES[layout.dtype].bits / 8);
	const bytes = layout.chunk.reduce((product, length) => product * BigInt(length), size);
	// Values that are stored as they are can be read in parts.
	if (bytes > MAX_CHUNK_BYTES && layout.steps.length > 0) {
		refuse(
			`One chunk of [${layout.chunk.join(", ")}] takes ${bytes} bytes, more than the ${MAX_CHUNK_BYTES} that are unpacked at once; write the array with smaller chunks.`,
			"too-large",
		);
	}
	return layout;
}
