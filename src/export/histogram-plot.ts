import { csvLine } from "../core/csv";
import { formatCount, toJsonNumber } from "../core/format";
import { binBounds, drawHistogram, type Histogram } from "../drawing/histogram-chart";
import type { Plot } from "./figures";

/** A histogram of all finite values, counts in proportion or as logarithms. */
export function histogramPlot(histogram: Histogram, title: string, log: boolean): Plot {
	const size = { width: 720, height: 230 };
	const { counts } = histogram;
	const all = counts.reduce((sum, count) => sum + count, 0);
	return {
		name: "histogram",
		title: `${title}: distribution`,
		notes: [
			`${formatCount(all)} finite values in ${counts.length} bins as wide as each other${log ? ", counts as logarithms" : ""}. Lines: quantiles, the median unbroken.`,
		],
		...size,
		draw: (surface, theme) => drawHistogram(surface, histogram, size, theme, { log }),
		csv: () =>
			csvLine(["from [value]", "to [value]", "count [finite elements]"]) +
			Array.from(counts, (count, bin) => csvLine([...binBounds(histogram, bin).map(toJsonNumber), count])).join(""),
	};
}
