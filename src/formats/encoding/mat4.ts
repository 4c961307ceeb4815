import { byteLength, type DType } from "../../core/dtype";
import { TensorError } from "../../core/errors";
import {
	checkIndices,
	complexValues,
	MAX_SPARSE_BYTES,
	type MatPart,
	type MatVariable,
	partValues,
	realValues,
	sparseValues,
} from "../mat-values";
import type { ByteSource } from "../reader";
import { bytesOf, problem } from "../shape";

const HEADER_BYTES = 20;
const MAX_NAME_BYTES = 1024;
const STORED: readonly DType[] = ["f64", "f32", "i32", "i16", "u16", "u8"];

/** The five words that begin a variable, where they make sense. */
interface Header {
	readonly bigEndian: boolean;
	/** 0 and 1 are IEEE numbers, 2 to 4 those of the VAX and the Cray. */
	readonly machine: number;
	readonly stored: DType;
	/** 0 numbers, 1 text, 2 a sparse matrix. */
	readonly kind: number;
	readonly rows: number;
	readonly columns: number;
	readonly complex: boolean;
	readonly nameBytes: number;
}

/** The header of a variable in a MATLAB 4 file, or undefined where these bytes are none. */
export function mat4Header(head: Uint8Array): Header | undefined {
	if (head.length < HEADER_BYTES) return undefined;
	const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
	// The first word is a number of four digits, small in the right byte order; 0 means little-endian doubles.
	const bigEndian = view.getUint32(0, true) > 9999;
	const [type = 0, rows = 0, columns = 0, complex = 0, nameBytes = 0] = [0, 4, 8, 12, 16].map((at) =>
		view.getInt32(at, !bigEndian),
	);
	const [machine, zero, p, kind] = [1000, 100, 10, 1].map((unit) => Math.floor(type / unit) % 10) as [
		number,
		number,
		number,
		number,
	];
	const stored = STORED[p];
	const sensible =
		type >= 0 &&
		type <= 4999 &&
		zero === 0 &&
		kind <= 2 &&
		rows >= 0 &&
		columns >= 0 &&
		(complex === 0 || complex === 1) &&
		nameBytes > 0 &&
		nameBytes <= MAX_NAME_BYTES;
	if (!sensible || stored === undefined || (machine < 2 && (machine === 1) !== bigEndian)) return undefined;
	return { bigEndian, machine, stored, kind, rows, columns, complex: complex === 1, nameBytes };
}

/** The variable of a MATLAB 4 file that begins at a byte, and where the next one does. Throws `corrupt`. */
export async function readMat4(
	source: ByteSource,
	start: number,
	signal?: AbortSignal,
): Promise<{ readonly variable: MatVariable; readonly next: number }> {
	const fail = (message: string): never => {
		throw new TensorError("corrupt", `${message}; save the file again.`, { file: source.name, byte: start });
	};
	const header = mat4Header(await source.read(start, Math.min(HEADER_BYTES, source.size - start), signal));
	if (header === undefined) return fail("A MATLAB 4 variable was expected here, but these bytes begin none");
	const { bigEndian, machine, stored, kind, rows, columns, complex } = header;
	const nameStart = start + HEADER_BYTES;
	if (nameStart + header.nameBytes > source.size) return fail("The file ends inside a variable's name");
	const nameBytes = await source.read(nameStart, header.nameBytes, signal);
	const name = new TextDecoder("latin1").decode(nameBytes).replace(/\0.*$/s, "");
	const size = bytesOf([rows, columns, complex ? 2 : 1], stored);
	if ("impossible" in size) return fail(size.impossible);
	const dataStart = nameStart + header.nameBytes;
	const next = dataStart + size.bytes;
	if (next > source.size) {
		return fail(
			`The variable "${name}" is said to take ${size.bytes} bytes from byte ${dataStart} on, but the file has ${source.size}`,
		);
	}
	const info = { name, shape: [rows, columns], bytes: size.bytes };
	const refuse = (other: string, message: string) => ({
		variable: {
			info: {
				...info,
				dtype: { other },
				problem: problem("unsupported", message, { file: source.name, byte: start }),
			},
		},
		next,
	});
	if (machine > 1) return refuse("VAX or Cray numbers", "Numbers of VAX and Cray machines are not read.");
	if (kind === 1) return refuse("char", "This is text, which has no statistics.");
	const count = rows * columns;
	const part: MatPart = { source, start: dataStart, count, dtype: stored, bigEndian };
	if (kind === 2) return { variable: await sparse(name, part, rows, columns, signal), next };
	if (!complex) return { variable: { info: { ...info, dtype: stored }, read: realValues(part, info.shape) }, next };
	const imaginary = { ...part, start: dataStart + byteLength(stored, count) };
	const dtype = stored === "f32" ? "c64" : "c128";
	const read = complexValues(part, async () => imaginary, info.shape, dtype);
	return { variable: { info: { ...info, dtype }, read }, next };
}

/** A sparse matrix is a table with a row for every entry (its row, its column, its value) and a last one with the size. */
async function sparse(
	name: string,
	table: MatPart,
	entries: number,
	width: number,
	signal: AbortSignal | undefined,
): Promise<MatVariable> {
	const { source, start, dtype: stored } = table;
	const bytes = byteLength(stored, table.count);
	const where = { file: source.name, byte: start };
	const dtype = width === 4 ? "c128" : "f64";
	const info = { name, dtype, shape: [0, 0], bytes } as const;
	if (entries < 1 || width < 3 || width > 4) {
		const sentence = `A sparse matrix is a table of 3 or 4 columns, but this one has ${width}; save the file again.`;
		return { info: { ...info, problem: problem("corrupt", sentence, where) } };
	}
	const last = async (column: number) => {
		const at = start + byteLength(stored, column * entries + entries - 1);
		return (await partValues({ ...table, start: at, count: 1 }, signal))[0] as number;
	};
	const shape = [await last(0), await last(1)];
	const possible = shape.every((length) => Number.isInteger(length) && length >= 0) ? bytesOf(shape, dtype) : undefined;
	if (possible === undefined || "impossible" in possible) {
		const sentence = `The sparse matrix is said to have ${shape.join(" by ")} entries, which no matrix has; save the file again.`;
		return { info: { ...info, problem: problem("corrupt", sentence, where) } };
	}
	if (bytes > MAX_SPARSE_BYTES) {
		const sentence = `The entries take ${bytes} bytes, more than the ${MAX_SPARSE_BYTES} of a sparse matrix that are read.`;
		return { info: { ...info, shape, problem: problem("too-large", sentence, where) } };
	}
	const load = async (loadSignal?: AbortSignal) => {
		const all = await partValues(table, loadSignal);
		const column = (k: number) => all.subarray(k * entries, (k + 1) * entries - 1);
		checkIndices(column(0), 1, shape[0] as number);
		checkIndices(column(1), 1, shape[1] as number);
		return byColumns(column(0), column(1), column(2), width === 4 ? column(3) : undefined);
	};
	return { info: { ...info, shape }, read: sparseValues(load, shape, dtype) };
}

function byColumns(rows: Float64Array, columns: Float64Array, re: Float64Array, im: Float64Array | undefined) {
	const order = Array.from(columns.keys()).sort((a, b) => (columns[a] as number) - (columns[b] as number) || a - b);
	const sorted = (values: Float64Array) => Float64Array.from(order, (k) => values[k] as number);
	const ordered = sorted(columns);
	return {
		startOf(column: number) {
			let [low, high] = [0, ordered.length];
			while (low < high) {
				const middle = (low + high) >> 1;
				if ((ordered[middle] as number) < column + 1) low = middle + 1;
				else high = middle;
			}
			return low;
		},
		rows: sorted(rows).map((row) => row - 1),
		re: sorted(re),
		...(im && { im: sorted(im) }),
	};
}
