import assert from "node:assert/strict";
import { useWorkbench } from "../support/suite";
import { closeAllEditors, openFromExplorer, switchTheme, THEMES } from "../support/workbench";

describe("the workbench with the packaged extension", () => {
	const session = useWorkbench({ files: { "notes.txt": "plain text\n" } });

	it("opens a file from the Explorer", async () => {
		const { page } = session();
		await openFromExplorer(page, "notes.txt");
		await page.locator(".view-line", { hasText: "plain text" }).waitFor();
		await closeAllEditors(page);
	});

	it("lists the extension as installed", async () => {
		const { page } = session();
		await page.keyboard.press("Control+Shift+X");
		await page.locator(".extension-list-item", { hasText: "Tensor Inspector" }).first().waitFor();
	});

	for (const theme of ["light", "highContrast", "highContrastLight", "dark"] as const) {
		it(`switches to ${THEMES[theme].name}`, async () => {
			await switchTheme(session().page, theme);
			const workbench = session().page.locator(".monaco-workbench");
			assert.match((await workbench.getAttribute("class")) ?? "", new RegExp(`\\b${THEMES[theme].workbenchClass}\\b`));
		});
	}
});
