import type { DType } from "../../core/dtype";
import type { H5Type } from "./library";
import type { Field } from "./types";

/** Reads bytes of the file at once. */
export type ReadAt = (offset: number, length: number) => Uint8Array;

/** How the numbers of a dataset lie in their bytes, in bits from the least significant one. */
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
	};
}

const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
const [DATATYPE, CONTINUATION] = [3, 16];
/** Header blocks that are looked through, and bytes of each. */
const [MAX_BLOCKS, MAX_BLOCK_BYTES] = [32, 2 ** 16];

/**
 * The layout of a dataset's numbers, from the datatype message of its object header (HDF5 File Format Specification 3.0,
 * IV.A): the library tells sizes only. Undefined where it has none of the kinds that hold plain numbers, or is not found.
 */
export function numberLayout(read: ReadAt, base: number, address: number): NumberLayout | undefined {
	try {
		const message = datatypeMessage(read, base, address, 0);
		return message && layoutOf(message);
	} catch {
		// A header that the library reads, and this does not, is no fault of the file.
		return undefined;
	}
}

/** Where the superblock lies: addresses count from it. */
export function superblockAt(read: ReadAt, size: number): number | undefined {
	for (let at = 0; at + 8 <= size; at = at === 0 ? 512 : 2 * at) {
		const bytes = read(at, 8);
		if (SIGNATURE.every((byte, k) => bytes[k] === byte)) return at;
	}
	return undefined;
}

const IEEE = { f16: [5, 10], bf16: [8, 7], f32: [8, 23], f64: [11, 52] } as const;

/** The dtype of floats by their layout, or the reason why numbers cannot be read; undefined where the size said enough. */
export function plainNumber({ type, size }: H5Type, layout: NumberLayout): Pick<Field, "dtype" | "reason"> | undefined {
	const bits = 8 * size;
	const { offset, precision, float } = layout;
	if (type !== 1 || !float) {
		if (offset === 0 && precision === bits) return undefined;
		const reason = `Its integers use ${precision} of their ${bits} bits, from bit ${offset} on, which is not read`;
		return { dtype: { other: `integer of ${precision} bits` }, reason };
	}
	const { sign, exponentAt, exponentBits, mantissaAt, mantissaBits, bias } = float;
	const known = (Object.keys(IEEE) as (keyof typeof IEEE)[]).find((dtype) => {
		const [exponent, mantissa] = IEEE[dtype];
		return exponent === exponentBits && mantissa === mantissaBits && 1 + exponent + mantissa === bits;
	});
	const usual =
		mantissaAt === 0 && exponentAt === mantissaBits && sign === bits - 1 && offset === 0 && precision === bits;
	if (known && usual && bias === 2 ** (exponentBits - 1) - 1) return { dtype: known as DType };
	const name = `float of ${exponentBits} exponent and ${mantissaBits} mantissa bits`;
	return {
		dtype: { other: name },
		reason: `Its values are a ${name} in ${bits} bits (bias ${bias}), which is not read`,
	};
}

function layoutOf(message: DataView): NumberLayout | undefined {
	const kind = message.getUint8(0) & 15;
	if (![0, 1, 4].includes(kind)) return undefined;
	const [offset, precision] = [message.getUint16(8, true), message.getUint16(10, true)];
	if (kind !== 1) return { offset, precision };
	const float = {
		sign: message.getUint8(2),
		exponentAt: message.getUint8(12),
		exponentBits: message.getUint8(13),
		mantissaAt: message.getUint8(14),
		mantissaBits: message.getUint8(15),
		bias: message.getUint32(16, true),
	};
	return { offset, precision, float };
}

/** The datatype message of an object, or of the named datatype that it shares. */
function datatypeMessage(read: ReadAt, base: number, address: number, depth: number): DataView | undefined {
	const view = (at: number, length: number) => {
		const bytes = read(base + at, Math.min(length, MAX_BLOCK_BYTES));
		return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	};
	const head = view(address, 64);
	const isNew = head.getUint32(0, true) === 0x5244484f;
	const flags = isNew ? head.getUint8(5) : 0;
	// Version 1 has its messages behind 16 bytes; version 2 behind optional times and phases, with a size of 1 to 8 bytes.
	const sizeAt = isNew ? 6 + (flags & 32 ? 16 : 0) + (flags & 16 ? 4 : 0) : 8;
	const sizeBytes = isNew ? 2 ** (flags & 3) : 4;
	const size =
		sizeBytes === 1
			? head.getUint8(sizeAt)
			: sizeBytes === 2
				? head.getUint16(sizeAt, true)
				: head.getUint32(sizeAt, true);
	const blocks = [{ at: address + (isNew ? sizeAt + sizeBytes : 16), size }];
	const headBytes = isNew ? 4 + (flags & 4 ? 2 : 0) : 8;
	for (let k = 0; k < blocks.length && k < MAX_BLOCKS; k++) {
		const { at: blockAt, size: blockSize } = blocks[k] as { at: number; size: number };
		const block = view(blockAt, blockSize);
		for (let at = 0; at + headBytes <= block.byteLength; ) {
			const type = isNew ? block.getUint8(at) : block.getUint16(at, true);
			const length = block.getUint16(at + (isNew ? 1 : 2), true);
			const shared = (block.getUint8(at + (isNew ? 3 : 4)) & 2) !== 0;
			const data = at + headBytes;
			if (type === DATATYPE && !shared) return new DataView(block.buffer, block.byteOffset + data, length);
			if (type === DATATYPE) return depth > 0 ? undefined : datatypeMessage(read, base, sharedAt(block, data), 1);
			if (type === CONTINUATION) {
				const next = Number(block.getBigUint64(data, true));
				const bytes = Number(block.getBigUint64(data + 8, true));
				// Blocks of version 2 have a signature before and a checksum behind.
				blocks.push(isNew ? { at: next + 4, size: bytes - 8 } : { at: next, size: bytes });
			}
			at = data + length;
		}
	}
	return undefined;
}

/** Address of the object whose message is shared: a committed datatype. */
function sharedAt(block: DataView, at: number): number {
	// Version 1 has six reserved bytes after its type; versions 2 and 3 have none.
	return Number(block.getBigUint64(at + (block.getUint8(at) === 1 ? 8 : 2), true));
}
