/** A binary floating-point type of 16 bits or fewer: sign, exponent and mantissa widths, and what its top codes mean. */
export interface MiniFloat {
	readonly bits: number;
	readonly signed: boolean;
	readonly exponentBits: number;
	readonly mantissaBits: number;
	readonly bias: number;
	/**
	 * `ieee`: an exponent of all ones holds Inf and NaN. `top`: all ones in exponent and mantissa is NaN, no Inf.
	 * `negative-zero`: the code of −0 is NaN, no Inf. `none`: every code is a finite number.
	 */
	readonly special: "ieee" | "top" | "negative-zero" | "none";
}

/** The value of one code of a MiniFloat; exact, as every such value is a float64. */
export function decodeMiniFloat(type: MiniFloat, code: number): number {
	const { exponentBits, mantissaBits, bias, special, signed } = type;
	const topExponent = 2 ** exponentBits - 1;
	const mantissa = code & (2 ** mantissaBits - 1);
	const exponent = (code >> mantissaBits) & topExponent;
	const sign = signed && (code >> (exponentBits + mantissaBits)) & 1 ? -1 : 1;
	if (special === "ieee" && exponent === topExponent) return mantissa === 0 ? sign * Infinity : NaN;
	if (special === "top" && exponent === topExponent && mantissa === 2 ** mantissaBits - 1) return NaN;
	if (special === "negative-zero" && sign < 0 && exponent === 0 && mantissa === 0) return NaN;
	// A type without mantissa (E8M0) has neither zero nor subnormals: code 0 is 2^-bias.
	if (exponent === 0 && mantissaBits > 0) return sign * mantissa * 2 ** (1 - bias - mantissaBits);
	return sign * (1 + mantissa / 2 ** mantissaBits) * 2 ** (exponent - bias);
}

const tables = new WeakMap<MiniFloat, Float64Array>();

/** Values of all codes of a MiniFloat, made at first use. */
export function miniFloatTable(type: MiniFloat): Float64Array {
	let table = tables.get(type);
	if (table === undefined) {
		table = Float64Array.from({ length: 2 ** type.bits }, (_, code) => decodeMiniFloat(type, code));
		tables.set(type, table);
	}
	return table;
}

/** Largest finite value of a MiniFloat. */
export function maxFinite(type: MiniFloat): number {
	const { exponentBits, mantissaBits, bias, special } = type;
	const topExponent = 2 ** exponentBits - 1 - (special === "ieee" ? 1 : 0);
	const topMantissa = 2 ** mantissaBits - 1 - (special === "top" ? 1 : 0);
	return (1 + topMantissa / 2 ** mantissaBits) * 2 ** (topExponent - bias);
}

const scratch = new DataView(new ArrayBuffer(8));

/** `floor(log2(|value|))` of a finite nonzero float64, exact. */
function exponentOf(value: number): number {
	scratch.setFloat64(0, value);
	const biased = (scratch.getUint16(0) >> 4) & 0x7ff;
	return biased === 0 ? -1023 : biased - 1023;
}

/** Rounds to the nearest integer, ties to even; exact below 2^52. */
function roundHalfEven(value: number): number {
	const rounded = Math.round(value);
	return Math.abs(value % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/**
 * The code of the signed MiniFloat nearest to a float64 (ties to even, one rounding). Past the largest finite value it
 * is Inf where the type has one, otherwise the largest finite value; NaN where there is one, otherwise zero.
 */
export function encodeMiniFloat(type: MiniFloat, value: number): number {
	const { bits, exponentBits, mantissaBits, bias, special } = type;
	const signBit = 2 ** (bits - 1);
	const topExponent = (2 ** exponentBits - 1) * 2 ** mantissaBits;
	if (Number.isNaN(value)) {
		if (special === "ieee") return topExponent + 2 ** (mantissaBits - 1);
		return special === "top" ? signBit - 1 : special === "negative-zero" ? signBit : 0;
	}
	const negative = value < 0 || Object.is(value, -0);
	const sign = negative ? signBit : 0;
	const magnitude = Math.abs(value);
	const limit = maxFinite(type);
	const smallestExponent = 1 - bias;
	const exponent = magnitude === 0 ? smallestExponent : Math.max(exponentOf(magnitude), smallestExponent);
	const unit = 2 ** (Math.min(exponent, 1023) - mantissaBits);
	const rounded = magnitude === Infinity ? Infinity : roundHalfEven(magnitude / unit) * unit;
	if (rounded > limit) return sign + (special === "ieee" ? topExponent : finiteCode(type, limit));
	const code = finiteCode(type, rounded);
	return code === 0 && special === "negative-zero" ? 0 : sign + code;
}

function finiteCode({ mantissaBits, bias }: MiniFloat, representable: number): number {
	const subnormalUnit = 2 ** (1 - bias - mantissaBits);
	if (representable < 2 ** (1 - bias)) return representable / subnormalUnit;
	const exponent = exponentOf(representable);
	return (exponent + bias) * 2 ** mantissaBits + (representable / 2 ** exponent - 1) * 2 ** mantissaBits;
}
