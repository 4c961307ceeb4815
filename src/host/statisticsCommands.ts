import { setImmediate as nextTurn } from "node:timers/promises";
import * as vscode from "vscode";
import { TensorError } from "../core/errors";
import { formatCount } from "../core/format";
import { type Layout, makeLayout, type Shape, sizeOf } from "../core/layout";
import { layoutOf } from "../core/normalizations";
import { type StatisticsJson, statisticsJson, statisticsJsonText } from "../core/statistics-json";
import type { TensorInfo } from "../core/tensor";
import type { Given, TensorPlace } from "./commandArguments";
import type { Host } from "./host";
import { withProgress } from "./longTask";
import { normOf } from "./normDraft";
import { askFile, askTensor, type OpenedFile, openFile, tensorNamed } from "./openedFile";
import { BACK } from "./questions";
import { inspectTensor, type StatisticsDocuments } from "./statisticsDocument";
import { wholeJson } from "./statisticsReport";
import { activeTensorFile } from "./tensorFiles";

/** Cells whose statistics are copied; the terminal prints any number of them. */
const MAX_COPIED_CELLS = 65_536;

/** Opens a document with all statistics of a tensor; answers with those of the whole tensor. None where the user left. */
export async function showStatistics(
	host: Host,
	documents: StatisticsDocuments,
	given: Given,
): Promise<StatisticsJson | undefined> {
	const chosen = await chooseTensor(host, given, "Show Statistics");
	if (!chosen) return undefined;
	const { opened, tensor } = chosen;
	const place: TensorPlace = { uri: opened.uri, tensor: tensor.name };
	const norm = normOf(given, tensor.shape);
	const title = `Statistics of ${tensor.name || opened.description.file}`;
	const inspected = await withProgress(title, (options) => inspectTensor(host, place, norm, options), given.token);
	await documents.show(inspected, place, norm);
	return wholeJson(inspected);
}

/**
 * Copies a tensor's statistics to the clipboard as JSON, of the whole or of the sets of the norm given, and answers with
 * them. None where the user left. Throws `too-large` past 65,536 cells.
 */
export async function copyStatistics(host: Host, given: Given): Promise<StatisticsJson | undefined> {
	const chosen = await chooseTensor(host, given, "Copy Statistics");
	if (!chosen) return undefined;
	const { opened, tensor } = chosen;
	const layout = copiedLayout(given, tensor.shape);
	const title = `Statistics of ${tensor.name || opened.description.file}`;
	const request = { file: opened.file, tensor: tensor.name, layouts: [layout] };
	const result = await withProgress(title, (options) => host.engine.moments(request, options), given.token);
	const [cells] = result.layouts;
	if (!cells) throw new TensorError("internal", "The engine answered without statistics.");
	const pieces: string[] = [];
	for (const piece of statisticsJsonText(result, cells)) {
		pieces.push(piece);
		if (sizeOf(layout.cells) > 1024) await nextTurn();
	}
	await vscode.env.clipboard.writeText(pieces.join(""));
	if (!given.program) vscode.window.setStatusBarMessage("$(check) Statistics copied as JSON", 5000);
	return statisticsJson(result, cells);
}

function copiedLayout(given: Given, shape: Shape): Layout {
	const norm = normOf(given, shape);
	const whole = shape.map(() => 1);
	const layout = norm ? layoutOf(norm, shape) : makeLayout(shape, whole);
	const cells = sizeOf(layout.cells);
	if (cells > MAX_COPIED_CELLS) {
		throw new TensorError(
			"too-large",
			`This layout has ${formatCount(cells)} sets and up to ${formatCount(MAX_COPIED_CELLS)} are copied; in a terminal, "tensor-inspector stats FILE --json" prints any number of them.`,
		);
	}
	return layout;
}

/** The tensor that a command is about: the one given, the active editor's, or the one the user chooses. */
export async function chooseTensor(
	host: Host,
	given: Given,
	title: string,
): Promise<{ readonly opened: OpenedFile; readonly tensor: TensorInfo } | undefined> {
	const place = { step: 1, totalSteps: 1, canGoBack: false };
	const chosen = given.place?.uri ?? activeTensorFile() ?? (await askFile({ title, place, prompt: "Which file?" }));
	if (chosen === undefined || chosen === BACK) return undefined;
	const opened = await openFile(host, chosen);
	const name = given.tensor ?? given.place?.tensor;
	if (given.program || name !== undefined || opened.description.tensors.length <= 1) {
		return { opened, tensor: tensorNamed(opened, name) };
	}
	const tensor = await askTensor({ title, place, prompt: "Which tensor?" }, opened);
	return tensor === undefined || tensor === BACK ? undefined : { opened, tensor };
}
