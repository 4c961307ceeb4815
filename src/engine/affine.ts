import { partsOf } from "../core/dtype";
import { TensorError } from "../core/errors";
import { denseStrides, type Shape, sizeOf } from "../core/layout";
import { cellStatistics, type Moments } from "../core/moments";
import { affineOf, layoutOf, NORMALIZATIONS, type Norm } from "../core/normalizations";
import type { TensorRef } from "./api";
import { decodeChunk } from "./decoded";
import type { CellRange } from "./derive";
import { type Partials, partsOfLayouts } from "./moments-jobs";
import { findTensor, type OpenFiles, type Target, targetOf, useTarget } from "./open-files";
import { CHUNK_ELEMENTS, eachChunk } from "./share";
import { compose, indexTable } from "./tables";

/** Values that broadcast over a tensor: element i lies at `Σ i[a]·strides[a]`; a stride of 0 repeats. */
export interface Broadcast {
	readonly values: Float64Array;
	readonly strides: Shape;
}

/** What the elements of each cell are moved and scaled by, for the cells from `firstCell` on. */
export interface Coefficients {
	readonly firstCell: number;
	readonly centre: Float64Array;
	/** What rounding took from the centre. */
	readonly rest: Float64Array;
	readonly scale: Float64Array;
	/** Powers of two that values are multiplied by first; absent where all are 1. */
	readonly unit?: Float64Array;
}

/** What follows the normalization. */
export interface AffineParameters {
	readonly gamma: Broadcast;
	readonly beta: Broadcast;
}

/** What every element is moved and scaled by: `y = (x · unit − centre − rest) · scale · gamma + beta`; memory shared by threads. */
export interface AffineTables extends Coefficients, AffineParameters {}

/** Elements that gamma or beta may have, as they are held in memory. */
const MAX_AFFINE = 2 ** 25;

/** A tensor that was found to broadcast along a norm's axes. */
export interface AffineInput {
	readonly target: Target;
	readonly strides: Shape;
}

/** Finds gamma or beta and checks that it fits; throws `bad-option` with what was found and what would fit. */
export function locateAffine(
	files: OpenFiles,
	ref: TensorRef,
	role: "gamma" | "beta",
	{ shape, norm }: { readonly shape: Shape; readonly norm: Norm },
	signal: AbortSignal,
): Promise<AffineInput> {
	return files.use(ref.file, signal, async (opened) => {
		const { dtype, name, shape: found } = findTensor(opened.open, ref.tensor);
		if (partsOf(dtype) === 2) {
			throw new TensorError("unsupported", `The values of ${role} are complex, and real numbers were expected.`, {
				tensor: name,
			});
		}
		if (sizeOf(found) > MAX_AFFINE) {
			throw new TensorError(
				"too-large",
				`${sizeOf(found)} values were given as ${role}, more than the ${MAX_AFFINE} that are kept in memory.`,
				{ tensor: name },
			);
		}
		return { target: targetOf(opened, ref), strides: affineStrides(found, role, shape, norm) };
	});
}

/**
 * How gamma or beta of a shape lies along a tensor: exactly along the norm's affine axes (axes of length 1 do not
 * count), or as NumPy broadcasts it. Throws `bad-option`.
 */
export function affineStrides(found: Shape, role: "gamma" | "beta", shape: Shape, norm: Norm): number[] {
	const axes = NORMALIZATIONS[norm.id].affineAxes(shape, norm.options);
	const wanted = axes.map((axis) => shape[axis] as number);
	const long = (lengths: Shape) => lengths.filter((length) => length !== 1).join();
	if (long(found) === long(wanted)) {
		const steps = denseStrides(wanted);
		return shape.map((_, axis) => (axes.includes(axis) ? (steps[axes.indexOf(axis)] as number) : 0));
	}
	const missing = shape.length - found.length;
	const fits = missing >= 0 && found.every((length, i) => length === 1 || length === shape[missing + i]);
	if (!fits) {
		throw new TensorError(
			"bad-option",
			`The shape of ${role} is [${found.join(", ")}], but this norm needs [${wanted.join(", ")}], or a shape that broadcasts to the tensor's [${shape.join(", ")}].`,
		);
	}
	const steps = denseStrides(found);
	return shape.map((_, axis) => {
		const i = axis - missing;
		return i >= 0 && found[i] !== 1 ? (steps[i] as number) : 0;
	});
}

/** Adds shares up into the coefficients of all cells of a norm's layout. */
export function normCoefficients(input: Partials & { readonly norm: Norm }): Coefficients {
	const { norm, shape } = input;
	const [ofNorm] = partsOfLayouts({ ...input, wanted: [layoutOf(norm, shape)] });
	return coefficientsOf({ firstCell: 0, moments: ofNorm?.parts[0] as Moments }, norm, sharedFloats);
}

/** The coefficients that follow from the statistics of some cells, in arrays of the caller's kind. */
export function coefficientsOf(
	{ firstCell, moments }: CellRange,
	norm: Norm,
	floats: (length: number) => Float64Array = (length) => new Float64Array(length),
): Coefficients {
	const cells = moments.count.length;
	const [centre, rest, scale] = [floats(cells), floats(cells), floats(cells)];
	let unit: Float64Array | undefined;
	for (let cell = 0; cell < cells; cell++) {
		const { nan, posInf, negInf, ...set } = cellStatistics(moments, cell);
		const affine = affineOf({ ...set, nonFinite: nan + posInf + negInf }, norm.options);
		centre[cell] = affine.centre;
		rest[cell] = affine.centre === set.mean * affine.unit ? (moments.meanRest[cell] as number) * affine.unit : 0;
		scale[cell] = affine.scale;
		if (affine.unit === 1) continue;
		unit ??= floats(cells).fill(1);
		unit[cell] = affine.unit;
	}
	return { firstCell, centre, rest, scale, ...(unit ? { unit } : {}) };
}

/** Reads gamma and beta; what was not given is 1 and 0. */
export async function affineParameters(
	files: OpenFiles,
	{
		target,
		gamma,
		beta,
	}: { readonly target: Target; readonly gamma: AffineInput | null; readonly beta: AffineInput | null },
	signal: AbortSignal,
): Promise<AffineParameters> {
	return {
		gamma: gamma ? await readBroadcast(files, gamma, signal) : constant(1, target.shape),
		beta: beta ? await readBroadcast(files, beta, signal) : constant(0, target.shape),
	};
}

function sharedFloats(length: number): Float64Array {
	return new Float64Array(new SharedArrayBuffer(8 * length));
}

function constant(value: number, shape: Shape): Broadcast {
	return { values: sharedFloats(1).fill(value), strides: shape.map(() => 0) };
}

/** A whole tensor in C order. */
function readBroadcast(files: OpenFiles, { target, strides }: AffineInput, signal: AbortSignal): Promise<Broadcast> {
	return useTarget(files, target, signal, async ({ open }, info) => {
		const values = sharedFloats(sizeOf(info.shape));
		const steps = denseStrides(info.shape);
		const boxes = open.boxes(info, CHUNK_ELEMENTS);
		await eachChunk(open, info, boxes, { signal, progress: () => {} }, (chunk) => {
			const decoded = decodeChunk(chunk);
			const from = compose(chunk.shape.map((count, axis) => indexTable(0, count, decoded.strides[axis] as number)));
			const to = compose(
				chunk.shape.map((count, axis) => indexTable(chunk.origin[axis] as number, count, steps[axis] as number)),
			);
			for (let k = 0; k < from.length; k++) {
				values[to[k] as number] = decoded.values[decoded.offset + (from[k] as number)] as number;
			}
		});
		return { values, strides };
	});
}
