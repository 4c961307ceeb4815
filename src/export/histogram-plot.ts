import { csvLine } from "../core/csv";
import { toJsonNumber } from "../core/format";
import type { Histogram } from "../drawing/histogram";
import { drawHistogram } from "../drawing/histogram-chart";
import type { Plot } from "./figures";

/** A histogram of all finite values, counts in proportion or as logarithms. */
export function histogramPlot(histogram: Histogram, title: string, log: boolean): Plot {
	const size = { width: 720, height: 230 };
	const { counts, boundsOf, counted, rule } = histogram;
	return {
		name: "histogram",
		title: `${title}: distribution`,
		notes: [`${counted}. ${rule}${log ? " Counts as logarithms." : ""} Lines: quantiles, the median unbroken.`],
		...size,
		draw: (surface, theme) => drawHistogram(surface, histogram, size, theme, { log }),
		csv: () =>
			csvLine(["from [value]", "to [value]", "count [finite elements]"]) +
			Array.from(counts, (count, bin) => csvLine([...boundsOf(bin).map(toJsonNumber), count])).join(""),
	};
}
