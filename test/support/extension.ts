import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import * as vscode from "vscode";
import { temporaryFolder } from "../../scripts/setup/temporary.mjs";
import type { TensorInspectorApi } from "../../src/host/extension";

/** The extension under test, activated. */
export async function inspector(): Promise<TensorInspectorApi> {
	const extension = vscode.extensions.getExtension<TensorInspectorApi>("tensor-inspector.tensor-inspector");
	assert.ok(extension, "VS Code has not loaded the extension");
	return extension.activate();
}

/** A folder that the suite calling this has to itself; `put` writes a file into it, `uri` names one. */
export function useFolder(purpose: string) {
	const { folder, remove } = temporaryFolder(purpose);
	after("the folder is removed", remove);
	const at = (name: string) => path.join(folder, name);
	return {
		folder,
		at,
		uri: (name: string) => vscode.Uri.file(at(name)),
		put(name: string, contents: string | Uint8Array): vscode.Uri {
			fs.writeFileSync(at(name), contents);
			return vscode.Uri.file(at(name));
		},
		names: () => fs.readdirSync(folder).sort(),
	};
}
