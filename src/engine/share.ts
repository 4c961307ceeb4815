import { setImmediate } from "node:timers/promises";
import { throwIfAborted } from "../core/errors";
import { type Box, sizeOf } from "../core/layout";
import type { TensorInfo } from "../core/tensor";
import type { Chunk, TensorSource } from "../formats/reader";
import type { Progress } from "../rpc";

/** Elements of a chunk: large enough that reading is fast, small enough that progress and cancel are. */
export const CHUNK_ELEMENTS = 2 ** 18;

/** Milliseconds between reports of progress. */
export const REPORT_EVERY_MS = 50;

/**
 * A read that takes longer came from a disk: the next one is started before the chunk is worked on. What the system has in
 * memory is copied faster into a target that is still in the cache.
 */
const SLOW_READ_MS = 3;

/** Milliseconds of work after which messages are let in, so that a cancel arrives. */
const YIELD_EVERY_MS = 5;

/** Which part of the work is meant: of `of` workers, number `index` takes the boxes behind those of the ones before it. */
export interface Share {
	readonly index: number;
	readonly of: number;
}

/**
 * How many parts of a work were taken: one number in memory that threads share. Workers take one after the other, so that
 * none waits long for another; what is found of them is added up in their order, so that it does not matter who took which.
 */
export type Taken = Int32Array<SharedArrayBuffer>;

/** None yet. */
export function nothingTaken(): Taken {
	return new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
}

/** Takes parts, of `of` in all, until none is left. */
export function* takeParts(taken: Taken, of: number): Generator<number> {
	for (let part = Atomics.add(taken, 0, 1); part < of; part = Atomics.add(taken, 0, 1)) yield part;
}

/** What a loop over chunks gets from its job. */
export interface ShareContext {
	readonly signal: AbortSignal;
	readonly progress: (progress: Progress) => void;
}

/** Makes room for messages, so that a cancel arrives; throws `cancelled` after one. */
export async function giveWay(signal: AbortSignal): Promise<void> {
	await setImmediate();
	throwIfAborted(signal);
}

/** A share's boxes out of all boxes of a tensor: neighbours, so that they touch few cells; the boxes are gone through twice. */
export function boxesOf(boxes: () => Iterable<Box>, { index, of }: Share): Iterable<Box> {
	return of > 1 ? cutBoxes(boxes, of)(index) : boxes();
}

/** Cuts boxes into `of` parts of neighbours. Boxes are counted once, and gone through once for parts that are asked for in their order. */
export function cutBoxes(boxes: () => Iterable<Box>, of: number): (part: number) => Iterable<Box> {
	let count = 0;
	for (const _ of boxes()) count++;
	let next = Infinity;
	let rest: Iterator<Box>;
	return function* (part) {
		const [from, to] = [Math.floor((part * count) / of), Math.floor(((part + 1) * count) / of)];
		if (next > from) {
			next = 0;
			rest = boxes()[Symbol.iterator]();
		}
		while (next < to) {
			const box = rest.next();
			if (box.done) return;
			if (next++ >= from) yield box.value;
		}
	};
}

/** Keeps a long loop company: tells its progress, makes room for messages, ends it when it is cancelled. */
function paceOf({ signal, progress }: ShareContext, total: number): (elements: number) => Promise<void> | undefined {
	let done = 0;
	let reported = Date.now();
	let yielded = performance.now();
	const makeRoom = async () => {
		await giveWay(signal);
		yielded = performance.now();
	};
	return (elements) => {
		done += elements;
		const now = Date.now();
		if (done === total || now - reported >= REPORT_EVERY_MS) {
			reported = now;
			progress({ done, total });
		}
		return performance.now() - yielded >= YIELD_EVERY_MS ? makeRoom() : undefined;
	};
}

/** Does steps of a work one after the other, each of which tells how many elements (of `total`) it did. */
export async function eachStep(steps: Iterable<number>, context: ShareContext, total: number): Promise<void> {
	const pace = paceOf(context, total);
	let done = 0;
	for (const elements of steps) {
		done += elements;
		await pace(elements);
	}
	context.progress({ done, total });
}

/**
 * Reads boxes one after the other, from a slow place the next while the last is worked on. Between two it reports progress (elements of
 * this tensor, of `total`) and makes room for messages, so that a cancel arrives. Chunks are read into the targets in
 * turn, where the source can: with two of them one is worked on while the other is filled.
 */
export async function eachChunk(
	source: TensorSource,
	info: TensorInfo,
	boxes: Iterable<Box>,
	context: ShareContext,
	work: (chunk: Chunk) => void | Promise<void>,
	targets: readonly Uint8Array[] = [],
): Promise<void> {
	const total = sizeOf(info.shape);
	const pace = paceOf(context, total);
	const { signal, progress } = context;
	let done = 0;
	let turn = 0;
	let coming: Promise<Chunk> | undefined;
	const read = (box: Box) => source.read(info, box, signal, targets[turn % targets.length]);
	try {
		const rest = boxes[Symbol.iterator]();
		for (let next = rest.next(); !next.done; ) {
			const asked = performance.now();
			const chunk = await (coming ?? read(next.value));
			const slow = coming !== undefined || performance.now() - asked > SLOW_READ_MS;
			coming = undefined;
			next = rest.next();
			if (slow && !next.done) {
				turn++;
				coming = read(next.value);
				// Handled by the next await, or by the end below when the work throws first.
				coming.catch(() => {});
			}
			await work(chunk);
			done += sizeOf(chunk.shape);
			await pace(sizeOf(chunk.shape));
		}
	} finally {
		// The file must not be closed under a read.
		await coming?.catch(() => {});
	}
	progress({ done, total });
}
