import { randomBytes } from "node:crypto";
import { promises as fs, writeSync } from "node:fs";
import * as path from "node:path";
import { byteLength, partsOf, type WritableDType } from "../core/dtype";
import { TensorError } from "../core/errors";
import { sizeOf } from "../core/layout";
import { layoutOf, type Norm } from "../core/normalizations";
import { combineCrc32, crc32 } from "../formats/encoding/crc32";
import { type OutputPlan, type OutputRegion, planOutput } from "../formats/writer";
import type { CallContext } from "../rpc";
import { type AffineInput, type AffineTables, locateAffine } from "./affine";
import type { TensorRef } from "./api";
import { decodeChunk } from "./decoded";
import { transformLanes } from "./fast-transform";
import { openError } from "./file";
import { findTensor, type Opened, type OpenFiles, type Target, useTarget } from "./open-files";
import { boxesOf, CHUNK_ELEMENTS, eachChunk, type Share } from "./share";
import { simdOfThread } from "./simd";
import { encodeValues, isOneRun, type Order, runsOf, tiles, transformChunk } from "./transform";

/** How a normalized tensor will be written. */
export interface OutputJob {
	readonly target: Target;
	readonly norm: Norm;
	readonly gamma: AffineInput | null;
	readonly beta: AffineInput | null;
	readonly output: string;
	/** The file that is written first, beside the output. */
	readonly temporary: string;
	readonly overwrite: boolean;
	readonly name: string;
	readonly dtype: WritableDType;
	readonly order: Order;
	/** Whether the boxes of the source lie in one piece in the output too. */
	readonly inOrder: boolean;
	readonly metadata: Readonly<Record<string, string>>;
}

/** A written stretch of the values: byte offset in them, length in bytes, CRC-32. */
export interface Stretch {
	readonly offset: number;
	readonly length: number;
	readonly crc: number;
}

/** Elements of a tile that turns one order into the other: larger ones make longer runs. */
const TILE_ELEMENTS = 2 ** 22;

/** Checks the norm, the output's suffix, dtype, folder and name, gamma and beta; reads headers only. */
export async function checkOutput(
	files: OpenFiles,
	input: {
		readonly target: Target;
		readonly output: string;
		readonly overwrite: boolean;
		readonly dtype: WritableDType;
		readonly norm: Norm;
		readonly gamma: TensorRef | null;
		readonly beta: TensorRef | null;
	},
	signal: AbortSignal,
): Promise<OutputJob> {
	const { target, output, overwrite, dtype, norm } = input;
	const { shape, tensor } = target;
	if (partsOf(target.dtype) === 2) {
		const where = { tensor };
		throw new TensorError(
			"unsupported",
			`Complex values (${target.dtype}) have no agreed normalization; save the real and the imaginary part as tensors of their own.`,
			where,
		);
	}
	layoutOf(norm, shape);
	await checkTarget(output, overwrite);
	const affine = (ref: TensorRef | null, role: "gamma" | "beta") =>
		ref && locateAffine(files, ref, role, { shape, norm }, signal);
	const gamma = await affine(input.gamma, "gamma");
	const beta = await affine(input.beta, "beta");
	const about = await useTarget(files, target, signal, async (opened) => aboutOutput(opened, input));
	const folder = path.dirname(output);
	const temporary = path.join(folder, `.${path.basename(output)}.${randomBytes(6).toString("hex")}.part`);
	const job = { target, norm, gamma, beta, output, temporary, overwrite, dtype, ...about };
	planOf(job);
	return job;
}

async function checkTarget(output: string, overwrite: boolean): Promise<void> {
	const name = path.basename(output);
	const folder = await fs.stat(path.dirname(output)).catch(() => undefined);
	if (!folder?.isDirectory()) {
		throw new TensorError("not-found", `There is no folder ${path.dirname(output)} to write to; create it first.`, {
			file: name,
		});
	}
	const there = await fs.stat(output).catch(() => undefined);
	if (there?.isDirectory()) throw new TensorError("exists", "This is a folder; name a file in it.", { file: name });
	if (there && !overwrite) throw alreadyThere(name);
}

function alreadyThere(name: string): TensorError {
	return new TensorError(
		"exists",
		"A file of this name is already there; choose another, or allow it to be replaced.",
		{ file: name },
	);
}

function aboutOutput(
	{ open, name }: Opened,
	{ target, norm, output }: { readonly target: Target; readonly norm: Norm; readonly output: string },
): Pick<OutputJob, "name" | "order" | "inOrder" | "metadata"> {
	const { shape, tensor } = target;
	const [box] = open.boxes(findTensor(open, tensor), CHUNK_ELEMENTS);
	const isIn = (order: Order) => !box || isOneRun(box, shape, order);
	const keepsF = !output.toLowerCase().endsWith(".safetensors");
	const order = !isIn("C") && isIn("F") && keepsF ? "F" : "C";
	const { axis, groups, cells, eps, nonFinite } = norm.options;
	const told = { norm: norm.id, axis, groups, cells, eps, nonFinite, tensor, from: name };
	return {
		name: tensor || path.basename(name, path.extname(name)),
		order,
		inOrder: isIn(order),
		metadata: { ...open.metadata, normalization: JSON.stringify(told) },
	};
}

function planOf({ output, name, dtype, target, order, metadata }: Omit<OutputJob, "temporary">): OutputPlan {
	return planOutput(path.basename(output), [{ name, dtype, shape: target.shape, order }], metadata);
}

/** Creates the temporary file at its full size, with everything but the values. */
export async function startOutput(job: OutputJob): Promise<null> {
	const { size, pieces } = planOf(job);
	const handle = await fs.open(job.temporary, "wx").catch((thrown) => {
		throw openError(thrown, path.basename(job.output));
	});
	try {
		await handle.truncate(size);
		for (const { offset, bytes } of pieces) await writeAll(handle, bytes, offset);
	} finally {
		await handle.close();
	}
	return null;
}

/** Transforms a share of the boxes and writes them where they belong. */
export function transformShare(
	files: OpenFiles,
	input: { readonly job: OutputJob; readonly tables: AffineTables; readonly share: Share },
	context: CallContext,
): Promise<{ readonly overflowed: number; readonly stretches: readonly Stretch[] }> {
	const { job, tables, share } = input;
	const { target, norm, dtype, order, inOrder } = job;
	const { shape } = target;
	const layout = layoutOf(norm, shape);
	const plan = planOf(job);
	const region = plan.regions[0] as OutputRegion;
	return useTarget(files, target, context.signal, async ({ open }, info) => {
		const handle = await fs.open(job.temporary, "r+");
		const simd = simdOfThread();
		const flushing = flushesBeside(handle);
		const stretches: Stretch[] = [];
		let overflowed = 0;
		try {
			const elements = inOrder ? CHUNK_ELEMENTS : TILE_ELEMENTS;
			const all = () => (inOrder || target.sequential ? open.boxes(info, elements) : tiles(shape, elements));
			await eachChunk(
				open,
				info,
				boxesOf(all, share),
				context,
				async (chunk) => {
					const lanes = simd.lanes(chunk);
					const fast = lanes && transformLanes(simd, lanes, { layout, tables, dtype, order });
					const encoded = fast
						? { ...fast, count: sizeOf(chunk.shape) }
						: encodeValues(dtype, transformChunk(lanes ?? decodeChunk(chunk), layout, tables, order));
					overflowed += encoded.overflowed;
					for (const { start, bytes } of runsOf(encoded, chunk, shape, order)) {
						const offset = byteLength(dtype, start);
						writeNow(handle.fd, bytes, region.offset + offset);
						flushing.wrote(bytes.length);
						if (plan.needsCrc) stretches.push({ offset, length: bytes.length, crc: crc32(bytes) });
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

/** Writes what was left to the end, and flushes; answers the file's size. */
export async function finishOutput(input: {
	readonly job: OutputJob;
	readonly stretches: readonly Stretch[];
}): Promise<number> {
	const { job, stretches } = input;
	const plan = planOf(job);
	const handle = await fs.open(job.temporary, "r+");
	try {
		for (const { offset, bytes } of plan.finish(plan.needsCrc ? [joinedCrc(stretches)] : [])) {
			await writeAll(handle, bytes, offset);
		}
		await handle.sync();
	} finally {
		await handle.close();
	}
	return plan.size;
}

/** Gives the temporary file the output's name: the output appears whole or not at all. */
export async function publishOutput({ temporary, output, overwrite }: OutputJob): Promise<null> {
	if (overwrite) await fs.rename(temporary, output);
	else await renameToNew(temporary, output);
	return null;
}

function joinedCrc(stretches: readonly Stretch[]): number {
	const sorted = [...stretches].sort((a, b) => a.offset - b.offset);
	return sorted.reduce((crc, stretch) => combineCrc32(crc, stretch.crc, stretch.length), 0);
}

/** Renames, but never over a file that came into being meanwhile. */
async function renameToNew(from: string, to: string): Promise<void> {
	try {
		await fs.link(from, to);
	} catch (thrown) {
		if ((thrown as NodeJS.ErrnoException).code === "EEXIST") throw alreadyThere(path.basename(to));
		// A file system without links: the gap between look and rename cannot be closed.
		await checkTarget(to, false);
		await fs.rename(from, to);
		return;
	}
	await fs.unlink(from);
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

async function writeAll(handle: fs.FileHandle, bytes: Uint8Array, offset: number): Promise<void> {
	for (let done = 0; done < bytes.length; ) {
		const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, offset + done);
		done += bytesWritten;
	}
}
