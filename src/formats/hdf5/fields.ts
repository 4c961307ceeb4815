/** Reads bytes of the file at once. */
export type ReadAt = (offset: number, length: number) => Uint8Array;

/** Bytes at an address, which counts from the superblock; fewer where the file ends. */
export function viewOf(read: ReadAt, file: { readonly at: number }, address: number, length: number): DataView {
	const bytes = read(file.at + address, length);
	return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A little-endian number of any count of bytes; past 2^53 it is not exact. Throws a RangeError where the view ends early. */
export function unsignedAt(view: DataView, at: number, bytes: number): number {
	let value = 0;
	for (let k = bytes - 1; k >= 0; k--) value = 256 * value + view.getUint8(at + k);
	return value;
}
