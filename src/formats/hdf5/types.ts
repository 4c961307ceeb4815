import type { DType } from "../../core/dtype";
import { denseStrides, type Shape } from "../../core/layout";
import { byteOrdersOf, type Datatype, holdsKind } from "./datatype";
import type { H5Type } from "./library";
import { floatOf, integerOf, type PlainNumber } from "./number-layout";

/** Numbers inside the records of a dataset: the whole record, or a field of a compound. */
export interface Field {
	/** ".field.field" behind the dataset's name; empty for the whole record. */
	readonly suffix: string;
	/** Byte in the record. */
	readonly offset: number;
	/** Axes that every record has of its own (array types). */
	readonly inner: Shape;
	/** Bytes from one element to the next along each of those axes: more than an element's in arrays of compounds. */
	readonly steps: readonly number[];
	readonly bigEndian: boolean;
	readonly dtype: DType | { readonly other: string };
	/** Bytes of the field in the record. */
	readonly size: number;
	/** Why the values are none that can be read. */
	readonly reason?: string;
}

const ENUM = 8;
const MAX_DEPTH = 32;
const MAX_FIELDS = 1000;
const NAMES: Readonly<Record<number, string>> = {
	2: "time",
	3: "string",
	5: "opaque",
	7: "reference",
	9: "variable length",
};

/**
 * What can be read of the records of a type: one field, or those of a compound, however deep. The library tells sizes and names,
 * the file's own description how bits lie; where that was not found no number is read.
 */
export function fieldsOf(type: H5Type, described: Datatype | undefined): readonly Field[] {
	const fields = walk(type, described, { suffix: "", offset: 0, inner: [], steps: [] }, 0).slice(0, MAX_FIELDS);
	const orders = described ? byteOrdersOf(described) : new Set();
	// The library turns types round that are big-endian in all their parts, and leaves all others as they are.
	if (!(orders.size === 1 && orders.has("big"))) return fields;
	const reason = "Its enums are big-endian, which the HDF5 library fails on; save them as little-endian";
	const fails = described && holdsKind(described, ENUM) ? { reason } : {};
	return fields.map((field) => ({ ...field, bigEndian: false, ...fails }));
}

function walk(
	type: H5Type,
	described: Datatype | undefined,
	at: Pick<Field, "suffix" | "offset" | "inner" | "steps">,
	depth: number,
): readonly Field[] {
	const place = { ...at, bigEndian: !type.littleEndian, size: type.size };
	const refuse = (other: string, reason: string): readonly Field[] => [{ ...place, dtype: { other }, reason }];
	const number = numberOf(type, described);
	if (number !== undefined) return [{ ...place, ...number }];
	if (depth > MAX_DEPTH) return refuse("nested", "Its type is nested too deeply");
	if (type.type === 10 && type.array_type) {
		const { size } = type.array_type;
		const shape = type.array_type.shape ?? [];
		const inner = [...at.inner, ...shape];
		const steps = [...at.steps, ...denseStrides(shape, "C").map((elements) => elements * size)];
		return walk(type.array_type, described?.base, { ...at, inner, steps }, depth + 1);
	}
	if (type.type === 6 && type.compound_type) {
		const { members } = type.compound_type;
		const complex = complexOf(type, described);
		if (complex) return [{ ...place, dtype: complex, bigEndian: !members[0]?.littleEndian }];
		return members.slice(0, MAX_FIELDS).flatMap((member, k) => {
			const own = described?.members?.[k];
			const suffix = `${at.suffix}.${member.name}`;
			const inside = { ...at, suffix, offset: at.offset + member.offset };
			return walk(member, own?.name === member.name ? own.type : undefined, inside, depth + 1);
		});
	}
	if (type.vlen && type.type === 3) return refuse("string", "Text has no statistics");
	const name = NAMES[type.type] ?? `type of class ${type.type} and ${type.size} bytes`;
	return refuse(name, `Values of the kind "${name}" are no numbers`);
}

/** What a type is where it is one of plain numbers. */
function numberOf(
	{ type, size, signed, enum_type: names, vlen }: H5Type,
	described: Datatype | undefined,
): PlainNumber | undefined {
	const bits = 8 * size;
	if (vlen) return undefined;
	if (type === 1) return floatOf(bits, described);
	if (type === 11) {
		const half = floatOf(bits / 2, described?.base);
		return half.reason !== undefined ? half : complexDType(half.dtype);
	}
	if (![0, 4, ENUM].includes(type) || ![8, 16, 32, 64].includes(bits)) return undefined;
	const isBits = type === 4;
	const dtype = `${signed && !isBits ? "i" : "u"}${bits}` as DType;
	if (type !== ENUM) return integerOf(dtype, bits, described);
	return integerOf(names && isBoolean(names.members) && bits === 8 ? "bool" : dtype, bits, described?.base);
}

function complexDType(half: Field["dtype"]): PlainNumber | undefined {
	return half === "f32" ? { dtype: "c64" } : half === "f64" ? { dtype: "c128" } : undefined;
}

/** h5py's bool is an enum of FALSE and TRUE. */
function isBoolean(members: Readonly<Record<string, number>>): boolean {
	return Object.keys(members).length === 2 && members.FALSE === 0 && members.TRUE === 1;
}

/** Two floats called r and i (h5py) or real and imag (MATLAB), side by side. */
function complexOf({ compound_type: compound, size }: H5Type, described: Datatype | undefined): DType | undefined {
	const [re, im] = compound?.members ?? [];
	if (!re || !im || compound?.members.length !== 2 || re.type !== 1 || im.type !== 1) return undefined;
	const named = [re.name, im.name].join();
	if (!["r,i", "real,imag", "re,im"].includes(named) || re.littleEndian !== im.littleEndian) return undefined;
	const halves = [re, im].map((member, k) => floatOf(8 * member.size, described?.members?.[k]?.type).dtype);
	const beside = re.offset === 0 && im.offset === re.size && size === 2 * re.size;
	const dtype = halves[0] === halves[1] && beside ? complexDType(halves[0] as Field["dtype"])?.dtype : undefined;
	return typeof dtype === "string" ? dtype : undefined;
}
