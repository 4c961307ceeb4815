import { partsOf, realDType } from "../core/dtype";
import { TensorError } from "../core/errors";
import { denseStrides, type Layout, resolveAxis, sizeOf } from "../core/layout";
import { lengthsMask, MAX_MASK, type Mask, maskedBoxes, maskStrides, maskValues, tooLarge } from "../core/mask";
import { emptyMoments } from "../core/moments";
import type { Chunk } from "../formats/reader";
import type { CallContext } from "../rpc";
import { type Decoded, decodeChunk } from "./decoded";
import { buffersOf, type CellRange } from "./derive";
import { eachValue } from "./each-value";
import { addChunk } from "./kernels";
import type { MaskRequest, Padding } from "./lens-api";
import { findTensor, type OpenFiles, type Target, useTarget } from "./open-files";
import { cellsTouched } from "./part-cells";
import { boxesOf, CHUNK_ELEMENTS, eachChunk, type Share } from "./share";
import { axesFrom, type Order } from "./transform";

/** Finds the mask of a tensor, checks that it fits, and reads it into memory that threads share. */
export function readMask(
	files: OpenFiles,
	{ target, mask }: { readonly target: Target; readonly mask: MaskRequest },
	{ signal }: Pick<CallContext, "signal">,
): Promise<Mask> {
	const { shape } = target;
	return files.use(mask.ref.file, signal, async ({ open }) => {
		const info = findTensor(open, mask.ref.tensor);
		if (partsOf(info.dtype) === 2) {
			throw new TensorError(
				"unsupported",
				`The values of the ${mask.kind} are complex, and real numbers were expected.`,
				{
					tensor: info.name,
				},
			);
		}
		const elements = sizeOf(info.shape);
		if (elements > MAX_MASK) throw tooLarge(elements).at({ tensor: info.name });
		const values = mask.kind === "mask" ? maskValues(elements) : new Float64Array(elements);
		const boxes = open.boxes(info, CHUNK_ELEMENTS);
		const each = { shape: info.shape, cells: info.shape };
		await eachChunk(open, info, boxes, { signal, progress: () => {} }, (chunk) =>
			eachValue(decodeChunk(chunk), each, (value, index) => {
				values[index] = mask.kind === "lengths" ? value : (value !== 0) === !mask.inverted ? 1 : 0;
			}),
		);
		if (mask.kind === "mask") {
			const axes = mask.axes?.map((axis) => resolveAxis(axis, shape.length));
			return { values: values as Uint8Array, strides: maskStrides(info.shape, "mask", shape, axes) };
		}
		const time = resolveAxis(mask.timeAxis ?? 1, shape.length);
		const others = shape.map((length, axis) => (axis === time ? 0 : length));
		const strides = maskStrides(info.shape, "lengths", others, mask.axes);
		return lengthsMask(values, strides, shape, time);
	});
}

/** What a share of a tensor holds: the statistics of its valid elements, and of all. */
export interface MaskedShare {
	readonly valid: CellRange;
	readonly all: CellRange;
}

/** Statistics of a share under one layout, of valid elements and of all; a masked chunk is a set of boxes of it. */
export function maskedMomentsOfShare(
	files: OpenFiles,
	input: { readonly target: Target; readonly layout: Layout; readonly mask: Mask; readonly share: Share },
	context: CallContext,
): Promise<MaskedShare> {
	const { target, layout, mask, share } = input;
	return useTarget(files, target, context.signal, async ({ open }, info) => {
		const boxes = () => boxesOf(() => open.boxes(info, CHUNK_ELEMENTS), share);
		const { firstCell, count } = cellsTouched(layout, boxes());
		const nothing = () => ({ firstCell, moments: emptyMoments(realDType(target.dtype), count) });
		const [valid, all] = [nothing(), nothing()];
		const range = { ...layout, firstCell };
		await eachChunk(open, info, boxes(), context, (chunk: Chunk) => {
			const decoded = decodeChunk(chunk);
			addChunk(all.moments, range, decoded);
			for (const box of maskedBoxes(decoded, mask)) addChunk(valid.moments, range, partOf(decoded, box));
		});
		context.transfer(...buffersOf([valid.moments, all.moments]));
		return { valid, all };
	});
}

/** A box of a chunk, as a chunk of the same values. */
function partOf(chunk: Decoded, { origin, shape }: Pick<Decoded, "origin" | "shape">): Decoded {
	const offset = origin.reduce(
		(sum, index, axis) => sum + (index - (chunk.origin[axis] as number)) * (chunk.strides[axis] as number),
		chunk.offset,
	);
	return { ...chunk, origin, shape, offset };
}

/** Puts zeros or the input's values where the mask says padding, in a chunk's results that are dense in an order. */
export function fillPadding(out: Float64Array, chunk: Decoded, mask: Mask, padding: Padding, order: Order): void {
	if (padding === "transformed") return;
	const steps = denseStrides(chunk.shape, order);
	const slowToFast = axesFrom(chunk.shape.length, order);
	for (const { origin, shape } of maskedBoxes(chunk, mask, 0)) {
		const first = origin.map((index, axis) => index - (chunk.origin[axis] as number));
		const visit = (depth: number, to: number, from: number): void => {
			const axis = slowToFast[depth];
			if (axis === undefined) {
				out[to] = padding === "zeros" ? 0 : (chunk.values[from] as number);
				return;
			}
			const [step, stride] = [steps[axis] as number, chunk.strides[axis] as number];
			const start = first[axis] as number;
			for (let i = start; i < start + (shape[axis] as number); i++) visit(depth + 1, to + i * step, from + i * stride);
		};
		visit(0, 0, chunk.offset);
	}
}
