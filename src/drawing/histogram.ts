import { type Distribution, QUANTILES, type QuantileName } from "../core/distribution";
import { formatCount } from "../core/format";
import { type Bins, equalBins } from "./histogram-bins";
import { magnitudeBins } from "./magnitude-bins";

/** How the bins of a histogram may be cut, in words. */
export const BINNINGS = { equal: "of equal width", magnitude: "by magnitude" } as const;

export type Binning = keyof typeof BINNINGS;

/** One cell of a distribution, as a chart shows it. */
export interface Histogram extends Bins {
	/** Finite elements. */
	readonly count: number;
	/** The finite elements and those that are left out, in words. */
	readonly counted: string;
	readonly quantiles: Readonly<Record<QuantileName, number>>;
}

/** The histogram of a cell. */
export function histogramOf(found: Distribution, binning: Binning, cell = 0): Histogram {
	const at = (column: Float64Array) => column[cell] as number;
	const left = (
		[
			["NaN", at(found.nan)],
			["+Inf", at(found.posInf)],
			["−Inf", at(found.negInf)],
		] as const
	).flatMap(([name, count]) => (count > 0 ? [`${formatCount(count)} ${name}`] : []));
	const names = Object.keys(QUANTILES) as QuantileName[];
	return {
		...(binning === "equal" ? equalBins : magnitudeBins)(found, cell),
		count: at(found.count),
		counted: `${formatCount(at(found.count))} finite values${left.length > 0 ? `, without ${left.join(", ")}` : ""}`,
		quantiles: Object.fromEntries(names.map((name) => [name, at(found.quantiles[name])])) as Histogram["quantiles"],
	};
}
