import type { DType } from "../../core/dtype";
import type { Datatype } from "./datatype";
import type { Field } from "./types";

/** What the numbers of a field are: a dtype, or the reason why there is none. */
export type PlainNumber = Pick<Field, "dtype" | "reason">;

const IEEE = { f16: [5, 10], bf16: [8, 7], f32: [8, 23], f64: [11, 52] } as const;

/** An integer of the dtype that its size and sign make, where it uses all of its bits. */
export function integerOf(dtype: DType, bits: number, described: Datatype | undefined): PlainNumber {
	if (!described?.number) return notFound("integer", bits);
	const { offset, precision } = described.number;
	if (offset === 0 && precision === bits) return { dtype };
	const reason = `Its integers use ${precision} of their ${bits} bits, from bit ${offset} on, which is not read`;
	return { dtype: { other: `integer of ${precision} bits` }, reason };
}

/** A float of the dtype that its bits make: two bytes may be float16 or bfloat16. */
export function floatOf(bits: number, described: Datatype | undefined): PlainNumber {
	if (!described?.number?.float) return notFound("float", bits);
	const { offset, precision, float } = described.number;
	const vax = described.order === "vax";
	const { sign, exponentAt, exponentBits, mantissaAt, mantissaBits, bias, implied } = float;
	const known = (Object.keys(IEEE) as (keyof typeof IEEE)[]).find((dtype) => {
		const [exponent, mantissa] = IEEE[dtype];
		return exponent === exponentBits && mantissa === mantissaBits && 1 + exponent + mantissa === bits;
	});
	const inPlace = mantissaAt === 0 && exponentAt === mantissaBits && sign === bits - 1;
	const usual = inPlace && offset === 0 && precision === bits && implied && !vax;
	if (known && usual && bias === 2 ** (exponentBits - 1) - 1) return { dtype: known };
	const name = `float of ${exponentBits} exponent and ${mantissaBits} mantissa bits`;
	const order = vax ? ", bytes in VAX order" : "";
	return {
		dtype: { other: name },
		reason: `Its values are a ${name} in ${bits} bits (bias ${bias}${order}), which is not read`,
	};
}

function notFound(kind: string, bits: number): PlainNumber {
	return {
		dtype: { other: `${kind} of ${bits} bits` },
		reason: `How the ${bits} bits of its values make a number is not found in the file's headers, and their size alone would be a guess; save the dataset anew (h5repack)`,
	};
}
