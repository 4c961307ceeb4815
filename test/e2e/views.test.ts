import assert from "node:assert/strict";
import type { Frame } from "playwright-core";
import { npyOf } from "../support/npy";
import { PATIENCE_MS } from "../support/patience";
import { safetensorsOf } from "../support/safetensors";
import { useWorkbench } from "../support/suite";
import { webviewWithText } from "../support/webview";
import { closeAllEditors, findCommand, openFromExplorer, screenshot } from "../support/workbench";

/** (2, 4, 3, 5): four channels of different mean. */
const SHAPE = [2, 4, 3, 5] as const;
const VALUES = Float64Array.from({ length: 120 }, (_, i) => Math.sin(i * 1.7) + (Math.floor(i / 15) % 4));
const valueAt = (n: number, c: number, h: number, w: number) => VALUES[((n * 4 + c) * 3 + h) * 5 + w] as number;

describe("in the panel's views, a user", () => {
	const session = useWorkbench({
		files: {
			"acts.npy": npyOf(SHAPE, VALUES),
			"pair.safetensors": safetensorsOf({
				a: { shape: [2, 3], values: [1, 2, 3, 4, 5, 6] },
				b: { shape: [2, 3], values: [1, 2, 3, 4, 5, 7] },
			}),
		},
	});
	/** Waits until an element's text fits, and gives it. */
	const told = async (panel: Frame, selector: string, pattern: RegExp): Promise<string> => {
		const found = await panel.waitForFunction(
			([place, source]) => {
				const text = document.querySelector(place as string)?.textContent ?? "";
				return new RegExp(source as string).test(text) ? text : undefined;
			},
			[selector, pattern.source] as const,
			{ timeout: PATIENCE_MS },
		);
		return String(await found.jsonValue());
	};
	const choose = async (panel: Frame, label: string, option: string) => {
		const field = panel.locator(`vscode-dropdown[aria-label="${label}"]`);
		await field.click();
		await field.locator("vscode-option", { hasText: option }).click();
	};

	before("the editors are there", async () => {
		await findCommand(session().page, "Tensor Inspector: Normalize Tensor…");
		await session().page.keyboard.press("Escape");
	});
	afterEach(() => closeAllEditors(session().page));

	it("makes a norm from axes, sees its sets, its sentence and its code, which it copies", async () => {
		const { page } = session();
		await openFromExplorer(page, "acts.npy");
		const panel = await webviewWithText(page, "2 × 4 × 3 × 5");
		await told(panel, ".books", /page 36 of every book/);
		await panel.locator(".chip").first().getByRole("radio", { name: "kept" }).check();
		await told(panel, ".layout-view", /InstanceNorm/);
		await told(panel, "#picture-readout", /one of 8 sets of 15 values; mean /);
		await told(panel, "table.strips", /2.*4.*1.*1/);
		await panel.locator("canvas.picture-canvas").focus();
		await page.keyboard.press("ArrowRight");
		await page.keyboard.press("PageDown");
		const lit = await told(panel, "#picture-readout", /^Element N 0, C 1, H 0, W 1 .* mean \S+, std /);
		const set = [...VALUES].slice(15, 30);
		const mean = set.reduce((sum, x) => sum + x, 0) / 15;
		assert.ok(Math.abs(Number(/; mean ([^,]+),/.exec(lit)?.[1]) - mean) < 1e-4, lit);
		const code = await told(panel, ".notation pre", /np\.sqrt/);
		await panel.locator(".notation").getByText("Copy").click();
		await panel.getByText("Copied: NumPy.").first().waitFor();
		assert.equal(await page.evaluate(() => navigator.clipboard.readText()), code);
		assert.match(code, /axis=\(2, 3\)/);
	});

	it("looks at slices with the keyboard, and at what the norm makes of them", async () => {
		const { page } = session();
		await openFromExplorer(page, "acts.npy");
		const panel = await webviewWithText(page, "2 × 4 × 3 × 5");
		await panel.getByRole("tab", { name: "Slice" }).click();
		await told(panel, "#slice-readout", /^N 0, C 0, H 0, W 0: /);
		await panel.locator("canvas.slice-canvas:visible").first().focus();
		await page.keyboard.press("ArrowDown");
		await page.keyboard.press("ArrowRight");
		const text = await told(panel, "#slice-readout", /^N 0, C 0, H 1, W 1: /);
		assert.equal(Number(text.split(": ")[1]), valueAt(0, 0, 1, 1));
		await choose(panel, "Shows", "Before, after, difference");
		const effect = await told(panel, "#slice-readout", /before \S+ · after \S+ · difference \S/);
		const channel = [...VALUES].filter((_, i) => Math.floor(i / 15) % 4 === 0);
		const mean = channel.reduce((sum, x) => sum + x, 0) / 30;
		const deviation = Math.sqrt(channel.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 30 + 1e-5);
		const after = Number(/after (\S+)/.exec(effect)?.[1]);
		assert.ok(Math.abs(after - (valueAt(0, 0, 1, 1) - mean) / deviation) < 1e-6, `${after}`);
		await screenshot(page, "slice-dark");
	});

	it("compares the norms of a tensor, and chooses one of them", async () => {
		const { page } = session();
		await openFromExplorer(page, "acts.npy");
		const panel = await webviewWithText(page, "2 × 4 × 3 × 5");
		await panel.getByRole("tab", { name: "Compare norms" }).click();
		await panel.locator("button.norm-choice", { hasText: "InstanceNorm" }).first().click();
		await panel.getByRole("tab", { name: "Layout" }).click();
		await told(panel, ".layout-view", /8 sets/);
		await screenshot(page, "norms-dark");
	});

	it("compares two tensors of a file", async () => {
		const { page } = session();
		await openFromExplorer(page, "pair.safetensors");
		const panel = await webviewWithText(page, "pair.safetensors");
		await panel.getByRole("tab", { name: "Compare tensors" }).click();
		await choose(panel, "Compare with", "b f64");
		await told(panel, 'table[aria-label="Verdicts"]', /✗ not close/);
		await told(panel, ".view-body:not([hidden])", /1 of 6 values differ/);
	});

	it("sorts channels, and finds the selected one in the slice", async () => {
		const { page } = session();
		await openFromExplorer(page, "acts.npy");
		const panel = await webviewWithText(page, "2 × 4 × 3 × 5");
		await panel.getByRole("tab", { name: "Along axes" }).click();
		await choose(panel, "Sorted by", "|mean|");
		const chart = panel.locator("canvas.profile-canvas").nth(1);
		await chart.focus();
		await page.keyboard.press("Home");
		await page.keyboard.press("Enter");
		await panel.getByRole("tab", { name: "Slice" }).click();
		// Channel 3 has the largest mean.
		await told(panel, "#slice-readout", /^N 0, C 3, /);
		await screenshot(page, "axes-dark");
	});
});
