/** Bytes that a block of Zstandard makes at most. */
const MAX_BLOCK_BYTES = 2 ** 17;

/**
 * The most bytes that Zstandard data (RFC 8878) can make, from its headers alone: what its frames declare, or the sum over
 * their blocks where one declares nothing. Undefined where this is no such data.
 */
export function zstdSize(bytes: Uint8Array): number | undefined {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	let total = 0;
	for (let at = 0; at < bytes.length; ) {
		if (at + 8 > bytes.length) return undefined;
		const magic = view.getUint32(at, true);
		if (magic >>> 4 === 0x184d2a5) {
			at += 8 + view.getUint32(at + 4, true);
			continue;
		}
		if (magic !== 0xfd2fb528) return undefined;
		const flags = bytes[at + 4] as number;
		const single = (flags >> 5) & 1;
		const width = flags >> 6 === 0 ? single : 2 ** (flags >> 6);
		const sizeAt = at + 5 + (single ? 0 : 1) + ([0, 1, 2, 4][flags & 3] as number);
		if (sizeAt + width > bytes.length) return undefined;
		const declared = width === 0 ? undefined : fieldAt(view, sizeAt, width);
		const end = afterBlocks(bytes, sizeAt + width);
		if (end === undefined) return undefined;
		total += declared ?? end.most;
		at = end.at + ((flags >> 2) & 1 ? 4 : 0);
	}
	return total;
}

function fieldAt(view: DataView, at: number, width: number): number {
	if (width === 1) return view.getUint8(at);
	if (width === 2) return view.getUint16(at, true) + 256;
	return width === 4 ? view.getUint32(at, true) : Number(view.getBigUint64(at, true));
}

/** Where the blocks of a frame end, and the most bytes that they make. */
function afterBlocks(bytes: Uint8Array, start: number): { readonly at: number; readonly most: number } | undefined {
	let most = 0;
	for (let at = start; at + 3 <= bytes.length; ) {
		const header = (bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16);
		const [last, kind, size] = [header & 1, (header >> 1) & 3, header >> 3];
		if (kind === 3) return undefined;
		most += kind === 2 ? MAX_BLOCK_BYTES : size;
		at += 3 + (kind === 1 ? 1 : size);
		if (last) return { at, most };
	}
	return undefined;
}
