import { DTYPES } from "./dtype";
import { type MiniFloat, maxFinite } from "./minifloat";

/** A float type that statistics may be accumulated in. */
export type Precision = "f16" | "bf16" | "f32" | "f64";

/**
 * How a sum of many terms is formed: one after the other, or as NumPy does, by halves down to blocks of 128 with eight
 * sums, where 8192 terms at a time are summed so and these sums are added one after the other.
 */
export type Summation = "sequential" | "pairwise";

const parts = new Float64Array(1);
const words = new Uint32Array(parts.buffer);

/** Rounding of a float64 to the nearest value of a small float type, ties to even, past its largest value to infinity. */
function roundingTo({ mantissaBits, bias, ...type }: MiniFloat): (value: number) => number {
	const limit = maxFinite({ mantissaBits, bias, ...type });
	return (value) => {
		if (!(Math.abs(value) <= 2 * limit)) return Number.isNaN(value) ? NaN : value > 0 ? Infinity : -Infinity;
		parts[0] = value;
		const exponent = Math.max((((words[1] as number) >>> 20) & 0x7ff) - 1023, 1 - bias);
		// One and a half times the power of two whose last float64 digit is the type's: adding it rounds there, ties to even.
		words[0] = 0;
		words[1] = ((exponent - mantissaBits + 52 + 1023) << 20) | 0x80000;
		const anchor = parts[0] as number;
		const rounded = value + anchor - anchor;
		if (Math.abs(rounded) > limit) return value > 0 ? Infinity : -Infinity;
		return rounded === 0 ? value * 0 : rounded;
	};
}

/**
 * Rounds a float64 to a precision, once, to nearest with ties to even. The rounded result of one +, −, ×, ÷ or root of
 * values of the precision is exactly that of its hardware: float64 has more than twice their digits and two.
 */
export const ROUND: Readonly<Record<Precision, (value: number) => number>> = {
	f16: roundingTo(DTYPES.f16.mini as MiniFloat),
	bf16: roundingTo(DTYPES.bf16.mini as MiniFloat),
	f32: Math.fround,
	f64: (value) => value,
};

/** Running sums, one for each of some cells, in which every addition is rounded to a precision. */
export interface Sums {
	add(cell: number, term: number): void;
	/** The sum of a cell's terms; a pairwise one only once all that were announced are there. */
	total(cell: number): number;
}

/** Sums of nothing for the cells; pairwise ones need to know how many terms each cell will get. */
export function createSums(precision: Precision, summation: Summation, counts: ArrayLike<number>): Sums {
	const round = ROUND[precision];
	if (summation === "pairwise") {
		const totals = new Float64Array(counts.length);
		const left = Float64Array.from(counts);
		const under = new Map<number, PairwiseSum>();
		return {
			add(cell, term) {
				let sum = under.get(cell);
				if (!sum) {
					sum = startPairwise(Math.min(BUFFER, left[cell] as number));
					under.set(cell, sum);
				}
				left[cell] = (left[cell] as number) - 1;
				if (!addTerm(sum, term, round)) return;
				totals[cell] = round((totals[cell] as number) + (sum.pending[0] as number));
				under.delete(cell);
			},
			total: (cell) => totals[cell] as number,
		};
	}
	const totals = new Float64Array(counts.length);
	return {
		add(cell, term) {
			totals[cell] = round((totals[cell] as number) + term);
		},
		total: (cell) => totals[cell] as number,
	};
}

/** NumPy's PW_BLOCKSIZE. */
const BLOCK = 128;

/** Terms that NumPy's reductions pass on at a time (`np.getbufsize()`). */
const BUFFER = 8192;

/** A pairwise sum under way. */
interface PairwiseSum {
	/** Terms of the current block. */
	readonly block: number[];
	/** Lengths of the parts still to be summed, the next one last; 0 stands for adding the two sums that are pending. */
	readonly todo: number[];
	readonly pending: number[];
}

function startPairwise(count: number): PairwiseSum {
	const sum: PairwiseSum = { block: [], todo: [count], pending: [] };
	splitNext(sum);
	return sum;
}

/** Halves the next part until it is a block, as NumPy's `pairwise_sum` does. */
function splitNext({ todo }: PairwiseSum): void {
	for (let part = todo.at(-1) ?? 0; part > BLOCK; part = todo.at(-1) ?? 0) {
		let half = Math.floor(part / 2);
		half -= half % 8;
		todo.splice(-1, 1, 0, part - half, half);
	}
}

/** Adds one term; true where it was the last. */
function addTerm(sum: PairwiseSum, term: number, round: (value: number) => number): boolean {
	const { block, todo, pending } = sum;
	block.push(term);
	if (block.length < (todo.at(-1) as number)) return false;
	pending.push(sumBlock(block, round));
	block.length = 0;
	todo.pop();
	while (todo.at(-1) === 0) {
		todo.pop();
		const right = pending.pop() as number;
		pending.push(round((pending.pop() as number) + right));
	}
	splitNext(sum);
	return todo.length === 0;
}

function sumBlock(block: readonly number[], round: (value: number) => number): number {
	const add = (a: number, b: number) => round(a + b);
	if (block.length < 8) return block.reduce(add, -0);
	const sums = block.slice(0, 8);
	let at = 8;
	for (; at + 8 <= block.length; at += 8) {
		for (let k = 0; k < 8; k++) sums[k] = add(sums[k] as number, block[at + k] as number);
	}
	const [a, b, c, d, e, f, g, h] = sums as [number, number, number, number, number, number, number, number];
	const whole = add(add(add(a, b), add(c, d)), add(add(e, f), add(g, h)));
	return block.slice(at).reduce(add, whole);
}

/** The mean from a sum of `count` terms: the count is rounded to the precision too, as it takes part in a division of it. */
export function meanFrom(precision: Precision, sum: number, count: number): number {
	const round = ROUND[precision];
	return round(sum / round(count));
}

/** The fast variance E[x²] − E[x]² from the mean and the sum of rounded squares; cancellation may make it negative. */
export function fastVarianceFrom(precision: Precision, mean: number, squares: number, count: number): number {
	const round = ROUND[precision];
	return round(meanFrom(precision, squares, count) - round(mean * mean));
}

/** Mean and variance of some values as a precision has them: every element, operation and result is rounded to it. */
export function momentsIn(
	values: ArrayLike<number>,
	precision: Precision,
	{ summation, variance }: { readonly summation: Summation; readonly variance: "two-pass" | "fast" },
): { readonly mean: number; readonly variance: number } {
	const round = ROUND[precision];
	const count = values.length;
	const sumOf = (term: (value: number) => number) => {
		const sums = createSums(precision, summation, [count]);
		for (let i = 0; i < count; i++) sums.add(0, term(round(values[i] as number)));
		return sums.total(0);
	};
	const mean = meanFrom(
		precision,
		sumOf((value) => value),
		count,
	);
	if (variance === "fast") {
		const squares = sumOf((value) => round(value * value));
		return { mean, variance: fastVarianceFrom(precision, mean, squares, count) };
	}
	const deviations = sumOf((value) => {
		const deviation = round(value - mean);
		return round(deviation * deviation);
	});
	return { mean, variance: meanFrom(precision, deviations, count) };
}
