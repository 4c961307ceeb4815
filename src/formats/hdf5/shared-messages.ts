import { type ReadAt, unsignedAt, viewOf } from "./fields";
import type { Superblock } from "./object-header";

/** "SMTB", "FRHP", "FHDB" and "FHIB": the table of shared messages, a fractal heap, its direct and its indirect blocks. */
const [TABLE, HEAP, DIRECT, INDIRECT] = [0x42544d53, 0x50485246, 0x42444846, 0x42494846];
/** Indexes that a file may have, and blocks in one another. */
const [MAX_INDEXES, MAX_DEPTH] = [8, 64];

/** A fractal heap: blocks of growing sizes, which its offsets count through. */
interface Heap {
	readonly idBytes: { readonly offset: number; readonly length: number };
	/** Blocks in a row of the table. */
	readonly width: number;
	/** Of the blocks in the first two rows; those of each row behind are twice as large. */
	readonly startBytes: number;
	/** Rows of blocks that hold objects; those behind hold tables of their own. */
	readonly directRows: number;
	readonly root: number;
	/** Of the table at the root; 0 where that is a block with objects. */
	readonly rootRows: number;
}

/**
 * A message in the heap of those that objects share (HDF5 File Format Specification 3.0, III.G and III.I): of a kind, by its
 * heap ID, through the table at an address. Undefined where it is stored in a way that writers do not use for messages.
 */
export function heapMessage(
	read: ReadAt,
	file: Superblock,
	{ address, id, kind }: { readonly address: number; readonly id: DataView; readonly kind: number },
): DataView | undefined {
	const at = heapOf(read, file, address, kind);
	const heap = at === undefined ? undefined : heapAt(read, file, at);
	// Objects in the ID itself, or too large for the heap, are of other types.
	if (heap === undefined || (id.getUint8(0) & 0x30) !== 0) return undefined;
	const offset = unsignedAt(id, 1, heap.idBytes.offset);
	const length = unsignedAt(id, 1 + heap.idBytes.offset, heap.idBytes.length);
	const place = placeOf(read, file, heap, offset);
	if (place === undefined) return undefined;
	const message = viewOf(read, file, place, length);
	return message.byteLength === length ? message : undefined;
}

/** The address of the heap with messages of a kind. */
function heapOf(read: ReadAt, file: Superblock, address: number, kind: number): number | undefined {
	const indexBytes = 14 + 2 * file.addressBytes;
	const view = viewOf(read, file, address, 4 + MAX_INDEXES * indexBytes);
	if (view.getUint32(0, true) !== TABLE) return undefined;
	for (let at = 4; at + indexBytes <= view.byteLength; at += indexBytes) {
		// What stands behind the last index may look like one of no version that is known.
		if (view.getUint8(at) !== 0) return undefined;
		if ((view.getUint16(at + 2, true) & (1 << kind)) === 0) continue;
		return unsignedAt(view, at + 14 + file.addressBytes, file.addressBytes);
	}
	return undefined;
}

function heapAt(read: ReadAt, file: Superblock, address: number): Heap | undefined {
	const { addressBytes, lengthBytes } = file;
	const view = viewOf(read, file, address, 26 + 3 * addressBytes + 12 * lengthBytes);
	const filtered = view.getUint16(7, true) !== 0;
	if (view.getUint32(0, true) !== HEAP || view.getUint8(4) !== 0 || filtered) return undefined;
	const maxObjectBytes = view.getUint32(10, true);
	// Between them are the counts of what is in the heap.
	let at = 14 + 2 * addressBytes + 10 * lengthBytes;
	const take = (bytes: number) => {
		at += bytes;
		return unsignedAt(view, at - bytes, bytes);
	};
	const width = take(2);
	const startBytes = take(lengthBytes);
	const maxDirectBytes = take(lengthBytes);
	const offset = Math.ceil(take(2) / 8);
	take(2);
	const root = take(addressBytes);
	const rootRows = take(2);
	const powers = [width, startBytes, maxDirectBytes].every((size) => size > 0 && Number.isInteger(Math.log2(size)));
	if (!powers || offset > 8) return undefined;
	const length = Math.min(Math.ceil(Math.log2(maxDirectBytes) / 8), bytesFor(maxObjectBytes));
	const directRows = Math.log2(maxDirectBytes / startBytes) + 2;
	return { idBytes: { offset, length }, width, startBytes, directRows, root, rootRows };
}

/** The address of the object at an offset into the heap. */
function placeOf(read: ReadAt, file: Superblock, heap: Heap, offset: number): number | undefined {
	const { width, startBytes, directRows } = heap;
	const { addressBytes } = file;
	const headBytes = 5 + addressBytes + heap.idBytes.offset;
	const isA = (signature: number, address: number) => viewOf(read, file, address, 4).getUint32(0, true) === signature;
	let [block, rows, within] = [heap.root, heap.rootRows, offset];
	for (let depth = 0; depth < MAX_DEPTH; depth++) {
		if (rows === 0) return isA(DIRECT, block) ? block + within : undefined;
		if (!isA(INDIRECT, block)) return undefined;
		const firstBytes = width * startBytes;
		// Rows begin at 0, 1, 2, 4, 8 … times the bytes of the first.
		const row = within < firstBytes ? 0 : Math.floor(Math.log2(within / firstBytes)) + 1;
		if (row >= rows) return undefined;
		const size = startBytes * 2 ** Math.max(0, row - 1);
		const inRow = within - (row === 0 ? 0 : firstBytes * 2 ** (row - 1));
		const column = Math.floor(inRow / size);
		const entry = headBytes + (row * width + column) * addressBytes;
		block = unsignedAt(viewOf(read, file, block + entry, addressBytes), 0, addressBytes);
		within = inRow - column * size;
		rows = row < directRows ? 0 : Math.log2(size / firstBytes) + 1;
	}
	return undefined;
}

function bytesFor(value: number): number {
	return Math.floor(Math.log2(Math.max(1, value)) / 8) + 1;
}
