import { TensorError } from "../../core/errors";
import { type Json, parseJson } from "../encoding/json";
import type { ZipArchive, ZipEntry } from "../encoding/zip";
import type { ByteSource } from "../reader";

/** Files that say what a folder of a store is, the first one first. */
export const ENTRY_NAMES = ["zarr.json", ".zarray", ".zgroup", ".zmetadata", ".zattrs"] as const;

const MAX_METADATA_BYTES = 10_000_000;
/** Milliseconds for which the list of a folder is believed. */
const LIST_AGE_MS = 2000;

/** Where the files of a store are; keys have "/" between their parts and lead nowhere else. */
export interface ZarrStore {
	/** File name of the whole, for messages. */
	readonly name: string;
	/** A file of the store, or undefined where there is none; throws where there is one that cannot be opened. */
	open(key: string, signal?: AbortSignal): Promise<ByteSource | undefined>;
	/** Names in a folder of the store ("" is its root), those of folders with "/" behind; empty where there is none. */
	list(folder: string): Promise<readonly string[]>;
}

/** A document of metadata: JSON, whose objects are Maps. */
export type Meta = ReadonlyMap<string, Json>;

/** The store in the folder that an entry file lies in. */
export function folderStore(source: ByteSource): ZarrStore {
	const { sibling, list, name } = source;
	if (sibling === undefined || list === undefined) {
		throw new TensorError(
			"unsupported",
			"This is one file of a Zarr store, whose folder cannot be reached from here; copy the whole folder to a disk, or zip it, and open that.",
			{ file: name },
		);
	}
	let listed: { readonly folder: string; readonly names: ReadonlySet<string>; readonly until: number } | undefined;
	const namesIn = async (folder: string) =>
		list(folder).catch((thrown) => {
			if (TensorError.from(thrown).code === "not-found") return [];
			throw thrown;
		});
	/** Whether a file that could not be opened is there all the same: then it is no missing chunk. */
	const isListed = async (key: string) => {
		const cut = key.lastIndexOf("/");
		const folder = key.slice(0, Math.max(cut, 0));
		if (listed?.folder !== folder || listed.until < Date.now()) {
			listed = { folder, names: new Set(await namesIn(folder)), until: Date.now() + LIST_AGE_MS };
		}
		return listed.names.has(key.slice(cut + 1));
	};
	return {
		name,
		async open(key) {
			try {
				return await sibling(key);
			} catch (thrown) {
				const error = TensorError.from(thrown);
				if (error.code !== "not-found" || (await isListed(key))) throw error;
				return undefined;
			}
		},
		list: namesIn,
	};
}

/** The store in a zip archive: at its top, or in the innermost folder that holds all of it. */
export function zipStore(archive: ZipArchive, name: string): ZarrStore {
	const entries = archive.entries.filter((entry) => !entry.name.endsWith("/"));
	const root = rootOf(entries.map((entry) => entry.name));
	const files = new Map<string, ZipEntry>();
	const folders = new Map<string, Set<string>>();
	for (const entry of entries) {
		if (!entry.name.startsWith(root)) continue;
		const key = entry.name.slice(root.length);
		files.set(key, entry);
		const parts = key.split("/");
		for (let depth = parts.length - 1, leaf = true; depth >= 0; depth--, leaf = false) {
			const folder = parts.slice(0, depth).join("/");
			const names = folders.get(folder) ?? new Set();
			folders.set(folder, names.add(`${parts[depth]}${leaf ? "" : "/"}`));
		}
	}
	return {
		name,
		async open(key, signal) {
			const entry = files.get(key);
			return entry && archive.open(entry, signal);
		},
		list: async (folder) => [...(folders.get(folder) ?? [])],
	};
}

/** Whether a file name is one of those that say what a folder of a store is. */
export function isEntryName(path: string): boolean {
	const name = path.slice(path.lastIndexOf("/") + 1);
	return ENTRY_NAMES.some((entry) => entry === name);
}

/** The folder, with "/" behind unless it is the top, that holds all entry files among these names. */
function rootOf(names: readonly string[]): string {
	const folders = names.filter(isEntryName).map((name) => name.slice(0, name.lastIndexOf("/") + 1));
	let root = folders[0] ?? "";
	for (const folder of folders) {
		while (!folder.startsWith(root)) root = root.slice(0, root.lastIndexOf("/", root.length - 2) + 1);
	}
	return root;
}

/** A document of a store, or undefined where there is none; throws `corrupt` or `too-large`. */
export async function readMeta(store: ZarrStore, key: string, signal?: AbortSignal): Promise<Meta | undefined> {
	const source = await store.open(key, signal);
	if (source === undefined) return undefined;
	try {
		const where = { file: `${store.name}/${key}`, byte: 0 };
		if (source.size > MAX_METADATA_BYTES) {
			throw new TensorError(
				"too-large",
				`The metadata takes ${source.size} bytes, more than the ${MAX_METADATA_BYTES} that are read.`,
				where,
			);
		}
		const meta = parseJson(await source.read(0, source.size, signal), where, { bareNumbers: true });
		if (meta instanceof Map) return meta as Meta;
		throw new TensorError("corrupt", "The metadata is no JSON object; save the store again.", where);
	} finally {
		await source.close?.();
	}
}

/** An object inside a document; an empty one where there is none. */
export function objectIn(meta: Meta, key: string): Meta {
	const value = meta.get(key);
	return value instanceof Map ? (value as Meta) : new Map();
}
