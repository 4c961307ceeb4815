import path from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import * as vscode from "vscode";
import { TensorError } from "../core/errors";
import { type Pieces, writePieces } from "../engine/text-output";
import { showFailure } from "./failure";
import { isOnDisk } from "./fileRef";
import type { Host } from "./host";

/** What files can be saved as, with what the dialog calls them. */
export const SAVED = {
	svg: "SVG picture",
	png: "PNG picture",
	csv: "Comma-separated values",
	json: "JSON",
	html: "HTML page",
} as const;

export type SavedFormat = keyof typeof SAVED;

/** Asks where to save a file, beside the input unless the user goes elsewhere; the dialog asks before it replaces one. */
export async function askTarget(
	input: vscode.Uri,
	name: string,
	formats: readonly SavedFormat[],
	title: string,
): Promise<vscode.Uri | undefined> {
	const filters = Object.fromEntries(formats.map((format) => [SAVED[format], [format]]));
	return vscode.window.showSaveDialog({ title, defaultUri: vscode.Uri.joinPath(input, "..", name), filters });
}

/** The format that a name's suffix tells, of those that will do; throws `bad-option`. */
export function formatOfName(name: string, formats: readonly SavedFormat[]): SavedFormat {
	const found = formats.find((format) => name.toLowerCase().endsWith(`.${format}`));
	if (found) return found;
	const suffixes = formats.map((format) => `.${format}`).join(" or ");
	throw new TensorError("bad-option", `The suffix chooses the format: end the name in ${suffixes}.`, {
		file: path.posix.basename(name),
	});
}

/** Writes a file, whole or not at all where it is on a disk; elsewhere through VS Code's file systems. */
export async function saveFile(
	target: vscode.Uri,
	pieces: Pieces,
	{ overwrite, signal }: { readonly overwrite: boolean; readonly signal?: AbortSignal | undefined },
): Promise<void> {
	if (isOnDisk(target)) return writePieces(target.fsPath, taken(pieces), { overwrite, signal });
	const there = await vscode.workspace.fs.stat(target).then(
		() => true,
		() => false,
	);
	if (there && !overwrite) {
		throw new TensorError(
			"exists",
			"A file of this name is already there; choose another, or allow it to be replaced.",
			{
				file: path.posix.basename(target.path),
			},
		);
	}
	const parts: Uint8Array[] = [];
	for await (const piece of taken(pieces))
		parts.push(typeof piece === "string" ? new TextEncoder().encode(piece) : piece);
	try {
		await vscode.workspace.fs.writeFile(target, Buffer.concat(parts));
	} catch (thrown) {
		throw new TensorError("unsupported", `The file could not be written: ${oneSentence(thrown)}`, {
			file: path.posix.basename(target.path),
		});
	}
}

/** Pieces are made on the extension host's thread: others get their turn between two of them. */
async function* taken(pieces: Pieces): AsyncGenerator<string | Uint8Array, void, undefined> {
	for await (const piece of pieces) {
		yield piece;
		await nextTurn();
	}
}

function oneSentence(thrown: unknown): string {
	const text = thrown instanceof Error ? thrown.message : String(thrown);
	return text.replace(/\s+/g, " ").trim();
}

/** Says what was saved and offers to open or to show it; does not wait for the answer. */
export function tellSaved(host: Host, target: vscode.Uri, note = ""): void {
	const sentence = `Saved ${path.posix.basename(target.path)}.${note && ` ${note}`}`;
	void vscode.window.showInformationMessage(sentence, "Open", "Reveal").then(async (choice) => {
		try {
			if (choice === "Open") await openSaved(target);
			if (choice === "Reveal") await reveal(target);
		} catch (thrown) {
			showFailure(host, thrown);
		}
	});
}

/** A page opens in a browser, where it is made for; everything else in the editor. */
async function openSaved(target: vscode.Uri): Promise<void> {
	const page = /\.html$/i.test(target.path) && isOnDisk(target) && vscode.env.remoteName === undefined;
	if (page && vscode.env.uiKind === vscode.UIKind.Desktop) await vscode.env.openExternal(target);
	else await vscode.commands.executeCommand("vscode.open", target);
}

async function reveal(target: vscode.Uri): Promise<void> {
	const local = isOnDisk(target) && vscode.env.remoteName === undefined && vscode.env.uiKind === vscode.UIKind.Desktop;
	await vscode.commands.executeCommand(local ? "revealFileInOS" : "revealInExplorer", target);
}
