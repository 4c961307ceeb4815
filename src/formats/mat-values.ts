import { type DType, decode } from "../core/dtype";
import { TensorError } from "../core/errors";
import { type Box, denseStrides, type Shape, sizeOf } from "../core/layout";
import type { TensorInfo } from "../core/tensor";
import { MAX_BOX_BYTES, readDense } from "./dense";
import type { ByteSource, Chunk } from "./reader";

/** Numbers of one stored type that follow one another in a MATLAB file. */
export interface MatPart {
	readonly source: ByteSource;
	readonly start: number;
	readonly count: number;
	readonly dtype: DType;
	readonly bigEndian: boolean;
}

export type ReadBox = (box: Box, signal?: AbortSignal, target?: Uint8Array) => Promise<Chunk>;

/** A variable as it was found; without `read` it has a `problem`. */
export interface MatVariable {
	readonly info: TensorInfo;
	readonly read?: ReadBox;
}

/** The entries of a sparse matrix by columns: those of column `j` stand from `startOf(j)` to `startOf(j + 1)`. */
export interface SparseColumns {
	startOf(column: number): number;
	readonly rows: ArrayLike<number>;
	readonly re: ArrayLike<number>;
	readonly im?: ArrayLike<number>;
}

/** Parts of a sparse matrix are held in memory up to so many bytes. */
export const MAX_SPARSE_BYTES = 2 ** 28;

const BIG_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 0;

const ARRAYS = {
	bool: Uint8Array,
	u8: Uint8Array,
	i8: Int8Array,
	u16: Uint16Array,
	i16: Int16Array,
	u32: Uint32Array,
	i32: Int32Array,
	f32: Float32Array,
	f64: Float64Array,
} as const;

type SparseDType = keyof typeof ARRAYS | "c128";

/** The dtype that the entries of a sparse matrix are given in: the stored one where the machine has arrays of it. */
export function sparseDType(stored: DType, complex: boolean): SparseDType {
	return complex ? "c128" : stored in ARRAYS ? (stored as keyof typeof ARRAYS) : "f64";
}

/** Reads boxes of a real array: column-major, the first axis fastest. */
export function realValues(part: MatPart, shape: Shape): ReadBox {
	return (box, signal, target) => readDense({ ...part, shape, order: "F" }, box, signal, target);
}

/** Reads boxes of a complex array, whose imaginary parts follow behind all the real ones. */
export function complexValues(
	re: MatPart,
	im: (signal?: AbortSignal) => Promise<MatPart>,
	shape: Shape,
	dtype: "c64" | "c128",
): ReadBox {
	return async (box, signal) => {
		const count = sizeOf(box.shape);
		checkSize(count * 16, dtype);
		const out = dtype === "c64" ? new Float32Array(2 * count) : new Float64Array(2 * count);
		for (const [p, part] of [re, await im(signal)].entries()) {
			const values = decode(await readDense({ ...part, shape, order: "F" }, box, signal), count);
			for (let k = 0; k < count; k++) out[2 * k + p] = values[k] as number;
		}
		return chunkOf(box, dtype, out);
	};
}

/** Reads boxes of a sparse matrix with its zeros; its entries are loaded at the first. */
export function sparseValues(
	load: (signal?: AbortSignal) => Promise<SparseColumns>,
	shape: Shape,
	dtype: SparseDType,
): ReadBox {
	let loaded: Promise<SparseColumns> | undefined;
	return async (box, signal) => {
		loaded ??= load(signal);
		const columns = await loaded.catch((thrown) => {
			loaded = undefined;
			throw thrown;
		});
		const inside = [0, 1].every((a) => (box.origin[a] ?? 0) + (box.shape[a] ?? 0) <= (shape[a] ?? 0));
		if (!inside) throw new TensorError("bad-option", `The box does not lie inside the matrix [${shape.join(", ")}].`);
		const [firstRow = 0, firstColumn = 0] = box.origin;
		const [height = 0, width = 0] = box.shape;
		const count = height * width;
		checkSize(count * 16, dtype);
		const out = dtype === "c128" ? new Float64Array(2 * count) : new ARRAYS[dtype](count);
		const step = dtype === "c128" ? 2 : 1;
		for (let column = 0; column < width; column++) {
			const end = columns.startOf(firstColumn + column + 1);
			for (let k = columns.startOf(firstColumn + column); k < end; k++) {
				const row = (columns.rows[k] as number) - firstRow;
				if (row < 0 || row >= height) continue;
				const at = step * (row + column * height);
				out[at] = (out[at] as number) + (columns.re[k] as number);
				if (columns.im) out[at + 1] = (out[at + 1] as number) + (columns.im[k] as number);
			}
		}
		return chunkOf(box, dtype, out);
	};
}

/** All numbers of a part, decoded. */
export async function partValues(part: MatPart, signal?: AbortSignal): Promise<Float64Array> {
	const shape = [part.count];
	return decode(await readDense({ ...part, shape, order: "C" }, { origin: [0], shape }, signal), part.count);
}

/** Throws `corrupt` unless all indices are whole and lie from `first` on inside an axis of `length`. */
export function checkIndices(indices: ArrayLike<number>, first: number, length: number): void {
	for (let k = 0; k < indices.length; k++) {
		const index = indices[k] as number;
		if (!Number.isInteger(index) || index < first || index >= first + length) throw badIndex(length);
	}
}

/** The error of a sparse matrix whose indices do not fit it. */
export function badIndex(length: number): TensorError {
	const message = `An index of this sparse matrix leads out of its axis of ${length}; save the file again.`;
	return new TensorError("corrupt", message);
}

function chunkOf(box: Box, dtype: DType, out: ArrayBufferView): Chunk {
	const bytes = new Uint8Array(out.buffer, out.byteOffset, out.byteLength);
	return { ...box, dtype, bigEndian: BIG_ENDIAN, strides: denseStrides(box.shape, "F"), offset: 0, bytes };
}

function checkSize(bytes: number, dtype: DType): void {
	if (bytes <= MAX_BOX_BYTES) return;
	throw new TensorError(
		"too-large",
		`A box of ${bytes / 16} ${dtype} values is more than is read at once; read it in smaller boxes.`,
	);
}
