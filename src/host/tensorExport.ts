import { version } from "../../package.json";
import { shownAxes } from "../core/axis-choice";
import type { Distribution } from "../core/distribution";
import { isDType, partsOf } from "../core/dtype";
import { TensorError } from "../core/errors";
import type { Norm } from "../core/normalizations";
import type { TensorInfo } from "../core/tensor";
import type { Pieces } from "../engine/text-output";
import { reportHtml } from "../export/report/report";
import { exportedStatistics, exportPlan } from "../export/statistics";
import { statisticsCsv } from "../export/statistics-csv";
import { statisticsExportJson } from "../export/statistics-json";
import type { InputNames } from "../protocol";
import type { CallOptions } from "../rpc";
import { rememberedAxes } from "./axisMemory";
import type { Host } from "./host";
import { inspectRequest } from "./inspectRequest";
import type { OpenedFile } from "./openedFile";

/** A tensor, and the norm whose sets are exported with it. */
export interface Exported {
	readonly opened: OpenedFile;
	readonly tensor: TensorInfo;
	readonly norm?: Norm;
	/** Names of tensors of the same file that the norm takes. */
	readonly inputs?: InputNames;
}

/** A file about a tensor as it is made, and what is left out of it, in a sentence. */
export interface ExportedFile {
	readonly pieces: Pieces;
	readonly omitted?: string;
}

/** Computes what is exported: every element is read, never a sample. */
export async function exportTensor(
	host: Host,
	{ opened, tensor, norm, inputs }: Exported,
	format: "csv" | "json" | "html",
	options: CallOptions,
): Promise<ExportedFile> {
	const { file, description, uri } = opened;
	if (tensor.problem) throw TensorError.fromData(tensor.problem).at({ file: description.file, tensor: tensor.name });
	const axes = shownAxes(tensor.shape, rememberedAxes(host, uri)[tensor.shape.length] ?? {}, tensor.axisNames);
	const subject = { description, tensor, ...(norm ? { norm } : {}) };
	if (format === "html") {
		const asked = { tensor: tensor.name, ...(norm ? { norm, ...(inputs ? { inputs } : {}) } : {}) };
		const inspect = (part: 0 | 1) => host.engine.inspect(inspectRequest(file, { ...asked, part }), options);
		const complex = isDType(tensor.dtype) && partsOf(tensor.dtype) === 2;
		const parts = [await inspect(0), ...(complex ? [await inspect(1)] : [])];
		const distributions: Distribution[] = [];
		for (const part of complex ? ([0, 1] as const) : ([0] as const)) {
			const found = await host.engine.distribution({ file, tensor: tensor.name, part }, options);
			distributions.push(found.distribution);
		}
		const made = `Made by Tensor Inspector ${version} on ${new Date().toISOString().slice(0, 10)}.`;
		return { pieces: reportHtml({ ...subject, axes, parts, distributions, made }) };
	}
	const plan = exportPlan(tensor.shape, norm);
	const layouts = plan.layouts.map(({ layout }) => layout);
	const result = await host.engine.moments({ file, tensor: tensor.name, layouts }, options);
	const exported = exportedStatistics({ ...subject, letters: axes.letters }, plan, result);
	return {
		pieces: format === "csv" ? statisticsCsv(exported) : statisticsExportJson(exported),
		...(plan.omitted === undefined ? {} : { omitted: plan.omitted }),
	};
}
