import { type Distribution, HISTOGRAM_BINS, QUANTILES, type QuantileName } from "./distribution";
import { type DType, partsOf } from "./dtype";
import { toJsonNumber } from "./format";
import { isUnseen } from "./inspection";
import type { Layout, Shape } from "./layout";
import type { Extremes, Moments } from "./moments";

/** The tensor that statistics are of, and the time they took. */
export interface StatisticsSubject {
	/** Name in its file, "" where the file holds one nameless tensor. */
	readonly tensor: string;
	readonly dtype: DType;
	readonly shape: Shape;
	readonly elapsedMs: number;
	/** Elements that were seen, told where that is not all of them. */
	readonly seen?: number;
}

/** Moments under one layout: one part, or two (real, imaginary) of a complex dtype. */
export interface StatisticsCells {
	readonly layout: Layout;
	readonly parts: readonly Moments[];
	/** Quantiles and histograms of the same parts, for `statisticsJsonText`. */
	readonly distributions?: readonly Distribution[];
}

/** A number as JSON holds it: "NaN", "Infinity", "-Infinity" and integers past 2^53 are strings; null is unknown, outside a sample. */
export type JsonNumber = number | string | null;

/** Statistics of the cells of a layout in C order, always arrays; `std` is the population one, without eps. */
export interface CellsJson {
	/** Finite elements. */
	readonly count: readonly JsonNumber[];
	/** "NaN", as are std, min and max, where a cell has no finite element. */
	readonly mean: readonly JsonNumber[];
	readonly std: readonly JsonNumber[];
	readonly min: readonly JsonNumber[];
	readonly max: readonly JsonNumber[];
	readonly nan: readonly JsonNumber[];
	readonly posInf: readonly JsonNumber[];
	readonly negInf: readonly JsonNumber[];
	readonly zeros: readonly JsonNumber[];
}

interface TensorJson {
	readonly tensor: string;
	readonly dtype: DType;
	readonly shape: Shape;
	readonly cells: Shape;
}

interface RunJson {
	/** Whether every element was seen. */
	readonly exact: boolean;
	/** Elements of the sample, where not `exact`. */
	readonly seen?: number;
	readonly elapsedMs: number;
}

/** What `stats --json` prints and "Copy Statistics as JSON" copies; complex tensors have `real` and `imag` in place of the arrays. */
export type StatisticsJson = TensorJson &
	(CellsJson | { readonly real: CellsJson; readonly imag: CellsJson }) &
	RunJson;

/** The statistics of a cell, in the order in which they are written. */
export const STATISTICS = ["count", "mean", "std", "min", "max", "nan", "posInf", "negInf", "zeros"] as const;

export type StatisticName = (typeof STATISTICS)[number];

/** What numbers of cells are taken from: moments, or a profile. */
export type CellColumns = Pick<Moments, StatisticName>;

/** Statistics as plain JSON data, for up to some hundred thousand cells; `statisticsJsonText` serves any number. */
export function statisticsJson(subject: StatisticsSubject, cells: StatisticsCells, exact = true): StatisticsJson {
	const { tensor, dtype, shape, elapsedMs, seen } = subject;
	const head: TensorJson = { tensor, dtype, shape, cells: cells.layout.cells };
	const run = { exact, ...(exact || seen === undefined ? {} : { seen }), elapsedMs };
	const [first, second] = cells.parts.map((moments) => cellsJson(moments, exact));
	if (!first) throw new TypeError("statistics need at least one part");
	return partsOf(dtype) === 2 && second
		? { ...head, real: first, imag: second, ...run }
		: { ...head, ...first, ...run };
}

function cellsJson(moments: Moments, exact: boolean): CellsJson {
	const column = (name: StatisticName) =>
		Array.from(moments.count, (_, cell) => statisticAt(moments, name, cell, exact));
	return Object.fromEntries(STATISTICS.map((name) => [name, column(name)])) as Record<StatisticName, JsonNumber[]>;
}

/** One statistic of one cell; null where the sample has no element of it, "NaN" where it has no finite one. */
export function statisticAt(moments: CellColumns, name: StatisticName, cell: number, exact: boolean): JsonNumber {
	if (!exact && name !== "count" && isUnseen(moments, cell)) return null;
	const column: Extremes = moments[name];
	const defined = moments.count[cell] !== 0 || (name !== "mean" && name !== "std" && name !== "min" && name !== "max");
	return toJsonNumber(defined ? (column[cell] as number | bigint) : NaN);
}

/** Cells whose numbers are put into one piece of text. */
const CELLS_PER_PIECE = 4096;

/** What `stats --quantiles --json` prints beside the statistics of each part, for cells in C order. */
export interface DistributionJson extends Readonly<Record<QuantileName, readonly JsonNumber[]>> {
	/** `HISTOGRAM_BINS` counts for every cell: of bins as wide as each other from its min to its max. */
	readonly histogram: readonly (readonly number[])[];
	/** How far a quantile may be from the element that it stands for, relative to it; 0 where all are exact. */
	readonly quantileError: number;
}

/** Quantiles and histograms as plain JSON data. */
export function distributionJson({ quantiles, histogram, count, relativeError }: Distribution): DistributionJson {
	const names = Object.keys(QUANTILES) as QuantileName[];
	const columns = names.map((name) => [name, Array.from(quantiles[name], toJsonNumber)]);
	return {
		...(Object.fromEntries(columns) as Record<QuantileName, JsonNumber[]>),
		histogram: Array.from(count, (_, cell) => [
			...histogram.subarray(cell * HISTOGRAM_BINS, (cell + 1) * HISTOGRAM_BINS),
		]),
		quantileError: relativeError,
	};
}

/**
 * The text of `statisticsJson` in pieces of some ten kilobytes, so that millions of cells can be written as they are made;
 * with distributions each part also has the fields of `DistributionJson`.
 */
export function* statisticsJsonText(
	subject: StatisticsSubject,
	cells: StatisticsCells,
	exact = true,
): Generator<string, void, undefined> {
	const { tensor, dtype, shape, elapsedMs, seen } = subject;
	const line = (name: string, value: unknown) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)}`;
	yield `{\n${[line("tensor", tensor), line("dtype", dtype), line("shape", shape), ""].join(",\n")}`;
	yield `${line("cells", cells.layout.cells)},\n`;
	yield* cellsText(dtype, cells, exact, "  ");
	const sample = exact || seen === undefined ? "" : `${line("seen", seen)},\n`;
	yield `,\n${line("exact", exact)},\n${sample}${line("elapsedMs", elapsedMs)}\n}\n`;
}

/** The arrays of a layout as members of a JSON object: of complex dtypes as two objects, `real` and `imag`. */
export function* cellsText(
	dtype: DType,
	{ parts, distributions }: StatisticsCells,
	exact: boolean,
	indent: string,
): Generator<string, void, undefined> {
	const [first, second] = parts;
	const [ofFirst, ofSecond] = distributions ?? [];
	if (!first) throw new TypeError("statistics need at least one part");
	if (partsOf(dtype) === 1 || !second) return yield* columnsText(first, ofFirst, exact, indent);
	yield `${indent}"real": {\n`;
	yield* columnsText(first, ofFirst, exact, `${indent}  `);
	yield `\n${indent}},\n${indent}"imag": {\n`;
	yield* columnsText(second, ofSecond, exact, `${indent}  `);
	yield `\n${indent}}`;
}

function* columnsText(
	moments: Moments,
	distribution: Distribution | undefined,
	exact: boolean,
	indent: string,
): Generator<string, void, undefined> {
	for (const [position, name] of STATISTICS.entries()) {
		yield `${position === 0 ? "" : ",\n"}${indent}"${name}": [`;
		for (let start = 0; start < moments.count.length; start += CELLS_PER_PIECE) {
			const end = Math.min(start + CELLS_PER_PIECE, moments.count.length);
			const numbers = Array.from({ length: end - start }, (_, k) =>
				JSON.stringify(statisticAt(moments, name, start + k, exact)),
			);
			yield `${start === 0 ? "" : ", "}${numbers.join(", ")}`;
		}
		yield "]";
	}
	const more = distribution ? Object.entries(distributionJson(distribution)) : [];
	for (const [name, value] of more) yield `,\n${indent}"${name}": ${JSON.stringify(value).replaceAll(",", ", ")}`;
}
