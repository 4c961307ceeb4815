import { varintAt } from "./protobuf";

/** No snappy block grows by more than this: a copy of 64 bytes takes 3. */
const MOST_GROWTH = 22;

/** The bytes of a raw snappy block (google/snappy, format_description.txt); undefined where it is none. */
export function unsnappy(block: Uint8Array): Uint8Array | undefined {
	const size = varintAt(block, 0, Math.min(5, block.length));
	if (size === undefined || Number(size.value) > MOST_GROWTH * block.length) return undefined;
	const out = new Uint8Array(Number(size.value));
	let at = size.length;
	let filled = 0;
	const integer = (width: number) => {
		let value = 0;
		for (let k = 0; k < width; k++) value += (block[at + k] ?? 0) * 2 ** (8 * k);
		at += width;
		return value;
	};
	while (at < block.length) {
		const tag = integer(1);
		if ((tag & 3) === 0) {
			const code = tag >> 2;
			const length = 1 + (code < 60 ? code : integer(code - 59));
			if (at + length > block.length || filled + length > out.length) return undefined;
			out.set(block.subarray(at, at + length), filled);
			at += length;
			filled += length;
			continue;
		}
		const length = (tag & 3) === 1 ? 4 + ((tag >> 2) & 7) : 1 + (tag >> 2);
		const back = (tag & 3) === 1 ? (tag >> 5) * 256 + integer(1) : integer((tag & 3) === 2 ? 2 : 4);
		if (at > block.length || back === 0 || back > filled || filled + length > out.length) return undefined;
		// Byte by byte: a copy may reach into what it writes.
		for (let k = 0; k < length; k++) out[filled + k] = out[filled + k - back] as number;
		filled += length;
	}
	return filled === out.length ? out : undefined;
}
