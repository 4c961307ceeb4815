/** The reversed polynomial of CRC-32C (Castagnoli), as Zarr, TensorFlow and LevelDB use it. */
const POLYNOMIAL = 0x82f63b78;

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
	let remainder = byte;
	for (let bit = 0; bit < 8; bit++) remainder = remainder & 1 ? (remainder >>> 1) ^ POLYNOMIAL : remainder >>> 1;
	return remainder >>> 0;
});

/** CRC-32C of bytes; with `previous`, of all bytes before and these. */
export function crc32c(bytes: Uint8Array, previous = 0): number {
	let crc = ~previous;
	for (let i = 0; i < bytes.length; i++) crc = (crc >>> 8) ^ (TABLE[(crc ^ (bytes[i] as number)) & 255] as number);
	return ~crc >>> 0;
}
