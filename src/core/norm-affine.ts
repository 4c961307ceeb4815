import type { NormOptions } from "./norm-options";
import type { Affine, SetStatistics, Statistic } from "./normalization";

/** Units of sets: that of most, of those whose sums or differences overflow, of those whose divisor is too small to divide by. */
const UNITS = [1, 2 ** -32, 2 ** 200] as const;

/**
 * What a set is moved and scaled by for a centre and a divisor, which are asked for in units: those of the set times the
 * unit. A divisor of zero makes every element 0.
 */
export function affineFrom(
	set: SetStatistics,
	centreIn: (unit: number) => number,
	divisorIn: (unit: number) => number,
): Affine {
	for (const unit of set.min === undefined || set.max === undefined ? ([1] as const) : UNITS) {
		const [centre, size] = [centreIn(unit), divisorIn(unit)];
		if (size === 0) return { unit: 1, centre: centreIn(1), scale: 0 };
		const scale = 1 / size;
		const isApart = (end: number | bigint | undefined) => Number.isFinite(Number(end ?? 0) * unit - centre);
		if (Number.isFinite(scale) && size < Infinity && isApart(set.min) && isApart(set.max))
			return { unit, centre, scale };
	}
	return { unit: 1, centre: centreIn(1), scale: 1 / divisorIn(1) };
}

/** Standard deviation with `ddof` taken from the count; 0 where nothing is left to divide by, as there is no spread to tell. */
export function deviationOf({ std, count }: SetStatistics, { ddof }: NormOptions): number {
	if (ddof === 0 || count === undefined) return std;
	return count > ddof ? std * Math.sqrt(count / (count - ddof)) : 0;
}

/** A divisor with eps where the options place it; both are in the same unit, in which eps is squared inside the root. */
export function withEps(size: number, { eps, epsPlace }: NormOptions, unit = 1): number {
	if (eps === 0) return size;
	if (epsPlace === "outside") return size + eps * unit;
	if (epsPlace === "max") return Math.max(size, eps * unit);
	return Math.hypot(size, Math.sqrt(eps) * unit);
}

/** The size of a set that its elements are divided by, before eps, times a unit. */
function sizeOfSet(set: SetStatistics, { divisor }: Statistic, options: NormOptions, unit: number): number {
	const { mean, std, count = 1, min = NaN, max = NaN } = set;
	if (divisor === "std") return deviationOf({ ...set, std: std * unit }, options);
	if (divisor === "range") return Number(max) * unit - Number(min) * unit;
	if (divisor === "rms" || options.p === "2") {
		const rms = Math.hypot(mean * unit, std * unit);
		return divisor === "rms" ? rms : rms * Math.sqrt(count);
	}
	if (options.p === "max") return Math.max(Math.abs(Number(min)), Math.abs(Number(max))) * unit;
	return (set.meanAbs ?? NaN) * unit * count;
}

/** Whether eps rather than the data sets the divisor of a set: its square is below eps where eps is inside the root, its size elsewhere. */
export function isBelowEps(set: Omit<SetStatistics, "nonFinite">, statistic: Statistic, options: NormOptions): boolean {
	const size = sizeOfSet({ ...set, nonFinite: 0 }, statistic, options, 1);
	return (options.epsPlace === "inside" ? size * size : size) < options.eps;
}

/** What spoiled sets, and those without a finite element, are moved and scaled by; undefined for all others. */
export function exceptionOf(set: SetStatistics, options: NormOptions): Affine | undefined {
	if (options.nonFinite === "propagate" && set.nonFinite > 0) return { unit: 1, centre: NaN, scale: NaN, extra: NaN };
	if (!Number.isFinite(set.mean)) return { unit: 1, centre: 0, scale: 1, extra: 0 };
	return undefined;
}

/**
 * What a set is moved and scaled by, from its own statistics: `y = (x − centre) / sigma`, with the centre and divisor of the
 * statistic, eps where the options place it. A set without spread and eps becomes 0.
 */
export function affineBy(set: SetStatistics, statistic: Statistic, options: NormOptions): Affine {
	if (options.stash === "f32") return affineInFloat32(set, statistic, options);
	const centre = { mean: set.mean, min: Number(set.min ?? NaN), nothing: 0 }[statistic.centre];
	return affineFrom(
		set,
		(unit) => centre * unit,
		(unit) => withEps(sizeOfSet(set, statistic, options, unit), options, unit),
	);
}

/** The same with every statistic and step rounded to float32, as frameworks keep them; sums themselves are exact. */
function affineInFloat32(set: SetStatistics, statistic: Statistic, options: NormOptions): Affine {
	const round = Math.fround;
	const centre = round({ mean: set.mean, min: Number(set.min ?? NaN), nothing: 0 }[statistic.centre]);
	let size = round(sizeOfSet(set, statistic, options, 1));
	if (statistic.divisor === "std" || statistic.divisor === "rms") {
		const meanSquare = round(set.mean * set.mean + set.std * set.std);
		const fast = Math.max(0, round(meanSquare - round(centre * centre)));
		const square = statistic.divisor === "std" && options.variance === "fast" ? fast : round(size * size);
		if (options.epsPlace === "inside")
			return { unit: 1, centre, scale: inverse(round(Math.sqrt(round(square + round(options.eps))))) };
		size = round(Math.sqrt(square));
	}
	return { unit: 1, centre, scale: inverse(round(withEps(size, options))) };
}

function inverse(size: number): number {
	return size === 0 ? 0 : Math.fround(1 / size);
}
