import path from "node:path";
import * as vscode from "vscode";
import { TensorError } from "../core/errors";
import { formatBytes, formatCount, formatShape } from "../core/format";
import type { Shape } from "../core/layout";
import { INPUT_IDS, type InputId } from "../core/norm-inputs";
import { type Norm, type NormId, normalization } from "../core/normalizations";
import { chooseAll } from "../engine/all-tensors";
import type { NormalizeAllResult, NormalizeRequest, NormalizeResult, TensorRef } from "../engine/api";
import type { InputRefs } from "../engine/norm-inputs";
import { patternOf } from "./allTensors";
import { type Given, type InputPlaces, isUriText, type TensorPlace } from "./commandArguments";
import { showFailure } from "./failure";
import { fileRefOf } from "./fileRef";
import type { Host } from "./host";
import { withProgress } from "./longTask";
import {
	type Draft,
	type Habits,
	normalizeQuestions,
	type Whole,
	withAll,
	withFile,
	withTensor,
} from "./normalizeQuestions";
import { normInWords } from "./normChoices";
import { defined, normDraftOf, normOf } from "./normDraft";
import { openFile, tensorNamed } from "./openedFile";
import { outputFolder } from "./outputQuestion";
import { askAll } from "./questions";
import { openInspector } from "./tensorFiles";

/** What `tensorInspector.normalize` answers: the written file, and what the engine tells about it. */
export interface Normalized {
	readonly uri: vscode.Uri;
	readonly result: NormalizeResult;
}

/** The same of all tensors of a file; `leftOut` are the names of those that were not normalized, by the reason. */
export interface AllNormalized {
	readonly uri: vscode.Uri;
	readonly result: NormalizeAllResult;
	readonly leftOut: Readonly<Record<string, readonly string[]>>;
}

const HABITS = "normalize.habits";

/**
 * Normalizes a tensor into a new file. A program that gives `norm` and `output` is asked nothing (what it leaves out has
 * PyTorch's defaults); otherwise the user is asked for what is missing. None where the user left.
 */
export async function normalizeCommand(host: Host, given: Given): Promise<Normalized | AllNormalized | undefined> {
	const complete = given.program && given.id !== undefined && given.output !== undefined;
	const draft = await draftOf(host, given);
	if (complete && !draft.opened) {
		throw new TensorError("bad-option", 'The argument "file" is missing: give a Uri or a path.');
	}
	if (complete && draft.opened && !draft.tensor) tensorNamed(draft.opened, given.tensor);
	const whole = complete ? draft : await ask(host, draft);
	if (!whole) return undefined;
	if ((whole as Whole).all) {
		const all = await writeAll(host, whole as Whole, given);
		if (!complete) offerToOpen(host, all.uri, allInWords(all), all.result.tensors);
		return all;
	}
	const written = await write(host, whole as Whole, given);
	if (!complete) offerToOpenOne(host, written);
	return written;
}

/** The last step alone, for a panel whose user has chosen all but the file to write. None where the user left. */
export async function normalizeChosen(
	host: Host,
	place: TensorPlace,
	{ inputs, ...norm }: Norm & { readonly inputs: InputPlaces },
): Promise<Normalized | undefined> {
	const opened = await openFile(host, place.uri);
	const draft = {
		...withTensor({ opened }, tensorNamed(opened, place.tensor)),
		id: norm.id,
		...norm.options,
		...inputs,
	};
	const whole = await ask(host, draft);
	if (!whole) return undefined;
	const written = await write(host, whole, { program: false });
	offerToOpenOne(host, written);
	return written;
}

/** What a command was given, with the file opened. */
async function draftOf(host: Host, given: Given): Promise<Draft> {
	const { place, output, overwrite } = given;
	if (output !== undefined && isUriText(output)) {
		throw new TensorError("unsupported", `The output ${output} is not on a local disk; choose a folder that is.`);
	}
	const folder = place && outputFolder(place.uri);
	const draft: Draft = {
		...normDraftOf(given),
		...defined(Object.fromEntries(INPUT_IDS.map((input) => [input, given[input]]))),
		...(output === undefined || folder === undefined
			? {}
			: { output: { path: path.resolve(folder, output), overwrite: overwrite ?? false } }),
	};
	if (!place) return draft;
	const opened = await openFile(host, place.uri);
	if (given.all) return withAll({ ...draft, opened }, given.all);
	const withOpened = withFile(draft, opened);
	return place.tensor === undefined ? withOpened : withTensor(withOpened, tensorNamed(opened, place.tensor));
}

async function ask(host: Host, draft: Draft): Promise<Whole | undefined> {
	const { workspaceState } = host.context;
	const whole = await askAll(normalizeQuestions(host, workspaceState.get<Habits>(HABITS, {})), draft);
	if (!whole) return undefined;
	const { id, groups, eps } = whole;
	await workspaceState.update(HABITS, defined({ id, groups, eps }));
	return whole as Whole;
}

async function write(host: Host, draft: Whole, given: Given): Promise<Normalized> {
	const { opened, tensor, output } = draft;
	const norm = neededNorm(draft, tensor.shape);
	const request: NormalizeRequest = {
		file: opened.file,
		tensor: tensor.name,
		norm,
		...(await inputRefs(host, { ...given, ...draft })),
		...(given.dtype ? { dtype: given.dtype } : {}),
		output: output.path,
		overwrite: output.overwrite,
	};
	const title = `${normInWords(norm)} of ${tensor.name || opened.description.file}`;
	const result = await withProgress(title, (options) => host.engine.normalize(request, options), given.token);
	host.log.info(
		`${opened.description.file}: ${normInWords(norm)} written to ${result.output} in ${Math.round(result.elapsedMs)} ms`,
	);
	return { uri: vscode.Uri.file(result.output), result };
}

async function inputRefs(host: Host, places: InputPlaces): Promise<InputRefs> {
	const refs: Partial<Record<InputId, TensorRef>> = {};
	for (const input of INPUT_IDS) {
		const place = places[input];
		if (place) refs[input] = await tensorRef(host, place);
	}
	return refs;
}

async function tensorRef(host: Host, { uri, tensor }: TensorPlace): Promise<TensorRef> {
	return { file: await fileRefOf(host, uri), ...(tensor === undefined ? {} : { tensor }) };
}

/** Normalizes all tensors that fit into one file. */
async function writeAll(host: Host, draft: Whole, given: Given): Promise<AllNormalized> {
	const { opened, output, all = {} } = draft;
	const { parts, leftOut } = chooseAll(opened.description, {
		...patternOf(all),
		keepOthers: all.keepOthers ?? false,
		normOf: (shape) => neededNorm(draft, shape),
		options: { ...(await inputRefs(host, { ...given, ...draft })), ...(given.dtype ? { dtype: given.dtype } : {}) },
	});
	const request = { file: opened.file, tensors: parts, output: output.path, overwrite: output.overwrite };
	const title = `${normalization(draft.id as NormId).label} of ${formatCount(parts.length)} tensors of ${opened.description.file}`;
	const result = await withProgress(title, (options) => host.engine.normalizeAll(request, options), given.token);
	host.log.info(`${title} written to ${result.output} in ${Math.round(result.elapsedMs)} ms`);
	for (const [reason, names] of leftOut) host.log.info(`Not normalized: ${names.join(", ")}. ${reason}`);
	return { uri: vscode.Uri.file(result.output), result, leftOut: Object.fromEntries(leftOut) };
}

function neededNorm(draft: Whole, shape: Shape): Norm {
	const norm = normOf(draft, shape);
	if (!norm) throw new TensorError("internal", "No normalization was chosen.");
	return norm;
}

/** What was written of many tensors, and how many were not normalized, with the first reason. */
function allInWords({ result: { tensors, bytes }, leftOut }: AllNormalized): string {
	const normalized = tensors.filter(({ layout }) => layout).length;
	const kept = tensors.length - normalized;
	const others = kept > 0 ? `, ${formatCount(kept)} as they were` : "";
	const [[reason, names] = ["", []]] = Object.entries(leftOut);
	const out = Object.values(leftOut).flat().length;
	const why = out > 0 ? ` ${formatCount(out)} were not normalized, such as ${names[0]}: ${reason}` : "";
	return `${formatCount(normalized)} tensors normalized${others}, ${formatBytes(bytes)}.${why}`;
}

function offerToOpenOne(host: Host, { uri, result }: Normalized): void {
	const { dtype, shape, bytes } = result;
	offerToOpen(host, uri, `${formatShape(shape)} ${dtype}, ${formatBytes(bytes)}.`, [result]);
}

/** Says what was written and offers to open it; does not wait for the answer. */
function offerToOpen(
	host: Host,
	uri: vscode.Uri,
	what: string,
	tensors: readonly Pick<NormalizeResult, "dtype" | "overflowed">[],
): void {
	const past = tensors.filter(({ overflowed }) => overflowed > 0);
	const overflowed = past.reduce((sum, each) => sum + each.overflowed, 0);
	const note = overflowed > 0 ? ` ${formatCount(overflowed)} values were past the range of ${past[0]?.dtype}.` : "";
	const show = overflowed > 0 ? vscode.window.showWarningMessage : vscode.window.showInformationMessage;
	void show(`Wrote ${path.basename(uri.fsPath)}: ${what}${note}`, "Open").then(async (choice) => {
		if (choice === undefined) return;
		await openInspector(uri).catch((thrown) => showFailure(host, thrown));
	});
}
