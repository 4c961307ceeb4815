import { type ErrorData, TensorError } from "../../core/errors";
import { formatBytes, formatCount } from "../../core/format";
import type { ByteSource } from "../reader";
import { findDirectory } from "./zip-end";

/** One member as the archive's directory lists it. */
export interface ZipEntry {
	readonly name: string;
	/** The name's bytes as they are in the file. */
	readonly rawName: Uint8Array;
	/** 0 stored, 8 deflated. */
	readonly method: number;
	readonly crc: number;
	readonly compressedSize: number;
	readonly size: number;
	/** Of the local header. */
	readonly offset: number;
	/** Where the next member or the directory begins: this one ends at or before it. */
	readonly limit: number;
	/** Why this member cannot be opened; more may show when it is. */
	readonly problem?: ErrorData;
}

/** Whether a file begins as zip archives do: with a member, or with the end of an empty directory. */
export function isZip(head: Uint8Array): boolean {
	return head[0] === 0x50 && head[1] === 0x4b && [0x0403, 0x0605].includes((head[2] ?? 0) + 256 * (head[3] ?? 0));
}

const MAX_DIRECTORY_BYTES = 100_000_000;
const MAX_ENTRIES = 1_000_000;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;

type Mutable = { -readonly [Key in keyof ZipEntry]: ZipEntry[Key] };

/** Directories that were read: what finds out an archive's format and what opens it share one reading. */
const known = new WeakMap<ByteSource, readonly ZipEntry[]>();

/**
 * Reads the directory at the end of a zip archive (PKWARE APPNOTE 4.3.12), once for each source. Faults of one entry become
 * its `problem`: names that leave the folder or appear twice, encryption, members that overlap. Throws where the directory
 * as a whole cannot be read.
 */
export async function readDirectory(source: ByteSource, signal?: AbortSignal): Promise<readonly ZipEntry[]> {
	const before = known.get(source);
	if (before) return before;
	const entries = await parseDirectory(source, signal);
	known.set(source, entries);
	return entries;
}

async function parseDirectory(source: ByteSource, signal?: AbortSignal): Promise<readonly ZipEntry[]> {
	const { offset, size, count } = await findDirectory(source, signal);
	const fail = (message: string, byte: number, code: "corrupt" | "too-large" = "corrupt"): never => {
		throw new TensorError(code, message, { file: source.name, byte });
	};
	if (size > MAX_DIRECTORY_BYTES || count > MAX_ENTRIES) {
		fail(
			`The directory lists ${formatCount(count)} members in ${formatBytes(size)}, more than the ${formatCount(MAX_ENTRIES)} members and ${formatBytes(MAX_DIRECTORY_BYTES)} that are read.`,
			offset,
			"too-large",
		);
	}
	const bytes = await source.read(offset, size, signal);
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const entries: Mutable[] = [];
	let at = 0;
	while (at < size) {
		if (at + ENTRY_BYTES > size || view.getUint32(at, true) !== 0x02014b50) {
			fail(
				`Entry ${entries.length + 1} of the directory's ${count} was expected here, but it does not start here; the archive is damaged.`,
				offset + at,
			);
		}
		const length =
			ENTRY_BYTES + view.getUint16(at + 28, true) + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
		if (at + length > size) {
			fail(
				`Entry ${entries.length + 1} of the directory takes ${length} bytes, but only ${size - at} are left; the archive is damaged.`,
				offset + at,
			);
		}
		entries.push(parseEntry(source.name, bytes.subarray(at, at + length), offset + at));
		at += length;
	}
	if (entries.length !== count) {
		fail(
			`The directory is said to list ${count} members, but it lists ${entries.length}; the archive is damaged.`,
			offset,
		);
	}
	markDuplicates(entries);
	placeMembers(entries, offset);
	return entries;
}

function parseEntry(file: string, bytes: Uint8Array, byte: number): Mutable {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const u16 = (at: number) => view.getUint16(at, true);
	const u32 = (at: number) => view.getUint32(at, true);
	const flags = u16(8);
	const extraStart = ENTRY_BYTES + u16(28);
	const rawName = bytes.slice(ENTRY_BYTES, extraStart);
	const name = decodeName(rawName);
	const fault = (code: "corrupt" | "unsupported", message: string): { readonly problem: ErrorData } => ({
		problem: { code, message, where: { file, byte } },
	});

	// Fields that do not fit 32 bits are in the zip64 extra field, in this order (APPNOTE 4.5.3).
	const large = zip64Field(bytes.subarray(extraStart, extraStart + u16(30)));
	let taken = 0;
	let missing = "";
	const wide = (value: number, what: string): number => {
		if (value !== 0xffffffff) return value;
		if (large === undefined || taken + 8 > large.byteLength) {
			missing ||= what;
			return value;
		}
		taken += 8;
		return Number(large.getBigUint64(taken - 8, true));
	};
	const size = wide(u32(24), "its unpacked size");
	const compressedSize = wide(u32(20), "its size");
	const offset = wide(u32(42), "its place");
	const entry = { name, rawName, method: u16(10), crc: u32(16), compressedSize, size, offset, limit: 0 };

	if (missing) {
		return {
			...entry,
			...fault("corrupt", `The entry of "${name}" lacks ${missing} (zip64); the archive is damaged.`),
		};
	}
	if (flags & 0x41) {
		return { ...entry, ...fault("unsupported", `The member "${name}" is encrypted; save it without a password.`) };
	}
	const badName = nameFault(name);
	if (badName)
		return { ...entry, ...fault("corrupt", `The member's name "${name}" ${badName}, which no tensor's name does.`) };
	return entry;
}

function zip64Field(extra: Uint8Array): DataView | undefined {
	const view = new DataView(extra.buffer, extra.byteOffset, extra.byteLength);
	for (let at = 0; at + 4 <= extra.length; ) {
		const length = view.getUint16(at + 2, true);
		if (at + 4 + length > extra.length) return undefined;
		if (view.getUint16(at, true) === 1) return new DataView(extra.buffer, extra.byteOffset + at + 4, length);
		at += 4 + length;
	}
	return undefined;
}

/** UTF-8 where it is that, whatever the flag says; otherwise each byte as the character of the same number. */
function decodeName(bytes: Uint8Array): string {
	try {
		return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
	} catch {
		return new TextDecoder("latin1").decode(bytes);
	}
}

function nameFault(name: string): string | undefined {
	if (name === "") return "is empty";
	if (name.includes("\0")) return "holds a zero byte";
	if (name.includes("\\")) return "holds a backslash";
	if (name.startsWith("/") || /^[a-zA-Z]:/.test(name)) return "is an absolute path";
	if (/(^|\/)\.\.(\/|$)/.test(name)) return "leads out of the archive";
	return undefined;
}

/** Of several entries with one name the first stays, with a problem: readers disagree on which is meant. */
function markDuplicates(entries: Mutable[]): void {
	const seen = new Map<string, Mutable>();
	const kept = entries.filter((entry) => {
		const first = seen.get(entry.name);
		if (first === undefined) {
			seen.set(entry.name, entry);
			return true;
		}
		first.problem ??= {
			code: "corrupt",
			message: `The archive holds more than one member called "${entry.name}", and nothing tells which is meant.`,
			where: { byte: entry.offset },
		};
		return false;
	});
	entries.splice(0, entries.length, ...kept);
}

/** Gives every member the limit at which the next begins; those that reach past it overlap. */
function placeMembers(entries: readonly Mutable[], directory: number): void {
	const ordered = [...entries].sort((a, b) => a.offset - b.offset);
	ordered.forEach((entry, i) => {
		const next = ordered[i + 1];
		entry.limit = Math.min(next?.offset ?? directory, directory);
		const least = entry.offset + LOCAL_BYTES + entry.rawName.length + entry.compressedSize;
		if (least <= entry.limit) return;
		const into = next !== undefined && entry.limit < directory ? `the member "${next.name}"` : "the directory";
		entry.problem ??= {
			code: "corrupt",
			message: `The member "${entry.name}" is said to reach byte ${least}, but ${into} begins at byte ${entry.limit}; the archive is damaged or a trap.`,
			where: { byte: entry.offset },
		};
	});
}
