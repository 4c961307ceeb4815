/** How the numbers of a type lie in their bytes, in bits from the least significant one. */
export interface NumberLayout {
	readonly offset: number;
	readonly precision: number;
	/** Of floats alone. */
	readonly float?: {
		readonly sign: number;
		readonly exponentAt: number;
		readonly exponentBits: number;
		readonly mantissaAt: number;
		readonly mantissaBits: number;
		readonly bias: number;
		/** Whether the mantissa's first bit is 1 and not stored. */
		readonly implied: boolean;
	};
}

/** The VAX's is neither of the others. */
export type ByteOrder = "little" | "big" | "vax";

/** A type as the file describes it: what the library's description, of sizes and names, leaves out. */
export interface Datatype {
	/** H5T_class_t. */
	readonly kind: number;
	/** Of integers, floats and bit fields. */
	readonly number?: NumberLayout;
	/** Of the same, and of times. */
	readonly order?: ByteOrder;
	/** Of compounds. */
	readonly members?: readonly { readonly name: string; readonly type: Datatype }[];
	/** What enums, arrays, lists and complex numbers are made of. */
	readonly base?: Datatype;
}

const MAX_DEPTH = 32;

/** Reads a datatype message (HDF5 File Format Specification 3.0, IV.A.2.d); throws a RangeError where it ends early. */
export function parseDatatype(message: DataView): Datatype {
	return typeAt(message, 0, 0).type;
}

interface Parsed {
	readonly type: Datatype;
	/** The byte behind it. */
	readonly end: number;
}

function typeAt(view: DataView, at: number, depth: number): Parsed {
	if (depth > MAX_DEPTH) throw new RangeError("A datatype is nested too deeply.");
	const first = view.getUint8(at);
	const [kind, version] = [first & 15, first >> 4];
	const flags = view.getUint8(at + 1) | (view.getUint8(at + 2) << 8);
	const size = view.getUint32(at + 4, true);
	const body = at + 8;
	switch (kind) {
		case 0:
		case 4:
			return { type: { kind, number: bitsAt(view, body), order: orderOf(flags) }, end: body + 4 };
		case 1:
			return { type: { kind, number: floatAt(view, body, flags), order: orderOf(flags) }, end: body + 12 };
		case 2:
			return { type: { kind, order: orderOf(flags) }, end: body + 2 };
		case 5:
			return { type: { kind }, end: body + (flags & 255) };
		case 6:
			return compoundAt(view, body, { version, count: flags, size }, depth);
		case 8:
			return enumAt(view, body, { version, count: flags }, depth);
		case 9:
		case 11: {
			const { type: base, end } = typeAt(view, body, depth + 1);
			return { type: { kind, base }, end };
		}
		case 10: {
			const rank = view.getUint8(body);
			// Version 2 has three reserved bytes, and a permutation of the axes behind their sizes.
			const { type: base, end } = typeAt(view, body + (version < 3 ? 4 + 8 * rank : 1 + 4 * rank), depth + 1);
			return { type: { kind, base }, end };
		}
		default:
			return { type: { kind }, end: body };
	}
}

/** Bit 0 tells big-endian; with bit 6, which only floats have, it is VAX order. */
function orderOf(flags: number): ByteOrder {
	return (flags & 0x40) !== 0 ? "vax" : (flags & 1) !== 0 ? "big" : "little";
}

/** All byte orders in a type, of its members and bases too. */
export function byteOrdersOf({ order, base, members = [] }: Datatype): ReadonlySet<ByteOrder> {
	const inside = [...members.map(({ type }) => type), ...(base ? [base] : [])];
	return new Set([...(order ? [order] : []), ...inside.flatMap((type) => [...byteOrdersOf(type)])]);
}

/** Whether a type has one of this class anywhere. */
export function holdsKind({ kind, base, members = [] }: Datatype, wanted: number): boolean {
	if (kind === wanted || (base && holdsKind(base, wanted))) return true;
	return members.some(({ type }) => holdsKind(type, wanted));
}

function bitsAt(view: DataView, at: number): NumberLayout {
	return { offset: view.getUint16(at, true), precision: view.getUint16(at + 2, true) };
}

function floatAt(view: DataView, at: number, flags: number): NumberLayout {
	const float = {
		sign: flags >> 8,
		exponentAt: view.getUint8(at + 4),
		exponentBits: view.getUint8(at + 5),
		mantissaAt: view.getUint8(at + 6),
		mantissaBits: view.getUint8(at + 7),
		bias: view.getUint32(at + 8, true),
		implied: ((flags >> 4) & 3) === 2,
	};
	return { ...bitsAt(view, at), float };
}

interface Counted {
	readonly version: number;
	readonly count: number;
}

function compoundAt(
	view: DataView,
	at: number,
	{ version, count, size }: Counted & { readonly size: number },
	depth: number,
): Parsed {
	const members: { name: string; type: Datatype }[] = [];
	let next = at;
	for (let k = 0; k < count; k++) {
		const { name, end } = nameAt(view, next, version);
		// Version 3 gives offsets as many bytes as the largest of them takes; version 1 has old array axes behind them.
		const offsetBytes = version < 3 ? 4 : bytesFor(size);
		const member = typeAt(view, end + offsetBytes + (version === 1 ? 28 : 0), depth + 1);
		const isArray = version === 1 && view.getUint8(end + 4) > 0;
		members.push({ name, type: isArray ? { kind: 10, base: member.type } : member.type });
		next = member.end;
	}
	return { type: { kind: 6, members }, end: next };
}

function enumAt(view: DataView, at: number, { version, count }: Counted, depth: number): Parsed {
	const valueBytes = view.getUint32(at + 4, true);
	const { type: base, end } = typeAt(view, at, depth + 1);
	let next = end;
	for (let k = 0; k < count; k++) next = nameAt(view, next, version).end;
	return { type: { kind: 8, base }, end: next + count * valueBytes };
}

/** A name that ends with a zero; before version 3 it takes a multiple of eight bytes. */
function nameAt(view: DataView, at: number, version: number): { readonly name: string; readonly end: number } {
	let end = at;
	while (view.getUint8(end) !== 0) end++;
	const name = new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + at, end - at));
	const length = end + 1 - at;
	return { name, end: at + (version < 3 ? 8 * Math.ceil(length / 8) : length) };
}

function bytesFor(size: number): number {
	return size < 2 ** 8 ? 1 : size < 2 ** 16 ? 2 : size < 2 ** 24 ? 3 : 4;
}
