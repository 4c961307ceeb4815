import type * as vscode from "vscode";
import type { Engine } from "../engine/api";

/** What every part of the extension shares: the engine (its workers start with the first request), the log, VS Code's context. */
export interface Host {
	readonly engine: Engine;
	readonly log: vscode.LogOutputChannel;
	readonly context: vscode.ExtensionContext;
}
