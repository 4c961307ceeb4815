import { isWideInteger, partsOf, realDType } from "../core/dtype";
import { type Box, denseStrides } from "../core/layout";
import { coefficientLayout, type Norm, normalization } from "../core/normalizations";
import { coverageOf } from "../core/sampling";
import type { EachCell, Slice, SliceAspect, SliceWindow } from "../core/slice";
import type { Chunk } from "../formats/reader";
import type { CallContext } from "../rpc";
import { within } from "./box-jobs";
import { decodeChunk } from "./decoded";
import { elementOf } from "./encode-boxes";
import type { NormWork } from "./norm-work";
import { type OpenFiles, type Target, useTarget } from "./open-files";
import { CHUNK_ELEMENTS, eachChunk } from "./share";
import { seenBoxes } from "./slice-boxes";
import { type BoxValues, buildImage } from "./slice-image";
import { transformChunk } from "./transform";
import { transformWindows, withNeighbours } from "./window-transform";

/** What is read for a slice. */
export interface SliceInput {
	readonly target: Target;
	readonly part: 0 | 1;
	readonly window: SliceWindow;
	readonly each: EachCell;
	readonly aspects: readonly SliceAspect[];
	/** The norm with what it makes of each set; null where only values are looked at. */
	readonly norm: { readonly norm: Norm; readonly work: NormWork } | null;
	/** Elements that are read at most. */
	readonly most: number;
}

/** Reads a window of a tensor once, and draws it in cells, before and after a norm. */
export function sliceOf(files: OpenFiles, input: SliceInput, { signal, transfer }: CallContext): Promise<Slice> {
	const { target, part, window, each, aspects, norm, most } = input;
	const { dtype, shape } = target;
	const { rows, columns } = window;
	const seen = seenBoxes(window, shape, most);
	const single = (rows?.cells ?? 1) * columns.cells === (rows?.length ?? 1) * columns.length;
	const wide = isWideInteger(realDType(dtype)) && single;
	const exact = () =>
		dtype === "u64"
			? new BigUint64Array(columns.cells * (rows?.cells ?? 1))
			: new BigInt64Array(columns.cells * (rows?.cells ?? 1));
	const builders = aspects.map((aspect) =>
		buildImage(window, aspect, each, wide && aspect === "before" ? exact() : undefined),
	);
	const transformed = norm && transformOf(norm.norm, norm.work, shape);
	const windowed = norm && normalization(norm.norm.id).window ? norm.norm : undefined;

	return useTarget(files, target, signal, async ({ open }, info) => {
		const boxes = seen.whole
			? () => within(open.boxes(info, CHUNK_ELEMENTS), seen.boxes[0] as Box)
			: () => seen.boxes[Symbol.iterator]();
		const waiting: Box[] = [];
		const reads = function* () {
			for (const box of boxes()) {
				waiting.push(box);
				yield windowed ? withNeighbours(box, shape, windowed.options) : box;
			}
		};
		await eachChunk(open, info, reads(), { signal, progress: () => {} }, (chunk) => {
			const box = waiting.shift() as Box;
			const before = valuesOfBox(chunk, box, part);
			const after = transformed?.(chunk, box);
			for (const builder of builders) {
				if (builder.aspect === "before") builder.add(box, before);
				else if (after) builder.add(box, after, builder.aspect === "difference" ? before : undefined);
			}
		});
		const images = builders.map(({ image }) => image());
		transfer(...images.flatMap(({ values, marks }) => [values.buffer, marks.buffer] as ArrayBuffer[]));
		return { window, images, ...coverageOf(seen.seen, (rows?.length ?? 1) * columns.length) };
	});
}

/** The values of a box that a chunk holds, perhaps with others around them. */
function valuesOfBox(chunk: Chunk, box: Box, part: 0 | 1): BoxValues {
	const { values, strides, offset, wide } = decodeChunk(chunk);
	const imaginary = partsOf(chunk.dtype) === 2 ? part * (strides.at(-1) as number) : 0;
	const first = box.origin.reduce(
		(at, start, axis) => at + (start - (chunk.origin[axis] as number)) * (strides[axis] as number),
		offset + imaginary,
	);
	return { values, strides, offset: first, ...(wide ? { wide } : {}) };
}

/** How a norm's values of a box are had from the chunk that it was read with. */
function transformOf(
	norm: Norm,
	{ coefficients, parameters }: NormWork,
	shape: readonly number[],
): (chunk: Chunk, box: Box) => BoxValues {
	const dense = (values: Float64Array, box: Box) => ({ values, strides: denseStrides(box.shape), offset: 0 });
	if (normalization(norm.id).window) {
		const about = { ...parameters, ...norm, order: "C" } as const;
		return (chunk, box) => dense(transformWindows(decodeChunk(chunk), box, about), box);
	}
	if (!coefficients) throw new TypeError("A slice after a norm was asked for without what the norm makes of its sets.");
	const layout = coefficientLayout(norm, shape);
	const tables = { ...coefficients, ...parameters };
	const element = elementOf(norm, parameters);
	return (chunk, box) => dense(transformChunk(decodeChunk(chunk), layout, tables, "C", element), box);
}
