import type { DType } from "../../core/dtype";
import { formatCount } from "../../core/format";
import type { Literal } from "./python-literal";

/** What a numpy type description means: a dtype that is read, or the name of one that is not with the reason. */
export type NpyType =
	| { readonly dtype: DType; readonly bigEndian: boolean; readonly note?: string }
	| {
			readonly other: string;
			readonly reason: string;
			/** Bits of an element where they are known. */
			readonly bits?: number;
			/** Whether the description itself makes no sense. */
			readonly corrupt?: true;
	  };

const DTYPE_OF = {
	b1: "bool",
	u1: "u8",
	u2: "u16",
	u4: "u32",
	u8: "u64",
	i1: "i8",
	i2: "i16",
	i4: "i32",
	i8: "i64",
	f2: "f16",
	f4: "f32",
	f8: "f64",
	c8: "c64",
	c16: "c128",
} as const satisfies Record<string, DType>;

/** The numpy type strings of dtypes, little-endian, as .npy headers spell them; bf16 is |V2, as ml_dtypes writes it. */
export const NPY_DESCR: ReadonlyMap<DType, string> = new Map<DType, string>([
	...Object.entries(DTYPE_OF).map(([code, dtype]): [DType, string] => [
		dtype,
		`${code.endsWith("1") ? "|" : "<"}${code}`,
	]),
	["c128", "<c16"],
	["bf16", "|V2"],
]);

/** Kinds of elements that hold no numbers, by their letter. */
const OTHER_KINDS = {
	O: "holds Python objects as a pickle, which could run any program and is never read; save it with a numeric dtype",
	U: "holds texts, not numbers",
	S: "holds byte strings, not numbers",
	a: "holds byte strings, not numbers",
	M: 'holds dates; save it with .astype("i8") to see the numbers',
	m: 'holds durations; save it with .astype("i8") to see the numbers',
	V: "holds raw bytes whose meaning the file does not tell; save them with a numeric dtype",
} as const;

/** Understands the `descr` of a .npy header. */
export function npyType(descr: Literal): NpyType {
	if (Array.isArray(descr)) return structured(descr);
	if (typeof descr !== "string") {
		return { other: "unknown", reason: "The type description is neither text nor a list of fields", corrupt: true };
	}
	const match = /^([<>=|]?)([a-zA-Z?])(\d*)(\[.*\])?$/.exec(descr);
	if (match === null) return { other: descr, reason: `The type "${descr}" is unknown`, corrupt: true };
	const [, endian, kind, digits] = match as unknown as [string, string, string, string];
	const bigEndian = endian === ">";
	const code = `${kind}${digits}`;
	if (Object.hasOwn(DTYPE_OF, code)) return { dtype: DTYPE_OF[code as keyof typeof DTYPE_OF], bigEndian };
	if (code === "V2") return { dtype: "bf16", bigEndian, note: `stored as ${descr}, read as bfloat16` };
	// Of the 8-bit types of ml_dtypes only this one calls itself a float; the others are V1, and nothing tells them apart.
	if (code === "f1") return { dtype: "f8_e5m2", bigEndian, note: `stored as ${descr}, read as float8 e5m2` };
	const size = Number(digits || 0) * (kind === "U" ? 4 : 1);
	const bits = kind === "O" || !Number.isSafeInteger(size * 8) ? {} : { bits: size * 8 };
	if (Object.hasOwn(OTHER_KINDS, kind)) {
		const reason = OTHER_KINDS[kind as keyof typeof OTHER_KINDS];
		return { other: kind === "O" ? "object" : descr, reason: `The array ${reason}`, ...bits };
	}
	const wide = /^[fgcG](10|12|16|20|24|32)$/.test(code);
	return {
		other: descr,
		reason: wide
			? `The type "${descr}" is C's long double, which differs from machine to machine; save it as float64 or complex128`
			: `The type "${descr}" is not one that is read; save it with another dtype`,
		...bits,
	};
}

function structured(fields: readonly Literal[]): NpyType {
	const shown = fields.slice(0, 20).map(fieldText);
	const bits = fields.reduce<number>((sum, field) => sum + fieldBits(field), 0);
	const more = fields.length > shown.length ? `, and ${formatCount(fields.length - shown.length)} more` : "";
	return {
		other: "structured",
		reason: `The array is structured, with the fields ${shown.join(", ")}${more}; save each field as an array of its own`,
		...(Number.isSafeInteger(bits) ? { bits } : {}),
	};
}

/** "x: <f4", with a shape where the field has one. */
function fieldText(field: Literal): string {
	if (!Array.isArray(field)) return "?";
	const [name, type, shape] = field as Literal[];
	const spelled = Array.isArray(name) ? name.at(-1) : name;
	const length = Array.isArray(shape) ? ` × (${shape.join(", ")})` : "";
	return `${spelled}: ${Array.isArray(type) ? "structured" : type}${length}`;
}

/** Bits of a field; NaN where its description does not tell. */
function fieldBits(field: Literal): number {
	if (!Array.isArray(field)) return NaN;
	const [, type, shape] = field as Literal[];
	const known = typeof type === "string" && /^[<>=|]?([a-zA-Z])(\d+)/.exec(type);
	const one = Array.isArray(type)
		? type.reduce<number>((sum, inner) => sum + fieldBits(inner), 0)
		: known && known[1] !== "O"
			? Number(known[2]) * 8 * (known[1] === "U" ? 4 : 1)
			: NaN;
	return Array.isArray(shape) ? shape.reduce<number>((product, length) => product * Number(length), one) : one;
}
