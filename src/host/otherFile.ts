import * as vscode from "vscode";
import type { FileRef } from "../engine/api";
import { fileRefOf } from "./fileRef";
import type { Host } from "./host";

/** Asks for a file to compare with, beside the panel's own; undefined where the user left. */
export async function askOther(host: Host, beside: vscode.Uri, signal: AbortSignal): Promise<FileRef | undefined> {
	const [picked] =
		(await vscode.window.showOpenDialog({
			title: "Compare with a Tensor of Another File",
			openLabel: "Compare",
			defaultUri: vscode.Uri.joinPath(beside, ".."),
		})) ?? [];
	return picked && fileRefOf(host, picked, signal);
}
