import { TensorError } from "../../core/errors";
import { rangeOf } from "../memory";
import type { ByteSource } from "../reader";
import { crc32, hex32 } from "./crc32";
import { inflateSource } from "./inflate";
import { readDirectory, type ZipEntry } from "./zip-directory";

/** deflate makes at most 1032 bytes of one; a member that declares more lies. */
const MAX_RATIO = 1100;
/** Stored members up to this size are checked against their CRC-32 where they happen to be read from front to back. */
const MAX_CHECKED_BYTES = 2 ** 24;
/** Fixed part of a local header. */
const LOCAL_BYTES = 30;

export type { ZipEntry } from "./zip-directory";

/** An archive whose directory was read. */
export interface ZipArchive {
	readonly entries: readonly ZipEntry[];
	/**
	 * A member's bytes: a plain range of the file where it is stored, `sequential` where it is deflated. Throws what is
	 * wrong with this member; the others can still be opened.
	 */
	open(entry: ZipEntry, signal?: AbortSignal): Promise<ByteSource>;
}

/**
 * Reads the directory of a zip archive; members are read from the source, or from another one of the same bytes. Throws
 * `corrupt`, `unsupported` or `too-large` where no member can be trusted.
 */
export async function openZip(source: ByteSource, signal?: AbortSignal, members = source): Promise<ZipArchive> {
	const entries = await readDirectory(source, signal);
	return { entries, open: (entry, openSignal) => openMember(members, entry, openSignal) };
}

async function openMember(source: ByteSource, entry: ZipEntry, signal: AbortSignal | undefined): Promise<ByteSource> {
	const fail = (message: string, code: "corrupt" | "unsupported" = "corrupt"): never => {
		throw new TensorError(code, message, { file: source.name, byte: entry.offset });
	};
	if (entry.problem) throw TensorError.fromData(entry.problem);
	const { name, rawName, offset, limit, compressedSize, size, method, crc } = entry;
	// The name in the local header is read in the same go; it has to be the directory's.
	const headLength = LOCAL_BYTES + rawName.length;
	if (offset + headLength > limit) fail(`The member "${name}" has no room for its header; the archive is damaged.`);
	const head = await source.read(offset, headLength, signal);
	const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
	if (view.getUint32(0, true) !== 0x04034b50) {
		fail(`The directory places the member "${name}" here, but no member starts here; the archive is damaged.`);
	}
	const nameLength = view.getUint16(26, true);
	if (nameLength !== rawName.length || !rawName.every((byte, i) => head[LOCAL_BYTES + i] === byte)) {
		fail(`The member has another name here than in the directory ("${name}"); the archive is damaged or disguised.`);
	}
	if (view.getUint16(8, true) !== method) {
		fail(
			`The member "${name}" is compressed by method ${view.getUint16(8, true)} here, but by ${method} in the directory; the archive is damaged or disguised.`,
		);
	}
	const start = offset + headLength + view.getUint16(28, true);
	if (start + compressedSize > limit) {
		fail(
			`The member "${name}" is said to take ${compressedSize} bytes from byte ${start} on, which run past byte ${limit}, where something else begins; the archive is damaged.`,
		);
	}
	const path = `${source.name}/${name}`;
	if (method === 0) {
		if (compressedSize !== size) {
			fail(
				`The member "${name}" is stored as it is, yet declares ${compressedSize} bytes in the file and ${size} unpacked; the archive is damaged.`,
			);
		}
		return checkedRange(rangeOf(source, path, start, size), crc);
	}
	if (method !== 8) {
		fail(
			`The member "${name}" is compressed by method ${method}; only stored (0) and deflated (8) members are read, as numpy writes them.`,
			"unsupported",
		);
	}
	if (size > compressedSize * MAX_RATIO + MAX_RATIO) {
		fail(
			`The member "${name}" declares ${size} bytes from ${compressedSize} compressed ones, more than can be true (${MAX_RATIO} to 1); the archive is damaged or a trap.`,
		);
	}
	return inflateSource({ name: path, size, crc, compressed: rangeOf(source, path, start, compressedSize) });
}

/** A stored member that compares its CRC-32 once reads have gone through all of it, forwards. */
function checkedRange(member: ByteSource, crc: number): ByteSource {
	if (member.size > MAX_CHECKED_BYTES) return member;
	let reached = 0;
	let sum = 0;
	// All reads go through the check.
	const { readSync: _, ...others } = member;
	return {
		...others,
		async read(offset, length, signal, target) {
			const bytes = await member.read(offset, length, signal, target);
			if (offset <= reached && offset + length > reached) {
				sum = crc32(bytes.subarray(reached - offset), sum);
				reached = offset + length;
			}
			if (reached < member.size || sum === crc) return bytes;
			throw new TensorError(
				"corrupt",
				`The bytes have the CRC-32 ${hex32(sum)}, but the archive says ${hex32(crc)}; save or download the archive again.`,
				{ file: member.name, byte: 0 },
			);
		},
	};
}
