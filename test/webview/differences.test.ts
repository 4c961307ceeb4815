import assert from "node:assert/strict";
import * as path from "node:path";
import { compareHandlers } from "../../src/host/compareRequests";
import { f32, noise, writeTensors } from "../engine/files";
import type { WebviewPage } from "../support/webview-page";
import { panels, rowsOf, saved } from "./panel";

/** The label of the entry that a dropdown has chosen. */
function chosenIn({ page }: WebviewPage, label: string): Promise<string> {
	return page
		.locator(`vscode-dropdown[aria-label="${label}"]`)
		.evaluate((field) => (field as HTMLElement & { displayValue: string }).displayValue);
}

describe("the comparison of tensors in the panel", function () {
	this.timeout(60_000);
	const suite = panels();
	const values = noise(240);
	const changed = values.map((x, k) => (k === 130 ? x + 2 : x));

	it("compares with a tensor of the same file, and with one of a file that the host asks for", async () => {
		const file = writeTensors(path.join(suite.folder, "a.safetensors"), [
			f32("x", [4, 6, 10], values),
			f32("y", [4, 6, 10], changed),
			f32("short", [4], [1, 2, 3, 4]),
		]);
		const other = writeTensors(path.join(suite.folder, "b.safetensors"), [f32("x", [4, 6, 10], values)]);
		const asked: (string | undefined)[] = [undefined, path.join(suite.folder, "missing.npy"), other];
		const handlers = compareHandlers(suite.engine, {
			own: async () => ({ path: file }),
			ask: async () => {
				const next = asked.shift();
				return next === undefined ? undefined : { path: next };
			},
			last: async () => ({ path: other }),
		});
		const panel = await suite.open(file, { state: { view: "differences", tensor: "x" }, handlers });
		const { page } = panel;
		await page.getByText("Choose the tensor to compare with.").waitFor();
		const field = page.locator('vscode-dropdown[aria-label="Compare with"]');
		const choose = async (option: string, { of = field } = {}) => {
			await of.click();
			await of.locator("vscode-option", { hasText: option }).click();
		};
		await choose("y f32");
		await page.getByText("1 of 240 values differ").waitFor();
		const verdicts = await rowsOf(panel, 'table[aria-label="Verdicts"]');
		assert.deepEqual(
			verdicts.map((row) => row.slice(0, 3)),
			[
				["numpy.allclose", "✗ not close", "1"],
				["torch.testing.assert_close", "✗ not close", "1"],
			],
		);
		await page
			.getByText(/\[2, 1, 0\]: /)
			.first()
			.waitFor();
		await page.locator("canvas.difference-map").waitFor();
		await page.locator(".difference-axis summary").first().click();
		const rows = await rowsOf(panel, 'table[aria-label^="Differences along"]');
		assert.equal(Number(rows[2]?.[1]), 2);
		await choose("short f32");
		await page.getByText("The shapes differ: 4 × 6 × 10 and 4.").waitFor();
		const another = page.getByRole("button", { name: "Another file…" });
		await another.click();
		await page.getByText("The shapes differ: 4 × 6 × 10 and 4.").waitFor();
		await another.click();
		await page.getByText(/no such file/).waitFor();
		await another.click();
		await page.getByText("No value differs.").waitFor();
		assert.deepEqual(panel.problems, []);

		await choose("N × D", { of: page.locator('vscode-dropdown[aria-label="Map of axes"]') });
		const again = await suite.open(file, { state: await saved(panel), handlers });
		await again.page.getByText("No value differs.").waitFor();
		assert.equal(await chosenIn(again, "Compare with"), "b.safetensors: x f32 [4 × 6 × 10]");
		assert.equal(await chosenIn(again, "Map of axes"), await chosenIn(panel, "Map of axes"));
	});

	it("forgets the other file where it is gone", async () => {
		const file = writeTensors(path.join(suite.folder, "c.safetensors"), [f32("x", [4, 6, 10], values)]);
		const handlers = compareHandlers(suite.engine, {
			own: async () => ({ path: file }),
			ask: async () => undefined,
			last: async () => ({ path: path.join(suite.folder, "gone.npy") }),
		});
		const state = { view: "differences", tensor: "x", compared: { other: { from: "chosen", tensor: "x" } } };
		const panel = await suite.open(file, { state, handlers });
		await panel.page.getByText("Choose the tensor to compare with.").waitFor();
		assert.deepEqual(panel.problems, []);
	});
});
