import { byteLength, type DType } from "../../core/dtype";
import type { Shape } from "../../core/layout";
import type { H5Type } from "./library";

/** Numbers inside the records of a dataset: the whole record, or a field of a compound. */
export interface Field {
	/** ".field.field" behind the dataset's name; empty for the whole record. */
	readonly suffix: string;
	/** Byte in the record. */
	readonly offset: number;
	/** Axes that every record has of its own (array types). */
	readonly inner: Shape;
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

/** What can be read of the records of a type: one field, or those of a compound, however deep. */
export function fieldsOf(type: H5Type): readonly Field[] {
	const fields = walk(type, "", 0, [], 0).slice(0, MAX_FIELDS);
	// The library turns everything round by itself, except enums.
	return type.type === ENUM ? fields : fields.map((field) => ({ ...field, bigEndian: false }));
}

function walk(type: H5Type, suffix: string, offset: number, inner: Shape, depth: number): readonly Field[] {
	const place = { suffix, offset, inner, bigEndian: !type.littleEndian, size: type.size };
	const refuse = (other: string, reason: string): readonly Field[] => [{ ...place, dtype: { other }, reason }];
	const dtype = dtypeOf(type);
	if (dtype !== undefined) return [{ ...place, dtype }];
	if (depth > MAX_DEPTH) return refuse("nested", "Its type is nested too deeply");
	if (type.type === 10 && type.array_type) {
		const axes = type.array_type.shape ?? [];
		const fields = walk(type.array_type, suffix, offset, [...inner, ...axes], depth + 1);
		// An array of compounds has its records in between: too rare to be worth strides of their own.
		return fields.length === 1 && fields[0]?.offset === offset && fields[0].size === type.array_type.size
			? fields
			: refuse("array of compounds", "Arrays of compounds are not read");
	}
	if (type.type === 6 && type.compound_type) {
		const { members } = type.compound_type;
		const complex = complexOf(type);
		if (complex) return [{ ...place, dtype: complex, bigEndian: !members[0]?.littleEndian }];
		return members
			.slice(0, MAX_FIELDS)
			.flatMap((member) => walk(member, `${suffix}.${member.name}`, offset + member.offset, inner, depth + 1));
	}
	if (type.vlen && type.type === 3) return refuse("string", "Text has no statistics");
	const name = NAMES[type.type] ?? `type of class ${type.type} and ${type.size} bytes`;
	return refuse(name, `Values of the kind "${name}" are no numbers`);
}

function dtypeOf({ type, size, signed, enum_type: names, vlen }: H5Type): DType | undefined {
	if (vlen) return undefined;
	const bits = 8 * size;
	const integer = [8, 16, 32, 64].includes(bits) ? (`${signed ? "i" : "u"}${bits}` as DType) : undefined;
	if (type === 0) return integer;
	if (type === 4) return integer && (`u${bits}` as DType);
	if (type === 8) return names && isBoolean(names.members) && bits === 8 ? "bool" : integer;
	if (type === 1) return bits === 16 ? "f16" : bits === 32 ? "f32" : bits === 64 ? "f64" : undefined;
	if (type === 11) return bits === 64 ? "c64" : bits === 128 ? "c128" : undefined;
	return undefined;
}

/** h5py's bool is an enum of FALSE and TRUE. */
function isBoolean(members: Readonly<Record<string, number>>): boolean {
	return Object.keys(members).length === 2 && members.FALSE === 0 && members.TRUE === 1;
}

/** Two floats called r and i (h5py) or real and imag (MATLAB), side by side. */
function complexOf({ compound_type: compound, size }: H5Type): "c64" | "c128" | undefined {
	const [re, im] = compound?.members ?? [];
	if (!re || !im || compound?.members.length !== 2 || re.type !== 1 || im.type !== 1) return undefined;
	const named = [re.name, im.name].join();
	if (!["r,i", "real,imag", "re,im"].includes(named) || re.littleEndian !== im.littleEndian) return undefined;
	const half = byteLength("f32", 1) === re.size ? 4 : 8;
	if (re.size !== half || im.size !== half || re.offset !== 0 || im.offset !== half || size !== 2 * half)
		return undefined;
	return half === 4 ? "c64" : "c128";
}
