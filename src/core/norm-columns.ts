import { formatCount, formatNumber } from "./format";
import { setSize } from "./layout";
import type { ComparedNorm } from "./norm-comparison";

/** A column of the comparison of norms: its heading, what it tells, and of a row the value it is sorted by and its text. */
export interface NormColumn {
	readonly heading: string;
	readonly about: string;
	/** Also known of rows without a summary. */
	readonly always: boolean;
	value(row: ComparedNorm): number;
	text(row: ComparedNorm): string;
}

type Summary = NonNullable<ComparedNorm["summary"]>;

/** A column of one number of the summary. */
function numberColumn(
	heading: string,
	about: string,
	of: (summary: Summary, row: ComparedNorm) => number,
	format: (value: number) => string,
): NormColumn {
	const value = (row: ComparedNorm) => (row.summary ? of(row.summary, row) : NaN);
	return {
		heading,
		about,
		always: false,
		value,
		text: (row) => (Number.isNaN(value(row)) ? "–" : format(value(row))),
	};
}

/** A column of the lowest and the highest of a statistic; it is sorted by how far these are apart. */
function spreadColumn(heading: string, about: string, of: (summary: Summary) => { lowest: number; highest: number }) {
	return {
		heading,
		about,
		always: false,
		value: ({ summary }) => (summary ? of(summary).highest - of(summary).lowest : NaN),
		text({ summary }) {
			if (!summary || Number.isNaN(of(summary).lowest)) return "–";
			const { lowest, highest } = of(summary);
			return lowest === highest ? formatNumber(lowest, 3) : `${formatNumber(lowest, 3)} … ${formatNumber(highest, 3)}`;
		},
	} satisfies NormColumn;
}

const shortly = (value: number) => formatNumber(value, 6);

/** The columns of the comparison of norms, in the panel and in the terminal. */
export const NORM_COLUMNS: readonly NormColumn[] = [
	{
		heading: "Sets",
		about: "Sets of elements that share a mean and a deviation",
		always: true,
		value: ({ sets }) => sets,
		text: ({ sets }) => formatCount(sets),
	},
	{
		heading: "Set size",
		about: "Elements in each set",
		always: true,
		value: ({ layout }) => setSize(layout),
		text: ({ layout }) => formatCount(setSize(layout)),
	},
	numberColumn(
		"Mean after",
		"Mean of all finite values after the norm",
		({ after }) => after?.whole.mean ?? NaN,
		shortly,
	),
	numberColumn(
		"Std after",
		"Deviation of all finite values after the norm",
		({ after }) => after?.whole.std ?? NaN,
		shortly,
	),
	numberColumn("σ² < ε", "Sets whose variance is below ε, so that ε scales them", (s) => s.belowEps, formatCount),
	numberColumn("One element", "Sets with a single finite element", (_, { single }) => single, formatCount),
	spreadColumn("Means of sets", "Lowest and highest mean of a set, before the norm", ({ before }) => before.setMeans),
	spreadColumn("Stds of sets", "Lowest and highest deviation of a set, before", ({ before }) => before.setStds),
];

/** Why a row has no numbers, or undefined where it has. */
export function tooManySets({ sets, summary }: ComparedNorm): string | undefined {
	return summary ? undefined : `${formatCount(sets)} sets are too many to keep beside the others`;
}

/** Rows sorted by a column, stable; rows without a value come last in both directions. */
export function sortedNorms(rows: readonly ComparedNorm[], column: NormColumn, descending: boolean): ComparedNorm[] {
	return [...rows].sort((a, b) => {
		const [x, y] = [column.value(a), column.value(b)];
		if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y));
		return x === y ? 0 : x < y === descending ? 1 : -1;
	});
}
