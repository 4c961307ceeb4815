import { randomBytes } from "node:crypto";
import { promises as fs } from "node:fs";
import * as path from "node:path";
import { partsOf, type WritableDType } from "../core/dtype";
import { TensorError } from "../core/errors";
import { type Box, cellOfIndex, type Layout, partStart } from "../core/layout";
import { layoutOf, type Norm } from "../core/normalizations";
import { combineCrc32 } from "../formats/encoding/crc32";
import { type OutputPlan, planOutput } from "../formats/writer";
import { type AffineInput, locateAffine } from "./affine";
import type { TensorRef } from "./api";
import { openError } from "./file";
import { findTensor, type Opened, type OpenFiles, type Target, useTarget } from "./open-files";
import { CHUNK_ELEMENTS } from "./share";
import { isOneRun, type Order } from "./transform";
import type { Stretch } from "./transform-share";

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
	/** Elements of the boxes that hold whole cells of the norm each, so that one read serves statistics and result; null where none do. */
	readonly wholeCells: number | null;
	/** Whether the boxes of the source lie in one piece in the output too. */
	readonly inOrder: boolean;
	readonly metadata: Readonly<Record<string, string>>;
}

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
): Pick<OutputJob, "name" | "order" | "inOrder" | "wholeCells" | "metadata"> {
	const { shape, tensor } = target;
	const info = findTensor(open, tensor);
	const [box] = open.boxes(info, CHUNK_ELEMENTS);
	const isIn = (order: Order) => !box || isOneRun(box, shape, order);
	const keepsF = !output.toLowerCase().endsWith(".safetensors");
	const order = !isIn("C") && isIn("F") && keepsF ? "F" : "C";
	const { axis, groups, cells, eps, nonFinite } = norm.options;
	const told = { norm: norm.id, axis, groups, cells, eps, nonFinite, tensor, from: name };
	return {
		name: tensor || path.basename(name, path.extname(name)),
		order,
		inOrder: isIn(order),
		wholeCells: isIn(order) ? wholeCells(layoutOf(norm, shape), (elements) => open.boxes(info, elements)) : null,
		metadata: { ...open.metadata, normalization: JSON.stringify(told) },
	};
}

/** Elements of the largest boxes that cut no cell of a layout, of some sizes up to a chunk's. */
function wholeCells(layout: Layout, boxes: (maxElements: number) => Iterable<Box>): number | null {
	for (let elements = CHUNK_ELEMENTS; elements >= CHUNK_ELEMENTS / 16; elements /= 2) {
		if (cutsNoCell(layout, boxes(elements))) return elements;
	}
	return null;
}

function cutsNoCell({ shape, cells }: Layout, boxes: Iterable<Box>): boolean {
	const isBorder = (index: number, axis: number) => {
		const [size, parts] = [shape[axis] as number, cells[axis] as number];
		return index === size || partStart(cellOfIndex(index, size, parts), size, parts) === index;
	};
	for (const { origin, shape: lengths } of boxes) {
		if (!origin.every((at, axis) => isBorder(at, axis) && isBorder(at + (lengths[axis] as number), axis))) return false;
	}
	return true;
}

/** Where everything goes in the output. */
export function planOf({ output, name, dtype, target, order, metadata }: Omit<OutputJob, "temporary">): OutputPlan {
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

async function writeAll(handle: fs.FileHandle, bytes: Uint8Array, offset: number): Promise<void> {
	for (let done = 0; done < bytes.length; ) {
		const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, offset + done);
		done += bytesWritten;
	}
}
