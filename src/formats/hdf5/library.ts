import { TensorError } from "../../core/errors";
import { type FilterFolder, type H5Filter, provideFilters } from "./filters";

/** What the HDF5 library tells of a type: of a dataset, an attribute, or a member of a compound. */
export interface H5Type {
	/** H5T_class_t: 0 integer, 1 float, 3 string, 4 bits, 5 opaque, 6 compound, 7 reference, 8 enum, 9 vlen, 10 array, 11 complex. */
	readonly type: number;
	/** Bytes of one element. */
	readonly size: number;
	readonly signed: boolean;
	readonly littleEndian: boolean;
	readonly vlen: boolean;
	/** The axes; null where there is a type but no space. */
	readonly shape: readonly number[] | null;
	readonly array_type?: H5Type;
	readonly compound_type?: {
		readonly members: readonly (H5Type & { readonly name: string; readonly offset: number })[];
	};
	readonly enum_type?: { readonly members: Readonly<Record<string, number>> };
}

export interface H5Dataset extends H5Type {
	readonly chunks: readonly number[] | null;
	readonly total_size: number;
	readonly virtual_sources?: readonly unknown[];
}

interface Node {
	usedBytes: number;
	stream_ops: object;
}

/** The functions of the compiled library that are used (h5wasm's hdf5_util). */
export interface H5Module {
	readonly HEAPU8: Uint8Array;
	readonly H5F_ACC_RDONLY: number;
	readonly H5G_GROUP: number;
	readonly H5G_DATASET: number;
	readonly H5G_LINK: number;
	readonly H5G_UDLINK: number;
	readonly FS: FilterFolder & {
		readonly ErrnoError: new (code: number) => Error;
		createFile(parent: string, name: string, properties: object, canRead: boolean, canWrite: boolean): Node;
		unlink(path: string): void;
	};
	activate_throwing_error_handler(): number;
	open(file: string, mode: number, trackOrder: boolean, low: number, high: number): bigint;
	close_file(file: bigint): number;
	get_names(file: bigint, path: string, recursive: boolean): string[];
	get_type(file: bigint, path: string): number;
	create_object_reference(file: bigint, path: string): Uint8Array;
	get_dataset_metadata(file: bigint, path: string): H5Dataset;
	get_dataset_filters(file: bigint, path: string): H5Filter[];
	get_dataset_data(
		file: bigint,
		path: string,
		count: readonly bigint[] | null,
		offset: readonly bigint[] | null,
		strides: readonly bigint[] | null,
		pointer: bigint,
	): number;
	get_attribute_names(file: bigint, path: string): string[];
	get_attribute_metadata(file: bigint, path: string, name: string): H5Dataset;
	get_attribute_data(file: bigint, path: string, name: string, pointer: bigint): number;
	reclaim_vlen_memory(file: bigint, path: string, name: string, pointer: bigint): number;
	get_dimension_labels(file: bigint, path: string): (string | null)[];
	get_attached_scales(file: bigint, path: string, axis: number): string[];
	UTF8ToString(pointer: number): string;
	_malloc(size: number): number;
	_free(pointer: number): void;
}

let current: Promise<H5Module> | undefined;

/** The library with some filters, by their numbers; loaded when the first file needs it and again after a crash. */
export async function hdf5Library(filters: readonly number[]): Promise<H5Module> {
	current ??= load();
	current.catch(() => {
		current = undefined;
	});
	const library = await current;
	await provideFilters(library.FS, filters);
	return library;
}

async function load(): Promise<H5Module> {
	const { default: factory } = await import("h5wasm/factory");
	const quiet = () => {};
	const library = (await factory({ noInitialRun: true, print: quiet, printErr: quiet })) as H5Module;
	// Without it a read that fails leaves what was in memory as values.
	library.activate_throwing_error_handler();
	return library;
}

/** Any error of the library as one sentence. A crash gives the instance up: nothing in it can be trusted any more. */
export function libraryError(thrown: unknown, what: string): TensorError {
	if (thrown instanceof TensorError) return thrown;
	const message = thrown instanceof Error ? thrown.message : String(thrown);
	// A filter's own words about what is wrong with a chunk are functions that it was not linked with.
	const text = message.replace("resolved is not a function", "a filter fails on a chunk");
	const reasons = [...text.matchAll(/ in \w+\(\): (.*)/g)].map(([, reason]) => reason ?? "");
	if (reasons.length === 0) {
		current = undefined;
		return new TensorError(
			"corrupt",
			`The HDF5 library gave up on ${what} (${oneLine(text)}); the file is damaged, save or download it again.`,
		);
	}
	const reason = oneLine(reasons.at(-1) ?? "");
	const all = reasons.join(" ");
	if (/already open for write|already locked|consistency flag/i.test(all)) {
		return new TensorError(
			"corrupt",
			`The file is marked as open for writing (${reason}): close the program that writes it, or run "h5clear -s" on a copy.`,
		);
	}
	if (/external raw (data )?file|external file/i.test(all)) {
		return new TensorError("unsupported", "The values are in another file, and links to other files are not followed.");
	}
	if (/required filter|can't open directory|filter .* is not registered/i.test(all)) {
		return new TensorError("unsupported", `The values are compressed by a filter that is not read (${reason}).`);
	}
	if (/allocat/i.test(reason)) {
		return new TensorError("too-large", `The HDF5 library ran out of memory on ${what} (${reason}).`);
	}
	return new TensorError(
		"corrupt",
		`The HDF5 library cannot read ${what} (${reason}); save or download the file again.`,
	);
}

function oneLine(text: string): string {
	return text.replace(/\s+/g, " ").trim().slice(0, 200);
}
