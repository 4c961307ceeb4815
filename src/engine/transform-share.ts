import { promises as fs, writeSync } from "node:fs";
import { byteLength, type DType, type Encoded, type WritableDType } from "../core/dtype";
import { type Layout, sizeOf } from "../core/layout";
import type { Mask } from "../core/mask";
import { emptyMoments } from "../core/moments";
import { layoutOf } from "../core/normalizations";
import { crc32 } from "../formats/encoding/crc32";
import type { Chunk } from "../formats/reader";
import type { CallContext } from "../rpc";
import { type AffineParameters, type Coefficients, coefficientsOf } from "./affine";
import { type ChunkValues, valuesOf } from "./chunk-values";
import { copiedBytes } from "./copied-bytes";
import { type CellRange, cellsTouched } from "./derive";
import { transformLanes } from "./fast-transform";
import { fillPadding } from "./mask-jobs";
import { type OpenFiles, useTarget } from "./open-files";
import type { OutputPart } from "./output-job";
import { boxesOf, CHUNK_ELEMENTS, eachChunk, type Share } from "./share";
import { type Simd, simdOfThread } from "./simd";
import { encodeValues, runsOf, tiles, transformChunk } from "./transform";

/** A written stretch of the values: byte offset in them, length in bytes, CRC-32. */
export interface Stretch {
	readonly offset: number;
	readonly length: number;
	readonly crc: number;
}

/** Elements of a tile that turns one order into the other: larger ones make longer runs. */
const TILE_ELEMENTS = 2 ** 22;

/** What is written of a tensor, and what by. */
export interface TransformInput {
	readonly part: OutputPart;
	/** The file to write into. */
	readonly temporary: string;
	readonly needsCrc: boolean;
	/** Of all cells; null where each box has all it takes to find its own, and where nothing is computed. */
	readonly coefficients: Coefficients | null;
	/** Null where the values are written as they are. */
	readonly parameters: AffineParameters | null;
	/** Null where all elements are valid. */
	readonly mask: Mask | null;
	readonly share: Share;
}

/** Transforms a share of the boxes and writes them where they belong. */
export function transformShare(
	files: OpenFiles,
	{ part, temporary, needsCrc, coefficients, parameters, mask, share }: TransformInput,
	context: CallContext,
): Promise<{ readonly overflowed: number; readonly stretches: readonly Stretch[] }> {
	const { target, dtype, order, inOrder, wholeCells } = part;
	const { shape } = target;
	const encoded = encoderOf(part, coefficients, parameters, mask);
	return useTarget(files, target, context.signal, async ({ open }, info) => {
		const handle = await fs.open(temporary, "r+");
		const simd = simdOfThread();
		const flushing = flushesBeside(handle);
		const stretches: Stretch[] = [];
		let overflowed = 0;
		try {
			const elements = (coefficients === null && wholeCells) || (inOrder ? CHUNK_ELEMENTS : TILE_ELEMENTS);
			const all = () => (inOrder || target.sequential ? open.boxes(info, elements) : tiles(shape, elements));
			await eachChunk(
				open,
				info,
				boxesOf(all, share),
				context,
				async (chunk) => {
					const found = encoded(simd, chunk);
					overflowed += found.overflowed;
					for (const { start, bytes } of runsOf(found, chunk, shape, order)) {
						const offset = byteLength(dtype, start);
						writeNow(handle.fd, bytes, part.offset + offset);
						flushing.wrote(bytes.length);
						if (needsCrc) stretches.push({ offset, length: bytes.length, crc: crc32(bytes) });
					}
				},
				simd.targets,
			);
		} finally {
			await flushing.ended();
			await handle.close();
		}
		return { overflowed, stretches };
	});
}

/** How a chunk becomes the bytes that are written, dense in the output's order. */
function encoderOf(
	{ target, norm, dtype, order, mask: asked }: OutputPart,
	coefficients: Coefficients | null,
	parameters: AffineParameters | null,
	mask: Mask | null,
): (simd: Simd, chunk: Chunk) => Encoded & { readonly count: number } {
	if (!norm || !parameters) return (_, chunk) => copiedBytes(chunk, order);
	const layout = layoutOf(norm, target.shape);
	return (simd, chunk) => {
		const values = valuesOf(simd, chunk);
		const found = coefficients ?? coefficientsOf(cellsOf(values, layout, target.dtype), norm);
		const tables = { ...found, ...parameters };
		const to = dtype as WritableDType;
		if (mask && asked) {
			const out = transformChunk(values.decoded, layout, tables, order);
			fillPadding(out, values.decoded, mask, asked.padding, order);
			return encodeValues(to, out);
		}
		const fast = values.lanes && transformLanes(simd, values.lanes, { layout, tables, dtype: to, order });
		if (fast) return { ...fast, count: sizeOf(chunk.shape) };
		return encodeValues(to, transformChunk(values.decoded, layout, tables, order));
	};
}

/** Statistics of the cells that a chunk holds whole. */
function cellsOf(values: ChunkValues, layout: Layout, dtype: DType): CellRange {
	const { firstCell, count } = cellsTouched(layout, [values.decoded]);
	const moments = emptyMoments(dtype, count);
	values.addTo(moments, { ...layout, firstCell });
	return { firstCell, moments };
}

/** Bytes after which what was written is sent on its way to the disk. */
const FLUSH_BYTES = 2 ** 24;

/** Flushes a file while more of it is computed, so that little is left to wait for at the end. */
function flushesBeside(handle: fs.FileHandle): { wrote(bytes: number): void; ended(): Promise<void> } {
	let unflushed = 0;
	let running: Promise<void> | undefined;
	return {
		wrote(bytes) {
			unflushed += bytes;
			if (running || unflushed < FLUSH_BYTES) return;
			unflushed = 0;
			// An error shows again, and is told, when the whole file is flushed.
			running = handle.datasync().then(
				() => {
					running = undefined;
				},
				() => {
					running = undefined;
				},
			);
		},
		async ended() {
			await running;
		},
	};
}

/** Writes without handing the bytes to another thread: the system takes them into memory, and to the disk when it likes. */
function writeNow(file: number, bytes: Uint8Array, offset: number): void {
	for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done, bytes.length - done, offset + done);
}
