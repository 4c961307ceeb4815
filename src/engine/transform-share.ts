import { promises as fs, writeSync } from "node:fs";
import { byteLength } from "../core/dtype";
import { type Box, sizeOf } from "../core/layout";
import type { Mask } from "../core/mask";
import { normalization } from "../core/normalizations";
import { crc32 } from "../formats/encoding/crc32";
import type { Extent } from "../formats/reader";
import type { CallContext } from "../rpc";
import type { Coefficients } from "./affine";
import type { AffineParameters } from "./affine-parameters";
import { createEncoder, type EncodedBox } from "./encode-boxes";
import { type OpenFiles, useTarget } from "./open-files";
import type { OutputPart } from "./output-job";
import { boxesOf, CHUNK_ELEMENTS, eachChunk, eachStep, type Share } from "./share";
import { simdOfThread } from "./simd";
import { tiles } from "./transform";
import { withNeighbours } from "./window-transform";

/** A written stretch of the values: byte offset in them, length in bytes, CRC-32. */
export interface Stretch {
	readonly offset: number;
	readonly length: number;
	readonly crc: number;
}

/** Elements of a tile that turns one order into the other: larger ones make longer runs. */
const TILE_ELEMENTS = 2 ** 22;

/** Elements of an extent that is taken in slices: each is planned, so few are better. */
const EXTENT_ELEMENTS = 2 ** 22;

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
	input: TransformInput,
	context: CallContext,
): Promise<{ readonly overflowed: number; readonly stretches: readonly Stretch[] }> {
	const { part, temporary, needsCrc, coefficients, share } = input;
	const { target, dtype, inOrder, wholeCells, norm } = part;
	const windowed = norm && normalization(norm.id).window ? norm : undefined;
	const { shape } = target;
	return useTarget(files, target, context.signal, async ({ open }, info) => {
		const handle = await fs.open(temporary, "r+");
		const simd = simdOfThread();
		const encoder = createEncoder(simd, input);
		const flushing = flushesBeside(handle);
		const stretches: Stretch[] = [];
		let overflowed = 0;
		const write = (found: EncodedBox) => {
			overflowed += found.overflowed;
			for (const { start, bytes } of found.runs) {
				const offset = byteLength(dtype, start);
				writeNow(handle.fd, bytes, part.offset + offset);
				flushing.wrote(bytes.length);
				if (needsCrc) stretches.push({ offset, length: bytes.length, crc: crc32(bytes) });
			}
		};
		try {
			const [probe] = open.boxes(info, CHUNK_ELEMENTS);
			const inExtents = inOrder && !windowed && probe !== undefined && open.extent?.(info, probe) !== undefined;
			const large = Math.max(CHUNK_ELEMENTS, Math.min(EXTENT_ELEMENTS, Math.ceil(sizeOf(shape) / (8 * share.of))));
			const inPieces = inExtents && encoder.inSlices ? large : inOrder && !windowed ? CHUNK_ELEMENTS : TILE_ELEMENTS;
			const elements = (coefficients === null && wholeCells) || inPieces;
			const all = () => (inOrder || target.sequential ? open.boxes(info, elements) : tiles(shape, elements));
			const boxes = () => boxesOf(all, share);
			if (inExtents) {
				const steps = function* () {
					for (const box of boxes()) {
						for (const found of encoder.extent(open.extent?.(info, box) as Extent)) {
							write(found);
							yield found.count;
						}
					}
				};
				await eachStep(steps(), context, sizeOf(shape));
			} else if (windowed) {
				const waiting: Box[] = [];
				const reads = function* () {
					for (const box of boxes()) {
						waiting.push(box);
						yield withNeighbours(box, shape, windowed.options);
					}
				};
				await eachChunk(open, info, reads(), context, (chunk) => write(encoder.chunk(chunk, waiting.shift())));
			} else {
				await eachChunk(open, info, boxes(), context, (chunk) => write(encoder.chunk(chunk)), simd.targets);
			}
		} finally {
			await flushing.ended();
			await handle.close();
		}
		return { overflowed, stretches };
	});
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
