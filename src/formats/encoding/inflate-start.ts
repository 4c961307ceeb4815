/** Ends the work: the input is used up, or it is no deflate data. */
class Stop extends Error {
	readonly damaged: boolean;

	constructor(damaged: boolean) {
		super();
		this.damaged = damaged;
	}
}

const END_OF_BLOCK = 256;
const MAX_CODE_BITS = 15;
/** The order in which a dynamic block tells the lengths of its code-length codes (RFC 1951, 3.2.7). */
const CODE_LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** A canonical Huffman code: how many codes have each length, and the symbols in the order of their codes. */
interface Code {
	readonly counts: Uint16Array;
	readonly symbols: Uint16Array;
}

function codeOf(lengths: readonly number[]): Code {
	const counts = new Uint16Array(MAX_CODE_BITS + 1);
	for (const length of lengths) counts[length] = (counts[length] as number) + 1;
	counts[0] = 0;
	const symbols = lengths.map((_, symbol) => symbol).filter((symbol) => lengths[symbol] !== 0);
	symbols.sort((a, b) => (lengths[a] as number) - (lengths[b] as number) || a - b);
	return { counts, symbols: Uint16Array.from(symbols) };
}

const repeated = (times: number, length: number) => new Array<number>(times).fill(length);
const FIXED_LITERALS = codeOf([...repeated(144, 8), ...repeated(112, 9), ...repeated(24, 7), ...repeated(8, 8)]);
const FIXED_DISTANCES = codeOf(repeated(30, 5));

/**
 * The first `wanted` bytes of deflate data (RFC 1951), or fewer where the input ends before; undefined where the data is
 * damaged. For headers of many small members, which are not worth a stream each.
 */
export function inflateStart(input: Uint8Array, wanted: number): Uint8Array | undefined {
	const out = new Uint8Array(wanted);
	let filled = 0;
	let position = 0;
	try {
		for (let last = 0; last === 0 && filled < wanted; ) {
			last = bits(1);
			const kind = bits(2);
			if (kind === 0) storedBlock();
			else if (kind === 1) codedBlock(FIXED_LITERALS, FIXED_DISTANCES);
			else if (kind === 2) dynamicBlock();
			else throw new Stop(true);
		}
	} catch (thrown) {
		if (!(thrown instanceof Stop)) throw thrown;
		if (thrown.damaged) return undefined;
	}
	return out.subarray(0, filled);

	function bits(count: number): number {
		if (position + count > input.length * 8) throw new Stop(false);
		let value = 0;
		for (let k = 0; k < count; k++, position++) {
			value |= (((input[position >> 3] as number) >> (position & 7)) & 1) << k;
		}
		return value;
	}

	function symbolOf({ counts, symbols }: Code): number {
		// Codes of one length are consecutive numbers: `first` is the smallest of this length, `index` its symbol's place.
		let code = 0;
		let first = 0;
		let index = 0;
		for (let length = 1; length <= MAX_CODE_BITS; length++) {
			code |= bits(1);
			const count = counts[length] as number;
			if (code - first < count) return symbols[index + code - first] as number;
			index += count;
			first = (first + count) * 2;
			code *= 2;
		}
		throw new Stop(true);
	}

	function storedBlock(): void {
		position = Math.ceil(position / 8) * 8;
		const length = bits(16);
		if ((bits(16) ^ length) !== 0xffff) throw new Stop(true);
		for (let k = 0; k < length && filled < wanted; k++) {
			out[filled] = bits(8);
			filled++;
		}
	}

	function dynamicBlock(): void {
		const [literals, distances, told] = [bits(5) + 257, bits(5) + 1, bits(4) + 4];
		const codeLengths = repeated(19, 0);
		for (let k = 0; k < told; k++) codeLengths[CODE_LENGTH_ORDER[k] as number] = bits(3);
		const code = codeOf(codeLengths);
		const lengths: number[] = [];
		while (lengths.length < literals + distances) {
			const symbol = symbolOf(code);
			if (symbol < 16) lengths.push(symbol);
			else if (symbol === 16 && lengths.length === 0) throw new Stop(true);
			else if (symbol === 16) lengths.push(...repeated(3 + bits(2), lengths.at(-1) as number));
			else lengths.push(...repeated(symbol === 17 ? 3 + bits(3) : 11 + bits(7), 0));
		}
		codedBlock(codeOf(lengths.slice(0, literals)), codeOf(lengths.slice(literals, literals + distances)));
	}

	function codedBlock(literals: Code, distances: Code): void {
		while (filled < wanted) {
			const symbol = symbolOf(literals);
			if (symbol === END_OF_BLOCK) return;
			if (symbol < END_OF_BLOCK) {
				out[filled++] = symbol;
				continue;
			}
			const length = lengthOf(symbol);
			const distance = distanceOf(symbolOf(distances));
			if (distance > filled) throw new Stop(true);
			for (let k = 0; k < length && filled < wanted; k++, filled++) out[filled] = out[filled - distance] as number;
		}
	}

	/** Length of a copy: eight codes for 3 to 10, then four codes for every further bit, and one for 258. */
	function lengthOf(symbol: number): number {
		if (symbol < 265) return symbol - 254;
		if (symbol === 285) return 258;
		if (symbol > 285) throw new Stop(true);
		const extra = (symbol - 261) >> 2;
		return ((4 + ((symbol - 265) & 3)) << extra) + 3 + bits(extra);
	}

	/** Distance of a copy: four codes for 1 to 4, then two codes for every further bit. */
	function distanceOf(symbol: number): number {
		if (symbol < 4) return symbol + 1;
		if (symbol > 29) throw new Stop(true);
		const extra = (symbol >> 1) - 1;
		return ((2 + (symbol & 1)) << extra) + 1 + bits(extra);
	}
}
