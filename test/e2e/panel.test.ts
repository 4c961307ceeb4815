import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { npyOf, valuesOfNpy } from "../support/npy";
import { PATIENCE_MS } from "../support/patience";
import { answer, quickInput, whenAsked } from "../support/quick-input";
import { useWorkbench } from "../support/suite";
import { webviewWithText } from "../support/webview";
import { closeAllEditors, findCommand, openFromExplorer, screenshot } from "../support/workbench";

describe("in the panel, a user", () => {
	const VALUES = Array.from({ length: 24 }, (_, i) => (i % 5) - Math.floor(i / 6));
	const session = useWorkbench({ files: { "acts.npy": npyOf([2, 3, 2, 2], VALUES) } });
	const at = (name: string) => path.join(session().folder, name);

	before("the editors are there", async () => {
		await findCommand(session().page, "Tensor Inspector: Normalize Tensor…");
		await session().page.keyboard.press("Escape");
	});
	beforeEach(() => openFromExplorer(session().page, "acts.npy"));
	afterEach(() => closeAllEditors(session().page));

	it("saves the norm that is shown, and is only asked for the file's name", async () => {
		const { page } = session();
		const panel = await webviewWithText(page, "2 × 3 × 2 × 2");
		await panel.getByText("Normalize and save…").first().click();
		await whenAsked(page, "File to write");
		assert.equal(await quickInput(page).inputValue(), "acts.batchNorm.npy");
		await answer(page, "saved.npy");
		await webviewWithText(page, "saved.npy");
		const { values } = valuesOfNpy(fs.readFileSync(at("saved.npy")));
		for (const channel of [0, 1, 2]) {
			const all = VALUES.map((value, i) => ({ value, i })).filter(({ i }) => Math.floor(i / 4) % 3 === channel);
			const mean = all.reduce((sum, { value }) => sum + value, 0) / 8;
			const variance = all.reduce((sum, { value }) => sum + (value - mean) ** 2, 0) / 8;
			for (const { value, i } of all) {
				const expected = (value - mean) / Math.sqrt(variance + 1e-5);
				assert.ok(Math.abs((values[i] as number) - expected) < 1e-12, `element ${i}: ${values[i]}, not ${expected}`);
			}
		}
	});

	it("copies the statistics as JSON", async () => {
		const { page } = session();
		const panel = await webviewWithText(page, "2 × 3 × 2 × 2");
		await panel.getByText("Copy statistics as JSON").first().click();
		await webviewWithText(page, "Statistics copied as JSON");
		const copied = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()));
		assert.deepEqual([copied.shape, copied.count], [[2, 3, 2, 2], [24]]);
	});

	it("saves a chart as a picture and the tensor as a report, where the dialog says", async () => {
		const { page } = session();
		/** Waits for the name that the dialog offers: it shows its folder before. */
		const whenNamed = (name: string) =>
			page.waitForFunction(
				(end) =>
					document.querySelector<HTMLInputElement>(".quick-input-widget input[type=text]")?.value.endsWith(end) ??
					false,
				`/${name}`,
				{ timeout: PATIENCE_MS },
			);
		const panel = await webviewWithText(page, "2 × 3 × 2 × 2");
		await panel.getByRole("tab", { name: "Along axes" }).click();
		await panel.getByRole("button", { name: "Export this chart" }).nth(1).click();
		await panel.getByRole("menuitem", { name: "SVG, dark on white" }).filter({ visible: true }).click();
		await whenAsked(page, "Export Plot");
		await whenNamed("acts.axis-1.svg");
		await screenshot(page, "export-dialog-dark");
		await answer(page, at("chart.svg"));
		await webviewWithText(page, "Saved: chart.svg");
		const svg = fs.readFileSync(at("chart.svg"), "utf8");
		assert.match(svg, /^<\?xml[^>]*>\n<svg [^>]*>\n<title>acts\.npy: along axis 1, C \(3 indices\)<\/title>/);
		await panel.getByRole("button", { name: "Export the tensor" }).click();
		await panel.getByRole("menuitem", { name: "Report as HTML" }).filter({ visible: true }).click();
		await whenAsked(page, "Export Report");
		await whenNamed("acts.report.html");
		await answer(page, at("acts.html"));
		await webviewWithText(page, "Saved: acts.html");
		const report = fs.readFileSync(at("acts.html"), "utf8");
		assert.match(report, /What BatchNorm averages together/);
		for (const name of ["chart.svg", "acts.html"]) fs.rmSync(at(name));
	});

	it("is told when the file changes, and reads it again", async () => {
		const { page } = session();
		await webviewWithText(page, "2 × 3 × 2 × 2");
		fs.writeFileSync(at("acts.npy"), npyOf([5, 4], VALUES.slice(0, 20)));
		const panel = await webviewWithText(page, "Read again");
		await panel.getByText("Read again").first().click({ timeout: PATIENCE_MS });
		await webviewWithText(page, "5 × 4");
	});
});
