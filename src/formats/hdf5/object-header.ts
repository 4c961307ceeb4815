import { type ReadAt, unsignedAt, viewOf } from "./fields";
import { heapMessage } from "./shared-messages";

/** Where a file's superblock lies, from which addresses count, and how many bytes addresses and lengths have. */
export interface Superblock {
	readonly at: number;
	readonly addressBytes: number;
	readonly lengthBytes: number;
	/** Address of the object header with what belongs to the whole file. */
	readonly extension?: number;
}

const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
const [DATATYPE, MESSAGE_TABLE, CONTINUATION] = [3, 15, 16];
/** "OHDR", which headers of version 2 begin with. */
const OHDR = 0x5244484f;
/** Header blocks that are looked through, and bytes of each. */
const [MAX_BLOCKS, MAX_BLOCK_BYTES] = [256, 2 ** 20];

/** The superblock, at the file's beginning or behind a block that belongs to its user. */
export function superblockOf(read: ReadAt, size: number): Superblock | undefined {
	for (let at = 0; at + 16 <= size; at = at === 0 ? 512 : 2 * at) {
		const bytes = read(at, 16);
		if (!SIGNATURE.every((byte, k) => bytes[k] === byte)) continue;
		// Versions 0 and 1 tell those of other parts first.
		const sizes = (bytes[8] ?? 0) < 2 ? 13 : 9;
		const [addressBytes = 0, lengthBytes = 0] = bytes.subarray(sizes, sizes + 2);
		if (![2, 4, 8].includes(addressBytes) || ![2, 4, 8].includes(lengthBytes)) return undefined;
		const known = { at, addressBytes, lengthBytes };
		// Versions 0 and 1 have no extension; from version 2 on its address is behind that of the base.
		if (sizes === 13) return known;
		return { ...known, extension: unsignedAt(viewOf(read, known, 12, 2 * addressBytes), addressBytes, addressBytes) };
	}
	return undefined;
}

/** Where the message of an object is that is not in its own header. */
type Shared = { readonly object: number } | { readonly heapId: DataView };

/**
 * The datatype message of an object, or of the committed datatype that it shares, or in the heap of messages that many objects
 * share (HDF5 File Format Specification 3.0, IV.A). Undefined where it is not found. Throws a RangeError where a header ends early.
 */
export function datatypeMessage(read: ReadAt, file: Superblock, address: number): DataView | undefined {
	let found = messageOf(read, file, address, DATATYPE);
	if (found && "object" in found) found = messageOf(read, file, found.object, DATATYPE);
	if (found && "heapId" in found) return sharedMessage(read, file, found.heapId);
	return found && "object" in found ? undefined : found;
}

/** A message in the heap that has those of datatypes; undefined in files without one. */
function sharedMessage(read: ReadAt, file: Superblock, id: DataView): DataView | undefined {
	const table = file.extension === undefined ? undefined : messageOf(read, file, file.extension, MESSAGE_TABLE);
	if (!(table instanceof DataView)) return undefined;
	return heapMessage(read, file, { address: unsignedAt(table, 1, file.addressBytes), id, kind: DATATYPE });
}

/** The first message of a type in an object's own header, or where it is shared. */
function messageOf(read: ReadAt, file: Superblock, address: number, wanted: number): DataView | Shared | undefined {
	const view = (at: number, length: number) => viewOf(read, file, at, Math.min(length, MAX_BLOCK_BYTES));
	const head = view(address, 64);
	const isNew = head.getUint32(0, true) === OHDR;
	const flags = isNew ? head.getUint8(5) : 0;
	// Version 1 has its messages behind 16 bytes; version 2 behind optional times and phases, with a size of 1 to 8 bytes.
	const sizeAt = isNew ? 6 + (flags & 32 ? 16 : 0) + (flags & 16 ? 4 : 0) : 8;
	const sizeBytes = isNew ? 2 ** (flags & 3) : 4;
	const blocks = [{ at: address + (isNew ? sizeAt + sizeBytes : 16), size: unsignedAt(head, sizeAt, sizeBytes) }];
	const headBytes = isNew ? 4 + (flags & 4 ? 2 : 0) : 8;
	for (let k = 0; k < blocks.length && k < MAX_BLOCKS; k++) {
		const { at: blockAt, size: blockSize } = blocks[k] as { at: number; size: number };
		const block = view(blockAt, blockSize);
		for (let at = 0; at + headBytes <= block.byteLength; ) {
			const type = isNew ? block.getUint8(at) : block.getUint16(at, true);
			const length = block.getUint16(at + (isNew ? 1 : 2), true);
			const shared = (block.getUint8(at + (isNew ? 3 : 4)) & 2) !== 0;
			const data = at + headBytes;
			if (type === wanted && !shared) return new DataView(block.buffer, block.byteOffset + data, length);
			if (type === wanted) return sharedAt(block, data, file);
			if (type === CONTINUATION) {
				const next = unsignedAt(block, data, file.addressBytes);
				const bytes = unsignedAt(block, data + file.addressBytes, file.lengthBytes);
				// Blocks of version 2 have a signature before and a checksum behind.
				blocks.push(isNew ? { at: next + 4, size: bytes - 8 } : { at: next, size: bytes });
			}
			at = data + length;
		}
	}
	return undefined;
}

/** Where a message is that an object shares: in a committed datatype, or in the heap. */
function sharedAt(block: DataView, at: number, { addressBytes, lengthBytes }: Superblock): Shared {
	const [version, kind] = [block.getUint8(at), block.getUint8(at + 1)];
	if (version === 3 && kind === 1) return { heapId: new DataView(block.buffer, block.byteOffset + at + 2, 8) };
	// Version 1 has six reserved bytes after its type and the place of a name; versions 2 and 3 have neither.
	return { object: unsignedAt(block, at + (version === 1 ? 8 + lengthBytes : 2), addressBytes) };
}
