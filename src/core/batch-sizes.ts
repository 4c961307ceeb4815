import { cellAffine, rmsBetween } from "./cell-affine";
import { cellsWithin } from "./coarsen";
import { TensorError } from "./errors";
import { type Layout, sizeOf } from "./layout";
import { emptyMoments, type Moments, mergeCell } from "./moments";
import { layoutOf, type Norm } from "./normalizations";

/** Draws of random sub-batches where nothing else is asked for. */
export const DRAWS = 32;

/** Sets whose spread is told one by one; of more, as many that lie evenly among them. */
export const LISTED_SETS = 2048;

/** Quantiles of something over draws, one number for each size of a sub-batch. */
export interface Spread {
	readonly p5: Float64Array;
	readonly median: Float64Array;
	readonly p95: Float64Array;
}

/** How well sub-batches of a tensor stand for all of it: what a norm that averages over the batch does with them. */
export interface BatchSizes {
	/** The axis that the samples lie along, and how many there are. */
	readonly axis: number;
	readonly samples: number;
	readonly sets: number;
	readonly draws: number;
	readonly seed: number;
	/** 1, 2, 4, … and all samples. */
	readonly sizes: readonly number[];
	/** The sets that the spreads of mean and σ are of: all of them up to `LISTED_SETS`. */
	readonly listed: Int32Array;
	/** Over draws and sets: the sub-batch's mean less that of all samples, in σ of all samples (with eps). */
	readonly mean: Spread;
	/** Over draws and sets: the sub-batch's σ over that of all samples. */
	readonly std: Spread;
	/** Over draws: root mean square, over all elements, of the output with the sub-batch's statistics less that with all samples'. */
	readonly output: Spread;
	/** For each size, for each listed set: deviation over draws of the mean, in σ of all samples. */
	readonly meanDeviation: readonly Float64Array[];
	/** The same of σ over that of all samples. */
	readonly stdDeviation: readonly Float64Array[];
}

/** The layout of a norm with the batch axis kept: its statistics add up to those of any sub-batch. Throws `bad-layout` where the norm averages over no such axis. */
export function samplesLayout(norm: Norm, shape: Layout["shape"], axis: number): Layout {
	const { cells } = layoutOf(norm, shape);
	const size = shape[axis] ?? 0;
	if (size < 2) {
		throw new TensorError("bad-layout", `Axis ${axis} has ${size} indices, and sub-batches need at least 2 samples.`);
	}
	if (cells[axis] !== 1) {
		throw new TensorError(
			"bad-layout",
			`This norm does not average over axis ${axis}, so it gives every sample the same result in a batch of any size; choose a norm that averages over it, such as batchNorm, or another batch axis.`,
		);
	}
	return { shape, cells: cells.map((parts, a) => (a === axis ? size : parts)) };
}

/** Powers of two below a number, and the number. */
export function subBatchSizes(samples: number): number[] {
	const sizes: number[] = [];
	for (let size = 1; size < samples; size *= 2) sizes.push(size);
	return [...sizes, samples];
}

/** Random numbers from 0 to below 1 that a seed decides (mulberry32, T. Ettinger). */
export function randomOf(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

/** The samples in a random order (Fisher & Yates): its first k are a random sub-batch without repetition. */
export function shuffled(samples: number, random: () => number): Int32Array {
	const order = Int32Array.from({ length: samples }, (_, i) => i);
	for (let i = samples - 1; i > 0; i--) {
		const k = Math.floor(random() * (i + 1));
		[order[i], order[k]] = [order[k] as number, order[i] as number];
	}
	return order;
}

/** Statistics of every sample's part of every set, as `samplesLayout` has them. */
export interface SampleMoments {
	readonly norm: Norm;
	readonly axis: number;
	readonly layout: Layout;
	readonly moments: Moments;
}

/**
 * Draws sub-batches and compares their statistics with those of all samples; a generator that gives way after each draw,
 * so that a caller can stop. Everything follows from moments: statistics of sub-batches merge those of their samples, and
 * the outputs' difference is affine in x, so its mean square over all elements is too.
 */
export function* drawSubBatches(
	{ norm, axis, layout, moments }: SampleMoments,
	{ draws = DRAWS, seed = 1 }: { readonly draws?: number; readonly seed?: number },
): Generator<number, BatchSizes> {
	const samples = layout.shape[axis] as number;
	const coarse = { shape: layout.shape, cells: layout.cells.map((parts, a) => (a === axis ? 1 : parts)) };
	const sets = sizeOf(coarse.cells);
	const members = membersOf(layout, coarse, axis);
	const all = emptyMoments("f64", sets);
	for (let sample = 0; sample < samples; sample++) addSample(all, moments, members, sample);
	const sizes = subBatchSizes(samples);
	const random = randomOf(seed);
	const kept = Math.min(sets, LISTED_SETS);
	const listed = Int32Array.from({ length: kept }, (_, k) => Math.floor((k * sets) / kept));
	const found = sizes.map(() => ({ mean: [] as Float64Array[], std: [] as Float64Array[], output: [] as number[] }));
	for (let draw = 0; draw < draws; draw++) {
		const order = shuffled(samples, random);
		const part = emptyMoments("f64", sets);
		let step = 0;
		for (let taken = 1; taken <= samples; taken++) {
			addSample(part, moments, members, order[taken - 1] as number);
			if (taken !== sizes[step]) continue;
			const { mean, std, output } = differenceOf(part, all, norm, listed);
			found[step]?.mean.push(mean);
			found[step]?.std.push(std);
			found[step]?.output.push(output);
			step++;
		}
		yield draw;
	}
	return {
		axis,
		samples,
		sets,
		draws,
		seed,
		sizes,
		listed,
		mean: spreadOf(found.map(({ mean }) => mean.flatMap((values) => [...values]))),
		std: spreadOf(found.map(({ std }) => std.flatMap((values) => [...values]))),
		output: spreadOf(found.map(({ output }) => output)),
		meanDeviation: found.map(({ mean }) => deviations(mean)),
		stdDeviation: found.map(({ std }) => deviations(std)),
	};
}

/** For each sample, the cells of the fine layout and the sets they belong to. */
function membersOf(layout: Layout, coarse: Layout, axis: number): { cell: Int32Array; set: Int32Array }[] {
	const target = cellsWithin(layout, coarse);
	const inner = sizeOf(layout.cells.slice(axis + 1));
	const samples = layout.shape[axis] as number;
	const cells: number[][] = Array.from({ length: samples }, () => []);
	for (let cell = 0; cell < target.length; cell++) cells[Math.floor(cell / inner) % samples]?.push(cell);
	return cells.map((list) => ({
		cell: Int32Array.from(list),
		set: Int32Array.from(list, (cell) => target[cell] as number),
	}));
}

function addSample(into: Moments, moments: Moments, members: ReturnType<typeof membersOf>, sample: number): void {
	const { cell, set } = members[sample] as { cell: Int32Array; set: Int32Array };
	for (let k = 0; k < cell.length; k++) mergeCell(into, set[k] as number, moments, cell[k] as number);
}

/** What the statistics of a part of the samples do in place of those of all. */
function differenceOf(part: Moments, all: Moments, norm: Norm, listed: Int32Array) {
	const mean = new Float64Array(listed.length).fill(NaN);
	const std = new Float64Array(listed.length).fill(NaN);
	let [sum, elements, next] = [0, 0, 0];
	for (let set = 0; set < all.count.length; set++) {
		const place = listed[next] === set ? next++ : -1;
		const count = all.count[set] as number;
		if (count === 0 || part.count[set] === 0) continue;
		const [own, full] = [cellAffine(part, set, norm), cellAffine(all, set, norm)];
		if (place >= 0 && full.scale !== 0) {
			mean[place] = (own.centre - full.centre + (own.rest - full.rest)) * full.scale;
			// A σ of zero has the scale 0, as its output is 0.
			std[place] = own.scale === 0 ? 0 : full.scale / own.scale;
		}
		sum += count * rmsBetween(full, own, full) ** 2;
		elements += count;
	}
	return { mean, std, output: elements === 0 ? NaN : Math.sqrt(sum / elements) };
}

function spreadOf(bySize: readonly (readonly number[])[]): Spread {
	const sorted = bySize.map((values) => Float64Array.from(values.filter((value) => !Number.isNaN(value))).sort());
	const at = (part: number) =>
		Float64Array.from(sorted, (values) => values[Math.max(0, Math.ceil(part * values.length) - 1)] ?? NaN);
	return { p5: at(0.05), median: at(0.5), p95: at(0.95) };
}

function deviations(draws: readonly Float64Array[]): Float64Array {
	return Float64Array.from(draws[0] ?? [], (_, set) => {
		const values = draws.map((draw) => draw[set] as number);
		const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
		return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
	});
}
