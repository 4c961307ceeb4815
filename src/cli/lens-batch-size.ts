import type { BatchSizes } from "../core/batch-sizes";
import { formatCount, formatNumber } from "../core/format";
import { layoutOf, NORMALIZATIONS, normalization, normOf } from "../core/normalizations";
import { integerOf } from "./arguments";
import type { Lens, LensInput } from "./lens";
import { chosenNorm, LENS_NORM_OPTIONS } from "./lens-norm";
import { NORM_IDS } from "./norm-choice";
import { tableLines } from "./table";

/** How well sub-batches of 1, 2, 4, … samples stand for the whole batch. */
export const batchSizeLens: Lens = {
	takes: [...LENS_NORM_OPTIONS, "batch-axis", "draws", "seed"],
	async look(input) {
		const { given, tensor, ref, terminal, options } = input;
		const { norm } = chosenNorm(given, tensor);
		const number = (name: string, least: number) => integerOf(given, name, least);
		const [axis, draws, seed] = [number("batch-axis", -Infinity), number("draws", 1), number("seed", 0)];
		const found = await terminal.engine.batchSizes(
			{
				...ref,
				norm,
				...(axis === undefined ? {} : { axis }),
				...(draws === undefined ? {} : { draws }),
				...(seed === undefined ? {} : { seed }),
			},
			options,
		);
		return { json: jsonOf(found), text: textOf(found, normalization(norm.id).label, withoutBatch(input, found.axis)) };
	},
};

/** Labels of the norms that average over no other sample: a batch of any size gives them the same result. */
function withoutBatch({ tensor: { shape } }: LensInput, axis: number): string[] {
	return NORM_IDS.flatMap((id) => {
		if (!normalization(id).uses.includes("axis")) return [];
		try {
			const { cells } = layoutOf(normOf(id, shape), shape);
			return cells[axis] === shape[axis] ? [NORMALIZATIONS[id].label] : [];
		} catch {
			return [];
		}
	});
}

function textOf(found: BatchSizes, label: string, others: readonly string[]): string[] {
	const { axis, samples, sets, draws, seed, sizes, mean, std, output } = found;
	const columns = ["samples", "mean p5", "p95", "σ median", "p5", "p95", "output error", "p95"];
	const rows = sizes.map((size, k) => [
		formatCount(size),
		...[mean.p5, mean.p95, std.median, std.p5, std.p95, output.median, output.p95].map((values) =>
			formatNumber(Math.abs(values[k] as number) < 1e-14 ? 0 : (values[k] as number), 4),
		),
	]);
	return [
		`${label} of ${formatCount(sets)} ${sets === 1 ? "set" : "sets"} from sub-batches of the ${formatCount(samples)} samples along axis ${axis}: ${formatCount(draws)} draws of each size, seed ${seed}.`,
		"mean: that of the sub-batch less that of all, in σ of all. σ: over that of all. output error: root mean square against the whole batch.",
		"",
		...[
			...tableLines(
				columns.map((heading) => ({ heading, align: "right" as const })),
				rows,
			),
		].map((line) => line.trimEnd()),
		"",
		...(others.length > 0 ? [`The same in a batch of any size, error 0: ${others.join(", ")}.`] : []),
	];
}

function jsonOf(found: BatchSizes): unknown {
	const lists = (of: Readonly<Record<string, Float64Array>>) =>
		Object.fromEntries(Object.entries(of).map(([name, values]) => [name, numbers(values)]));
	return {
		...found,
		listed: [...found.listed],
		mean: lists({ ...found.mean }),
		std: lists({ ...found.std }),
		output: lists({ ...found.output }),
		meanDeviation: found.meanDeviation.map(numbers),
		stdDeviation: found.stdDeviation.map(numbers),
	};
}

/** JSON has no NaN. */
function numbers(values: Float64Array): (number | null)[] {
	return Array.from(values, (value) => (Number.isFinite(value) ? value : null));
}
