import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { defaultRows } from "../../src/core/norm-about";
import { ABOUT } from "../../src/core/norms/about";
import { THEMES } from "../support/webview-page";
import { numbersShown, panels } from "./panel";

const DIGITS = "media/samples/digits/conv1-batchnorm.safetensors";

describe("the panel's part about the chosen norm", function () {
	this.timeout(60_000);
	const suite = panels();

	it("is folded, opens by the keyboard, and has every sentence and every default", async () => {
		const panel = await suite.open(DIGITS);
		await numbersShown(panel);
		const summary = panel.page.locator(".about > summary");
		assert.equal(await summary.textContent(), "About BatchNorm");
		assert.equal(await panel.page.locator(".about-body").isVisible(), false);
		await summary.focus();
		await panel.page.keyboard.press("Enter");
		assert.equal(await panel.page.locator(".about-body").isVisible(), true);
		const { strengths, weaknesses, used } = ABOUT.batchNorm;
		const said = await panel.page.locator(".about-columns li").allTextContents();
		[...strengths, ...weaknesses, ...used].forEach(([says], at) => {
			assert.ok(said[at]?.startsWith(says), said[at]);
		});
		const cells = await panel.page.locator(".about-defaults tbody :is(th, td)").allTextContents();
		assert.deepEqual(cells, defaultRows(ABOUT.batchNorm).flat());
		assert.deepEqual(panel.problems, []);
	});

	it("follows the norm, stays open, and leaves out columns that no framework fills", async () => {
		const panel = await suite.open(DIGITS);
		await numbersShown(panel);
		await panel.page.locator(".about > summary").click();
		await panel.page.locator(".preset-name", { hasText: /^GroupNorm/ }).click();
		await panel.page.getByText("About GroupNorm", { exact: true }).waitFor();
		assert.equal(await panel.page.locator(".about-body").isVisible(), true);
		const heads = await panel.page.locator(".about-defaults thead th").allTextContents();
		assert.deepEqual(heads, ["Framework", "Name", "eps", "Variance", "Axis", "Note"]);
	});

	for (const theme of THEMES) {
		it(`makes the panel no wider than it is at 500 pixels (${theme})`, async () => {
			const panel = await suite.open(DIGITS, { theme, width: 500 });
			await numbersShown(panel);
			await panel.page.locator(".about > summary").click();
			const [inner, outer] = await panel.page.evaluate(() => [
				document.documentElement.scrollWidth,
				document.documentElement.clientWidth,
			]);
			assert.ok((inner ?? 0) <= (outer ?? 0), `${inner} in ${outer}`);
		});
	}
});
