import { partsOf, realDType } from "../core/dtype";
import { denseStrides, type Layout, type Shape, sizeOf } from "../core/layout";
import type { Moments } from "../core/moments";
import { denseBoxes } from "../formats/dense";
import type { Chunk, Extent } from "../formats/reader";
import { valuesOf } from "./chunk-values";
import { type Walk, walkOf } from "./fast";
import { type ChunkGeometry, createPlanner, type LayoutRange, type Planner, withParts } from "./plan";
import { CHUNK_ELEMENTS } from "./share";
import type { Simd } from "./simd";

/** Elements that are read at once and worked on while they are in the cache of one core. */
const SLICE_ELEMENTS = 2 ** 17;

/** A layout with the statistics that values are added to. */
export interface Sum {
	readonly layout: LayoutRange;
	readonly into: Moments;
}

/**
 * Adds extents of one tensor to statistics of ranges of its layouts, those of complex elements with an axis for the parts;
 * yields elements as they are done.
 */
export function createExtentAdder(
	simd: Simd,
	layouts: readonly Layout[],
	sliceElements = SLICE_ELEMENTS,
): (extent: Extent, sums: readonly Sum[]) => Generator<number> {
	const planners = layouts.map(createPlanner);
	return (extent, sums) => {
		const { origin, shape, order, dtype } = extent;
		const whole = { origin, shape, strides: denseStrides(shape, order), offset: 0 };
		const geometry: ChunkGeometry = partsOf(dtype) === 2 ? withParts(whole) : whole;
		const walks = sums.map(({ layout: { firstCell = 0 }, into }, i) => {
			const { start, ...loops } = (planners[i] as Planner)(geometry);
			const plan = { ...loops, start: { ...start, cell: start.cell - firstCell } };
			return walkOf(simd, into, plan, order === "C");
		});
		const grain = simd.takes(realDType(dtype)) ? commonGrain(walks) : undefined;
		// Steps of whole complex numbers.
		const unit = grain && grain % partsOf(dtype) !== 0 ? grain * partsOf(dtype) : grain;
		const steps = Math.floor(sliceElements / (unit ?? Infinity));
		return grain && unit && steps > 0 && (sizeOf(shape) * partsOf(dtype)) % grain === 0
			? addInSlices(simd, extent, walks as Walk[], steps * unit)
			: addInBoxes(simd, extent, sums);
	};
}

/** The grain that suits all walks: the largest, if the others divide it. */
function commonGrain(walks: readonly (Walk | undefined)[]): number | undefined {
	const grains = walks.map((walk) => walk?.grain ?? NaN);
	const largest = Math.max(...grains);
	return grains.every((grain) => largest % grain === 0) ? largest : undefined;
}

function* addInSlices(simd: Simd, extent: Extent, walks: readonly Walk[], slice: number): Generator<number> {
	const { dtype, bigEndian } = extent;
	const parts = partsOf(dtype);
	const total = sizeOf(extent.shape) * parts;
	const [target] = simd.targets;
	for (let from = 0; from < total; from += slice) {
		const count = Math.min(slice, total - from);
		const bytes = extent.read(from / parts, count / parts, target);
		const chunk = { origin: [0], shape: [count], strides: [1], offset: 0, dtype: realDType(dtype), bigEndian, bytes };
		const lanes = simd.lanes(chunk);
		if (!lanes) throw new RangeError(`${count} values of ${dtype} do not fit the kernels' memory.`);
		for (const walk of walks) walk.advance(lanes, from, from + count);
		yield count / parts;
	}
}

/** Where the cells of some layout lie too scattered for slices. */
function* addInBoxes(simd: Simd, extent: Extent, sums: readonly Sum[]): Generator<number> {
	const { order, dtype, bigEndian } = extent;
	let first = 0;
	for (const { origin, shape } of denseBoxes(extent.shape, order, CHUNK_ELEMENTS)) {
		const count = sizeOf(shape);
		const chunk: Chunk = {
			origin: origin.map((index, axis) => index + (extent.origin[axis] as number)),
			shape,
			strides: denseStrides(shape, order),
			offset: 0,
			dtype,
			bigEndian,
			bytes: extent.read(first, count, simd.targets[0]),
		};
		const values = valuesOf(simd, chunk);
		for (const { into, layout } of sums) values.addTo(into, layout);
		first += count;
		yield count;
	}
}

/** Cells from which on the walks over an extent take memory, so that extents are kept smaller. */
const MANY_CELLS = 2 ** 14;

/** Elements of a cell up to which a walk takes longer to plan than to reuse. */
const SMALL_CELL = 128;

/** Elements of a tensor's extents when it is cut into so many parts: each is walked on its own, so few are better. */
export function extentElements(shape: Shape, layouts: readonly Layout[], of: number): number {
	const cells = layouts.reduce((sum, layout) => sum + sizeOf(layout.cells), 0);
	const size = sizeOf(shape);
	const most = cells <= MANY_CELLS ? 2 ** 22 : size > SMALL_CELL * cells ? 2 ** 20 : SLICE_ELEMENTS;
	return Math.min(most, Math.ceil(size / of));
}
