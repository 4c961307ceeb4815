import { type BigIntStats, promises as fs, fstatSync, readSync, statSync } from "node:fs";
import * as path from "node:path";
import { Duplex } from "node:stream";
import * as zlib from "node:zlib";
import { TensorError, throwIfAborted } from "../core/errors";
import { FOLDER_ENTRIES } from "../formats/known";
import type { ByteSource } from "../formats/reader";

/** A file on disk that notices when it is changed under its reader. */
export interface FileSource extends ByteSource {
	/** Changes when the file does: its size and its time of modification. */
	readonly fingerprint: string;
	/** Throws `changed` unless this file, and those opened as its siblings, are still on disk as they were opened. */
	verify(): Promise<void>;
	close(): Promise<void>;
}

/**
 * A read of a chunk that takes longer came from a disk, and the next ones are waited for while other work goes on; shorter
 * ones are copies of what the system has in memory, for which handing them to another thread costs more than they do.
 */
const SLOW_READ_MS = 3;

/** Bytes that an inflating stream gives at a time. */
const INFLATED_BYTES = 2 ** 17;

/** Milliseconds between looks at the file's size and time while it is read. */
const LOOK_EVERY_MS = 50;

/**
 * Opens a file for positional reads, or a folder by the file in it that tells what it is. Throws `not-found` where it
 * cannot be opened, `unsupported` where it is neither.
 */
export async function openFile(given: string): Promise<FileSource> {
	return openPlain(await entryOf(given), path.basename(path.resolve(given)));
}

async function openPlain(file: string, name: string): Promise<FileSource> {
	const handle = await fs.open(file, "r").catch((thrown) => {
		throw openError(thrown, name);
	});
	let stats: BigIntStats;
	try {
		stats = await handle.stat({ bigint: true });
		if (!stats.isFile()) throw notAFile(name);
	} catch (thrown) {
		await handle.close();
		throw openError(thrown, name);
	}
	const size = Number(stats.size);
	const fingerprint = fingerprintOf(stats);
	const siblings = new Set<FileSource>();
	let looked = 0;
	let near = true;

	// At once, as reads of what the system has in memory: another thread would have to wait for a core that workers keep busy.
	const look = () => {
		if (handle.fd >= 0 && fingerprintOf(fstatSync(handle.fd, { bigint: true })) !== fingerprint) throw changed(name);
	};

	return {
		name,
		size,
		fingerprint,
		async read(offset, length, signal, target) {
			throwIfAborted(signal);
			if (!(offset >= 0 && length >= 0 && offset + length <= size)) throw endsEarly(name, offset, length, size);
			const bytes = target && target.length >= length ? target.subarray(0, length) : new Uint8Array(length);
			const started = performance.now();
			let filled = near && length > 0 ? readSync(handle.fd, bytes, 0, length, offset) : 0;
			while (filled < length) {
				const { bytesRead } = await handle.read(bytes, filled, length - filled, offset + filled);
				if (bytesRead === 0) break;
				filled += bytesRead;
			}
			const ended = performance.now();
			near = ended - started < SLOW_READ_MS;
			const now = Date.now();
			if (filled < length || now - looked >= LOOK_EVERY_MS) {
				looked = now;
				look();
			}
			if (filled < length) throw endsEarly(name, offset, length, size);
			throwIfAborted(signal);
			return bytes;
		},
		// Since Node 20.15.
		...(typeof zlib.crc32 === "function" && { crc32: zlib.crc32 }),
		inflater(format) {
			// The system's threads inflate pieces of this size while what came out before is worked on.
			const options: zlib.ZlibOptions & { readableHighWaterMark: number } = {
				chunkSize: INFLATED_BYTES,
				readableHighWaterMark: 8 * INFLATED_BYTES,
			};
			const stream = format === "deflate" ? zlib.createInflate(options) : zlib.createInflateRaw(options);
			return Duplex.toWeb(stream) as ReadableWritablePair<Uint8Array, Uint8Array>;
		},
		readSync(offset, length, target) {
			if (!(offset >= 0 && length >= 0 && offset + length <= size)) throw endsEarly(name, offset, length, size);
			const bytes = target && target.length >= length ? target.subarray(0, length) : new Uint8Array(length);
			let filled = 0;
			while (filled < length) {
				const count = readSync(handle.fd, bytes, filled, length - filled, offset + filled);
				if (count === 0) break;
				filled += count;
			}
			const now = Date.now();
			if (filled < length || now - looked >= LOOK_EVERY_MS) {
				looked = now;
				look();
			}
			if (filled < length) throw endsEarly(name, offset, length, size);
			return bytes;
		},
		async sibling(below) {
			const sibling = await openPlain(await placeBelow(path.dirname(file), below, name), path.posix.basename(below));
			siblings.add(sibling);
			// A store may have a million of them, each open for one read.
			const close = async () => {
				siblings.delete(sibling);
				await sibling.close();
			};
			return { ...sibling, close };
		},
		async list(below) {
			const folder = below === "" ? path.dirname(file) : await placeBelow(path.dirname(file), below, name);
			const entries = await fs.readdir(folder, { withFileTypes: true }).catch((thrown) => {
				throw openError(thrown, below);
			});
			return entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name)).sort();
		},
		async verify() {
			look();
			// The name may lead to another file by now, while the open one stays as it was.
			if (fingerprintNow(file) !== fingerprint) throw changed(name);
			for (const sibling of siblings) await sibling.verify();
		},
		async close() {
			await handle.close();
		},
	};
}

/** The file that is opened for a path: itself, or for a folder the entry in it. */
async function entryOf(given: string): Promise<string> {
	const isFolder = (await fs.stat(given).catch(() => undefined))?.isDirectory();
	if (!isFolder) return given;
	const names = await fs.readdir(given).catch((thrown) => {
		throw openError(thrown, path.basename(given));
	});
	const entry = FOLDER_ENTRIES.find((each) => names.includes(each));
	return entry === undefined ? given : path.join(given, entry);
}

/** The one absolute path that a file is known by, however it was spelled. */
export function placeOf(file: string): string {
	return path.resolve(file);
}

/** The absolute path of something below a folder; throws `not-found` where the path, or a link in it, leads out of it. */
async function placeBelow(folder: string, below: string, file: string): Promise<string> {
	const leadsOut = new TensorError(
		"not-found",
		`"${below}" does not lie in the folder of ${file}, so it is not read.`,
		{
			file,
		},
	);
	const names = below.replace(/\/$/, "").split("/");
	if (names.some((each) => each === "" || each === "." || each === ".." || /[\\:\0]/.test(each))) throw leadsOut;
	const place = path.join(folder, ...names);
	const [real, root] = await Promise.all([place, folder].map((each) => fs.realpath(each))).catch((thrown) => {
		throw openError(thrown, below);
	});
	const inside = path.relative(root as string, real as string);
	// The names beside a file may be links, as in a hub's cache of models; those of whole folders may not lead out.
	if (names.length > 1 && (inside.startsWith("..") || path.isAbsolute(inside))) throw leadsOut;
	return place;
}

function fingerprintOf(stats: BigIntStats): string {
	return `${stats.size}:${stats.mtimeNs}`;
}

/** The fingerprint of what a path leads to now; undefined where it leads to nothing. */
function fingerprintNow(file: string): string | undefined {
	try {
		return fingerprintOf(statSync(file, { bigint: true }));
	} catch {
		return undefined;
	}
}

/** The error of a file that is no longer the one that was opened. */
export function changed(name: string): TensorError {
	return new TensorError("changed", "The file was changed on disk while it was read; run this again.", { file: name });
}

function endsEarly(name: string, offset: number, length: number, size: number): TensorError {
	return new TensorError(
		"corrupt",
		`The file ends early: ${length} bytes were expected from byte ${offset} on, but it has ${size} in all; copy or save it again.`,
		{ file: name, byte: offset },
	);
}

function notAFile(name: string): TensorError {
	return new TensorError(
		"unsupported",
		"This is a folder or a device, and a tensor file was expected, or the folder of a Zarr store (with a zarr.json, .zgroup or .zarray in it).",
		{
			file: name,
		},
	);
}

/** Any error of the file system as one about a file. */
export function openError(thrown: unknown, name: string): TensorError {
	if (thrown instanceof TensorError) return thrown;
	const { code, message } = thrown as NodeJS.ErrnoException;
	if (code === "ENOENT" || code === "ENOTDIR") {
		return new TensorError("not-found", "There is no such file; check its path.", { file: name });
	}
	if (code === "EACCES" || code === "EPERM") {
		return new TensorError("not-found", "The file may not be opened by this user; check its permissions.", {
			file: name,
		});
	}
	if (code === "EISDIR") return notAFile(name);
	return new TensorError("internal", `The file cannot be used: ${message}.`, { file: name });
}
