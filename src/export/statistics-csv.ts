import { csvLine } from "../core/csv";
import { partName, unravel } from "../core/inspection";
import { type Box, setBox, sizeOf } from "../core/layout";
import { type CellColumns, STATISTICS, type StatisticName, statisticAt } from "../core/statistics-json";
import type { ExportedStatistics } from "./statistics";

/** What stands over the statistics, with their units. */
const HEADINGS = {
	count: "count [finite elements]",
	mean: "mean [value]",
	std: "population std [value]",
	min: "min [value]",
	max: "max [value]",
	nan: "NaN [elements]",
	posInf: "+Inf [elements]",
	negInf: "-Inf [elements]",
	zeros: "zeros [elements]",
} as const satisfies Record<StatisticName, string>;

/** The headings of all statistics, in their order. */
export const STATISTIC_HEADINGS = STATISTICS.map((name) => HEADINGS[name]);

/** Rows that are put into one piece of text. */
const ROWS_PER_PIECE = 2048;

/**
 * Statistics as one table in pieces: a row for every cell of every layout, with the first and the last index of its box along
 * each axis. Numbers read back as the same float64; 64-bit integers are whole; NaN, Infinity and -Infinity are spelled so.
 */
export function* statisticsCsv(exported: ExportedStatistics): Generator<string, void, undefined> {
	const { dtype, letters, layouts, exact } = exported;
	const bounds = letters.flatMap((letter, axis) => boundHeadings(axis, letter));
	yield csvLine(["layout", "part", ...bounds, ...STATISTIC_HEADINGS]);
	for (const { name, layout, parts } of layouts) {
		for (const [part, moments] of parts.entries()) {
			let piece = "";
			for (let cell = 0; cell < sizeOf(layout.cells); cell++) {
				const box = setBox(layout, unravel(cell, layout.cells));
				piece += csvLine([name, partName(dtype, part), ...boundsOf(box), ...numbersOf(moments, cell, exact)]);
				if (cell % ROWS_PER_PIECE !== ROWS_PER_PIECE - 1) continue;
				yield piece;
				piece = "";
			}
			yield piece;
		}
	}
}

/** Headings of the first and the last index of a box along an axis. */
export function boundHeadings(axis: number, letter: string): string[] {
	return [`axis ${axis} ${letter} first [index]`, `axis ${axis} ${letter} last [index]`];
}

/** First and last index along every axis; nothing along an empty one. */
function boundsOf({ origin, shape }: Box): (number | null)[] {
	return shape.flatMap((size, axis) =>
		size === 0 ? [null, null] : [origin[axis] as number, (origin[axis] as number) + size - 1],
	);
}

function numbersOf(columns: CellColumns, cell: number, exact: boolean) {
	return STATISTICS.map((name) => statisticAt(columns, name, cell, exact));
}
