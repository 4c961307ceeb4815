import { cellsWithin } from "../core/coarsen";
import { type Layout, partStart, type Shape } from "../core/layout";
import { cellStatistics, type Moments } from "../core/moments";
import { affineFrom, deviationOf, exceptionOf, withEps } from "../core/norm-affine";
import type { InputId } from "../core/norm-inputs";
import type { Affine, SetStatistics, SetTable } from "../core/normalization";
import {
	affineOf,
	coefficientLayout,
	layoutsOf,
	type Norm,
	needsMagnitudes,
	normalization,
} from "../core/normalizations";
import { type AffineParameters, type Broadcast, type NormInputs, sharedFloats } from "./affine-parameters";
import type { CellRange } from "./derive";
import { type Partials, partsOfLayouts } from "./moments-jobs";
import type { LocatedInput } from "./norm-inputs";
import type { SingularValue } from "./spectral";
import { compose } from "./tables";

/** What the elements of each cell are moved and scaled by, for the cells from `firstCell` on. */
export interface Coefficients {
	readonly firstCell: number;
	readonly centre: Float64Array;
	/** What rounding took from the centre. */
	readonly rest: Float64Array;
	readonly scale: Float64Array;
	/** Powers of two that values are multiplied by first; absent where all are 1. */
	readonly unit?: Float64Array;
	/** The second number of each cell, where the norm has one. */
	readonly extra?: Float64Array;
}

/** What every element is moved and scaled by: `y = (x · unit − centre − rest) · scale · gamma + beta`; memory shared by threads. */
export interface AffineTables extends Coefficients, AffineParameters {}

/** A layout with the statistics of its cells. */
export interface LayoutWithMoments {
	readonly layout: Layout;
	readonly moments: Moments;
}

/** Adds shares up into the coefficients of all cells of a norm's layout; a sum of magnitudes is in them where the norm needs it. */
export function normCoefficients(
	input: Partials & { readonly norm: Norm; readonly inputs: NormInputs; readonly sigma: SingularValue | null },
): Coefficients {
	const { norm, shape, inputs, sigma } = input;
	if (sigma !== null) return oneCoefficient(spectralAffine(sigma, norm));
	const wanted = layoutsOf(norm, shape);
	const layouts = partsOfLayouts({ ...input, wanted }).map(({ layout, parts }) => ({
		layout,
		moments: parts[0] as Moments,
	}));
	return combinedCoefficients(layouts, { norm, shape, inputs }, sharedFloats);
}

/** What a weight is scaled by that its largest singular value divides. */
function spectralAffine({ relative, largest }: SingularValue, { options }: Norm): Affine {
	const set = { mean: 0, std: 0, min: -largest, max: largest, nonFinite: 0 };
	return affineFrom(
		set,
		() => 0,
		(unit) => withEps(relative * (largest * unit), options, unit),
	);
}

function oneCoefficient({ centre, scale, unit }: Affine): Coefficients {
	const one = (value: number) => sharedFloats(1).fill(value);
	return {
		firstCell: 0,
		centre: one(centre),
		rest: one(0),
		scale: one(scale),
		...(unit === 1 ? {} : { unit: one(unit) }),
	};
}

/** Coefficients of all cells, from the statistics of the norm's layouts and its inputs; without statistics those of nothing. */
export function combinedCoefficients(
	layouts: readonly LayoutWithMoments[],
	{ norm, shape, inputs }: { readonly norm: Norm; readonly shape: Shape; readonly inputs: NormInputs },
	floats?: (length: number) => Float64Array,
): Coefficients {
	const { combine, statistic } = normalization(norm.id);
	const [own] = layouts;
	if (!combine) {
		if (!own || !statistic) return oneCoefficient({ unit: 1, centre: 0, scale: 1 });
		return coefficientsOf({ firstCell: 0, moments: own.moments }, norm, floats);
	}
	const table = setTable(layouts, coefficientLayout(norm, shape), norm, inputs);
	const affine = combine(table, norm.options);
	const exception = (cell: number) =>
		layouts
			.map((_, k) => exceptionOf(k === 0 ? table.own(cell) : table.other(k - 1, cell), norm.options))
			.find((each) => each !== undefined);
	const affineAt = (cell: number) => exception(cell) ?? affine(cell);
	return tabled({ firstCell: 0, cells: table.count, moments: own?.moments }, affineAt, floats);
}

/** The coefficients that follow from the statistics of some cells, each on its own, in arrays of the caller's kind. */
export function coefficientsOf(
	{ firstCell, moments }: CellRange,
	norm: Norm,
	floats?: (length: number) => Float64Array,
): Coefficients {
	const affineAt = (cell: number) => affineOf(setStatistics(moments, cell, norm), norm);
	return tabled({ firstCell, cells: moments.count.length, moments }, affineAt, floats);
}

function setStatistics(moments: Moments, cell: number, norm: Norm): SetStatistics {
	const { nan, posInf, negInf, ...set } = cellStatistics(moments, cell);
	return { ...set, nonFinite: nan + posInf + negInf, ...(needsMagnitudes(norm) ? { meanAbs: set.mean } : {}) };
}

function tabled(
	{
		firstCell,
		cells,
		moments,
	}: { readonly firstCell: number; readonly cells: number; readonly moments: Moments | undefined },
	affineAt: (cell: number) => Affine,
	floats: (length: number) => Float64Array = (length) => new Float64Array(length),
): Coefficients {
	const [centre, rest, scale] = [floats(cells), floats(cells), floats(cells)];
	let unit: Float64Array | undefined;
	let extra: Float64Array | undefined;
	for (let cell = 0; cell < cells; cell++) {
		const affine = affineAt(cell);
		centre[cell] = affine.centre;
		scale[cell] = affine.scale;
		// A centre that is the mean has what rounding took from the mean.
		const isMean = moments && affine.centre === (moments.mean[cell] as number) * affine.unit;
		rest[cell] = isMean ? (moments.meanRest[cell] as number) * affine.unit : 0;
		if (affine.extra !== undefined) {
			extra ??= floats(cells);
			extra[cell] = affine.extra;
		}
		if (affine.unit === 1) continue;
		unit ??= floats(cells).fill(1);
		unit[cell] = affine.unit;
	}
	return { firstCell, centre, rest, scale, ...(unit ? { unit } : {}), ...(extra ? { extra } : {}) };
}

/** The sets of a layout as an entry's `combine` sees them. */
function setTable(layouts: readonly LayoutWithMoments[], layout: Layout, norm: Norm, inputs: NormInputs): SetTable {
	const [own, ...others] = layouts;
	const within = others.map((other) => cellsWithin(layout, other.layout));
	const places = new Map<InputId, Int32Array>();
	const placesOf = (id: InputId, { strides }: Broadcast) => {
		const known = places.get(id) ?? firstElements(layout, strides);
		places.set(id, known);
		return known;
	};
	return {
		count: layout.cells.reduce((product, parts) => product * parts, 1),
		own: (set) => setStatistics((own as LayoutWithMoments).moments, set, norm),
		other: (k, set) => setStatistics((others[k] as LayoutWithMoments).moments, within[k]?.[set] as number, norm),
		within: (k) => within[k] as Int32Array,
		input(id, set) {
			const given = inputs[id];
			return given && (given.values[placesOf(id, given)[set] as number] as number);
		},
		vector: (id) => inputs[id]?.values,
	};
}

/** Where the first element of each cell lies in an input. */
function firstElements({ shape, cells }: Layout, strides: Shape): Int32Array {
	return compose(
		shape.map((size, axis) =>
			Int32Array.from(
				{ length: cells[axis] as number },
				(_, part) => partStart(part, size, cells[axis] as number) * (strides[axis] as number),
			),
		),
	);
}

/** The deviation and mean of each set of a style, as gamma and beta of the content. */
export function styleParameters({
	style,
	norm,
	...partials
}: Partials & { readonly style: LocatedInput; readonly norm: Norm }): NormInputs {
	const [found] = partsOfLayouts({ ...partials, wanted: layoutsOf(norm, style.target.shape) });
	const moments = found?.parts[0] as Moments;
	const deviation = (std: number, set: number) =>
		withEps(
			deviationOf({ mean: 0, std, count: moments.count[set] as number, nonFinite: 0 }, norm.options),
			norm.options,
		);
	const broadcast = (values: Float64Array): Broadcast => {
		const shared = sharedFloats(values.length);
		shared.set(values);
		return { values: shared, strides: style.strides };
	};
	return { gamma: broadcast(moments.std.map(deviation)), beta: broadcast(moments.mean) };
}
