/** The reversed polynomial of CRC-32 as zip and gzip use it. */
const POLYNOMIAL = 0xedb88320;

// Row 0 is the classic table; row k advances a byte by k further bytes, so that eight bytes are taken in one step.
const TABLES = Array.from({ length: 8 }, () => new Uint32Array(256));
for (let byte = 0; byte < 256; byte++) {
	let remainder = byte;
	for (let bit = 0; bit < 8; bit++) remainder = remainder & 1 ? (remainder >>> 1) ^ POLYNOMIAL : remainder >>> 1;
	(TABLES[0] as Uint32Array)[byte] = remainder;
}
for (let row = 1; row < 8; row++) {
	for (let byte = 0; byte < 256; byte++) {
		const before = (TABLES[row - 1] as Uint32Array)[byte] as number;
		(TABLES[row] as Uint32Array)[byte] = (before >>> 8) ^ ((TABLES[0] as Uint32Array)[before & 255] as number);
	}
}
const [T0, T1, T2, T3, T4, T5, T6, T7] = TABLES as [
	Uint32Array,
	Uint32Array,
	Uint32Array,
	Uint32Array,
	Uint32Array,
	Uint32Array,
	Uint32Array,
	Uint32Array,
];

/** CRC-32 of bytes; with `previous`, of all bytes before and these. */
export function crc32(bytes: Uint8Array, previous = 0): number {
	let crc = ~previous;
	let i = 0;
	for (const end = bytes.length - 7; i < end; i += 8) {
		const low =
			crc ^
			((bytes[i] as number) |
				((bytes[i + 1] as number) << 8) |
				((bytes[i + 2] as number) << 16) |
				((bytes[i + 3] as number) << 24));
		crc =
			(T7[low & 255] as number) ^
			(T6[(low >>> 8) & 255] as number) ^
			(T5[(low >>> 16) & 255] as number) ^
			(T4[low >>> 24] as number) ^
			(T3[bytes[i + 4] as number] as number) ^
			(T2[bytes[i + 5] as number] as number) ^
			(T1[bytes[i + 6] as number] as number) ^
			(T0[bytes[i + 7] as number] as number);
	}
	for (; i < bytes.length; i++) crc = (crc >>> 8) ^ (T0[(crc ^ (bytes[i] as number)) & 255] as number);
	return ~crc >>> 0;
}

/** CRC-32 of two stretches in a row from the CRC-32 of each and the length in bytes of the second. */
export function combineCrc32(first: number, second: number, secondLength: number): number {
	// Appending n zero bytes multiplies the remainder by x^(8n) modulo the polynomial; square and multiply.
	let power = (2 ** 31) >>> 8;
	let factor = 2 ** 31;
	for (let n = secondLength; n > 0; n = Math.floor(n / 2)) {
		if (n % 2 === 1) factor = multiply(factor, power);
		power = multiply(power, power);
	}
	return (multiply(first, factor) ^ second) >>> 0;
}

/** The product of two polynomials over GF(2) modulo the CRC's, highest power in the lowest bit. */
function multiply(a: number, b: number): number {
	let product = 0;
	let shifted = b;
	for (let bit = 31; bit >= 0; bit--) {
		if ((a >>> bit) & 1) product ^= shifted;
		shifted = shifted & 1 ? (shifted >>> 1) ^ POLYNOMIAL : shifted >>> 1;
	}
	return product >>> 0;
}

/** A CRC-32 as it is usually written, eight hexadecimal digits. */
export function hex32(crc: number): string {
	return crc.toString(16).padStart(8, "0");
}
