import assert from "node:assert/strict";
import * as vscode from "vscode";

describe("the extension in VS Code", () => {
	const extension = vscode.extensions.getExtension("tensor-inspector.tensor-inspector");

	it("is known by its publisher and name", () => {
		assert.ok(extension, "VS Code has not loaded the extension");
	});

	it("activates without an error", async () => {
		await extension?.activate();
		assert.equal(extension?.isActive, true);
	});
});
