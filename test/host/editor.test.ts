import assert from "node:assert/strict";
import * as vscode from "vscode";
import { eventually } from "../support/eventually";
import { inspector, useFolder } from "../support/extension";
import { npyOf } from "../support/npy";

/** The view type of the active tab's editor and the file it shows. */
function active(): readonly [viewType: string, file: string] | undefined {
	const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
	return input instanceof vscode.TabInputCustom ? [input.viewType, input.uri.fsPath] : undefined;
}

describe("the inspector's editor", () => {
	const files = useFolder("editor");
	before(inspector);
	afterEach(() => vscode.commands.executeCommand("workbench.action.closeAllEditors"));

	it("is what VS Code opens a .npy file with", async () => {
		const uri = files.put("a.npy", npyOf([2, 3], [1, 2, 3, 4, 5, 6]));
		await vscode.commands.executeCommand("vscode.open", uri);
		assert.deepEqual(await eventually(active, (shown) => shown !== undefined), ["tensorInspector.editor", uri.fsPath]);
	});

	it("opens by its command for a path, and answers with the Uri", async () => {
		const uri = files.put("b.npy", npyOf([2], [1, 2]));
		const answer = await vscode.commands.executeCommand<vscode.Uri>("tensorInspector.open", uri.fsPath);
		assert.equal(answer.fsPath, uri.fsPath);
		assert.deepEqual(active(), ["tensorInspector.editor", uri.fsPath]);
	});

	it("opens .npz, which other extensions may claim, under its second name", async () => {
		const [uri] = await vscode.workspace.findFiles("**/*.npz");
		assert.ok(uri, "the samples hold an archive");
		await vscode.commands.executeCommand("tensorInspector.open", uri);
		assert.deepEqual(active(), ["tensorInspector.editor.option", uri.fsPath]);
	});

	it("opens a file twice, side by side", async () => {
		const uri = files.put("c.npy", npyOf([2], [1, 2]));
		await vscode.commands.executeCommand("tensorInspector.open", uri);
		await vscode.commands.executeCommand("vscode.openWith", uri, "tensorInspector.editor", vscode.ViewColumn.Beside);
		const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
		assert.equal(tabs.filter((tab) => tab.input instanceof vscode.TabInputCustom).length, 2);
	});

	it("is refused for a file that is not there", async () => {
		await assert.rejects(
			async () => vscode.commands.executeCommand("tensorInspector.open", { file: files.at("gone.npy") }),
			/gone\.npy: There is no such file/,
		);
	});
});
