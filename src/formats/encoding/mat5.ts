import { byteLength, DTYPES } from "../../core/dtype";
import { TensorError } from "../../core/errors";
import {
	badIndex,
	checkIndices,
	complexValues,
	MAX_SPARSE_BYTES,
	type MatPart,
	type MatVariable,
	partValues,
	realValues,
	sparseDType,
	sparseValues,
} from "../mat-values";
import type { ByteSource } from "../reader";
import { bytesOf, MAX_RANK, problem } from "../shape";
import { ELEMENT_DTYPES, type Element, MATRIX, readElement } from "./mat5-element";

/** MATLAB's classes by their number; those with numbers are read. */
const CLASSES: readonly (string | undefined)[] = [
	undefined,
	...["cell", "struct", "object", "char", "sparse", "double", "single", "int8", "uint8", "int16", "uint16"],
	...["int32", "uint32", "int64", "uint64", "function", "opaque"],
];
const CLASS_DTYPES: Readonly<Record<string, string>> = {
	double: "f64",
	single: "f32",
	int8: "i8",
	uint8: "u8",
	int16: "i16",
	uint16: "u16",
	int32: "i32",
	uint32: "u32",
	int64: "i64",
	uint64: "u64",
};
const MAX_NAME_BYTES = 65_536;

/** A matrix element: the whole of `open()`, a range of the file or an inflated stream that can be opened again. */
export interface Matrix {
	readonly open: () => ByteSource;
	readonly bigEndian: boolean;
}

interface Header {
	readonly name: string;
	readonly kind: string;
	readonly complex: boolean;
	readonly logical: boolean;
	readonly shape: readonly number[];
	/** Where the elements of its values begin. */
	readonly values: number;
}

/** The variable in a matrix element. Throws `corrupt` where its header makes no sense; all else is its `problem`. */
export async function readMat5(matrix: Matrix, signal?: AbortSignal): Promise<MatVariable> {
	const source = matrix.open();
	const header = await readHeader(source, matrix.bigEndian, signal);
	const { name, kind, shape } = header;
	const sequential = source.sequential ? { sequential: true } : {};
	const info = { name, shape, bytes: source.size - header.values, ...sequential };
	const where = { file: source.name };
	const numeric = CLASS_DTYPES[kind] !== undefined || kind === "sparse";
	if (!numeric) {
		const sentence = `A MATLAB ${kind} is no array of numbers; save what it holds as variables of their own.`;
		return { info: { ...info, dtype: { other: kind }, problem: problem("unsupported", sentence, where) } };
	}
	try {
		return await (kind === "sparse" ? sparse : full)(matrix, source, header, info, signal);
	} catch (thrown) {
		const error = TensorError.from(thrown);
		if (error.code === "cancelled") throw error;
		return { info: { ...info, dtype: { other: kind }, problem: error.toData() } };
	} finally {
		await source.close?.();
	}
}

async function readHeader(source: ByteSource, bigEndian: boolean, signal: AbortSignal | undefined): Promise<Header> {
	const fail = (message: string, byte: number): never => {
		throw new TensorError("corrupt", `${message}; save the file again.`, { file: source.name, byte });
	};
	const outer = await readElement(source, 0, source.size, bigEndian, signal);
	if (outer.type !== MATRIX) return fail(`A matrix was expected, but this is an element of type ${outer.type}`, 0);
	const element = (at: number) => readElement(source, at, source.size, bigEndian, signal);
	const view = async ({ start, length }: Element) => {
		const bytes = await source.read(start, length, signal);
		return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	};
	const flagsAt = await element(outer.start);
	if (flagsAt.length !== 8) return fail(`The flags take ${flagsAt.length} bytes, and 8 were expected`, flagsAt.start);
	const flags = (await view(flagsAt)).getUint32(0, !bigEndian);
	const kind = CLASSES[flags & 0xff];
	if (kind === undefined) return fail(`A variable of class ${flags & 0xff} is none of MATLAB's`, flagsAt.start);
	const second = await element(flagsAt.next);
	// What MATLAB calls opaque has a name here and no shape.
	const shapeAt = kind === "opaque" ? undefined : second;
	let shape: number[] = [];
	if (shapeAt) {
		const rank = shapeAt.length / 4;
		if (![5, 6].includes(shapeAt.type) || !Number.isInteger(rank) || rank < 1 || rank > MAX_RANK) {
			return fail(`The shape is an element of type ${shapeAt.type} and ${shapeAt.length} bytes`, shapeAt.start);
		}
		const numbers = await view(shapeAt);
		shape = Array.from({ length: rank }, (_, k) => numbers.getInt32(4 * k, !bigEndian));
		if (shape.some((length) => length < 0)) return fail(`The shape [${shape.join(", ")}] is negative`, shapeAt.start);
	}
	const nameAt = shapeAt ? await element(shapeAt.next) : second;
	if (![1, 2, 16].includes(nameAt.type) || nameAt.length > MAX_NAME_BYTES) {
		return fail(`The name is an element of type ${nameAt.type} and ${nameAt.length} bytes`, nameAt.start);
	}
	const bytes = await source.read(nameAt.start, nameAt.length, signal);
	const name = decodeName(bytes);
	if (name === undefined) return fail("The variable's name is no plain (ASCII) text", nameAt.start);
	return { name, kind, complex: (flags & 0x800) !== 0, logical: (flags & 0x200) !== 0, shape, values: nameAt.next };
}

/** MATLAB's names are ASCII. */
function decodeName(bytes: Uint8Array): string | undefined {
	const end = bytes.indexOf(0);
	const name = end < 0 ? bytes : bytes.subarray(0, end);
	return name.every((byte) => byte >= 32 && byte < 127) ? new TextDecoder().decode(name) : undefined;
}

type Info = Omit<MatVariable["info"], "dtype">;

async function full(
	matrix: Matrix,
	source: ByteSource,
	{ kind, complex, logical, shape, values }: Header,
	info: Info,
	signal: AbortSignal | undefined,
): Promise<MatVariable> {
	const { bigEndian } = matrix;
	const count = countOf(shape);
	const at = count === 0 && values + 8 > source.size ? undefined : values;
	if (at === undefined) {
		const part: MatPart = { source, start: 0, count: 0, dtype: "f64", bigEndian };
		return { info: { ...info, dtype: "f64", bytes: 0 }, read: realValues(part, shape) };
	}
	const element = await readElement(source, at, source.size, bigEndian, signal);
	const re = numbers(source, element, bigEndian, count);
	const stored = re.dtype;
	if (complex) {
		// A stream of its own for the imaginary parts, so that both are read forwards.
		const again = source.sequential ? matrix.open() : source;
		let part: Promise<MatPart> | undefined;
		const im = (imSignal?: AbortSignal) => {
			part ??= readElement(again, element.next, source.size, bigEndian, imSignal)
				.then((found) => numbers(again, found, bigEndian, count))
				.catch((thrown) => {
					part = undefined;
					throw thrown;
				});
			return part;
		};
		if (!source.sequential) await im(signal);
		const dtype = kind === "single" ? "c64" : "c128";
		const note = kind === "double" || kind === "single" ? {} : { note: `complex ${kind}, read as ${dtype}` };
		return { info: { ...info, dtype, ...note }, read: complexValues(re, im, shape, dtype) };
	}
	const dtype = logical && DTYPES[stored].bits === 8 ? "bool" : stored;
	const narrower = dtype !== "bool" && CLASS_DTYPES[kind] !== stored;
	const note = narrower ? { note: `a MATLAB ${kind}, stored as ${stored} because its values fit` } : {};
	return {
		info: { ...info, dtype, bytes: element.length, ...note },
		read: realValues({ ...re, dtype }, shape),
	};
}

/** Indices of rows, first entries of columns, real parts and imaginary ones, each an element. */
async function sparse(
	{ bigEndian }: Matrix,
	source: ByteSource,
	{ complex, logical, shape, values }: Header,
	info: Info,
	signal: AbortSignal | undefined,
): Promise<MatVariable> {
	const [height = 0, width = 0] = shape;
	if (shape.length !== 2) throw corrupt(source, `A sparse matrix has 2 axes, but this one has ${shape.length}`);
	countOf(shape);
	if (info.bytes > MAX_SPARSE_BYTES) {
		const sentence = `The entries take ${info.bytes} bytes, more than the ${MAX_SPARSE_BYTES} of a sparse matrix that are read.`;
		throw new TensorError("too-large", sentence, { file: source.name });
	}
	const elements: Element[] = [];
	for (let at = values; elements.length < (complex ? 4 : 3) && at < source.size; ) {
		const element = await readElement(source, at, source.size, bigEndian, signal);
		elements.push(element);
		at = element.next;
	}
	const parts: MatPart[] = [];
	for (const [k, element] of elements.entries()) {
		// Truth values are bytes here, though their tag calls them doubles.
		const bytes = k === 2 && logical && element.length === parts[0]?.count;
		parts.push(numbers(source, bytes ? { ...element, type: 2 } : element, bigEndian));
	}
	const [rows, starts, re, im] = parts;
	if (!rows || !starts || starts.count < width + 1 || (complex && re && !im)) {
		throw corrupt(source, `The sparse matrix lacks the places of its ${width} columns`);
	}
	const stored = logical ? "bool" : (re?.dtype ?? "f64");
	const dtype = sparseDType(stored, complex);
	const load = async (loadSignal?: AbortSignal) => {
		const all: Float64Array[] = [];
		for (const part of parts) all.push(await partValues(part, loadSignal));
		const [at, from, real = new Float64Array(0), imaginary] = all as [Float64Array, Float64Array, ...Float64Array[]];
		const found = from[width] as number;
		for (let j = 0; j < width; j++) if ((from[j] as number) > (from[j + 1] as number)) throw badIndex(width);
		if (from[0] !== 0 || found > at.length || found > real.length || (imaginary && found > imaginary.length)) {
			throw badIndex(width);
		}
		checkIndices(at.subarray(0, found), 0, height);
		const startOf = (column: number) => from[column] as number;
		return { startOf, rows: at, re: real, ...(imaginary && { im: imaginary }) };
	};
	return { info: { ...info, dtype }, read: sparseValues(load, shape, dtype) };
}

/** An element's numbers; there have to be `count` of them where that is known. */
function numbers(source: ByteSource, { type, start, length }: Element, bigEndian: boolean, count?: number): MatPart {
	const dtype = ELEMENT_DTYPES[type];
	if (dtype === undefined) throw corrupt(source, `Numbers were expected, but this is an element of type ${type}`);
	const found = length / byteLength(dtype, 1);
	if (!Number.isInteger(found) || (count !== undefined && found !== count)) {
		throw corrupt(
			source,
			`Values of ${dtype} were expected here, ${count ?? "whole"} of them, but there are ${length} bytes`,
		);
	}
	return { source, start, count: found, dtype, bigEndian };
}

function countOf(shape: readonly number[]): number {
	const size = bytesOf(shape, "f64");
	if ("impossible" in size) throw new TensorError("corrupt", `${size.impossible}; the header is damaged.`);
	return size.bytes / 8;
}

function corrupt(source: ByteSource, message: string): TensorError {
	return new TensorError("corrupt", `${message}; save the file again.`, { file: source.name });
}
