import { type DType, partsOf, realDType } from "../core/dtype";
import { type Layout, sizeOf } from "../core/layout";
import { checkCells, emptied, FIELDS, type Moments, momentsWithin } from "../core/moments";
import { layoutWithParts } from "./derive";

/**
 * Memory that threads share, for workers to put the statistics of each layout's cells into; none of it is touched before.
 * Workers ask for it, as the system may take tens of milliseconds to give it, in which an editor's thread would stand still.
 */
export function momentsToFill(dtype: DType, layouts: readonly Layout[]): Moments[] {
	const real = realDType(dtype);
	const placed = layouts.map((layout) => {
		const { shape, cells } = partsOf(dtype) === 2 ? layoutWithParts(layout) : layout;
		const count = sizeOf(cells);
		checkCells(count);
		const moments = momentsWithin(real, sharedMemory(8 * FIELDS * count), count);
		return sizeOf(shape) > 0 ? moments : emptied(moments, real);
	});
	countShared(placed);
	return placed;
}

const WASM_PAGE = 2 ** 16;

/** Zeros that threads share. Much of it comes as WebAssembly's memory, whose pages are made when they are first used: by all threads, not by the one that asks. */
function sharedMemory(bytes: number): ArrayBufferLike {
	if (bytes < MUCH) return new SharedArrayBuffer(bytes);
	const pages = Math.ceil(bytes / WASM_PAGE);
	return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true }).buffer;
}

/** Bytes from which on memory is neither kept by the allocator nor written when it is asked for. */
const MUCH = 2 ** 26;

/**
 * Has this thread collect its garbage as often as if the memory were its own. V8 does not count what threads share, so that
 * results of hundreds of megabytes would pile up; it counts an ordinary buffer of the size, which nothing ever touches.
 */
export function countShared(placed: readonly Moments[]): void {
	const bytes = placed.reduce((sum, { count }) => sum + 8 * FIELDS * count.length, 0);
	if (bytes >= MUCH) new ArrayBuffer(bytes);
}
