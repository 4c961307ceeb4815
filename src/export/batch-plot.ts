import type { BatchSizes } from "../core/batch-sizes";
import { csvLine } from "../core/csv";
import { formatCount, toJsonNumber } from "../core/format";
import { drawBatchSizes } from "../drawing/batch-chart";
import type { Plot } from "./figures";

/** The error of a norm's output over the size of sub-batches; `others` are norms that have none at any size. */
export function batchPlot(found: BatchSizes, norm: string, title: string, others: readonly string[]): Plot {
	const size = { width: 720, height: 220 };
	const { sizes, output, mean, std } = found;
	const columns = [output, mean, std].flatMap(({ p5, median, p95 }) => [p5, median, p95]);
	const headings = ["output error [normalized value]", "mean less that of all [std]", "std over that of all [ratio]"];
	return {
		name: "batch-size",
		title: `${title}: output error of ${norm} by the size of the sub-batch`,
		notes: [
			`Line: median of ${formatCount(found.draws)} draws. Band: 5 % to 95 %. Below: samples in the sub-batch.${others.length > 0 ? ` Dashed, error 0 at any size: ${others.join(", ")}.` : ""}`,
		],
		...size,
		draw: (surface, theme) => drawBatchSizes(surface, found, size, theme, others.length > 0),
		csv: () =>
			csvLine([
				"samples",
				...headings.flatMap((heading) => ["p5", "median", "p95"].map((name) => `${name} of ${heading}`)),
			]) +
			sizes
				.map((samples, k) => csvLine([samples, ...columns.map((values) => toJsonNumber(values[k] as number))]))
				.join(""),
	};
}
