import { type DType, factsOf } from "./dtype";

/**
 * How values are sorted into buckets by their bit pattern: sign and exponent name a page (an octave, 2^e to 2^(e+1)), and
 * the first `bits` bits of the mantissa a bucket in it. So a bucket is `2^-bits` of its octave wide wherever it lies.
 */
export interface Scale {
	/** Bytes of the floating-point numbers whose bits are looked at: float32 or float64. */
	readonly width: 4 | 8;
	/** Whether all values are integers: octave e then needs no more than e bits. */
	readonly integer: boolean;
	/** Mantissa bits to start with: all of them for types of 8 and 16 bits, which are counted value by value. */
	readonly bits: number;
}

/** Mantissa bits that are kept of types with more than 16 bits: buckets are 2^-11 of a number wide, their middle is 2^-12 away. */
const KEPT_BITS = 11;

/** The scale for values of a real dtype. */
export function scaleOf(dtype: DType): Scale {
	const { kind, bits, mini } = factsOf(dtype);
	const integer = kind === "int" || kind === "uint" || kind === "bool";
	// A type without mantissa (E8M0) has a value below float32's normal numbers, which needs a bit.
	if (mini) return { width: 4, integer: false, bits: Math.max(1, mini.mantissaBits) };
	if (integer && bits <= 16) return { width: 4, integer, bits: bits - 1 };
	return { width: dtype === "f32" ? 4 : 8, integer, bits: KEPT_BITS };
}

/** What follows from the width alone; words are a number's highest 32 bits. */
export interface WordFacts {
	/** Mantissa bits in a word. */
	readonly mantissa: number;
	readonly bias: number;
	/** Pages: two for every exponent, those of NaN and the infinities first and last. */
	readonly pages: number;
}

/** Facts of float32, and of the upper half of float64. */
export const WORDS = {
	4: { mantissa: 23, bias: 127, pages: 2 ** 9 },
	8: { mantissa: 20, bias: 1023, pages: 2 ** 12 },
} as const satisfies Record<Scale["width"], WordFacts>;

/** The exponent field of a page's numbers; pages ascend as their numbers do, negative ones first. */
export function exponentOfPage({ pages }: WordFacts, page: number): number {
	const half = pages / 2;
	return page >= half ? page - half : half - 1 - page;
}

/** Mantissa bits that tell the buckets of a page apart, when `bits` are kept: it has two to their power. */
export function bitsOfPage({ width, integer }: Scale, page: number, bits: number): number {
	const facts = WORDS[width];
	return integer ? Math.max(0, Math.min(bits, exponentOfPage(facts, page) - facts.bias)) : bits;
}

const single = new Float32Array(1);
const singleBits = new Int32Array(single.buffer);

/** A float32 from its bits in sorting order (`orderOf` of them). */
export function singleOfOrder(order: number): number {
	singleBits[0] = order ^ ((order >> 31) & 0x7fffffff);
	return (single[0] as number) + 0;
}

/** The number that stands for a bucket: its end next to zero where that is the only value in it, otherwise its middle. */
export function valueOfBucket(scale: Scale, page: number, bucket: number, bits: number, only: boolean): number {
	const facts = WORDS[scale.width];
	const exponent = exponentOfPage(facts, page);
	const buckets = 2 ** bitsOfPage(scale, page, bits);
	const negative = page < facts.pages / 2;
	// Negative numbers are sorted the other way round: the last bucket is next to zero.
	const step = negative ? buckets - 1 - bucket : bucket;
	// What zero shares a bucket with is smaller than any normal number by far.
	const middle =
		only || (exponent === 0 && step === 0) || exponent - facts.bias <= bitsAsInteger(scale, bits) ? 0 : 0.5;
	const fraction = (step + middle) / buckets;
	const power = Math.max(exponent, 1) - facts.bias;
	const magnitude = ((exponent === 0 ? 0 : 1) + fraction) * 2 ** power;
	return negative ? 0 - magnitude : magnitude;
}

/** How far apart the two ends of a bucket are; of integers the numbers next to them in it. */
export function widthOfBucket(scale: Scale, page: number, bits: number): number {
	const facts = WORDS[scale.width];
	const power = Math.max(exponentOfPage(facts, page), 1) - facts.bias;
	const width = 2 ** (power - bitsOfPage(scale, page, bits));
	return scale.integer ? Math.max(0, width - 1) : width;
}

/** The magnitude below which numbers share their bucket with zero, when `bits` are kept; 0 for integers. */
export function zeroBucketEnd({ width, integer }: Scale, bits: number): number {
	return integer ? 0 : 2 ** (1 - WORDS[width].bias - bits);
}

/** The largest octave of integers whose buckets hold one value each; -Infinity for other numbers. */
function bitsAsInteger({ integer }: Scale, bits: number): number {
	return integer ? bits : -Infinity;
}
