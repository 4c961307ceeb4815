import * as vscode from "vscode";
import { TensorError } from "../core/errors";
import { FOLDER_ENTRIES, KNOWN, type KnownFormat, SUFFIXES } from "../formats/known";
import { hasSuffix } from "./pathLiteral";

export { SUFFIXES } from "../formats/known";

/** The two names of the one editor: VS Code gives the first these files at once, the second only when it is chosen. */
export const VIEW_TYPES = { default: "tensorInspector.editor", option: "tensorInspector.editor.option" } as const;

/** Files that others may claim as well: archives and JSON. */
const CONTESTED = Object.values(KNOWN).flatMap((format: KnownFormat) => (format.contested ? format.extensions : []));

/** Whether a file's name says that it holds tensors. */
export function isTensorFile(uri: vscode.Uri): boolean {
	return hasSuffix(uri.path, SUFFIXES);
}

/** The editor that package.json associates with a file's name. */
export function viewTypeOf(uri: vscode.Uri): string {
	return hasSuffix(uri.path, CONTESTED) ? VIEW_TYPES.option : VIEW_TYPES.default;
}

/** The tensor file of the active tab, if it shows one in any editor. */
export function activeTensorFile(): vscode.Uri | undefined {
	const shown = activeFile();
	return shown && isTensorFile(shown) ? shown : undefined;
}

/** The file of the active tab, whatever it is. */
export function activeFile(): vscode.Uri | undefined {
	const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
	return input instanceof vscode.TabInputCustom || input instanceof vscode.TabInputText ? input.uri : undefined;
}

/** The tensor files of the workspace, by their place in it, and whether there are more than these. */
export async function workspaceTensorFiles(limit: number): Promise<{ files: vscode.Uri[]; more: boolean }> {
	const glob = `**/*{${SUFFIXES.map((suffix) => `${suffix},${suffix.toUpperCase()}`).join(",")}}`;
	const found = await vscode.workspace.findFiles(glob, undefined, limit + 1);
	const place = (uri: vscode.Uri) => vscode.workspace.asRelativePath(uri);
	const collator = new Intl.Collator(undefined, { numeric: true });
	found.sort((a, b) => collator.compare(place(a), place(b)));
	return { files: found.slice(0, limit), more: found.length > limit };
}

/** The file that tells what a folder holds, which is opened for the folder; throws `unsupported` where there is none. */
export async function entryOf(folder: vscode.Uri): Promise<vscode.Uri> {
	const names = new Set((await vscode.workspace.fs.readDirectory(folder)).map(([name]) => name));
	const entry = FOLDER_ENTRIES.find((name) => names.has(name));
	if (entry !== undefined) return vscode.Uri.joinPath(folder, entry);
	throw new TensorError(
		"unsupported",
		`This folder holds none of ${FOLDER_ENTRIES.join(", ")}, so it is no Zarr store; choose a file.`,
		{ file: folder.path.slice(folder.path.lastIndexOf("/") + 1) },
	);
}

/** Opens a file in the inspector, beside no other editor of the same file. */
export async function openInspector(uri: vscode.Uri): Promise<void> {
	await vscode.commands.executeCommand("vscode.openWith", uri, viewTypeOf(uri));
}
