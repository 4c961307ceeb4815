import { TensorError } from "../../core/errors";
import { hex } from "../detect";
import type { ByteSource } from "../reader";
import { type Literal, LiteralError, parseLiteral } from "./python-literal";

/** What the header of a .npy file says. */
export interface NpyHeader {
	/** A type string ("<f4"), or a list of fields. */
	readonly descr: Literal;
	readonly fortranOrder: boolean;
	readonly shape: readonly (number | bigint)[];
	/** Byte where the values start. */
	readonly dataStart: number;
}

export const NPY_MAGIC = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59);
/** numpy writes a few hundred bytes; a structured type with thousands of fields some ten thousand. */
const MAX_HEADER_BYTES = 2 ** 20;
const KEYS = ["descr", "fortran_order", "shape"];

/**
 * Reads the header of a .npy file, forwards only. Throws `corrupt` or `unsupported`.
 * Layout: magic, version (2 bytes), header length (u16, from version 2 on u32), a Python dict, padding
 * (numpy.lib.format).
 */
export async function readNpyHeader(source: ByteSource, signal?: AbortSignal): Promise<NpyHeader> {
	const fail = (message: string, byte: number, code: "corrupt" | "unsupported" = "corrupt"): never => {
		throw new TensorError(code, message, { file: source.name, byte });
	};
	const start = await source.read(0, Math.min(12, source.size), signal);
	if (!NPY_MAGIC.every((byte, i) => start[i] === byte)) {
		fail(
			`A .npy file starts with the bytes ${hex(NPY_MAGIC)}, but these are ${hex(start.subarray(0, 6)) || "none"}; it may be another kind of file.`,
			0,
		);
	}
	if (start.length < 12) fail(`The header ends after ${start.length} bytes; save or download the file again.`, 0);
	const [major, minor] = [start[6] as number, start[7] as number];
	if (major < 1 || major > 3 || minor !== 0) {
		fail(`This is version ${major}.${minor} of the .npy format; versions 1.0, 2.0 and 3.0 are read.`, 6, "unsupported");
	}
	const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
	const textStart = major === 1 ? 10 : 12;
	const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
	if (textStart + length > source.size) {
		fail(
			`The header is said to take ${length} bytes, but only ${source.size - textStart} follow; save or download the file again.`,
			8,
		);
	}
	if (length > MAX_HEADER_BYTES) {
		fail(`The header takes ${length} bytes, more than the ${MAX_HEADER_BYTES} that are read.`, 8, "unsupported");
	}
	if (length < 2) fail(`The header takes ${length} bytes and cannot hold a description.`, 8);
	const rest = await source.read(12, textStart + length - 12, signal);
	const bytes = major === 1 ? new Uint8Array([...start.subarray(10), ...rest]) : rest;
	const text = new TextDecoder(major === 3 ? "utf-8" : "latin1").decode(bytes);
	try {
		return { ...fieldsOf(parseLiteral(text)), dataStart: textStart + length };
	} catch (thrown) {
		if (!(thrown instanceof LiteralError)) throw thrown;
		return fail(
			`The header cannot be understood: ${thrown.message}; it should look like {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }.`,
			textStart + thrown.index,
		);
	}
}

function fieldsOf(header: Literal): Omit<NpyHeader, "dataStart"> {
	if (!(header instanceof Map)) throw new LiteralError("a dict was expected", 0);
	const keys = [...header.keys()].sort();
	if (keys.join() !== KEYS.join()) {
		throw new LiteralError(`the keys ${KEYS.join(", ")} were expected, but ${keys.join(", ") || "none"} were found`, 0);
	}
	const fortranOrder: unknown = header.get("fortran_order");
	if (typeof fortranOrder !== "boolean") throw new LiteralError("fortran_order is neither True nor False", 0);
	const shape: unknown = header.get("shape");
	if (!Array.isArray(shape) || !shape.every(isLength)) {
		throw new LiteralError("shape is no tuple of lengths of zero or more", 0);
	}
	return { descr: header.get("descr") as Literal, fortranOrder, shape };
}

function isLength(value: unknown): value is number | bigint {
	return (typeof value === "number" || typeof value === "bigint") && value >= 0;
}
