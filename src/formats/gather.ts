import { byteLength, DTYPES } from "../core/dtype";
import { throwIfAborted } from "../core/errors";
import { type Box, denseStrides, sizeOf } from "../core/layout";
import { type DensePlace, readElements, storageAxes } from "./place";

/** A stretch up to this many bytes is read in one go, however little of it is wanted. */
const WORTHWHILE_BYTES = 2 ** 16;
/** A longer stretch is read in one go when at most this many times the wanted bytes, and no longer than `MAX_STRETCH_BYTES`. */
const WASTE = 2;
const MAX_STRETCH_BYTES = 2 ** 24;

/** The values of a box that is not contiguous, dense, in the tensor's own order. */
export async function gather(place: DensePlace, box: Box, signal?: AbortSignal): Promise<Uint8Array> {
	const { shape, order } = place;
	const steps = denseStrides(shape, order);
	const axes = storageAxes(shape.length, order).map((axis) => ({
		length: box.shape[axis] as number,
		step: steps[axis] as number,
	}));
	const first = box.origin.reduce((sum, index, axis) => sum + index * (steps[axis] as number), 0);
	return gatherAxes(place, axes, first, signal);
}

/**
 * The values on some axes, slowest first with no step larger than the one before, from an element on, dense in that
 * order. The slowest axes are walked until what is left lies close enough together to be read as one stretch.
 */
export async function gatherAxes(
	place: Pick<DensePlace, "source" | "start" | "dtype">,
	axes: readonly Walk[],
	first: number,
	signal?: AbortSignal,
): Promise<Uint8Array> {
	const { bits } = DTYPES[place.dtype];
	const copyInto = copier(bits);
	const out = new Uint8Array(byteLength(place.dtype, sizeOf(axes.map(({ length }) => length))));
	let filled = 0;
	for (const { start, inner } of stretches(axes, first, bits)) {
		throwIfAborted(signal);
		const { bytes, offset } = await readElements(place, start, stretchOf(inner), signal);
		const run = runOf(inner);
		for (const at of positionsOf(inner.slice(0, run.axes), offset)) {
			copyInto(bytes, at, out, filled, run.length);
			filled += run.length;
		}
	}
	return out;
}

/** The stretches to read for a box, in order: where each starts, and the axes that it covers. */
function* stretches(axes: readonly Walk[], first: number, bits: number) {
	let walked = 0;
	while (walked < axes.length && !isWorthwhile(axes.slice(walked), bits)) walked++;
	const inner = axes.slice(walked);
	const last = axes[walked - 1];
	if (last === undefined) {
		yield { start: first, inner };
		return;
	}
	// As many indices of the last walked axis at once as fit the worthwhile stretch.
	const room = WORTHWHILE_BYTES / (bits / 8) - stretchOf(inner);
	const group = Math.max(1, 1 + Math.floor(room / last.step));
	for (const position of positionsOf(axes.slice(0, walked - 1), first)) {
		for (let index = 0; index < last.length; index += group) {
			const length = Math.min(group, last.length - index);
			yield { start: position + index * last.step, inner: [{ length, step: last.step }, ...inner] };
		}
	}
}

function isWorthwhile(axes: readonly Walk[], bits: number): boolean {
	const wanted = (sizeOf(axes.map(({ length }) => length)) * bits) / 8;
	const stretch = (stretchOf(axes) * bits) / 8;
	return (
		stretch <= WORTHWHILE_BYTES || stretch === wanted || (stretch <= WASTE * wanted && stretch <= MAX_STRETCH_BYTES)
	);
}

/** An axis to walk along: how many elements, and how far apart. */
export interface Walk {
	readonly length: number;
	readonly step: number;
}

/** Elements from the first of a box to its last, gaps included. */
function stretchOf(axes: readonly Walk[]): number {
	return axes.reduce((sum, { length, step }) => sum + (length - 1) * step, 1);
}

/** The fastest axes of a box that make one run without gaps; `axes` others have to be walked. */
function runOf(inner: readonly Walk[]): { readonly axes: number; readonly length: number } {
	let axes = inner.length;
	let length = 1;
	while (axes > 0 && (inner[axes - 1] as Walk).step === length) {
		length *= (inner[axes - 1] as Walk).length;
		axes--;
	}
	return { axes, length };
}

/** Positions of all indices of some axes, slowest first, ascending. */
function* positionsOf(axes: readonly Walk[], start: number): Generator<number> {
	const index = axes.map(() => 0);
	let position = start;
	for (;;) {
		yield position;
		let k = axes.length - 1;
		for (; k >= 0; k--) {
			const { length, step } = axes[k] as Walk;
			if ((index[k] as number) + 1 < length) {
				index[k] = (index[k] as number) + 1;
				position += step;
				break;
			}
			position -= (index[k] as number) * step;
			index[k] = 0;
		}
		if (k < 0) return;
	}
}

type Copy = (from: Uint8Array, at: number, to: Uint8Array, filled: number, count: number) => void;

/** Copies runs of elements, bit by bit where they are smaller than a byte. */
function copier(bits: number): Copy {
	const bytes = bits / 8;
	if (Number.isInteger(bytes)) {
		return (from, at, to, filled, count) => to.set(from.subarray(at * bytes, (at + count) * bytes), filled * bytes);
	}
	return (from, at, to, filled, count) => {
		for (let bit = 0; bit < count * bits; bit++) {
			const source = at * bits + bit;
			const target = filled * bits + bit;
			const value = ((from[source >> 3] as number) >> (source & 7)) & 1;
			to[target >> 3] = (to[target >> 3] as number) | (value << (target & 7));
		}
	};
}
