/** Reads bytes of the file at once. */
export type ReadAt = (offset: number, length: number) => Uint8Array;

/** Where a file's superblock lies, from which addresses count, and how many bytes addresses and lengths have. */
export interface Superblock {
	readonly at: number;
	readonly addressBytes: number;
	readonly lengthBytes: number;
}

const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
const [DATATYPE, CONTINUATION] = [3, 16];
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
		return [2, 4, 8].includes(addressBytes) && [2, 4, 8].includes(lengthBytes)
			? { at, addressBytes, lengthBytes }
			: undefined;
	}
	return undefined;
}

/**
 * The datatype message of an object, or of the committed datatype that it shares (HDF5 File Format Specification 3.0, IV.A).
 * Undefined where it is not found, as in the heap of messages that many objects share. Throws a RangeError where a header ends early.
 */
export function datatypeMessage(read: ReadAt, file: Superblock, address: number): DataView | undefined {
	const found = messageOf(read, file, address);
	return typeof found === "number" ? asMessage(messageOf(read, file, found)) : found;
}

function asMessage(found: DataView | number | undefined): DataView | undefined {
	return typeof found === "number" ? undefined : found;
}

/** The datatype message of an object's own header, or the address of the object that has it. */
function messageOf(read: ReadAt, file: Superblock, address: number): DataView | number | undefined {
	const view = (at: number, length: number) => {
		const bytes = read(file.at + at, Math.min(length, MAX_BLOCK_BYTES));
		return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	};
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
			if (type === DATATYPE && !shared) return new DataView(block.buffer, block.byteOffset + data, length);
			if (type === DATATYPE) return sharedAt(block, data, file);
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

/** Address of the object whose message is shared: a committed datatype; undefined for one in the heap of shared messages. */
function sharedAt(block: DataView, at: number, { addressBytes }: Superblock): number | undefined {
	const [version, kind] = [block.getUint8(at), block.getUint8(at + 1)];
	if (version === 3 && kind !== 2) return undefined;
	// Version 1 has six reserved bytes after its type; versions 2 and 3 have none.
	return unsignedAt(block, at + (version === 1 ? 8 : 2), addressBytes);
}

function unsignedAt(view: DataView, at: number, bytes: number): number {
	if (bytes === 1) return view.getUint8(at);
	if (bytes === 2) return view.getUint16(at, true);
	return bytes === 4 ? view.getUint32(at, true) : Number(view.getBigUint64(at, true));
}
