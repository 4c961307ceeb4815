import * as vscode from "vscode";
import type { Engine } from "../engine/api";
import { createEngine } from "../engine/engine";
import { registerCommands } from "./commands";
import { registerEditor } from "./editor";
import type { Host } from "./host";
import { registerHover } from "./hover";
import { statisticsDocuments } from "./statisticsDocument";

/** What `extensions.getExtension("tensor-inspector.tensor-inspector").activate()` gives to other extensions and to tests. */
export interface TensorInspectorApi {
	/** The engine behind the editors and commands: describe, moments, inspect, normalize, compare. Do not close it. */
	readonly engine: Engine;
}

let started: Engine | undefined;

/** Called by VS Code when the extension is first needed; starts no worker yet. */
export function activate(context: vscode.ExtensionContext): TensorInspectorApi {
	const workerPath = vscode.Uri.joinPath(context.extensionUri, "dist", "worker", "main.mjs").fsPath;
	const host: Host = {
		context,
		log: vscode.window.createOutputChannel("Tensor Inspector", { log: true }),
		get engine() {
			started ??= createEngine({ workerPath });
			return started;
		},
	};
	const editors = registerEditor(host);
	const documents = statisticsDocuments(host);
	context.subscriptions.push(
		host.log,
		editors,
		documents,
		registerCommands(host, editors, documents),
		registerHover(host),
	);
	return {
		get engine() {
			return host.engine;
		},
	};
}

/** Called by VS Code before the window closes: ends the workers. */
export async function deactivate(): Promise<void> {
	await started?.close();
	started = undefined;
}
