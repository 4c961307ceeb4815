import assert from "node:assert/strict";
import * as vscode from "vscode";
import type { RawLayout } from "../../src/core/raw-layout";
import type { StatisticsJson } from "../../src/core/statistics-json";
import { eventually } from "../support/eventually";
import { inspector, useFolder } from "../support/extension";

describe("a raw file", () => {
	const files = useFolder("raw");
	before(inspector);
	afterEach(() => vscode.commands.executeCommand("workbench.action.closeAllEditors"));

	const bytes = () => Buffer.from(Float32Array.from([99, 1, 2, 3, 4, 5, 9]).buffer);
	const tell = (argument: object) => vscode.commands.executeCommand<RawLayout>("tensorInspector.openRaw", argument);
	const statistics = (uri: vscode.Uri) =>
		vscode.commands.executeCommand<StatisticsJson>("tensorInspector.copyStatistics", { file: uri });

	it("is refused with what to do, until it is told how to read it", async () => {
		const uri = files.put("a.raw", bytes());
		await assert.rejects(async () => statistics(uri), /a\.raw: .*"Open as Raw Tensor…"/);
		const layout = await tell({ file: uri, raw: { dtype: "float32", offset: 4, shape: [2, -1] } });
		assert.deepEqual(layout, { dtype: "f32", shape: [2, 3], offset: 4, order: "C", byteOrder: "little" });
		const told = await statistics(uri);
		assert.deepEqual(told.shape, [2, 3]);
		assert.match(JSON.stringify(told), /"mean":\[?4\b/);
		const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
		assert.ok(input instanceof vscode.TabInputCustom && input.uri.fsPath === uri.fsPath);
	});

	it("is told anew, also while its editor is open, and by its path", async () => {
		const uri = files.put("b.dat", bytes());
		await tell({ file: uri.fsPath, raw: { dtype: "u8" } });
		assert.deepEqual((await statistics(uri)).shape, [28]);
		await tell({ file: uri.fsPath, raw: { dtype: ">i2", shape: [7, 2], order: "F" } });
		assert.deepEqual((await statistics(uri)).shape, [7, 2]);
		const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
		assert.equal(tabs.filter((tab) => tab.input instanceof vscode.TabInputCustom).length, 1);
	});

	it("is asked about step by step, and what was told is what the next answers start with", async () => {
		const uri = files.put("e.raw", bytes());
		await tell({ file: uri, raw: { dtype: ">i2", offset: 2, shape: [1, 13] } });
		let answered: RawLayout | undefined;
		void vscode.commands.executeCommand<RawLayout>("tensorInspector.openRaw", uri).then((layout) => {
			answered = layout;
		});
		// Each accepts the answer that stands there: type, byte order, offset, "Other…", the lengths, and the order.
		await eventually(
			async () => {
				await vscode.commands.executeCommand("workbench.action.acceptSelectedQuickOpenItem");
				return answered;
			},
			(layout) => layout !== undefined,
		);
		assert.deepEqual(answered, { dtype: "i16", shape: [1, 13], offset: 2, order: "C", byteOrder: "big" });
	});

	it("is not opened by what does not fit it", async () => {
		const uri = files.put("c.bin", bytes());
		await assert.rejects(
			async () => tell({ file: uri, raw: { dtype: "f64", shape: [4] } }),
			/take 32 bytes, but 28 of/,
		);
		await assert.rejects(async () => tell({ file: uri, raw: { shape: [4] } }), /dtype of the raw values is missing/);
		await assert.rejects(async () => statistics(uri), /Open as Raw Tensor/);
	});

	it("shows its numbers on hover, as they are told", async () => {
		const uri = files.put("d.raw", bytes());
		const text = files.put("d.txt", "d.raw\n");
		const hover = async () => {
			const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
				"vscode.executeHoverProvider",
				text,
				new vscode.Position(0, 2),
			);
			return hovers.flatMap(({ contents }) => contents.map((each) => (each as vscode.MarkdownString).value)).join();
		};
		await tell({ file: uri, raw: { dtype: "f32", shape: [7] } });
		assert.match(await eventually(hover, (shown) => shown.includes("17.5")), /17\.5/);
		await tell({ file: uri, raw: { dtype: "u8" } });
		assert.match(await eventually(hover, (shown) => /\bu8\b/.test(shown)), /\bu8\b/);
	});
});
