import * as vscode from "vscode";
import type { FileRef } from "../engine/api";
import { recalled, remember } from "./fileMemory";
import { fileRefOf } from "./fileRef";
import type { Host } from "./host";

const OTHERS = "compare.others";

/** Asks for a file to compare with, beside the panel's own; undefined where the user left. */
export async function askOther(host: Host, beside: vscode.Uri, signal: AbortSignal): Promise<FileRef | undefined> {
	const [picked] =
		(await vscode.window.showOpenDialog({
			title: "Compare with a Tensor of Another File",
			openLabel: "Compare",
			defaultUri: vscode.Uri.joinPath(beside, ".."),
		})) ?? [];
	if (!picked) return undefined;
	await remember(host, OTHERS, beside, picked.toString());
	return fileRefOf(host, picked, signal);
}

/** The file that was chosen last to compare with, in this workspace. */
export async function lastOther(host: Host, beside: vscode.Uri, signal: AbortSignal): Promise<FileRef | undefined> {
	const known = recalled(host, OTHERS, beside);
	return typeof known === "string" ? fileRefOf(host, vscode.Uri.parse(known), signal) : undefined;
}
