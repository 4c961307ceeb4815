/** Filters that the library has built in and undoes rightly: deflate, shuffle, fletcher32, szip, scaleoffset. */
const BUILT_IN: readonly number[] = [1, 2, 3, 4, 6];

/** Filters that are libraries of their own, by their registered numbers: each is a part that loads when a dataset needs it. */
const LOADED: Readonly<Record<number, () => Promise<{ readonly default: Uint8Array }>>> = {
	32000: () => import("h5wasm-plugins/plugins/libH5Zlzf.so"),
	32001: () => import("h5wasm-plugins/plugins/libH5Zblosc.so"),
	32004: () => import("h5wasm-plugins/plugins/libH5Zlz4.so"),
	32008: () => import("h5wasm-plugins/plugins/libH5Zbshuf.so"),
	32013: () => import("h5wasm-plugins/plugins/libH5Zzfp.so"),
	32015: () => import("h5wasm-plugins/plugins/libH5Zzstd.so"),
	32026: () => import("h5wasm-plugins/plugins/libH5Zblosc2.so"),
};

/** Blosc and Blosc2 pack by one of several codecs, whose number is the seventh option; the ones here have no zlib and no Snappy. */
const BLOSC: readonly number[] = [32001, 32026];
const UNREAD_CODECS: Readonly<Record<number, string>> = { 3: "Snappy", 4: "zlib" };

const UNREAD_NAMES: Readonly<Record<number, string>> = {
	5: "n-bit",
	// h5wasm-plugins has it, but its loop never ends on a stream that is cut off.
	307: "bzip2",
	32017: "SZ",
	32018: "FCIDECOMP",
	32019: "JPEG",
	32024: "SZ3",
};

/** A filter as a dataset names it: its registered number, a name that may be empty, and its options. */
export interface H5Filter {
	readonly id: number;
	readonly name: string;
	readonly cd_values: readonly number[];
}

/** The name and number of the first filter that cannot be undone. */
export function unreadFilter(filters: readonly H5Filter[]): string | undefined {
	for (const { id, name, cd_values: options } of filters) {
		if (Object.hasOwn(LOADED, id)) {
			const codec = BLOSC.includes(id) ? UNREAD_CODECS[options[6] ?? 0] : undefined;
			if (codec) return `Blosc (${id}) by ${codec}`;
		} else if (!BUILT_IN.includes(id)) {
			return `${UNREAD_NAMES[id] ?? (name.replace(/[;.].*$/s, "") || "of no name")} (${id})`;
		}
	}
	return undefined;
}

/** Where the library looks for filters that it has not got. */
const FOLDER = "/usr/local/hdf5/lib/plugin";

/** The part of the library's file system that holds filters. */
export interface FilterFolder {
	mkdirTree(path: string): void;
	writeFile(path: string, bytes: Uint8Array): void;
	analyzePath(path: string): { readonly exists: boolean };
}

/** Puts the filters among these numbers that the library has not got where it looks for them; it takes them up by itself. */
export async function provideFilters(files: FilterFolder, filters: readonly number[]): Promise<void> {
	for (const id of filters) {
		const path = `${FOLDER}/libH5Z${id}.so`;
		const load = LOADED[id];
		if (!load || files.analyzePath(path).exists) continue;
		const { default: bytes } = await load();
		files.mkdirTree(FOLDER);
		files.writeFile(path, bytes);
	}
}
