import { shownAxes } from "../core/axis-choice";
import type { Layout } from "../core/layout";
import type { Norm } from "../core/normalizations";
import type { TensorRef } from "../engine/api";
import { type ExportPlan, exportedStatistics, exportPlan } from "../export/statistics";
import { statisticsCsv } from "../export/statistics-csv";
import { statisticsExportJson } from "../export/statistics-json";
import { type Arguments, BadUsage, type OptionSpec } from "./arguments";
import type { ReadableTensor } from "./tensor-choice";
import { EXIT, type ExitCode, type Terminal } from "./terminal";

/** The options of `stats` that make a file of it. */
export const EXPORT_OPTIONS = {
	csv: { about: "Print one table of comma-separated values: a row for every set, with every digit." },
	axes: { about: "With --csv or --json: the whole tensor, every axis and the norm's sets, in one go." },
} as const satisfies Readonly<Record<string, OptionSpec>>;

/** Whether the options ask for a file of statistics; throws BadUsage where they contradict each other. */
export function asksExport(given: Arguments["given"]): boolean {
	const [csv, axes] = [given.has("csv"), given.has("axes")];
	if (csv && given.has("json"))
		throw new BadUsage("--csv and --json are two ways to print the same; give one of them.");
	if (axes && !csv && !given.has("json")) throw new BadUsage("--axes goes with --csv or --json.");
	if ((csv || axes) && given.has("quantiles"))
		throw new BadUsage(`--quantiles are printed for people and with --json; leave out ${axes ? "--axes" : "--csv"}.`);
	return csv || axes;
}

/** Prints statistics as a table or an object: of one layout, or with `--axes` of all that there are. */
export async function exportStats(
	ref: TensorRef,
	tensor: ReadableTensor,
	chosen: { readonly norm?: Norm; readonly layout: Layout },
	given: Arguments["given"],
	terminal: Terminal,
): Promise<ExitCode> {
	const { engine, signal } = terminal;
	const { norm, layout } = chosen;
	const { shape } = tensor;
	const plan: ExportPlan = given.has("axes")
		? exportPlan(shape, norm)
		: { layouts: [{ name: norm?.id ?? "whole", layout }] };
	const description = await engine.describe(ref.file, { signal });
	const bar = terminal.bar("Reading");
	const request = {
		...ref,
		tensor: tensor.name,
		layouts: plan.layouts.map((each) => each.layout),
		sample: given.has("sample"),
		sampleMs: 60_000,
	};
	const result = await engine.moments(request, { signal, onProgress: bar.show }).finally(bar.end);
	const { letters } = shownAxes(shape, {}, tensor.axisNames);
	const subject = { description, tensor, letters, ...(norm ? { norm } : {}) };
	const exported = exportedStatistics(subject, plan, result);
	if (plan.omitted !== undefined) terminal.tell(`note: ${plan.omitted}`);
	const text = given.has("csv") ? statisticsCsv(exported) : statisticsExportJson(exported);
	for (const piece of text) await terminal.write(piece);
	return EXIT.fine;
}
