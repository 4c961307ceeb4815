import { byteLength, DTYPES, type DType, isDType } from "./dtype";
import { TensorError } from "./errors";
import { type Shape, sizeOf } from "./layout";

/** How the bytes of a file without a header are to be read. */
export interface RawLayout {
	readonly dtype: DType;
	/** One axis may be −1: as long as the file allows. */
	readonly shape: Shape;
	/** Byte of the first value. */
	readonly offset: number;
	/** Which axis runs fastest: C the last, F the first. */
	readonly order: "C" | "F";
	readonly byteOrder: "little" | "big";
}

/** Names of dtypes as NumPy, PyTorch and C have them. */
const NAMES: Readonly<Record<string, DType>> = {
	bool_: "bool",
	boolean: "bool",
	byte: "i8",
	ubyte: "u8",
	short: "i16",
	int: "i32",
	long: "i64",
	half: "f16",
	float: "f32",
	single: "f32",
	double: "f64",
	bfloat16: "bf16",
	complex64: "c64",
	complex128: "c128",
	float8_e4m3fn: "f8_e4m3",
	float8_e5m2: "f8_e5m2",
	float8_e4m3fnuz: "f8_e4m3fnuz",
	float8_e5m2fnuz: "f8_e5m2fnuz",
	float8_e8m0fnu: "f8_e8m0",
	"?": "bool",
	b1: "bool",
	c8: "c64",
	c16: "c128",
};

/** NumPy's names of types of 2 and 4 bytes are ours of 2 and 4 bits, which few mean; "int4" and "<i4" are plain. */
const AMBIGUOUS = /^([ui][24]|f4)$/;

/** A dtype by any usual spelling: "f32", "float32", "<f4", ">i2", "torch.bfloat16"; NumPy's codes count bytes, ours count bits. */
export function spelledDType(
	text: string,
): { readonly dtype: DType; readonly byteOrder?: "little" | "big" } | undefined {
	const [, mark = "", rest = ""] = /^([<>=|]?)(?:np\.|numpy\.|torch\.|tf\.)?(\S+)$/.exec(text.trim()) ?? [];
	// After NumPy's mark letters count: <U8 is text.
	const dtype = mark === "" ? dtypeOf(rest.toLowerCase(), false) : dtypeOf(rest, true);
	if (dtype === undefined) return undefined;
	return mark === "<" || mark === ">" ? { dtype, byteOrder: mark === ">" ? "big" : "little" } : { dtype };
}

function dtypeOf(word: string, numpy: boolean): DType | undefined {
	if (Object.hasOwn(NAMES, word)) return NAMES[word];
	const long = /^(u?)(int|float)(\d+)$/.exec(word);
	if (long) return known(`${long[2] === "float" ? "f" : long[1] || "i"}${long[3]}`);
	const [, kind, digits] = /^([uif])([1248])$/.exec(word) ?? [];
	// "i8" alone is NumPy's int64 or an 8-bit integer of ours: only NumPy's mark tells, and ours is what lists show.
	if (kind !== undefined && (numpy || !isDType(word))) return known(`${kind}${8 * Number(digits)}`);
	return AMBIGUOUS.test(word) ? undefined : known(word);
}

function known(word: string): DType | undefined {
	return isDType(word) ? word : undefined;
}

/** Understands a description of raw bytes by its fields, all but `dtype` optional; throws `bad-option`. */
export function rawLayoutOf(fields: Readonly<Record<string, unknown>>): RawLayout {
	const { dtype, shape = [-1], offset = 0, order = "C", byteOrder } = fields;
	const spelled = typeof dtype === "string" ? spelledDType(dtype) : undefined;
	if (typeof dtype === "string" && spelled === undefined && AMBIGUOUS.test(dtype.trim()))
		throw wrong("dtype", dtype, `"<${dtype.trim()}" for NumPy's type, or the type's full name`);
	if (spelled === undefined) throw wrong("dtype", dtype, `one of ${Object.keys(DTYPES).join(", ")}`);
	if (!isRawShape(shape)) throw wrong("shape", shape, "a list of lengths, at most one of them -1");
	if (!isLength(offset)) throw wrong("offset", offset, "a number of bytes");
	const orders: Readonly<Record<string, "C" | "F">> = { c: "C", f: "F", fortran: "F" };
	const ordered = orders[String(order).toLowerCase()];
	if (ordered === undefined) throw wrong("order", order, '"C" or "F"');
	const ends: Readonly<Record<string, "little" | "big">> = { little: "little", "<": "little", big: "big", ">": "big" };
	const told = byteOrder === undefined ? undefined : ends[String(byteOrder).toLowerCase()];
	if (byteOrder !== undefined && told === undefined) throw wrong("byteOrder", byteOrder, '"little" or "big"');
	if (told && spelled.byteOrder && told !== spelled.byteOrder)
		throw wrong("byteOrder", byteOrder, `"${spelled.byteOrder}", as the dtype ${dtype} says`);
	return {
		dtype: spelled.dtype,
		shape,
		offset,
		order: ordered,
		byteOrder: told ?? spelled.byteOrder ?? "little",
	};
}

/** The shape in a file of some bytes, with −1 filled in; throws `bad-option` where the values do not fit. */
export function rawShape({ dtype, shape, offset }: RawLayout, size: number): Shape {
	const room = valuesAfter(offset, dtype, size);
	if (offset > size) {
		throw new TensorError(
			"bad-option",
			`The values are said to start at byte ${offset}, but the file has ${size} bytes; give a smaller offset.`,
		);
	}
	const free = shape.indexOf(-1);
	const others = sizeOf(shape.filter((_, axis) => axis !== free));
	const filled = free < 0 ? shape : shape.with(free, others > 0 ? Math.floor(room / others) : 0);
	if (sizeOf(filled) <= room) return filled;
	throw new TensorError(
		"bad-option",
		`Values of ${dtype} [${shape.join(", ")}] from byte ${offset} on take ${byteLength(dtype, sizeOf(shape))} bytes, but ${size - offset} of the file's ${size} are there (${room} values); give another dtype, shape or offset.`,
	);
}

/** How many values of a dtype there can be from a byte on. */
export function valuesAfter(offset: number, dtype: DType, size: number): number {
	return Math.max(0, Math.floor(((size - offset) * 8) / DTYPES[dtype].bits));
}

/** Lengths that last axes often have: colours, coordinates, widths of layers. */
const USUAL_WIDTHS = [3, 4, 64, 128, 256, 512, 768, 1024, 2048, 4096] as const;
/** Sides that pictures often have. */
const USUAL_SIDES = [512, 256, 224, 128, 112, 64, 56, 32, 28, 14, 7] as const;
const MOST_SUGGESTED = 12;

/** Shapes that so many values may well have, the plainest first. */
export function suggestedShapes(count: number): Shape[] {
	const found: Shape[] = [[count]];
	const square = Math.round(Math.sqrt(count));
	if (square > 1 && square * square === count) found.push([square, square]);
	for (const side of USUAL_SIDES) {
		const pictures = count / (side * side);
		if (!Number.isInteger(pictures)) continue;
		if (pictures === 3) found.push([side, side, 3]);
		if (pictures > 1) found.push(pictures % 3 === 0 ? [pictures / 3, 3, side, side] : [pictures, side, side]);
	}
	for (const width of [...USUAL_WIDTHS].reverse())
		if (count % width === 0 && count > width && width !== square) found.push([count / width, width]);
	return found.slice(0, MOST_SUGGESTED);
}

function isRawShape(value: unknown): value is Shape {
	return (
		Array.isArray(value) &&
		value.length <= 64 &&
		value.every((length) => length === -1 || isLength(length)) &&
		value.filter((length) => length === -1).length <= 1 &&
		// No axis of length zero excuses the others: strides are products of them.
		sizeOf(value.filter((length) => length > 0)) <= Number.MAX_SAFE_INTEGER / 16
	);
}

function isLength(value: unknown): value is number {
	return Number.isSafeInteger(value) && (value as number) >= 0;
}

function wrong(field: string, value: unknown, expected: string): TensorError {
	const found = value === undefined ? "missing" : (JSON.stringify(value) ?? String(value)).slice(0, 80);
	return new TensorError("bad-option", `The ${field} of the raw values is ${found}; expected ${expected}.`);
}
