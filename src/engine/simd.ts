import { DTYPES, type DType, type Encoded, factsOf, isWideInteger, realDType, type WritableDType } from "../core/dtype";
import { encodeMiniFloat, maxFinite } from "../core/minifloat";
import type { Moments } from "../core/moments";
import type { Chunk } from "../formats/reader";
import type { AffineTables } from "./affine";
import program from "./assembly/index.wasm";
import { convert } from "./convert";
import type { Decoded } from "./decoded";
import { withParts } from "./plan";
import type { Program } from "./program";
import { SUMS_BYTES, sumsIn } from "./sums";

/** Values of a chunk in the kernels' memory, as f32 or f64. */
export interface Lanes extends Decoded {
	/** Bytes of one value. */
	readonly width: 4 | 8;
	/** Byte offset of the first value in the kernels' memory. */
	readonly base: number;
}

/** Numbers that a kernel leaves for each run or column. */
export const RESULT = { size: 8, mean: 0, rest: 1, std: 2, min: 3, max: 4, zeros: 5, trouble: 6 } as const;

/** Bytes of a chunk that the kernels take: larger ones go to the reference. */
const CHUNK_BYTES = 2 ** 22;

/** Runs or columns in one call. */
export const BATCH = 4096;

/** Coefficients of one kind that a chunk may need. */
const COEFFICIENTS = 2 ** 19;

const PAGE = 2 ** 16;

/** One thread's WebAssembly kernels with their memory. */
export interface Simd {
	/** Places to read chunks into, so that they need not be copied; use them in turn. */
	readonly targets: readonly Uint8Array[];
	/** Whether there are kernels for a dtype. */
	takes(dtype: DType): boolean;
	/** A chunk's values in the kernels' memory; undefined for what is left to the reference. */
	lanes(chunk: Chunk): Lanes | undefined;
	/** Positions and counts of up to `BATCH` runs, in turn: fill this, then call `rows`. */
	readonly table: Uint32Array;
	/** Statistics of the first runs of the table, `RESULT.size` numbers each. */
	rows(lanes: Lanes, runs: number): Float64Array;
	/** Statistics of up to `BATCH` columns that start at a position, `step` elements from one row to the next. */
	columns(lanes: Lanes, start: number, rows: number, step: number, columns: number): Float64Array;
	/** Cells of the runs or columns of a call, for `merge`. */
	readonly cells: Int32Array;
	/** Empty statistics, which `merge` can add to as far as they fit; those of an earlier call are lost. */
	sums(dtype: DType, counts: readonly number[]): Moments[];
	/**
	 * Merges the results of the last call of `rows` (or of `columns` of `height` values each) into the cells that `cells`
	 * names; undefined where the statistics are not in the kernels' memory. Answers which were not merged, as `mergeRuns` does.
	 */
	merge(into: Moments, runs: number, height: number, ascending: boolean): Int32Array | undefined;
	/**
	 * Copies the coefficients from `first` to `last` of each table for the next calls of `affine`, whose positions count
	 * from `first`; answers false where they are too many.
	 */
	setCoefficients(tables: AffineTables, first: Positions, last: Positions): boolean;
	/** Transforms `count` values, from position `from` to `to`, for a dtype; answers how many were past f32's range if that is it. */
	affine(
		lanes: Lanes,
		dtype: WritableDType,
		from: number,
		count: number,
		to: number,
		at: Positions,
		steps: Positions,
	): number;
	/** The first `count` transformed values in the dtype they were transformed for, until the next call of `affine`. */
	transformed(dtype: WritableDType, count: number): Encoded;
}

/** Positions in the tables of a transformation, or steps along them. */
export interface Positions {
	readonly cell: number;
	readonly gamma: number;
	readonly beta: number;
}

let ofThread: Simd | undefined;

/** The kernels of this thread, compiled at first use. */
export function simdOfThread(): Simd {
	ofThread ??= createSimd();
	return ofThread;
}

/** Compiles the kernels; the memory takes 101 MiB, touched as needed, and never grows, as that would move it under a running read. */
export function createSimd(): Simd {
	let end = 4 * PAGE;
	const region = (bytes: number) => {
		const start = end;
		end += bytes;
		return start;
	};
	const chunks = [region(CHUNK_BYTES), region(CHUNK_BYTES)];
	// A chunk that was read elsewhere goes to a place of its own: the next one may be on its way into a target.
	const copied = region(CHUNK_BYTES);
	const converted = region(CHUNK_BYTES);
	const table = region(8 * BATCH);
	const codes = region(4 * 256);
	const results = region(8 * RESULT.size * BATCH);
	const cells = region(4 * BATCH);
	const flagged = region(4 * BATCH);
	const sums = region(SUMS_BYTES);
	const output = region(CHUNK_BYTES);
	const encoded = region(CHUNK_BYTES / 4);
	const coefficients = Array.from({ length: 5 }, () => region(8 * COEFFICIENTS)) as [
		number,
		number,
		number,
		number,
		number,
	];
	const memory = new WebAssembly.Memory({ initial: Math.ceil(end / PAGE), maximum: Math.ceil(end / PAGE) });
	const instance = new WebAssembly.Instance(new WebAssembly.Module(program), { env: { memory, abort } });
	const kernels = instance.exports as unknown as Program;
	const { buffer } = memory;
	const found = new Float64Array(buffer, results, RESULT.size * BATCH);
	const codeTable = new Float32Array(buffer, codes, 256);

	/** Where the chunk's bytes are in the memory; they are copied there unless they were read into it. */
	const place = (bytes: Uint8Array): number => {
		if (bytes.buffer === buffer) return bytes.byteOffset;
		new Uint8Array(buffer).set(bytes, copied);
		return copied;
	};

	return {
		targets: chunks.map((start) => new Uint8Array(buffer, start, CHUNK_BYTES)),
		table: new Uint32Array(buffer, table, 2 * BATCH),
		takes,
		lanes(chunk) {
			const dtype = realDType(chunk.dtype);
			const { bits } = DTYPES[dtype];
			const { length } = chunk.bytes;
			const count = length / (bits / 8);
			const direct = dtype === "f32" || dtype === "f64";
			const lanesBytes = direct ? length : count * (bits === 32 ? 8 : 4);
			if (!takes(dtype) || !Number.isInteger(count) || Math.max(length, lanesBytes, 8 * count) > CHUNK_BYTES - 64)
				return undefined;
			const from = place(chunk.bytes);
			// Kernels load aligned or not alike, but typed arrays over the memory must be aligned.
			if (direct && from % (bits / 8) !== 0) return undefined;
			if (chunk.bigEndian && bits > 8) kernels.swapBytes(from, length, bits / 8);
			const width = direct
				? ((bits / 8) as 4 | 8)
				: convert(kernels, dtype, { from, count, to: converted, codes: codeTable });
			const base = direct ? from : converted;
			const values = width === 4 ? new Float32Array(buffer, base, count) : new Float64Array(buffer, base, count);
			const { origin, shape, strides, offset } = chunk.dtype === dtype ? chunk : withParts(chunk);
			return { origin, shape, strides, offset, values, width, base };
		},
		rows({ width, base }, runs) {
			if (width === 4) kernels.rowsF32(base, table, runs, results);
			else kernels.rowsF64(base, table, runs, results);
			return found;
		},
		columns({ width, base }, start, rows, step, columns) {
			const from = base + width * start;
			if (width === 4) kernels.columnsF32(from, rows, width * step, columns, results);
			else kernels.columnsF64(from, rows, width * step, columns, results);
			return found;
		},
		cells: new Int32Array(buffer, cells, BATCH),
		sums: (dtype, counts) => sumsIn(buffer, sums, dtype, counts),
		merge(into, runs, height, ascending) {
			const { count } = into;
			if (count.buffer !== buffer) return undefined;
			const total = count.length;
			const flags = kernels.mergeRuns(results, table, height, cells, runs, count.byteOffset, total, ascending, flagged);
			return new Int32Array(buffer, flagged, flags);
		},
		setCoefficients({ centre, rest, scale, gamma, beta }, first, last) {
			const values = [centre, rest, scale, gamma.values, beta.values];
			const kinds = ["cell", "cell", "cell", "gamma", "beta"] as const;
			if (kinds.some((kind) => last[kind] - first[kind] >= COEFFICIENTS)) return false;
			kinds.forEach((kind, i) => {
				const part = (values[i] as Float64Array).subarray(first[kind], last[kind] + 1);
				new Float64Array(buffer, coefficients[i] as number, part.length).set(part);
			});
			return true;
		},
		affine({ base, width }, dtype, from, count, to, at, steps) {
			const wide = dtype !== "f32";
			const kernel =
				width === 4
					? wide
						? kernels.affineF32ToF64
						: kernels.affineF32
					: wide
						? kernels.affineF64
						: kernels.affineF64ToF32;
			const [centre, rest, scale, gamma, beta] = coefficients;
			const cell = 8 * at.cell;
			return kernel(
				base + width * from,
				count,
				output + (wide ? 8 : 4) * to,
				centre + cell,
				rest + cell,
				scale + cell,
				8 * steps.cell,
				gamma + 8 * at.gamma,
				8 * steps.gamma,
				beta + 8 * at.beta,
				8 * steps.beta,
			);
		},
		transformed(dtype, count) {
			const { mini, bits } = factsOf(dtype);
			if (!mini) return { bytes: new Uint8Array(buffer, output, (bits / 8) * count), overflowed: 0 };
			const code = (value: number) => encodeMiniFloat(mini, value);
			const limit = maxFinite(mini);
			const overflowed = kernels.encodeMini(
				output,
				count,
				encoded,
				bits / 8,
				mini.mantissaBits,
				mini.bias,
				limit,
				code(Infinity),
				code(NaN),
			);
			return { bytes: new Uint8Array(buffer, encoded, (bits / 8) * count), overflowed };
		},
	};
}

function takes(dtype: DType): boolean {
	return DTYPES[dtype].bits >= 8 && !isWideInteger(dtype);
}

function abort(): never {
	throw new WebAssembly.RuntimeError("A kernel stopped.");
}
