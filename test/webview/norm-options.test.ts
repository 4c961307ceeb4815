import assert from "node:assert/strict";
import { formatNumber } from "../../src/core/format";
import { normOf } from "../../src/core/normalizations";
import type { InspectRequest } from "../../src/protocol";
import { eventually } from "../support/eventually";
import type { WebviewPage } from "../support/webview-page";
import { panels } from "./panel";

const DIGITS = "media/samples/digits/conv1-batchnorm.safetensors";

describe("a norm's options and inputs in the panel", function () {
	this.timeout(60_000);
	const suite = panels();

	const open = (norm: string) =>
		suite.open(DIGITS, { state: { tensor: "before_bn", choices: { 4: { norm } } } as never });
	const last = () => suite.asked.filter(([name]) => name === "inspect").at(-1)?.[1] as InspectRequest;
	const cells = ({ page }: WebviewPage, row: string) =>
		page.locator(".effect-table tr", { hasText: row }).first().locator("td").allTextContents();
	const settled = ({ page }: WebviewPage) => page.locator(".effect-table:visible").waitFor();

	it("finds running statistics of the same file by their names, and tells what is after them", async () => {
		const panel = await open("batchNormInference");
		await settled(panel);
		assert.deepEqual(last().inputs, { runningMean: "bn.running_mean", runningVar: "bn.running_var" });
		const file = { path: DIGITS };
		const { norm } = await suite.engine.inspect({
			file,
			tensor: "before_bn",
			part: 0,
			norm: normOf("batchNormInference", [32, 12, 8, 8]),
			inputs: {
				runningMean: { file, tensor: "bn.running_mean" },
				runningVar: { file, tensor: "bn.running_var" },
			},
		});
		// The layout's statistics are not asked for: they take no part.
		assert.ok(norm?.after);
		assert.deepEqual(await cells(panel, "Mean"), [
			formatNumber(norm.before.whole.mean),
			formatNumber(norm.after.whole.mean),
		]);
	});

	it("shows the options that an entry uses and no others, and asks anew with what they say", async () => {
		const panel = await open("lpNorm");
		await settled(panel);
		const field = (name: string) => panel.page.locator(".norm-form .field", { hasText: name });
		assert.deepEqual(
			await Promise.all(["Length", "Epsilon", "Groups", "Alpha"].map((name) => field(name).first().isVisible())),
			[true, true, false, false],
		);
		await field("Length").locator("vscode-dropdown").click();
		await field("Length").locator("vscode-option", { hasText: "L1" }).click();
		await eventually(last, ({ norm }) => norm?.options.p === "1");
		assert.equal(last().norm?.options.p, "1");
	});

	it("gives the numbers of a framework, whose options are seen and can be left again", async () => {
		const panel = await open("weightStandardization");
		await settled(panel);
		await panel.page.locator(".rare-options summary").click();
		const framework = panel.page.locator(".rare-options .field", { hasText: "Numbers of" });
		await framework.locator("vscode-dropdown").click();
		await framework.locator("vscode-option", { hasText: "PyTorch" }).click();
		await eventually(last, ({ norm }) => norm?.options.ddof === 1);
		assert.equal(last().norm?.options.ddof, 1);
		const { epsPlace, stash } = last().norm?.options ?? {};
		assert.deepEqual([epsPlace, stash], ["outside", "f32"]);
		assert.equal(await framework.locator("vscode-dropdown").getAttribute("current-value"), "pytorch");
	});

	it("says what a norm lacks, and asks for no numbers of it", async () => {
		const panel = await open("adaIN");
		await panel.page.locator(".norm-inputs", { hasText: "AdaIN needs style" }).waitFor();
		assert.equal(last().norm, undefined);
	});
});
