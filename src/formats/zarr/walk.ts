import { TensorError, throwIfAborted } from "../../core/errors";
import { formatCount } from "../../core/format";
import type { Json } from "../encoding/json";
import { type Meta, objectIn, readMeta, type ZarrStore } from "./store";

const MAX_ARRAYS = 100_000;
const MAX_FOLDERS = 100_000;
const MAX_DEPTH = 64;
/** Folders that are looked into at the same time. */
const AT_ONCE = 8;

/** An array as its store describes it, not yet understood; or what is wrong with its description. */
export interface FoundArray {
	/** Path from the store's root; "" is the root itself. */
	readonly path: string;
	readonly version: 2 | 3;
	readonly meta: Meta | TensorError;
	readonly attributes: Meta;
}

/** What a walk through a store found. */
export interface Walked {
	readonly arrays: readonly FoundArray[];
	/** Of the root. */
	readonly attributes: Meta;
	readonly notes: readonly string[];
}

/** Finds all arrays of a store, by consolidated metadata where there is some. Throws what is wrong with the root. */
export async function walkStore(store: ZarrStore, signal?: AbortSignal): Promise<Walked> {
	const root = await readMeta(store, "zarr.json", signal);
	if (root !== undefined) {
		checkVersion(root, 3, store);
		const attributes = objectIn(root, "attributes");
		const consolidated = objectIn(root, "consolidated_metadata").get("metadata");
		if (root.get("node_type") === "array") return { arrays: [array3("", root)], attributes, notes: [] };
		if (consolidated instanceof Map && consolidated.size > 0)
			return { ...fromConsolidated3(consolidated as Meta), attributes };
		return { ...(await walkFolders(store, signal)), attributes };
	}
	const attributes = (await readMeta(store, ".zattrs", signal)) ?? new Map<string, Json>();
	const array = await readMeta(store, ".zarray", signal);
	if (array !== undefined) {
		checkVersion(array, 2, store);
		return { arrays: [{ path: "", version: 2, meta: array, attributes }], attributes, notes: [] };
	}
	const group = await readMeta(store, ".zgroup", signal);
	if (group !== undefined) checkVersion(group, 2, store);
	const consolidated = objectIn((await readMeta(store, ".zmetadata", signal)) ?? new Map(), "metadata");
	if (consolidated.size > 0) return { ...fromConsolidated2(consolidated), attributes };
	return { ...(await walkFolders(store, signal)), attributes };
}

function checkVersion(meta: Meta, version: 2 | 3, store: ZarrStore): void {
	const found = meta.get("zarr_format");
	if (found === version) return;
	const shown = typeof found === "string" ? `"${found.slice(0, 80)}"` : String(found ?? "missing");
	throw new TensorError(
		found === undefined ? "corrupt" : "unsupported",
		`The version of the store ("zarr_format") is ${shown}, and ${version} was expected; versions 2 and 3 of Zarr are read, so save it with a current zarr package.`,
		{ file: store.name },
	);
}

const array3 = (path: string, meta: Meta): FoundArray => ({
	path,
	version: 3,
	meta,
	attributes: objectIn(meta, "attributes"),
});

/** A path from a document, or undefined where it leads out of the store. */
function safePath(path: string): string | undefined {
	const parts = path.replace(/^\/+/, "").split("/");
	return parts.some((part) => part === "" || part === "." || part === ".." || /[\\:\0]/.test(part))
		? undefined
		: parts.join("/");
}

function fromConsolidated3(documents: Meta): Omit<Walked, "attributes"> {
	const arrays: FoundArray[] = [];
	for (const [key, document] of documents) {
		const path = safePath(key);
		if (path === undefined || !(document instanceof Map) || document.get("node_type") !== "array") continue;
		arrays.push(array3(path, document as Meta));
	}
	return capped(arrays);
}

function fromConsolidated2(documents: Meta): Omit<Walked, "attributes"> {
	const arrays: FoundArray[] = [];
	for (const [key, document] of documents) {
		if (!key.endsWith("/.zarray") || !(document instanceof Map)) continue;
		const folder = key.slice(0, -"/.zarray".length);
		const path = safePath(folder);
		if (path === undefined) continue;
		arrays.push({ path, version: 2, meta: document as Meta, attributes: objectIn(documents, `${folder}/.zattrs`) });
	}
	return capped(arrays);
}

function capped(arrays: readonly FoundArray[]): Omit<Walked, "attributes"> {
	if (arrays.length <= MAX_ARRAYS) return { arrays, notes: [] };
	const notes = [`Only the first ${formatCount(MAX_ARRAYS)} of ${formatCount(arrays.length)} arrays are listed.`];
	return { arrays: arrays.slice(0, MAX_ARRAYS), notes };
}

/** Looks into all folders below the root that are no arrays themselves, level by level. */
async function walkFolders(store: ZarrStore, signal?: AbortSignal): Promise<Omit<Walked, "attributes">> {
	const arrays: FoundArray[] = [];
	const notes: string[] = [];
	let level: readonly string[] = [""];
	let seen = 0;
	for (let depth = 0; level.length > 0; depth++) {
		const next: string[] = [];
		for (let at = 0; at < level.length; at += AT_ONCE) {
			throwIfAborted(signal);
			const found = await Promise.all(level.slice(at, at + AT_ONCE).map((path) => lookInto(store, path, signal)));
			for (const { array, below, note } of found) {
				if (array) arrays.push(array);
				if (note) notes.push(note);
				next.push(...below);
			}
		}
		seen += level.length;
		const over = seen + next.length > MAX_FOLDERS || arrays.length > MAX_ARRAYS || depth === MAX_DEPTH;
		if (over && next.length > 0) {
			notes.push(
				`The store has more folders than are looked into (${formatCount(MAX_FOLDERS)}, ${MAX_DEPTH} deep); open one of the inner ones to see the rest.`,
			);
			break;
		}
		level = next;
	}
	arrays.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
	return { arrays, notes };
}

interface Look {
	readonly array?: FoundArray;
	readonly below: readonly string[];
	readonly note?: string;
}

async function lookInto(store: ZarrStore, path: string, signal?: AbortSignal): Promise<Look> {
	const under = path === "" ? "" : `${path}/`;
	let version: 2 | 3 = 3;
	try {
		const names = await store.list(path);
		if (names.includes("zarr.json")) {
			const meta = (await readMeta(store, `${under}zarr.json`, signal)) ?? new Map();
			if (path !== "") checkVersion(meta, 3, store);
			if (meta.get("node_type") === "array") return { array: array3(path, meta), below: [] };
		} else if (names.includes(".zarray")) {
			version = 2;
			const meta = (await readMeta(store, `${under}.zarray`, signal)) ?? new Map();
			checkVersion(meta, 2, store);
			const attributes = names.includes(".zattrs") ? await readMeta(store, `${under}.zattrs`, signal) : undefined;
			return { array: { path, version, meta, attributes: attributes ?? new Map() }, below: [] };
		}
		return { below: names.flatMap((name) => (name.endsWith("/") ? [`${under}${name.slice(0, -1)}`] : [])) };
	} catch (thrown) {
		const error = TensorError.from(thrown);
		if (error.code === "cancelled" || path === "") throw error;
		return { array: { path, version, meta: error, attributes: new Map() }, below: [] };
	}
}
