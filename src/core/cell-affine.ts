import { cellStatistics, type Moments } from "./moments";
import { affineOf, type Norm } from "./normalizations";

/** What one cell is moved and scaled by, as a straight line `(x − centre − rest) · scale`, beside its mean and deviation. */
export interface CellAffine {
	readonly mean: number;
	/** What rounding took from the mean. */
	readonly meanRest: number;
	readonly std: number;
	readonly centre: number;
	/** What rounding took from the centre, where it is the mean. */
	readonly rest: number;
	readonly scale: number;
}

/** The straight line that a plain norm makes of one cell's statistics. */
export function cellAffine(moments: Moments, cell: number, norm: Norm): CellAffine {
	const { nan: _, posInf: __, negInf: ___, ...set } = cellStatistics(moments, cell);
	const { unit, centre, scale } = affineOf({ ...set, nonFinite: 0 }, norm);
	const meanRest = moments.meanRest[cell] as number;
	const isMean = centre === set.mean * unit;
	return {
		mean: set.mean,
		meanRest,
		std: set.std,
		centre: centre / unit,
		rest: isMean ? meanRest : 0,
		scale: scale * unit,
	};
}

/** The straight lines that a norm makes of all cells, field by field: what is asked for again and again is found once. */
export interface CellLines {
	readonly centre: Float64Array;
	readonly rest: Float64Array;
	readonly scale: Float64Array;
}

/** The straight lines that a plain norm makes of the statistics of all cells. */
export function cellLines(moments: Moments, norm: Norm): CellLines {
	const { length } = moments.count;
	const lines = { centre: new Float64Array(length), rest: new Float64Array(length), scale: new Float64Array(length) };
	for (let cell = 0; cell < length; cell++) {
		const { centre, rest, scale } = cellAffine(moments, cell, norm);
		lines.centre[cell] = centre;
		lines.rest[cell] = rest;
		lines.scale[cell] = scale;
	}
	return lines;
}

/**
 * Root mean square over a set of what one line makes of its elements less what another makes: both are straight, so the
 * set's mean and deviation say it.
 */
export function rmsBetween(set: CellAffine, one: CellAffine, other: CellAffine): number {
	const at = (line: CellAffine) => (set.mean - line.centre + (set.meanRest - line.rest)) * line.scale;
	return Math.hypot((one.scale - other.scale) * set.std, at(one) - at(other));
}
