import assert from "node:assert/strict";
import fs from "node:fs";
import * as vscode from "vscode";
import type { StatisticsJson } from "../../src/core/statistics-json";
import { eventually } from "../support/eventually";
import { inspector, useFolder } from "../support/extension";
import { npyOf, valuesOfNpy } from "../support/npy";

const SCHEME = "tensor-inspector-test";

/** Files that exist in memory only, as those of a remote repository do. */
function memoryFiles(files: ReadonlyMap<string, Uint8Array>): vscode.FileSystemProvider {
	const none = () => {
		throw vscode.FileSystemError.NoPermissions("These files can only be read.");
	};
	const bytesOf = ({ path }: vscode.Uri) => {
		const bytes = files.get(path);
		if (!bytes) throw vscode.FileSystemError.FileNotFound(path);
		return bytes;
	};
	return {
		onDidChangeFile: new vscode.EventEmitter<vscode.FileChangeEvent[]>().event,
		watch: () => new vscode.Disposable(() => {}),
		stat: (uri) => ({ type: vscode.FileType.File, ctime: 0, mtime: 1, size: bytesOf(uri).length }),
		readDirectory: () => [],
		readFile: bytesOf,
		createDirectory: none,
		writeFile: none,
		delete: none,
		rename: none,
	};
}

describe("a file that is on no disk", () => {
	const files = useFolder("virtual");
	const uri = vscode.Uri.from({ scheme: SCHEME, path: "/far/acts.npy" });
	const settings = () => vscode.workspace.getConfiguration("tensorInspector");
	let registration: vscode.Disposable | undefined;

	before(async () => {
		await inspector();
		const big = new Uint8Array(2 * 2 ** 20);
		const provider = memoryFiles(
			new Map([
				["/far/acts.npy", Uint8Array.from(npyOf([2, 2], [1, 2, 3, 6]))],
				["/far/big.npy", big],
			]),
		);
		registration = vscode.workspace.registerFileSystemProvider(SCHEME, provider);
	});
	after(async () => {
		await vscode.commands.executeCommand("workbench.action.closeAllEditors");
		registration?.dispose();
	});

	it("has statistics as one on a disk has", async () => {
		const answer = await vscode.commands.executeCommand<StatisticsJson>("tensorInspector.copyStatistics", {
			file: uri,
		});
		assert.ok("count" in answer);
		assert.deepEqual([answer.count, answer.mean, answer.max], [[4], [3], [6]]);
	});

	it("is normalized into a file on the disk", async () => {
		const output = files.at("out.npy");
		await vscode.commands.executeCommand("tensorInspector.normalize", {
			file: uri,
			norm: "layerNorm",
			axis: 1,
			eps: 0,
			output,
		});
		assert.deepEqual([...valuesOfNpy(fs.readFileSync(output)).values], [-1, 1, -1, 1]);
	});

	it("opens in the inspector", async () => {
		await vscode.commands.executeCommand("tensorInspector.open", uri);
		const shown = () => vscode.window.tabGroups.activeTabGroup.activeTab?.input;
		const input = await eventually(shown, (tab) => tab instanceof vscode.TabInputCustom);
		assert.ok(input instanceof vscode.TabInputCustom);
		assert.equal(input.uri.toString(), uri.toString());
	});

	it("is refused above the limit in a sentence that names the setting, and not read", async () => {
		await settings().update("virtualFileLimit", 1, vscode.ConfigurationTarget.Global);
		try {
			await assert.rejects(
				async () =>
					vscode.commands.executeCommand("tensorInspector.copyStatistics", {
						file: uri.with({ path: "/far/big.npy" }),
					}),
				/big\.npy: This file has 2\.00 MiB .* limit for that is 1 MiB.*tensorInspector\.virtualFileLimit/,
			);
		} finally {
			await settings().update("virtualFileLimit", undefined, vscode.ConfigurationTarget.Global);
		}
	});
});
