import assert from "node:assert/strict";
import { choose } from "../../../src/core/chosen";
import { NOTATIONS } from "../../../src/notation/notations";
import { recipeOf } from "../../../src/notation/recipe";
import { choose as chooseOption, panels, saved } from "../panel";

describe("the notation in the panel", function () {
	this.timeout(60_000);
	const { open } = panels();
	const file = "media/samples/digits/conv1-batchnorm.safetensors";

	it("writes the chosen layout in every notation, remembers which, and copies it", async () => {
		const panel = await open(file, { state: { tensor: "before_bn" } });
		const { page, problems } = panel;
		const recipe = recipeOf(choose([32, 12, 8, 8], {}));
		assert.ok(recipe);
		const code = page.locator(".notation .code");
		for (const { label, write } of Object.values(NOTATIONS)) {
			await chooseOption(page, "The same in", label);
			await page.waitForFunction(([wanted]) => document.querySelector(".notation .code")?.textContent === wanted, [
				write(recipe),
			] as const);
			assert.equal(await code.getAttribute("aria-label"), `The same in ${label}`);
		}
		await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
		await page.locator(".notation vscode-button").click();
		await page.getByText("Copied: ONNX.").first().waitFor();
		assert.equal(await page.evaluate(() => navigator.clipboard.readText()), NOTATIONS.onnx.write(recipe));
		assert.equal((await saved<{ notation: string }>(panel)).notation, "onnx");
		assert.deepEqual(problems, []);
	});

	it("follows the chips", async () => {
		const { page } = await open(file, {
			state: { tensor: "before_bn", notation: "einx", choices: { 4: { norm: "groupNorm", options: { groups: 3 } } } },
		});
		const text = await page.locator(".notation .code").textContent();
		assert.match(text ?? "", /einx\.mean\("n \(g \[c\]\) \[h w\]", x, g=3\)/);
	});
});
