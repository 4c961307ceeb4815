import { cellAffine, rmsBetween } from "./cell-affine";
import { TensorError } from "./errors";
import { formatNumber } from "./format";
import { type Box, denseStrides, type Shape, sizeOf } from "./layout";
import type { Moments } from "./moments";
import type { Norm } from "./normalizations";

/** Which elements of a tensor are valid: element i is where `values[Σ i[a]·strides[a]]` is not 0; a stride of 0 repeats. */
export interface Mask {
	readonly values: Uint8Array;
	readonly strides: Shape;
}

/** Elements that a mask may have, as it is held in memory. */
export const MAX_MASK = 2 ** 27;

/**
 * How a mask, or lengths, of a shape lies along a tensor: axis by axis where it has as many, otherwise along those of the
 * tensor's axes, in their order, whose lengths are its own; axes of length 1 repeat. `axes` says which where several would
 * do. Throws `bad-option` with what was found and what would fit.
 */
export function maskStrides(found: Shape, role: "mask" | "lengths", shape: Shape, axes?: readonly number[]): number[] {
	const steps = denseStrides(found);
	const stridesAlong = (chosen: readonly number[]) =>
		shape.map((_, axis) => {
			const i = chosen.indexOf(axis);
			return i >= 0 && found[i] !== 1 ? (steps[i] as number) : 0;
		});
	const fits = (chosen: readonly number[]) =>
		chosen.length === found.length && chosen.every((axis, i) => found[i] === 1 || found[i] === shape[axis]);
	const told = `The shape of the ${role} is [${found.join(", ")}]`;
	if (axes) {
		if (fits(axes) && new Set(axes).size === axes.length) return stridesAlong(axes);
		throw new TensorError(
			"bad-option",
			`${told}, which does not lie along axes ${axes.join(", ")} of [${shape.join(", ")}]; name one axis of the same length for each of its axes.`,
		);
	}
	const ways = new Map<string, { axes: number[]; strides: number[] }>();
	for (const chosen of choices(shape.length, found.length)) {
		if (!fits(chosen)) continue;
		const strides = stridesAlong(chosen);
		if (!ways.has(strides.join())) ways.set(strides.join(), { axes: chosen, strides });
		if (ways.size > 8) break;
	}
	const [first, second] = [...ways.values()];
	if (!first) {
		throw new TensorError(
			"bad-option",
			`${told}, and no axes of the tensor's [${shape.join(", ")}] have these lengths in this order; a ${role === "mask" ? "mask of shape (N, T) needs axes of N and of T indices" : "tensor of lengths needs one for every sample"}.`,
		);
	}
	if (second) {
		throw new TensorError(
			"bad-option",
			`${told}, which lies along axes ${first.axes.join(", ")} of [${shape.join(", ")}] as well as along axes ${second.axes.join(", ")}; say which axes are meant.`,
		);
	}
	return first.strides;
}

/** Every choice of `count` of `rank` axes, ascending. */
function* choices(rank: number, count: number, from = 0): Generator<number[]> {
	if (count === 0) yield [];
	else
		for (let axis = from; axis <= rank - count; axis++)
			for (const rest of choices(rank, count - 1, axis + 1)) yield [axis, ...rest];
}

/** The mask of the elements before the length of their sample along the time axis; throws `bad-option` for what is no length. */
export function lengthsMask(lengths: ArrayLike<number>, strides: Shape, shape: Shape, timeAxis: number): Mask {
	const time = shape[timeAxis] as number;
	if (lengths.length * time > MAX_MASK) throw tooLarge(lengths.length * time);
	const values = maskValues(lengths.length * time);
	for (let k = 0; k < lengths.length; k++) {
		const length = lengths[k] as number;
		if (!Number.isInteger(length) || length < 0 || length > time) {
			throw new TensorError(
				"bad-option",
				`Number ${k} of the lengths is ${formatNumber(length)}, but axis ${timeAxis} has ${time} indices, so whole numbers from 0 to ${time} were expected; is another axis the time axis?`,
			);
		}
		values.fill(1, k * time, k * time + length);
	}
	return { values, strides: strides.map((step, axis) => (axis === timeAxis ? 1 : step * time)) };
}

/** Room for a mask, shared between threads. */
export function maskValues(length: number): Uint8Array {
	return new Uint8Array(new SharedArrayBuffer(length));
}

/** The error of a mask that memory should not hold. */
export function tooLarge(elements: number): TensorError {
	return new TensorError(
		"too-large",
		`The mask has ${elements} elements, more than the ${MAX_MASK} that are kept in memory.`,
	);
}

/** The parts of a box in which all elements are valid, or with `want` 0 those in which none are. */
export function* maskedBoxes({ origin, shape }: Box, { values, strides }: Mask, want: 0 | 1 = 1): Generator<Box> {
	if (sizeOf(shape) === 0) return;
	const axes = strides.flatMap((step, axis) => (step === 0 ? [] : [axis]));
	const last = axes.pop();
	const start = origin.reduce((sum, index, axis) => sum + index * (strides[axis] as number), 0);
	const isWanted = (at: number) => (values[at] !== 0 ? 1 : 0) === want;
	if (last === undefined) {
		if (isWanted(start)) yield { origin, shape };
		return;
	}
	const [count, step] = [shape[last] as number, strides[last] as number];
	const index = axes.map(() => 0);
	for (;;) {
		const at = axes.reduce((sum, axis, k) => sum + (index[k] as number) * (strides[axis] as number), start);
		for (let from = 0; from < count; ) {
			const wanted = isWanted(at + from * step);
			let end = from + 1;
			while (end < count && isWanted(at + end * step) === wanted) end++;
			if (wanted) {
				const place = (axis: number) => axes.indexOf(axis);
				yield {
					origin: origin.map((first, axis) =>
						axis === last ? first + from : first + (place(axis) < 0 ? 0 : (index[place(axis)] as number)),
					),
					shape: shape.map((length, axis) => (axis === last ? end - from : place(axis) < 0 ? length : 1)),
				};
			}
			from = end;
		}
		let k = axes.length - 1;
		for (; k >= 0; k--) {
			index[k] = (index[k] as number) + 1;
			if ((index[k] as number) < (shape[axes[k] as number] as number)) break;
			index[k] = 0;
		}
		if (k < 0) return;
	}
}

/** One set, over its valid elements and over all of them. */
export interface MaskedSet {
	readonly set: number;
	/** Finite elements. */
	readonly valid: number;
	readonly all: number;
	readonly mean: number;
	readonly std: number;
	/** What ignoring the mask takes in their place. */
	readonly allMean: number;
	readonly allStd: number;
	/** Root mean square, over the valid elements, of the output that ignores the mask less the right one. */
	readonly rms: number;
}

/** What ignoring a mask does to a norm. */
export interface MaskEffect {
	readonly sets: number;
	/** Sets without a finite valid element. */
	readonly empty: number;
	readonly valid: number;
	readonly all: number;
	/** Over sets with valid elements: root mean square error of their output. */
	readonly medianRms: number;
	/** Over all valid elements. */
	readonly rms: number;
	/** The sets that ignoring the mask changes most, up to 256. */
	readonly worst: readonly MaskedSet[];
}

/** Sets that are told one by one. */
const LISTED = 256;

/** Compares the statistics of the valid elements with those of all. */
export function maskEffect(valid: Moments, all: Moments, norm: Norm): MaskEffect {
	const sets: MaskedSet[] = [];
	let [sum, elements, whole, empty] = [0, 0, 0, 0];
	for (let set = 0; set < valid.count.length; set++) {
		const count = valid.count[set] as number;
		whole += all.count[set] as number;
		if (count === 0) {
			empty++;
			continue;
		}
		const [right, wrong] = [cellAffine(valid, set, norm), cellAffine(all, set, norm)];
		const rms = rmsBetween(right, wrong, right);
		sum += count * rms * rms;
		elements += count;
		sets.push({
			set,
			valid: count,
			all: all.count[set] as number,
			mean: right.mean,
			std: right.std,
			allMean: wrong.mean,
			allStd: wrong.std,
			rms,
		});
	}
	sets.sort((a, b) => b.rms - a.rms || a.set - b.set);
	return {
		sets: valid.count.length,
		empty,
		valid: elements,
		all: whole,
		medianRms: sets[Math.floor(sets.length / 2)]?.rms ?? 0,
		rms: elements === 0 ? 0 : Math.sqrt(sum / elements),
		worst: sets.slice(0, LISTED),
	};
}
