import type { DType } from "../core/dtype";
import { TensorError } from "../core/errors";
import type { TensorInfo } from "../core/tensor";
import { latin1 } from "./detect";
import type { Json } from "./encoding/json";
import { openZip } from "./encoding/zip";
import { isZip } from "./encoding/zip-directory";
import { KNOWN } from "./known";
import type { TensorReader, TensorSource } from "./reader";
import { bytesOf, problem, shownShape, unreadable } from "./shape";
import { lengthsOf, plain, refuse, type ZarrArray } from "./zarr/array";
import { type ChunkReader, chunkReader } from "./zarr/chunks";
import { layoutOf2, layoutOf3 } from "./zarr/layout";
import { readZarr, zarrBoxes } from "./zarr/source";
import { folderStore, isEntryName, type Meta, type ZarrStore, zipStore } from "./zarr/store";
import { typeOf2, typeOf3 } from "./zarr/types";
import { type FoundArray, walkStore } from "./zarr/walk";

const MAX_TEXT = 10_000;

/** Zarr stores of version 2 and 3: a folder, opened by one of its entry files, or a zip archive. */
export const zarr: TensorReader = {
	...KNOWN.zarr,
	sniff: (head) => /^\s*\{.*"zarr_format"/s.test(latin1(head)),
	sniffMembers: (names) => names.some(isEntryName),
	async open(source, signal) {
		const head = await source.read(0, Math.min(4, source.size), signal);
		const store = isZip(head) ? zipStore(await openZip(source, signal), source.name) : folderStore(source);
		const walked = await walkStore(store, signal);
		const metadata = Object.fromEntries([...walked.attributes].map(([key, value]) => [key, text(value)]));
		const notes = walked.arrays.length === 0 ? ["The store holds no arrays.", ...walked.notes] : walked.notes;
		return zarrSource(store, walked.arrays.map(understand), { metadata, notes, close: async () => source.close?.() });
	},
};

interface Understood {
	readonly info: TensorInfo;
	readonly array?: ZarrArray;
}

function zarrSource(
	store: ZarrStore,
	found: readonly Understood[],
	about: Pick<TensorSource, "metadata" | "notes" | "close">,
): TensorSource {
	const byName = new Map(found.map((each) => [each.info.name, each]));
	const readers = new Map<string, ChunkReader>();
	const lookUp = ({ name }: TensorInfo): ZarrArray => {
		const each = byName.get(name);
		if (each === undefined) throw new TensorError("not-found", `The file has no tensor called "${name}".`);
		if (each.array) return each.array;
		const error = each.info.problem && TensorError.fromData(each.info.problem);
		throw (error ?? new TensorError("internal", "This tensor has no values that could be read.")).at({ tensor: name });
	};
	return {
		...about,
		tensors: found.map(({ info }) => info),
		boxes: (tensor, maxElements) => zarrBoxes(lookUp(tensor), maxElements),
		async read(tensor, box, signal) {
			const array = lookUp(tensor);
			const reader = readers.get(array.path) ?? chunkReader(store, array);
			readers.set(array.path, reader);
			try {
				return await readZarr(array, reader, box, signal);
			} catch (thrown) {
				throw TensorError.from(thrown).at({ tensor: array.path });
			}
		},
	};
}

/** What an array's description means, or why it cannot be read. */
function understand(found: FoundArray): Understood {
	const { path, version, meta, attributes } = found;
	if (meta instanceof TensorError) return { info: unreadable(path, meta) };
	let known: Omit<TensorInfo, "problem"> = { name: path, dtype: { other: "unknown" }, shape: [], bytes: 0 };
	try {
		const declared = lengthsOf(meta.get("shape"), "its shape");
		known = { ...known, shape: shownShape(declared) };
		const type = version === 2 ? typeOf2(meta.get("dtype")) : typeOf3(meta.get("data_type"));
		const size = bytesOf(declared, "dtype" in type ? type.dtype : { bits: 8 });
		if ("impossible" in size) return refuse(`${size.impossible}; the metadata is damaged.`);
		known = { ...known, ...axisNamesOf(version, meta, attributes, known.shape.length) };
		if ("other" in type) {
			known = { ...known, dtype: { other: type.other } };
			return { info: { ...known, problem: problem("unsupported", `${type.reason}.`) } };
		}
		known = { ...known, dtype: type.dtype as DType, bytes: size.bytes };
		const layout = (version === 2 ? layoutOf2 : layoutOf3)(meta, known.shape, type);
		const unset = meta.get("fill_value") ?? null;
		const note = unset === null ? { note: "no fill value is set, so missing chunks are read as 0" } : {};
		return { info: { ...known, ...note }, array: { ...layout, path, shape: known.shape } };
	} catch (thrown) {
		const error = TensorError.from(thrown);
		return { info: { ...known, problem: problem(error.code, error.message, error.where) } };
	}
}

/** Names of the axes: version 3 has a place for them, xarray puts them among the attributes of version 2. */
function axisNamesOf(version: 2 | 3, meta: Meta, attributes: Meta, rank: number): Pick<TensorInfo, "axisNames"> {
	const own = version === 3 ? meta.get("dimension_names") : undefined;
	const names = Array.isArray(own) ? own : attributes.get("_ARRAY_DIMENSIONS");
	if (!Array.isArray(names) || names.length !== rank || rank === 0) return {};
	const axisNames = names.map((name: Json) => (typeof name === "string" ? name.slice(0, 200) : ""));
	return axisNames.some((name) => name !== "") ? { axisNames } : {};
}

function text(value: Json): string {
	const whole = typeof value === "string" ? value : plain(value);
	return whole.length > MAX_TEXT ? `${whole.slice(0, MAX_TEXT)}…` : whole;
}
