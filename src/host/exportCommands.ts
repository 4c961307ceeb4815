import path from "node:path";
import * as vscode from "vscode";
import type { InspectRequest, SavedPlot } from "../protocol";
import { type Given, isUriText } from "./commandArguments";
import type { Host } from "./host";
import { withProgress } from "./longTask";
import { normOf } from "./normDraft";
import { type OpenedFile, openFile, tensorNamed } from "./openedFile";
import { exportName } from "./outputName";
import { outputFolder } from "./outputQuestion";
import { askTarget, formatOfName, type SavedFormat, saveFile, tellSaved } from "./saveFile";
import { chooseTensor } from "./statisticsCommands";
import { type Exported, exportTensor } from "./tensorExport";
import { activeTensorFile } from "./tensorFiles";

/** What a command exports: the formats it may write, the first where nothing else is said. */
export const EXPORTS = {
	statistics: { title: "Export Statistics", formats: ["csv", "json"] },
	report: { title: "Export Report", formats: ["html"] },
} as const satisfies Record<string, { title: string; formats: readonly SavedFormat[] }>;

export type ExportKind = keyof typeof EXPORTS;

/**
 * Exports a tensor to a file: the one given, that of the active panel with the norm that is shown there, or the one that the
 * user chooses. With `output` nothing is asked. Answers with the written file; none where the user left.
 */
export async function exportCommand(
	host: Host,
	kind: ExportKind,
	given: Given,
	shown: (uri: vscode.Uri) => InspectRequest | undefined,
): Promise<vscode.Uri | undefined> {
	const { title } = EXPORTS[kind];
	const active = given.place?.uri ?? activeTensorFile();
	const looked = !given.program && active ? shown(active) : undefined;
	const name = given.tensor ?? given.place?.tensor ?? looked?.tensor;
	const chosen = await chooseTensor(host, name === undefined ? given : { ...given, tensor: name }, title);
	if (!chosen) return undefined;
	const norm = normOf(given, chosen.tensor.shape);
	const own = looked?.tensor === chosen.tensor.name ? looked : undefined;
	return exportTo(host, kind, { ...chosen, ...(norm ? { norm } : normShown(own)) }, given);
}

/** The same from a panel, whose user has chosen all but the file to write. */
export async function exportShown(
	host: Host,
	kind: ExportKind,
	uri: vscode.Uri,
	{ tensor, norm, inputs }: Pick<InspectRequest, "tensor" | "norm" | "inputs">,
	format: SavedFormat,
): Promise<vscode.Uri | undefined> {
	const opened = await openFile(host, uri);
	const exported = { opened, tensor: tensorNamed(opened, tensor), ...normShown({ norm, inputs }) };
	return exportTo(host, kind, exported, { program: false }, format);
}

/** Saves what the panel made of a plot. */
export async function savePlot(host: Host, opened: OpenedFile, plot: SavedPlot): Promise<vscode.Uri | undefined> {
	const { tensor, name, format, content } = plot;
	const proposed = exportName(opened.description, tensorNamed(opened, tensor), name, format);
	const target = await askTarget(opened.uri, proposed, [format], "Export Plot");
	if (!target) return undefined;
	await saveFile(target, [format === "png" ? Buffer.from(content, "base64") : content], { overwrite: true });
	tellSaved(host, target);
	return target;
}

async function exportTo(
	host: Host,
	kind: ExportKind,
	exported: Exported,
	given: Given,
	first?: SavedFormat,
): Promise<vscode.Uri | undefined> {
	const { opened, tensor } = exported;
	const { title, formats } = EXPORTS[kind];
	const ordered = [...formats].sort((a, b) => Number(b === first) - Number(a === first)) as SavedFormat[];
	const proposed = exportName(opened.description, tensor, kind, ordered[0] as SavedFormat);
	const target =
		given.output === undefined
			? await askTarget(opened.uri, proposed, ordered, title)
			: isUriText(given.output)
				? vscode.Uri.parse(given.output)
				: vscode.Uri.file(path.resolve(outputFolder(opened.uri), given.output));
	if (!target) return undefined;
	const format = formatOfName(target.path, formats) as "csv" | "json" | "html";
	// The dialog has asked already whether a file may be replaced.
	const overwrite = given.output === undefined || given.overwrite === true;
	const label = `${title} of ${tensor.name || opened.description.file}`;
	const omitted = await withProgress(
		label,
		async (options) => {
			const file = await exportTensor(host, exported, format, options);
			await saveFile(target, file.pieces, { overwrite, signal: options.signal });
			return file.omitted;
		},
		given.token,
	);
	if (!given.program) tellSaved(host, target, omitted);
	return target;
}

function normShown(
	shown: { readonly [Name in "norm" | "inputs"]?: InspectRequest[Name] | undefined } | undefined,
): Pick<Exported, "norm" | "inputs"> {
	if (!shown?.norm) return {};
	return { norm: shown.norm, ...(shown.inputs ? { inputs: shown.inputs } : {}) };
}
