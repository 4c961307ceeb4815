import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import type { Locator, Page } from "playwright-core";
import { readHover } from "../support/hover";
import { npyHeader, npyOf, valuesOfNpy } from "../support/npy";
import { PATIENCE_MS } from "../support/patience";
import { answer, pick, picks, quickInput, quickInputMessage, whenAsked } from "../support/quick-input";
import { safetensorsOf, valuesOfSafetensors } from "../support/safetensors";
import { useWorkbench } from "../support/suite";
import { webviewWithText } from "../support/webview";
import {
	closeAllEditors,
	findCommand,
	notification,
	openFromExplorer,
	runCommand,
	screenshot,
	switchTheme,
} from "../support/workbench";

/** A (2, 6, 2, 2) activation: six channels of different mean and spread. */
const SHAPE = [2, 6, 2, 2] as const;
const ACTIVATION = Float64Array.from({ length: 48 }, (_, i) => Math.cos(i * 2.3) * (1 + (i % 7)) + (i % 24));

/** GroupNorm by its formula: of every sample the channels in three groups of two, eight values in each. */
function groupNorm(eps: number): number[] {
	return [...ACTIVATION].map((x, i) => {
		const group = [...ACTIVATION].filter((_, k) => Math.floor(k / 8) === Math.floor(i / 8));
		const mean = group.reduce((sum, value) => sum + value, 0) / group.length;
		const variance = group.reduce((sum, value) => sum + (value - mean) ** 2, 0) / group.length;
		return (x - mean) / Math.sqrt(variance + eps);
	});
}

/** The notification with this text, in the notification centre: a workbench that is driven shows no toasts. */
async function inCentre(page: Page, text: string | RegExp): Promise<Locator> {
	const item = notification(page, text);
	const end = Date.now() + PATIENCE_MS;
	while (!(await item.isVisible()) && Date.now() < end) {
		if (!(await page.locator(".notifications-center.visible").isVisible())) {
			await runCommand(page, "Notifications: Show Notifications");
		}
		await page.waitForTimeout(200);
	}
	await item.waitFor({ timeout: 1000 });
	return item;
}

describe("in the workbench, a user", () => {
	const session = useWorkbench({
		files: {
			"acts.npy": npyOf(SHAPE, ACTIVATION),
			"load.py": 'import numpy as np\n\nx = np.load("acts.npy")\ny = np.load("cut.npy")\n',
			"cut.npy": npyHeader("<f8", [1000]),
		},
	});
	const at = (name: string) => path.join(session().folder, name);
	const names = () => fs.readdirSync(session().folder).sort();

	before("the commands are there", async () => {
		await findCommand(session().page, "Tensor Inspector: Normalize Tensor…");
		await session().page.keyboard.press("Escape");
	});
	afterEach(async () => {
		await session().page.keyboard.press("Escape");
		await closeAllEditors(session().page).catch(() => {});
	});

	it("opens a tensor file from the Explorer and sees its shape", async () => {
		const { page } = session();
		await openFromExplorer(page, "acts.npy");
		await webviewWithText(page, "2 × 6 × 2 × 2");
	});

	it("opens it from the Explorer's menu, too", async () => {
		const { page } = session();
		const row = page.locator(".explorer-folders-view .monaco-list-row", { hasText: "acts.npy" }).first();
		await row.click({ button: "right" });
		const item = page.getByRole("menuitem", { name: "Open in Tensor Inspector" });
		await item.hover();
		// A menu takes no click in its first tenth of a second, so that opening it chooses nothing.
		await page.waitForTimeout(300);
		await item.click();
		await webviewWithText(page, "2 × 6 × 2 × 2");
	});

	it("reads one sentence about a file that is cut off", async () => {
		const { page } = session();
		await openFromExplorer(page, "cut.npy");
		await webviewWithText(page, "The data ends early");
	});

	it("normalizes the open tensor with the keyboard, into a file with the right numbers", async () => {
		const { page } = session();
		await openFromExplorer(page, "acts.npy");
		await runCommand(page, "Tensor Inspector: Normalize Tensor…");
		await whenAsked(page, "share a mean");
		assert.match((await picks(page)).join("\n"), /BatchNorm[\s\S]*averages N, H, W; 6 sets of 8 values/);
		await screenshot(page, "normalize-norm-dark");
		await pick(page, "GroupNorm");
		await whenAsked(page, "Which is the channel axis?");
		await pick(page, "axis 1");
		await whenAsked(page, "Into how many groups");
		// Back to the axis and forth again: the flow keeps what was chosen before.
		await page.locator(".quick-input-titlebar .codicon-quick-input-back").click();
		await whenAsked(page, "Which is the channel axis?");
		await pick(page, "axis 1");
		await pick(page, "3 groups");
		await whenAsked(page, "eps");
		await answer(page, "-1");
		assert.match(await quickInputMessage(page), /eps must be zero or a small positive number/);
		await answer(page, "0.001");
		await whenAsked(page, "File to write");
		assert.equal(await quickInput(page).inputValue(), "acts.groupNorm.npy");
		await screenshot(page, "normalize-output-dark");
		await page.keyboard.press("Enter");
		const written = await inCentre(page, "Wrote acts.groupNorm.npy");
		await screenshot(page, "normalize-written-dark");
		const { shape, values } = valuesOfNpy(fs.readFileSync(at("acts.groupNorm.npy")));
		assert.deepEqual(shape, SHAPE);
		groupNorm(0.001).forEach((expected, i) => {
			assert.ok(Math.abs((values[i] as number) - expected) < 1e-12, `element ${i}: ${values[i]}, not ${expected}`);
		});
		await written.getByRole("button", { name: "Open", exact: true }).click();
		await page.locator(".tab.active", { hasText: "acts.groupNorm.npy" }).waitFor({ timeout: PATIENCE_MS });
	});

	it("normalizes all tensors of a file whose name fits a pattern, and is told how many do as it is typed", async () => {
		const { page } = session();
		const other = ACTIVATION.map((x) => 3 - 2 * x);
		const bias = { shape: [6], values: [1, 2, 3, 4, 5, 6] };
		const model = {
			"conv1.weight": { shape: SHAPE, values: ACTIVATION },
			"conv2.weight": { shape: SHAPE, values: other },
		};
		fs.writeFileSync(at("model.safetensors"), safetensorsOf({ ...model, "conv2.bias": bias }));
		await runCommand(page, "Tensor Inspector: Normalize Tensor…");
		await whenAsked(page, "Which file?");
		await pick(page, "model.safetensors");
		await whenAsked(page, "Which tensor?");
		await pick(page, "All tensors…");
		await whenAsked(page, "Which names?");
		assert.match(await quickInputMessage(page), /3 of 3 tensors are of a floating type/);
		await answer(page, "lstm*");
		await page.getByText("None of the 3 tensors fits.").waitFor({ timeout: PATIENCE_MS });
		await quickInput(page).fill("conv*.weight");
		await page.getByText("2 of 3 tensors fit: conv1.weight, conv2.weight").waitFor({ timeout: PATIENCE_MS });
		await screenshot(page, "normalize-all-pattern-dark");
		await page.keyboard.press("Enter");
		await whenAsked(page, "What becomes of the other tensors?");
		await pick(page, "Keep them as they are");
		await whenAsked(page, "share a mean");
		await pick(page, "GroupNorm");
		await whenAsked(page, "Which is the channel axis?");
		await pick(page, "axis 1");
		await pick(page, "3 groups");
		await whenAsked(page, "eps");
		await answer(page, "0");
		await whenAsked(page, "File to write");
		assert.equal(await quickInput(page).inputValue(), "model.groupNorm.safetensors");
		await page.keyboard.press("Enter");
		await inCentre(page, "2 tensors normalized, 1 as they were");
		await screenshot(page, "normalize-all-written-dark");
		const found = valuesOfSafetensors(fs.readFileSync(at("model.groupNorm.safetensors")));
		groupNorm(0).forEach((expected, i) => {
			assert.ok(Math.abs((found["conv1.weight"]?.[i] as number) - expected) < 1e-12, `conv1.weight, element ${i}`);
			assert.ok(Math.abs((found["conv2.weight"]?.[i] as number) + expected) < 1e-12, `conv2.weight, element ${i}`);
		});
		assert.deepEqual([...(found["conv2.bias"] ?? [])], bias.values);
		for (const name of ["model.safetensors", "model.groupNorm.safetensors"]) fs.rmSync(at(name));
	});

	it("is asked before a file is replaced, and keeps it by saying no", async () => {
		const { page } = session();
		fs.writeFileSync(at("kept.npy"), "mine");
		await openFromExplorer(page, "acts.npy");
		await runCommand(page, "Tensor Inspector: Normalize Tensor…");
		await whenAsked(page, "share a mean");
		await pick(page, "BatchNorm");
		await pick(page, "axis 1");
		await whenAsked(page, "eps");
		await page.keyboard.press("Enter");
		await whenAsked(page, "File to write");
		await answer(page, "kept.npy");
		const question = page.locator(".monaco-dialog-box", { hasText: "kept.npy already exists. Replace it?" });
		await question.waitFor({ timeout: PATIENCE_MS });
		await question.getByRole("button", { name: "Cancel" }).click();
		await whenAsked(page, "File to write");
		await page.keyboard.press("Escape");
		assert.equal(fs.readFileSync(at("kept.npy"), "utf8"), "mine");
		fs.rmSync(at("kept.npy"));
	});

	it("cancels a long run, and nothing is left of it", async () => {
		const { page } = session();
		const header = npyHeader("<f4", [64, 1024, 64, 64]);
		fs.writeFileSync(at("long.npy"), header);
		fs.truncateSync(at("long.npy"), header.length + 2 ** 30);
		const before = names();
		await runCommand(page, "Tensor Inspector: Normalize Tensor…");
		await whenAsked(page, "Which file?");
		await pick(page, "long.npy");
		await whenAsked(page, "share a mean");
		await pick(page, "LayerNorm");
		await whenAsked(page, "Average from which axis on?");
		await page.keyboard.press("Enter");
		await whenAsked(page, "eps");
		await page.keyboard.press("Enter");
		await whenAsked(page, "File to write");
		await page.keyboard.press("Enter");
		const running = await inCentre(page, /LayerNorm of long\.npy: \d+ %/);
		await screenshot(page, "normalize-progress-dark");
		await running.getByRole("button", { name: "Cancel" }).click();
		await running.waitFor({ state: "detached", timeout: PATIENCE_MS });
		const end = Date.now() + 10_000;
		while (names().length > before.length && Date.now() < end) await page.waitForTimeout(100);
		assert.deepEqual(names(), before);
		fs.rmSync(at("long.npy"));
	});

	it("hovers over a path in a Python file and reads its statistics", async () => {
		const { page } = session();
		await openFromExplorer(page, "load.py");
		// The lower line first: a hover covers the lines below its own.
		assert.match(await readHover(page, "cut.npy", "ends early"), /8000 bytes were expected/);
		await page.keyboard.press("Escape");
		const mean = ACTIVATION.reduce((sum, value) => sum + value, 0) / ACTIVATION.length;
		for (const theme of ["light", "highContrast", "highContrastLight", "dark"] as const) {
			await switchTheme(page, theme);
			const text = await readHover(page, "acts.npy", "mean");
			assert.match(text, /2 × 6 × 2 × 2/);
			assert.ok(text.includes(String(Number(mean.toPrecision(5)))), `${text} has not the mean ${mean}`);
			await screenshot(page, `hover-${theme}`);
			await page.keyboard.press("Escape");
		}
	});

	it("sees the steps of the command in every theme", async () => {
		const { page } = session();
		await openFromExplorer(page, "acts.npy");
		for (const theme of ["light", "highContrast", "highContrastLight", "dark"] as const) {
			await switchTheme(page, theme);
			await runCommand(page, "Tensor Inspector: Normalize Tensor…");
			await whenAsked(page, "share a mean");
			await screenshot(page, `normalize-${theme}`);
			await page.keyboard.press("Escape");
		}
	});

	it("shows all statistics as a document", async () => {
		const { page } = session();
		await openFromExplorer(page, "acts.npy");
		await runCommand(page, "Tensor Inspector: Show Tensor Statistics");
		await page.locator(".view-line", { hasText: "Axis 1" }).first().waitFor({ timeout: PATIENCE_MS });
		await screenshot(page, "statistics-dark");
	});
});
