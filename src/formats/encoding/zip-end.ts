import { TensorError } from "../../core/errors";
import type { ByteSource } from "../reader";

/** Where the directory of an archive is, and how many members it lists. */
export interface DirectoryPlace {
	readonly offset: number;
	readonly size: number;
	readonly count: number;
}

const END_BYTES = 22;
const LOCATOR_BYTES = 20;
const RECORD_BYTES = 56;
const MAX_COMMENT_BYTES = 0xffff;

/** Finds the directory from the records at the end of an archive (PKWARE APPNOTE 4.3.14 to 4.3.16). Throws `corrupt` or `unsupported`. */
export async function findDirectory(source: ByteSource, signal?: AbortSignal): Promise<DirectoryPlace> {
	const fail = (message: string, byte: number, code: "corrupt" | "unsupported" = "corrupt"): never => {
		throw new TensorError(code, message, { file: source.name, byte });
	};
	const tailStart = Math.max(0, source.size - END_BYTES - LOCATOR_BYTES - MAX_COMMENT_BYTES);
	const tail = await source.read(tailStart, source.size - tailStart, signal);
	const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
	let at = tail.length - END_BYTES;
	while (at >= 0 && view.getUint32(at, true) !== 0x06054b50) at--;
	if (at < 0) {
		fail(
			"The directory at the end of the zip archive is missing, as when a file was cut short; save or download it again.",
			source.size,
		);
	}
	const end = tailStart + at;
	const comment = tail.length - at - END_BYTES;
	if (view.getUint16(at + 20, true) !== comment) {
		fail(
			`The archive's end record announces a comment of ${view.getUint16(at + 20, true)} bytes, but ${comment} follow; the archive is damaged.`,
			end,
		);
	}
	if (view.getUint16(at + 4, true) !== 0 || view.getUint16(at + 6, true) !== 0) {
		const split = view.getUint16(at + 4, true) !== 0xffff;
		if (split) fail("The archive is one part of several; put it together first.", end, "unsupported");
	}
	const plain = {
		count: view.getUint16(at + 10, true),
		size: view.getUint32(at + 12, true),
		offset: view.getUint32(at + 16, true),
	};
	const located = at >= LOCATOR_BYTES && view.getUint32(at - LOCATOR_BYTES, true) === 0x07064b50;
	const saturated = plain.count === 0xffff || plain.size === 0xffffffff || plain.offset === 0xffffffff;
	if (!located && (plain.size === 0xffffffff || plain.offset === 0xffffffff)) {
		fail("The archive needs a zip64 end record, but has none; the archive is damaged.", end);
	}
	const recordAt = located ? Number(view.getBigUint64(at - LOCATOR_BYTES + 8, true)) : end;
	const place = located && saturated ? await zip64Place(recordAt) : plain;
	const limit = located && saturated ? recordAt : end;
	if (place.offset + place.size > limit) {
		fail(
			`The directory is said to take ${place.size} bytes from byte ${place.offset} on, but it has to end by byte ${limit}; the archive is damaged.`,
			end,
		);
	}
	return place;

	async function zip64Place(offset: number): Promise<DirectoryPlace> {
		if (offset + RECORD_BYTES > end - LOCATOR_BYTES) {
			fail(
				`The zip64 end record is said to be at byte ${offset}, which is no place for it; the archive is damaged.`,
				end - LOCATOR_BYTES,
			);
		}
		const bytes = await source.read(offset, RECORD_BYTES, signal);
		const record = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
		if (record.getUint32(0, true) !== 0x06064b50) {
			fail("The zip64 end record was expected here, but does not start here; the archive is damaged.", offset);
		}
		const u64 = (position: number) => Number(record.getBigUint64(position, true));
		return { count: u64(32), size: u64(40), offset: u64(48) };
	}
}
