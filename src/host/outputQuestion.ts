import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import * as vscode from "vscode";
import type { NormId } from "../core/normalizations";
import type { TensorInfo } from "../core/tensor";
import { WRITABLE_SUFFIXES } from "../formats/writer";
import { isOnDisk } from "./fileRef";
import type { OpenedFile } from "./openedFile";
import { listed, outputProblem, proposedName, proposedNameOfAll } from "./outputName";
import { type Answer, BACK } from "./questions";
import { askText, type Prompt } from "./quickInputs";

/** A file to write, and whether the user agreed that it replaces another. */
export interface Output {
	readonly path: string;
	readonly overwrite: boolean;
}

/**
 * Asks where to write a normalized tensor, or many: beside the input by name, or elsewhere with a dialog; asks before it
 * replaces a file.
 */
export async function askOutput(
	{ title, place }: Pick<Prompt, "title" | "place">,
	opened: OpenedFile,
	tensor: TensorInfo | "all",
	norm: NormId,
): Promise<Answer<Output>> {
	const folder = outputFolder(opened.uri);
	const { description } = opened;
	let name = tensor === "all" ? proposedNameOfAll(description, norm) : proposedName(description, tensor, norm);
	const suffixes = tensor === "all" ? WRITABLE_SUFFIXES.filter((suffix) => suffix !== ".npy") : WRITABLE_SUFFIXES;
	for (;;) {
		const suffix = path.extname(name);
		const answer = await askText({
			title,
			place,
			prompt: `File to write, in ${folder}; ${listed(suffixes)}`,
			value: name,
			selection: [name.length - path.basename(name).length, name.length - suffix.length],
			check: (text) => outputProblem(text, suffixes),
			button: {
				iconPath: new vscode.ThemeIcon("folder-opened"),
				tooltip: "Another folder…",
				run: () => browse(path.join(folder, name), suffixes),
			},
		});
		if (answer === undefined || answer === BACK) return answer;
		name = answer;
		const file = path.resolve(folder, answer);
		if (!(await exists(file))) return { path: file, overwrite: false };
		const replace = await vscode.window.showWarningMessage(
			`${path.basename(file)} already exists. Replace it?`,
			{ modal: true, detail: file },
			"Replace",
		);
		if (replace === "Replace") return { path: file, overwrite: true };
	}
}

/** The folder a result is written to: that of its input, for inputs on no disk the workspace's or the user's. */
export function outputFolder(input: vscode.Uri): string {
	if (isOnDisk(input)) return path.dirname(input.fsPath);
	const folder = vscode.workspace.workspaceFolders?.find(({ uri }) => isOnDisk(uri));
	return folder?.uri.fsPath ?? os.homedir();
}

async function browse(proposed: string, suffixes: readonly string[]): Promise<string | undefined> {
	const filters = { "Tensor files": suffixes.map((suffix) => suffix.slice(1)) };
	const chosen = await vscode.window.showSaveDialog({ defaultUri: vscode.Uri.file(proposed), filters });
	return chosen && isOnDisk(chosen) ? chosen.fsPath : undefined;
}

async function exists(file: string): Promise<boolean> {
	return fs.access(file).then(
		() => true,
		() => false,
	);
}
