import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { WebviewPage } from "../support/webview-page";
import { numbersShown, panels, rest, saved } from "./panel";

const FILE = "media/samples/digits/conv1-batchnorm.safetensors";

describe("the panel in a rush of changes", function () {
	this.timeout(60_000);
	const suite = panels();
	/** What all views tell, and what the picture is drawn as. */
	const told = async ({ page }: WebviewPage) => {
		const texts = await page.locator(".norm-form, .axes, .layout-text, #picture-readout, .effect").allInnerTexts();
		const pixels = await page
			.locator("canvas.picture-canvas")
			.evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
		return { texts, pixels };
	};

	it("keeps up with one in every frame, and ends with every view at the last", async () => {
		const panel = await suite.open(FILE, { state: { tensor: "before_bn" } });
		await numbersShown(panel);
		const { page } = panel;
		const frames = await page.evaluate(
			() =>
				new Promise<number>((done) => {
					const roles = [...document.querySelectorAll<HTMLInputElement>(".chip:nth-child(2) input[type=radio]")];
					let k = 0;
					const step = () => {
						roles[k % 3]?.click();
						if (++k < 61) requestAnimationFrame(step);
						else done(k);
					};
					requestAnimationFrame(step);
				}),
		);
		assert.equal(frames, 61);
		assert.ok("choices" in (panel.savedState() as object), "it remembers before the rush is over");
		await rest(panel, 1000);
		await numbersShown(panel);
		const fresh = await suite.open(FILE, { state: await saved(panel) });
		await numbersShown(fresh);
		await rest(fresh, 1000);
		const [after, wanted] = [await told(panel), await told(fresh)];
		assert.deepEqual(after.texts, wanted.texts);
		assert.equal(after.pixels, wanted.pixels);
		assert.deepEqual(panel.problems, []);
	});
});
