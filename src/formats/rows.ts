import { DTYPES, type DType } from "../core/dtype";
import { TensorError, throwIfAborted } from "../core/errors";
import { type Box, denseStrides, type Shape, sizeOf } from "../core/layout";
import type { TensorInfo } from "../core/tensor";
import { checkBox, denseBoxes, isContiguous, MAX_BOX_BYTES } from "./dense";
import type { Chunk, TensorSource } from "./reader";

/** Neighbouring rows of a column that lie together in the file: those of a record batch or a row group. */
export interface RowPiece {
	readonly rows: number;
	/** The values of some of its rows, dense, or of a part of one row. */
	read(first: number, count: number, signal?: AbortSignal, target?: Uint8Array, part?: RowPart): Promise<Uint8Array>;
}

/** Neighbouring values of one row, counted in its own order. */
export interface RowPart {
	readonly from: number;
	readonly count: number;
}

/** A column of a table as a tensor: its rows are the first axis. Without pieces it has a `problem`. */
export interface RowColumn {
	readonly info: TensorInfo;
	/** Little-endian unless told otherwise. */
	readonly bigEndian?: boolean;
	readonly pieces?: readonly RowPiece[];
	/** Strides of the axes inside of a row, in elements, where these do not lie in their order. */
	readonly strides?: Shape;
}

/** A TensorSource over columns of a table. */
export function rowSource(
	columns: readonly RowColumn[],
	about: Pick<TensorSource, "metadata" | "notes" | "close">,
): TensorSource {
	const byName = new Map(columns.map((column) => [column.info.name, column]));
	const lookUp = (name: string) => {
		const column = byName.get(name);
		if (column === undefined) throw new TensorError("not-found", `The file has no tensor called "${name}".`);
		const { pieces, info } = column;
		if (pieces) return { ...column, pieces, dtype: info.dtype as DType };
		const error = info.problem && TensorError.fromData(info.problem);
		throw (error ?? new TensorError("internal", "This tensor has no values that could be read.")).at({ tensor: name });
	};
	return {
		...about,
		tensors: columns.map(({ info }) => info),
		boxes: (tensor, maxElements) => rowBoxes(lookUp(tensor.name), maxElements),
		async read(tensor, box, signal, target) {
			const column = lookUp(tensor.name);
			try {
				return await readRows(column, box, signal, target);
			} catch (thrown) {
				throw TensorError.from(thrown).at({ tensor: tensor.name });
			}
		},
	};
}

type Readable = RowColumn & { readonly pieces: readonly RowPiece[]; readonly dtype: DType };

function* rowBoxes({ info, pieces }: Readable, maxElements: number): Generator<Box> {
	const inner = info.shape.slice(1);
	const size = sizeOf(inner);
	if (sizeOf(info.shape) === 0) return;
	let start = 0;
	for (const { rows } of pieces) {
		const step = Math.max(1, Math.floor(maxElements / size));
		for (let at = 0; at < rows; at += step) {
			const count = Math.min(step, rows - at);
			if (count * size <= maxElements) {
				yield { origin: [start + at, ...inner.map(() => 0)], shape: [count, ...inner] };
				continue;
			}
			for (const part of denseBoxes(inner, "C", maxElements)) {
				yield { origin: [start + at, ...part.origin], shape: [1, ...part.shape] };
			}
		}
		start += rows;
	}
}

/** Whole rows are read, or a part of one that lies together; any other box inside of rows is a matter of strides. */
async function readRows(column: Readable, box: Box, signal?: AbortSignal, target?: Uint8Array): Promise<Chunk> {
	const { info, dtype, pieces, bigEndian = false } = column;
	checkBox(info.shape, box);
	const inner = info.shape.slice(1);
	const [first = 0, ...origin] = box.origin;
	const [count = 0] = box.shape;
	const rowBytes = sizeOf(inner) * (DTYPES[dtype].bits / 8);
	const steps = column.strides ?? denseStrides(inner);
	const chunk = {
		origin: box.origin,
		shape: box.shape,
		dtype,
		bigEndian,
		strides: [sizeOf(inner), ...steps],
		offset: origin.reduce((sum, index, axis) => sum + index * (steps[axis] as number), 0),
	};
	if (sizeOf(box.shape) === 0) return { ...chunk, offset: 0, bytes: new Uint8Array(0) };
	const size = sizeOf(box.shape);
	const isInOrder = denseStrides(inner).every((step, axis) => step === steps[axis]);
	if (count === 1 && size < sizeOf(inner) && isInOrder && isContiguous(inner, box.shape.slice(1), "C")) {
		const bytes = await partOfRow(column, first, { from: chunk.offset, count: size }, signal, target);
		return { ...chunk, strides: denseStrides(box.shape), offset: 0, bytes };
	}
	if (count * rowBytes > MAX_BOX_BYTES) {
		throw new TensorError(
			"too-large",
			`These ${count} rows take ${count * rowBytes} bytes, more than the ${MAX_BOX_BYTES} that are read at once; read them in smaller boxes.`,
		);
	}
	let start = 0;
	let out: Uint8Array | undefined;
	for (const piece of pieces) {
		const from = Math.max(first, start);
		const rows = Math.min(first + count, start + piece.rows) - from;
		if (rows > 0) {
			throwIfAborted(signal);
			if (rows === count) return { ...chunk, bytes: await piece.read(from - start, rows, signal, target) };
			out ??= new Uint8Array(count * rowBytes);
			out.set(await piece.read(from - start, rows, signal), (from - first) * rowBytes);
		}
		start += piece.rows;
		if (start >= first + count) break;
	}
	return { ...chunk, bytes: out ?? new Uint8Array(0) };
}

async function partOfRow(
	{ pieces, dtype }: Readable,
	row: number,
	part: RowPart,
	signal?: AbortSignal,
	target?: Uint8Array,
): Promise<Uint8Array> {
	if (part.count * (DTYPES[dtype].bits / 8) > MAX_BOX_BYTES) {
		throw new TensorError(
			"too-large",
			`A part of ${part.count} values takes more than the ${MAX_BOX_BYTES} bytes that are read at once; read it in smaller boxes.`,
		);
	}
	throwIfAborted(signal);
	let start = 0;
	for (const piece of pieces) {
		if (row < start + piece.rows) return piece.read(row - start, 1, signal, target, part);
		start += piece.rows;
	}
	throw new TensorError("internal", `Row ${row} lies in no part of the column.`);
}
