import { TensorError, throwIfAborted } from "../core/errors";
import { formatBytes } from "../core/format";
import { latin1 } from "./detect";
import { type H5Tensor, readTensor, tensorBoxes, tensorsOf } from "./hdf5/dataset";
import { type Datatype, parseDatatype } from "./hdf5/datatype";
import { attributeOf, type H5File, h5File, type SyncSource } from "./hdf5/file";
import type { H5Module } from "./hdf5/library";
import { datatypeMessage } from "./hdf5/object-header";
import { KNOWN } from "./known";
import { memorySource } from "./memory";
import type { ByteSource, TensorReader, TensorSource } from "./reader";
import { unreadable } from "./shape";

const SIGNATURE = "\x89HDF\r\n\x1a\n";
/** Where a file may begin, behind a block that belongs to its user. */
const STARTS = [0, 512, 1024, 2048];
/** A source that cannot be read at once is read whole up to this size. */
const MAX_WHOLE_BYTES = 2 ** 28;
const MAX_OBJECTS = 1_000_000;
/** Objects that are looked at before other work gets its turn. */
const TURN = 256;
const MAX_METADATA = 100;
const MAX_TEXT = 2000;

/** HDF5, and what is built on it: NetCDF-4, Keras weights. Read by range through the HDF5 library. */
export const hdf5: TensorReader = {
	...KNOWN.hdf5,
	sniff: isHdf5,
	open: openHdf5,
};

/** Whether a file begins as HDF5 does, or has room for something else before it. */
export function isHdf5(head: Uint8Array): boolean {
	const text = latin1(head.subarray(0, 2056));
	return STARTS.some((at) => text.startsWith(SIGNATURE, at));
}

/** Opens an HDF5 file: the names, types and shapes of its datasets. Throws `corrupt`, `unsupported` or `too-large`. */
export async function openHdf5(source: ByteSource, signal?: AbortSignal): Promise<TensorSource> {
	const file = h5File(await syncSource(source, signal));
	try {
		const notes: string[] = [];
		const found = await datasetsOf(file, notes, signal);
		const metadata = await metadataOf(file);
		const byName = new Map(found.map((tensor) => [tensor.info.name, tensor]));
		const lookUp = (name: string): H5Tensor => {
			const tensor = byName.get(name);
			if (tensor === undefined) throw new TensorError("not-found", `The file has no dataset called "${name}".`);
			if (tensor.info.problem) throw TensorError.fromData(tensor.info.problem).at({ tensor: name });
			return tensor;
		};
		return {
			tensors: [...byName.values()].map(({ info }) => info),
			metadata,
			notes,
			boxes: ({ name }, maxElements) => tensorBoxes(lookUp(name), maxElements),
			async read({ name }, box, readSignal, target) {
				try {
					return await readTensor(file, lookUp(name), box, readSignal, target);
				} catch (thrown) {
					throw TensorError.from(thrown).at({ tensor: name });
				}
			},
			async close() {
				file.close();
				await source.close?.();
			},
		};
	} catch (thrown) {
		file.close();
		throw thrown;
	}
}

async function syncSource(source: ByteSource, signal: AbortSignal | undefined): Promise<SyncSource> {
	const { readSync } = source;
	if (readSync) return { ...source, readSync };
	if (source.size > MAX_WHOLE_BYTES) {
		throw new TensorError(
			"unsupported",
			`This HDF5 file of ${formatBytes(source.size)} is compressed as a whole or lies where it cannot be read piece by piece, and only ${formatBytes(MAX_WHOLE_BYTES)} of such are read whole; unpack or copy it to a disk.`,
			{ file: source.name },
		);
	}
	return memorySource(source.name, await source.read(0, source.size, signal)) as SyncSource;
}

async function datasetsOf(
	file: H5File,
	notes: string[],
	signal: AbortSignal | undefined,
): Promise<readonly H5Tensor[]> {
	const names = await file.use("the list of its datasets", (library, id) => library.get_names(id, "/", true));
	if (names.length > MAX_OBJECTS) {
		throw new TensorError(
			"too-large",
			`The file lists ${names.length} objects, more than the ${MAX_OBJECTS} that are read.`,
		);
	}
	const found: H5Tensor[] = [];
	const links: string[] = [];
	const seen = new Set<string>();
	for (const [k, name] of names.entries()) {
		if (k % TURN === TURN - 1) await new Promise((resolve) => setTimeout(resolve, 0));
		throwIfAborted(signal);
		try {
			const tensors = await file.use(`"${name}"`, (library, id) => lookAt(library, id, file, name, seen));
			if (tensors === "link") links.push(name);
			else found.push(...tensors);
		} catch (thrown) {
			found.push(faulty(name, thrown));
		}
	}
	if (links.length > 0) {
		const shown = links.slice(0, 5).map((name) => `"${name}"`);
		const rest = links.length > shown.length ? ` and ${links.length - shown.length} more` : "";
		notes.push(`Links to other files, or to nothing, are not followed: ${shown.join(", ")}${rest}.`);
	}
	return found;
}

function faulty(name: string, thrown: unknown): H5Tensor {
	const field = { suffix: "", offset: 0, inner: [], steps: [], bigEndian: false, dtype: { other: "unknown" }, size: 0 };
	return { info: unreadable(name, thrown), path: name, field, shape: [], chunks: null, recordBytes: 0, filters: [] };
}

function lookAt(
	library: H5Module,
	file: bigint,
	source: H5File,
	name: string,
	seen: Set<string>,
): readonly H5Tensor[] | "link" {
	let kind: number;
	try {
		kind = library.get_type(file, name);
	} catch (thrown) {
		if (/H5Oexists_by_name/.test(String(thrown))) return "link";
		throw thrown;
	}
	if (kind === library.H5G_LINK || kind === library.H5G_UDLINK) return "link";
	if (kind !== library.H5G_DATASET) return [];
	// A reference is the object's address: one dataset may have many names, and is listed by the first.
	const reference = library.create_object_reference(file, name);
	if (seen.has(reference.join())) return [];
	seen.add(reference.join());
	const about = library.get_dataset_metadata(file, name);
	const rank = about.shape?.length ?? 0;
	const tensors = tensorsOf(
		name,
		about,
		describedType(source, reference),
		library.get_dataset_filters(file, name),
		axisNamesOf(library, file, name, rank),
	);
	const note = matlabNote(library, file, name);
	return note === undefined ? tensors : tensors.map((tensor) => ({ ...tensor, info: { ...tensor.info, note } }));
}

/** The type of a dataset as the file describes it; undefined where that is not found, or damaged. */
function describedType(source: H5File, reference: Uint8Array): Datatype | undefined {
	const superblock = source.superblock();
	if (superblock === undefined || reference.length < 8) return undefined;
	const address = Number(new DataView(Uint8Array.from(reference).buffer).getBigUint64(0, true));
	try {
		const message = datatypeMessage(source.read, superblock, address);
		return message && parseDatatype(message);
	} catch (thrown) {
		// A header that the library reads may still be one that this does not.
		if (thrown instanceof RangeError) return undefined;
		throw thrown;
	}
}

/** What MATLAB says of an array that its stored type does not. */
function matlabNote(library: H5Module, file: bigint, name: string): string | undefined {
	try {
		if (!library.get_attribute_names(file, name).includes("MATLAB_class")) return undefined;
		const read = (attribute: string) =>
			library.get_attribute_names(file, name).includes(attribute)
				? attributeOf(library, file, name, attribute)
				: undefined;
		const kind = read("MATLAB_class");
		const empty = read("MATLAB_empty");
		if (Array.isArray(empty) && empty[0] === 1) {
			return `An empty array of MATLAB's class ${kind}: the numbers stored are its dimensions.`;
		}
		if (kind === "char") return "Text in MATLAB (char): the numbers are the codes of its characters.";
		if (kind === "logical") return "MATLAB's class logical: 1 is true, 0 is false.";
		return undefined;
	} catch (thrown) {
		// A help, as the names of axes are.
		if (thrown instanceof WebAssembly.RuntimeError) throw thrown;
		return undefined;
	}
}

/** Labels of the axes, or the names of the scales that belong to them. */
function axisNamesOf(library: H5Module, file: bigint, name: string, rank: number): readonly string[] {
	try {
		const attributes = library.get_attribute_names(file, name);
		const labels = attributes.includes("DIMENSION_LABELS") ? library.get_dimension_labels(file, name) : [];
		const scaled = attributes.includes("DIMENSION_LIST");
		return Array.from({ length: rank }, (_, axis) => {
			const label = labels[axis];
			if (label) return label;
			const [scale] = scaled ? library.get_attached_scales(file, name, axis) : [];
			return scale?.split("/").at(-1) ?? "";
		});
	} catch (thrown) {
		// Names are a help: a dataset whose scales are damaged is still read. A crash is told by the next use.
		if (thrown instanceof WebAssembly.RuntimeError) throw thrown;
		return [];
	}
}

/** What the file's root says of the file. */
async function metadataOf(file: H5File): Promise<Readonly<Record<string, string>>> {
	const metadata: Record<string, string> = {};
	const names = await file.use("the file's attributes", (library, id) => library.get_attribute_names(id, "/"));
	for (const name of names.slice(0, MAX_METADATA)) {
		const value = await file
			.use(`the attribute "${name}"`, (library, id) => attributeOf(library, id, "/", name))
			.catch(() => undefined);
		if (value === undefined) continue;
		const text = typeof value === "string" ? value : value.join(", ");
		metadata[name] = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
	}
	return metadata;
}
