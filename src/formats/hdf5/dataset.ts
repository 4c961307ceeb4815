import { DTYPES, type DType } from "../../core/dtype";
import { TensorError, throwIfAborted } from "../../core/errors";
import { type Box, denseStrides, type Shape, sizeOf } from "../../core/layout";
import type { TensorInfo } from "../../core/tensor";
import { MAX_BOX_BYTES } from "../dense";
import type { Chunk } from "../reader";
import { bytesOf, problem, shownShape } from "../shape";
import { chunkBoxes, runsOf } from "./chunks";
import type { Datatype } from "./datatype";
import { type H5File, withRecords } from "./file";
import { type H5Filter, unreadFilter } from "./filters";
import type { H5Dataset } from "./library";
import { recordRuns } from "./record-runs";
import { type Field, fieldsOf } from "./types";

/** One tensor of an HDF5 file: a dataset, or a field of one whose records are compounds. */
export interface H5Tensor {
	readonly info: TensorInfo;
	/** Of the dataset in the file. */
	readonly path: string;
	readonly field: Field;
	readonly shape: Shape;
	readonly chunks: Shape | null;
	readonly recordBytes: number;
	/** Numbers of the filters that its chunks passed. */
	readonly filters: readonly number[];
}

/** A chunk is decoded whole, in the library's memory. */
const MAX_CHUNK_BYTES = 2 ** 28;
/** Bytes that one call asks of the library. */
const PIECE_BYTES = 2 ** 24;

/** The tensors of a dataset, each with its problem where it has one. */
export function tensorsOf(
	path: string,
	about: H5Dataset,
	/** The type as the file describes it, where that was found. */
	described: Datatype | undefined,
	filters: readonly H5Filter[],
	axisNames: readonly string[],
): readonly H5Tensor[] {
	return fieldsOf(about, described).map((field) => {
		const name = path + field.suffix;
		const shape = about.shape ?? [];
		const all = [...shape, ...field.inner];
		const dense = typeof field.dtype === "string" ? field.dtype : { bits: 8 * field.size };
		const size = bytesOf(all, dense);
		const bytes = "bytes" in size && about.shape !== null ? size.bytes : 0;
		const names = axisNames.some((each) => each !== "") ? { axisNames: all.map((_, a) => axisNames[a] ?? "") } : {};
		const fault = "impossible" in size ? problem("corrupt", `${size.impossible}; the header is damaged.`) : undefined;
		const found = fault ?? problemOf(about, filters, field);
		const where = { tensor: name };
		const info: TensorInfo = {
			name,
			dtype: about.shape === null ? { other: "null" } : field.dtype,
			shape: shownShape(all),
			bytes,
			...names,
			...(found && { problem: { ...found, where } }),
		};
		const passed = filters.map(({ id }) => id);
		return { info, path, field, shape, chunks: about.chunks, recordBytes: about.size, filters: passed };
	});
}

function problemOf(about: H5Dataset, filters: readonly H5Filter[], { reason }: Field) {
	if (about.shape === null) {
		return problem("unsupported", "This dataset has a type but no space for values: it is empty on purpose.");
	}
	if (reason) return problem("unsupported", `${reason}.`);
	if (about.virtual_sources) {
		const sentence = "This dataset is put together from other files, and links to other files are not followed.";
		return problem("unsupported", sentence);
	}
	const unread = unreadFilter(filters);
	if (unread) {
		const sentence = `The values are stored with the filter ${unread}, which is not read; save them with gzip, or with none.`;
		return problem("unsupported", sentence);
	}
	const chunkBytes = about.size * sizeOf(about.chunks ?? []);
	if (about.chunks && chunkBytes > MAX_CHUNK_BYTES) {
		const sentence = `One chunk takes ${chunkBytes} bytes, more than the ${MAX_CHUNK_BYTES} that are decoded at once; save it with smaller chunks.`;
		return problem("too-large", sentence);
	}
	return undefined;
}

/** Boxes that cover a tensor once, aligned with the chunks it is stored in. */
export function* tensorBoxes({ shape, chunks, field }: H5Tensor, maxElements: number): Generator<Box> {
	const inner = sizeOf(field.inner);
	if (inner === 0) return;
	const whole = { origin: shape.map(() => 0), shape };
	for (const { origin, shape: part } of chunkBoxes(whole, chunks, Math.max(1, Math.floor(maxElements / inner)))) {
		const outer = { origin: [...origin, ...field.inner.map(() => 0)], shape: [...part, ...field.inner] };
		if (sizeOf(outer.shape) <= Math.max(1, maxElements)) yield outer;
		else for (const cut of chunkBoxes(outer, null, maxElements)) yield cut;
	}
}

/** The values of any box of a tensor, dense in C order; asks the library for pieces of bounded size. */
export async function readTensor(
	file: H5File,
	tensor: H5Tensor,
	box: Box,
	signal?: AbortSignal,
	target?: Uint8Array,
): Promise<Chunk> {
	const { field, shape, chunks, recordBytes } = tensor;
	const dtype = field.dtype as DType;
	checkBox([...shape, ...field.inner], box);
	const itemBytes = DTYPES[dtype].bits / 8;
	const count = sizeOf(box.shape);
	if (count * itemBytes > MAX_BOX_BYTES) {
		const sentence = `A box of ${count} ${dtype} values is more than the ${MAX_BOX_BYTES} bytes that are read at once; read it in smaller boxes.`;
		throw new TensorError("too-large", sentence);
	}
	const bytes = count * itemBytes;
	const out = target && bytes <= target.length ? target.subarray(0, bytes) : new Uint8Array(bytes);
	const rank = shape.length;
	const outer = { origin: box.origin.slice(0, rank), shape: box.shape.slice(0, rank) };
	const inside = { origin: box.origin.slice(rank), shape: box.shape.slice(rank) };
	const innerBytes = itemBytes * sizeOf(inside.shape);
	const runs = recordRuns(field, inside, itemBytes);
	const whole = runs.bytes === recordBytes;
	const most = Math.max(PIECE_BYTES, Math.min(MAX_CHUNK_BYTES, recordBytes * sizeOf(chunks ?? [])));
	const pieces = count === 0 ? [] : chunkBoxes(outer, chunks, Math.max(1, Math.floor(most / recordBytes)));
	for (const piece of pieces) {
		throwIfAborted(signal);
		await withPiece(file, tensor, piece, (records, region) => {
			const froms = runsOf(piece, region);
			for (const { to } of runsOf(piece, outer)) {
				const from = froms.next().value?.to ?? 0;
				const length = piece.shape.at(-1) ?? 1;
				if (whole) {
					out.set(records.subarray(from * recordBytes, (from + length) * recordBytes), to * recordBytes);
					continue;
				}
				for (let k = 0; k < length; k++) {
					runs.copy(records, (from + k) * recordBytes, out, (to + k) * innerBytes);
				}
			}
		});
	}
	const { bigEndian } = field;
	return { ...box, dtype, bigEndian, strides: denseStrides(box.shape, "C"), offset: 0, bytes: out };
}

/** Decoded chunks that a smaller box was cut from, one stretch for every file: the next box mostly lies in them as well. */
const kept = new WeakMap<H5File, { readonly path: string; readonly region: Box; readonly records: Uint8Array }>();
const KEPT_BYTES = 2 ** 26;

/** Gives the records of a piece to `take`, among those of the region around it that was decoded. */
async function withPiece(
	file: H5File,
	{ path, chunks, shape, recordBytes, filters }: H5Tensor,
	piece: Box,
	take: (records: Uint8Array, region: Box) => void,
): Promise<void> {
	const before = kept.get(file);
	if (before?.path === path && holds(before.region, piece)) return take(before.records, before.region);
	const around = chunks === null ? piece : wholeChunks(piece, chunks, shape);
	const keep = around !== piece && sizeOf(around.shape) * recordBytes <= KEPT_BYTES;
	const region = keep ? around : piece;
	const keepAndTake = (records: Uint8Array) => {
		if (keep) {
			const { length } = records;
			// The memory of the stretch before serves again: as garbage it would pile up in every worker.
			const copy = before?.records.length === length ? before.records : new Uint8Array(length);
			copy.set(records);
			kept.set(file, { path, region, records: copy });
		}
		take(records, region);
	};
	await file.use(
		`the dataset "${path}"`,
		(library, id) => withRecords(library, id, path, recordBytes, region, keepAndTake),
		filters,
	);
}

/** A box with its borders moved out to those of chunks; the box itself where they already are. */
function wholeChunks(box: Box, chunks: Shape, shape: Shape): Box {
	const origin = box.origin.map((at, a) => at - (at % (chunks[a] as number)));
	const ends = box.origin.map((at, a) => {
		const chunk = chunks[a] as number;
		return Math.min(shape[a] as number, Math.ceil((at + (box.shape[a] as number)) / chunk) * chunk);
	});
	const around = { origin, shape: ends.map((end, a) => end - (origin[a] as number)) };
	return holds(box, around) ? box : around;
}

function holds(outer: Box, inner: Box): boolean {
	return outer.origin.every((from, a) => {
		const at = inner.origin[a] as number;
		return from <= at && at + (inner.shape[a] as number) <= from + (outer.shape[a] as number);
	});
}

function checkBox(shape: Shape, box: Box): void {
	const inside =
		box.origin.length === shape.length &&
		box.shape.length === shape.length &&
		shape.every((size, a) => {
			const [at = -1, length = -1] = [box.origin[a], box.shape[a]];
			return at >= 0 && length >= 0 && at + length <= size;
		});
	if (inside) return;
	throw new TensorError(
		"bad-option",
		`The box of shape [${box.shape.join(", ")}] at [${box.origin.join(", ")}] does not lie inside the tensor [${shape.join(", ")}].`,
	);
}
