import assert from "node:assert/strict";
import * as path from "node:path";
import { f32, noise, writeTensors } from "../engine/files";
import { panels, rowsOf, showView } from "./panel";

describe("the comparison of norms in the panel", function () {
	this.timeout(60_000);
	const suite = panels();
	const input = () =>
		writeTensors(path.join(suite.folder, "x.safetensors"), [f32("x", [4, 64, 6, 6], noise(4 * 64 * 36))]);

	it("lists every norm, sorts by any column, and marks and chooses by keyboard and mouse without reading again", async () => {
		let reads = 0;
		const panel = await suite.open(input(), {
			handlers: {
				compareNorms(request, { signal }) {
					reads++;
					return suite.engine.compareNorms({ file: { path: input() }, ...request }, { signal });
				},
			},
		});
		const { page } = panel;
		await showView(panel, "Compare norms");
		const table = page.locator("table.norms");
		await table.locator("tbody tr").nth(8).waitFor();
		const current = () => table.locator("tr[aria-current=true] .norm-name").innerText();
		assert.match(await current(), /BatchNorm/);
		const sets = async () =>
			(await rowsOf(panel, "table.norms")).map(([, count = ""]) => Number(count.replace(/\D/g, "")));
		await table.getByRole("button", { name: "Sets", exact: true }).click();
		const descending = await sets();
		assert.deepEqual(
			descending,
			[...descending].sort((a, b) => b - a),
		);
		await table.getByRole("button", { name: "Sets", exact: true }).press("Enter");
		assert.deepEqual(
			await sets(),
			[...descending].sort((a, b) => a - b),
		);
		assert.equal(await table.locator("th[aria-sort=ascending]").count(), 1);
		await table.getByRole("button", { name: /^GroupNorm\(32\)/ }).press("Enter");
		await table.locator("tr[aria-current=true]", { hasText: "GroupNorm(32)" }).waitFor();
		await page.locator('vscode-dropdown[aria-label="Groups"]').waitFor();
		await table.locator("tr", { hasText: "LayerNorm over W" }).locator("td").first().click();
		await table.locator("tr[aria-current=true]", { hasText: "LayerNorm over W" }).waitFor();
		assert.equal(reads, 1);
		// A layout that is no row yet becomes one.
		await page.locator(".chip").nth(0).getByRole("radio", { name: "averaged" }).check();
		await table.locator("tr[aria-current=true]", { hasText: "Your own axes" }).waitFor();
		assert.equal(reads, 2);
		assert.deepEqual(panel.problems, []);
	});
});
