/** A stored member of a zip archive that is being written. */
export interface NewMember {
	readonly name: string;
	/** Of its local header. */
	readonly offset: number;
	readonly size: number;
}

const MAX_32 = 0xffffffff;
const MAX_16 = 0xffff;
/** Names are UTF-8. */
const FLAGS = 0x800;
/** 1 January 1980, the zero of zip's calendar: the same values give the same file. */
const DATE = 0x21;
/** Versions of the specification that a reader must know: 4.5 has zip64. */
const [PLAIN, ZIP64] = [20, 45];

/** The header before a stored member's bytes; its CRC-32, at byte 14, is filled in later. PKWARE APPNOTE 4.3.7. */
export function localHeader({ name, size }: NewMember): Uint8Array {
	const path = new TextEncoder().encode(name);
	const large = size >= MAX_32;
	const sizes = large ? MAX_32 : size;
	const extra = large ? zip64Extra([size, size]) : new Uint8Array(0);
	return fields(
		[4, 0x04034b50, 2, large ? ZIP64 : PLAIN, 2, FLAGS, 2, 0, 2, 0, 2, DATE],
		[4, 0, 4, sizes, 4, sizes, 2, path.length, 2, extra.length],
		path,
		extra,
	);
}

/** A member's entry in the directory. APPNOTE 4.3.12. */
export function centralEntry({ name, offset, size }: NewMember, crc: number): Uint8Array {
	const path = new TextEncoder().encode(name);
	const large = [...(size >= MAX_32 ? [size, size] : []), ...(offset >= MAX_32 ? [offset] : [])];
	const version = large.length > 0 ? ZIP64 : PLAIN;
	const extra = large.length > 0 ? zip64Extra(large) : new Uint8Array(0);
	const sizes = Math.min(size, MAX_32);
	return fields(
		[4, 0x02014b50, 2, version, 2, version, 2, FLAGS, 2, 0, 2, 0, 2, DATE, 4, crc, 4, sizes, 4, sizes],
		[2, path.length, 2, extra.length, 2, 0, 2, 0, 2, 0, 4, 0, 4, Math.min(offset, MAX_32)],
		path,
		extra,
	);
}

/** The records that end an archive: with many members, or past 4 GiB, the zip64 ones too. APPNOTE 4.3.14 to 4.3.16. */
export function endOfDirectory(members: readonly NewMember[], offset: number): readonly Uint8Array[] {
	const size = members.reduce((sum, member) => sum + centralEntry(member, 0).length, 0);
	const count = members.length;
	const end = offset + size;
	const plain = fields(
		[4, 0x06054b50, 2, 0, 2, 0, 2, Math.min(count, MAX_16), 2, Math.min(count, MAX_16)],
		[4, Math.min(size, MAX_32), 4, Math.min(offset, MAX_32), 2, 0],
	);
	if (count < MAX_16 && size < MAX_32 && offset < MAX_32) return [plain];
	const record = fields(
		[4, 0x06064b50, 8, 44, 2, ZIP64, 2, ZIP64, 4, 0, 4, 0],
		[8, count, 8, count, 8, size, 8, offset],
	);
	const locator = fields([4, 0x07064b50, 4, 0, 8, end, 4, 1]);
	return [record, locator, plain];
}

function zip64Extra(values: readonly number[]): Uint8Array {
	return fields([2, 1, 2, values.length * 8, ...values.flatMap((value) => [8, value])]);
}

/** Little-endian fields, written as pairs of width and value, with bytes between them as they are. */
function fields(...parts: readonly (readonly number[] | Uint8Array)[]): Uint8Array {
	const bytes: number[] = [];
	for (const part of parts) {
		if (part instanceof Uint8Array) {
			for (const byte of part) bytes.push(byte);
			continue;
		}
		for (let i = 0; i < part.length; i += 2) {
			let value = part[i + 1] as number;
			for (let k = 0; k < (part[i] as number); k++, value = Math.floor(value / 256)) bytes.push(value % 256);
		}
	}
	return Uint8Array.from(bytes);
}
