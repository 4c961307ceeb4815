import * as vscode from "vscode";
import { TensorError } from "../core/errors";
import { type RawLayout, rawShape } from "../core/raw-layout";
import { isRawName } from "../formats/known";
import type { Given } from "./commandArguments";
import type { Editors } from "./editor";
import { statOf } from "./fileRef";
import type { Host } from "./host";
import { askAll } from "./questions";
import { rememberedRaw, rememberRaw } from "./rawMemory";
import { layoutOfDraft, type RawDraft, rawQuestions, type WholeRaw, withRawFile } from "./rawQuestions";
import { activeFile } from "./tensorFiles";

/**
 * Opens a file by what is told about its bytes, and remembers it. A program that gives `raw` is asked nothing; answers with
 * the layout, none where the user left or had what was told forgotten.
 */
export async function openRawCommand(host: Host, editors: Editors, given: Given): Promise<RawLayout | undefined> {
	const active = given.place || given.program ? undefined : activeFile();
	const uri = given.place?.uri ?? (active && isRawName(active.path) ? active : undefined);
	if (given.raw && !uri) throw new TensorError("bad-option", 'The argument "file" is missing: give a Uri or a path.');
	if (given.raw && uri) return open(host, editors, uri, given.raw);
	const draft: RawDraft = uri ? await withRawFile({}, uri) : {};
	const questions = rawQuestions((file) => rememberedRaw(host, file));
	const whole = (await askAll(questions, draft)) as (WholeRaw & RawDraft) | undefined;
	return whole && open(host, editors, whole.uri, whole.forget ? undefined : layoutOfDraft(whole));
}

async function open(
	host: Host,
	editors: Editors,
	uri: vscode.Uri,
	layout: RawLayout | undefined,
): Promise<RawLayout | undefined> {
	const { size } = await statOf(uri);
	const told = layout && { ...layout, shape: rawShape(layout, size) };
	await rememberRaw(host, uri, told);
	editors.reopen(uri);
	await editors.open({ uri });
	return told;
}

/** Offers to tell how a file is to be read, where its panel could not; does not wait for the answer. */
export function offerRaw(uri: vscode.Uri, { code }: TensorError): void {
	if (code !== "unknown-format" || !isRawName(uri.path)) return;
	const choice = "Open as Raw Tensor…";
	void vscode.window
		.showInformationMessage("This file does not say what its bytes mean: tell their type and shape.", choice)
		.then((chosen) => (chosen ? vscode.commands.executeCommand("tensorInspector.openRaw", uri) : undefined));
}
