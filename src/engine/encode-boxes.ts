import type { DType, Encoded, WritableDType } from "../core/dtype";
import { type Box, denseStrides, type Layout, sizeOf } from "../core/layout";
import { emptyMoments } from "../core/moments";
import type { ElementParts } from "../core/normalization";
import { coefficientLayout, type Norm, normalization } from "../core/normalizations";
import type { Chunk, Extent } from "../formats/reader";
import { type AffineTables, coefficientsOf } from "./affine";
import type { AffineParameters } from "./affine-parameters";
import { type ChunkValues, valuesOf } from "./chunk-values";
import { copiedBytes } from "./copied-bytes";
import { decodeChunk } from "./decoded";
import type { CellRange } from "./derive";
import { createTransformPlanner, transformLanes } from "./fast-transform";
import { fillPadding } from "./mask-jobs";
import { cellsTouched } from "./part-cells";
import type { Simd } from "./simd";
import { type EncodedRun, encodeValues, runsOf, transformChunk } from "./transform";
import type { TransformInput } from "./transform-share";
import { transformWindows } from "./window-transform";

/** Values as they are written, and how many of them were past the dtype's range. */
export interface EncodedBox {
	/** In the kernels' memory until the next are encoded. */
	readonly runs: Iterable<EncodedRun>;
	readonly overflowed: number;
	/** Elements. */
	readonly count: number;
}

/** Turns values of one tensor into the bytes that are written, dense in the output's order. */
export interface Encoder {
	/** Whether extents are taken in slices, so that large ones need no more memory. */
	readonly inSlices: boolean;
	/** Of a chunk, or of a box in it where the rest are neighbours. */
	chunk(chunk: Chunk, box?: Box): EncodedBox;
	/** Of an extent that is one run in the output. */
	extent(extent: Extent): Iterable<EncodedBox>;
}

/** Elements that are read, transformed and written at once: larger writes cost the file system less for each byte. */
const SLICE_ELEMENTS = 2 ** 16;

/** Cells whose coefficients any box may need all of. */
const FEW_CELLS = 2 ** 14;

/** Makes the encoder of a part of an output: by given coefficients, by those of the cells that a box holds whole, or as the values are. */
export function createEncoder(
	simd: Simd,
	{ part, coefficients, parameters, mask }: Pick<TransformInput, "part" | "coefficients" | "parameters" | "mask">,
): Encoder {
	const { target, norm, dtype, order, mask: asked } = part;
	const { shape } = target;
	const placed = (found: Encoded & { readonly count: number }, box: Box): EncodedBox => ({
		runs: runsOf(found, box, shape, order),
		overflowed: found.overflowed,
		count: found.count,
	});
	const wholeOf = (extent: Extent): Chunk => {
		const bytes = extent.read(0, sizeOf(extent.shape), simd.targets[0]);
		return { ...extent, strides: denseStrides(extent.shape, extent.order), offset: 0, bytes };
	};
	if (!norm || !parameters) {
		const chunk = (some: Chunk) => placed(copiedBytes(some, order), some);
		return { inSlices: false, chunk, extent: (extent) => [chunk(wholeOf(extent))] };
	}

	const layout = coefficientLayout(norm, shape);
	const element = elementOf(norm, parameters);
	const to = dtype as WritableDType;
	if (normalization(norm.id).window) {
		const chunk = (some: Chunk, box: Box = some) => {
			const values = transformWindows(decodeChunk(some), box, { ...parameters, ...norm, order });
			return placed(encodeValues(to, values), box);
		};
		return { inSlices: false, chunk, extent: (extent) => [chunk(wholeOf(extent))] };
	}
	const plan = createTransformPlanner(simd, { layout, dtype: to, order, ...parameters });
	const given: AffineTables | null = coefficients && { ...coefficients, ...parameters };
	const encoded = (some: Chunk): Encoded & { readonly count: number } => {
		const values = valuesOf(simd, some);
		const tables = given ?? { ...coefficientsOf(cellsOf(values, layout, target.dtype), norm), ...parameters };
		if (mask && asked) {
			const out = transformChunk(values.decoded, layout, tables, order);
			fillPadding(out, values.decoded, mask, asked.padding, order);
			return encodeValues(to, out);
		}
		if (element) return encodeValues(to, transformChunk(values.decoded, layout, tables, order, element));
		const fast = values.lanes && transformLanes(values.lanes, plan, tables);
		if (fast) return { ...fast, count: sizeOf(some.shape) };
		return encodeValues(to, transformChunk(values.decoded, layout, tables, order));
	};
	const chunk = (some: Chunk) => placed(encoded(some), some);
	const steps = denseStrides(shape, order);
	const fewCells = given && !given.unit && given.centre.length <= FEW_CELLS;
	const inSlices = fewCells === true && !mask && !element && simd.takes(target.dtype);
	return {
		inSlices,
		chunk,
		*extent(extent) {
			const { origin, dtype: stored, bigEndian } = extent;
			const strides = denseStrides(extent.shape, extent.order);
			const walk = inSlices ? plan({ ...extent, strides, offset: 0 }, given) : undefined;
			if (!walk) {
				yield chunk(wholeOf(extent));
				return;
			}
			const first = origin.reduce((sum, index, axis) => sum + index * (steps[axis] as number), 0);
			const total = sizeOf(extent.shape);
			for (let from = 0; from < total; from += SLICE_ELEMENTS) {
				const count = Math.min(SLICE_ELEMENTS, total - from);
				const bytes = extent.read(from, count, simd.targets[0]);
				const slice = { origin: [0], shape: [count], strides: [1], offset: 0, dtype: stored, bigEndian, bytes };
				const lanes = simd.lanes(slice);
				if (!lanes) throw new RangeError(`${count} values of ${stored} do not fit the kernels' memory.`);
				const found = walk.advance(lanes, count);
				yield { runs: [{ start: first + from, bytes: found.bytes }], overflowed: found.overflowed, count };
			}
		},
	};
}

/** The formula of the norm's elements, where they are not straight lines in x. */
export function elementOf(
	{ id, options }: Norm,
	{ input }: AffineParameters,
): ((parts: ElementParts) => number) | undefined {
	const { element, straightWithout } = normalization(id);
	return !element || (straightWithout && !input) ? undefined : (parts) => element(parts, options);
}

/** Statistics of the cells that a chunk holds whole. */
function cellsOf(values: ChunkValues, layout: Layout, dtype: DType): CellRange {
	const { firstCell, count } = cellsTouched(layout, [values.decoded]);
	const moments = emptyMoments(dtype, count);
	values.addTo(moments, { ...layout, firstCell });
	return { firstCell, moments };
}
