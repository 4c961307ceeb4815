import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import * as path from "node:path";
import { describe, it } from "mocha";
import { cancelled, TensorError } from "../../src/core/errors";
import { formatCount, formatNumber } from "../../src/core/format";
import { normOptions } from "../../src/core/normalizations";
import { noise, npy, place } from "../cli/tensor-files";
import { engineHost, THEMES } from "../support/webview-page";
import { numbersShown, panels, rest, rowsOf, saved, setRole, showView } from "./panel";

const DIGITS = "media/samples/digits/conv1-batchnorm.safetensors";

describe("the inspector's panel", function () {
	this.timeout(60_000);
	const suite = panels();

	it("shows the engine's numbers of the whole tensor, of the norm and of its sets", async () => {
		const panel = await suite.open(DIGITS);
		await numbersShown(panel);
		const norm = { id: "batchNorm", options: normOptions([32, 12, 8, 8]) } as const;
		const { whole, norm: summary } = await suite.engine.inspect({
			file: { path: path.resolve(DIGITS) },
			tensor: "before_bn",
			part: 0,
			norm,
		});
		assert.ok(summary);
		const shown = await panel.page.locator(".whole dd").allTextContents();
		const { count, mean, std, min, max, zeros } = whole;
		assert.deepEqual(shown, [
			formatCount(count),
			...[mean, std, min, max].map((value) => formatNumber(value, 6)),
			formatCount(zeros),
		]);
		const table = await rowsOf(panel, ".effect-table");
		assert.deepEqual(table[1], ["Mean", formatNumber(mean), formatNumber(summary.after?.whole.mean as number)]);
		assert.deepEqual(table.at(-1), [
			"Highest",
			formatNumber(summary.before.setStds.highest),
			formatNumber(summary.after?.setStds.highest as number),
		]);
		const sets = await rowsOf(panel, ".first-sets");
		assert.equal(sets.length, 12);
		assert.deepEqual(
			sets.map(([name, , setMean]) => [name, setMean]),
			summary.first.map(({ cell, before }) => [`C ${cell[1]}`, formatNumber(before.mean)]),
		);
		assert.deepEqual(panel.problems, []);
	});

	it("warns of what the file's own loader would run, and lists it on demand", async () => {
		const panel = await suite.open("test/fixtures/torch/hazard.pt", { state: { tensor: "w" } });
		await numbersShown(panel);
		const names = panel.page.locator(".hazard-names li");
		assert.equal(await names.first().isVisible(), false);
		await panel.page.getByText("⚠ Loading it in Python runs code (2)").click();
		assert.deepEqual(await names.allTextContents(), ["posix.system", "argparse.Namespace"]);
		assert.ok(await names.first().isVisible());
		assert.deepEqual(panel.problems, []);
		const harmless = await suite.open(DIGITS);
		await numbersShown(harmless);
		assert.equal(await harmless.page.locator(".hazards").isVisible(), false);
	});

	it("has a table of every axis with the engine's numbers", async () => {
		const panel = await suite.open(DIGITS);
		await numbersShown(panel);
		await showView(panel, "Along axes");
		const { profiles } = await suite.engine.inspect({
			file: { path: path.resolve(DIGITS) },
			tensor: "before_bn",
			part: 0,
		});
		for (const [k, profile] of profiles.entries()) {
			const card = panel.page.locator(".profile").nth(k);
			await card.locator("summary", { hasText: "Table" }).click();
			await card.locator("tbody tr:not(.spacer)").first().waitFor();
			const rows = await rowsOf(panel, `.profile:nth-child(${k + 1})`);
			const bin = Math.min(5, profile.bins - 1);
			assert.deepEqual(rows[bin]?.slice(0, 6), [
				String(bin),
				formatCount(profile.count[bin] as number),
				...[profile.mean, profile.std, profile.min, profile.max].map((values) => formatNumber(values[bin] as number)),
			]);
		}
	});

	it("lists dead channels with the rule, and points at one in the chart when it is pressed", async () => {
		const panel = await suite.open("media/samples/trouble/dead-channels.npy");
		await numbersShown(panel);
		await showView(panel, "Along axes");
		const card = panel.page.locator(".profile").nth(1);
		const row = card.locator(".profile-flags li").filter({ hasText: "every element is zero" });
		// numpy.where((a == 0).all(axis=(0, 2, 3)))
		assert.deepEqual(await row.locator("button").allTextContents(), ["1", "3", "9", "11"]);
		await row.locator("button").nth(1).press("Enter");
		assert.equal(await card.getByRole("slider").getAttribute("aria-valuenow"), "3");
		assert.match((await card.locator(".readout").textContent()) ?? "", /^C 3: mean 0, std 0,/);
		assert.deepEqual(panel.problems, []);
	});

	it("reads a chart out under the arrow keys", async () => {
		const panel = await suite.open(DIGITS);
		await numbersShown(panel);
		await showView(panel, "Along axes");
		const chart = panel.page.getByRole("slider", { name: "Statistics along axis 1, C" });
		await chart.focus();
		await panel.page.keyboard.press("End");
		await panel.page.keyboard.press("ArrowLeft");
		assert.match((await chart.getAttribute("aria-valuetext")) ?? "", /^C 10: mean -0\.44771, std 0\.30181/);
		assert.equal(await chart.getAttribute("aria-valuenow"), "10");
	});

	it("turns a chip from kept to averaged: the picture and the words at once, the numbers after", async () => {
		const panel = await suite.open(DIGITS);
		await numbersShown(panel);
		assert.match((await panel.page.locator(".layout-counts").textContent()) ?? "", /^12 sets of 2\u202f048 values/);
		await setRole(panel, 0, "kept");
		assert.equal(
			await panel.page.locator(".layout-counts").textContent(),
			"384 sets of 64 values; statistics shape [32, 12, 1, 1].",
		);
		assert.equal(
			await panel.page.locator(".layout-name").textContent(),
			"InstanceNorm = GroupNorm(12) = LayerNorm over H, W",
		);
		await panel.page.locator(".first-sets h3", { hasText: "of 384 sets" }).waitFor();
		const [, input] = suite.asked.findLast(([name]) => name === "inspect") ?? [];
		assert.equal((input as { norm: { id: unknown } }).norm.id, "instanceNorm");
	});

	it("offers the divisors of the channels as groups and sends the chosen norm to Normalize and save", async () => {
		const panel = await suite.open(DIGITS);
		await numbersShown(panel);
		await panel.page.getByRole("combobox", { name: "Norm" }).click();
		await panel.page.getByRole("option", { name: "GroupNorm" }).click();
		await panel.page.getByRole("combobox", { name: "Groups" }).click();
		await panel.page.getByRole("option", { name: "12 of 1" }).waitFor();
		assert.deepEqual(
			(await panel.page.getByRole("combobox", { name: "Groups" }).getByRole("option").allTextContents()).map((text) =>
				text.trim(),
			),
			["1 of 12", "2 of 6", "3 of 4", "4 of 3", "6 of 2", "12 of 1"],
		);
		await panel.page.getByRole("option", { name: "3 of 4" }).click();
		assert.match((await panel.page.locator(".layout-counts").textContent()) ?? "", /^96 sets of 256 values/);
		await panel.page.getByText("Normalize and save…").click();
		await panel.page.locator(".notice", { hasText: "Written: normalized.npy" }).waitFor();
		const [, input] = suite.asked.find(([name]) => name === "normalize") ?? [];
		const { tensor, norm } = input as { tensor: string; norm: { id: string; options: { groups: number } } };
		assert.deepEqual([tensor, norm.id, norm.options.groups], ["before_bn", "groupNorm", 3]);
	});

	it("says at the control why groups do not fit, and asks for no norm then", async () => {
		const state = { choices: { 4: { norm: "groupNorm", options: { groups: 5 } } } };
		const panel = await suite.open(DIGITS, { state });
		await panel.page
			.locator(".problem", { hasText: "which 5 equal groups cannot share; choose a divisor of 12" })
			.waitFor();
		assert.equal(await panel.page.locator(".picture").isVisible(), false);
		const groups = panel.page.getByLabel("Groups of axis 1");
		assert.equal(await groups.getAttribute("aria-invalid"), "true");
		await rest(panel, 150);
		const [, input] = suite.asked.findLast(([name]) => name === "inspect") ?? [];
		assert.equal(Object.hasOwn(input as object, "norm"), false);
		await groups.selectOption("4 groups of 3");
		await panel.page.locator(".layout-counts", { hasText: "128 sets of" }).waitFor();
		assert.equal(await panel.page.locator(".layout-name").textContent(), "GroupNorm(4)");
	});

	it("sets the chips by a named layout, and names the layout that the chips make", async () => {
		const panel = await suite.open(DIGITS);
		await numbersShown(panel);
		const { page } = panel;
		const roles = () =>
			page.locator(".chip").evaluateAll((chips) => chips.map((chip) => (chip as HTMLElement).dataset.role));
		for (const [name, becomes, reached] of [
			["LayerNorm over C, H, W", ["kept", "averaged", "averaged", "averaged"], "LayerNorm over C, H, W = GroupNorm(1)"],
			["LayerNorm over C", ["kept", "averaged", "kept", "kept"], "LayerNorm over C = LayerNorm2d"],
			["InstanceNorm", ["kept", "kept", "averaged", "averaged"], "InstanceNorm = GroupNorm(12) = LayerNorm over H, W"],
			["GroupNorm(6)", ["kept", "grouped", "averaged", "averaged"], "GroupNorm(6)"],
			["BatchNorm", ["averaged", "kept", "averaged", "averaged"], "BatchNorm"],
		] as const) {
			const preset = page.locator(".preset").filter({ has: page.getByText(name, { exact: true }) });
			await preset.press("Enter");
			await page.locator(".layout-name").getByText(reached, { exact: true }).waitFor();
			assert.equal(await preset.getAttribute("aria-pressed"), "true");
			assert.deepEqual(await roles(), becomes);
		}
		for (const [axis, role, reached] of [
			[0, "kept", "InstanceNorm = GroupNorm(12) = LayerNorm over H, W"],
			[1, "split", "GroupNorm(6)"],
			[1, "averaged", "LayerNorm over C, H, W = GroupNorm(1)"],
			[2, "kept", "Not a named norm"],
			[3, "kept", "LayerNorm over C = LayerNorm2d"],
		] as const) {
			await setRole(panel, axis, role);
			await page.locator(".layout-name").getByText(reached, { exact: true }).waitFor();
		}
		assert.deepEqual(panel.problems, []);
	});

	it("lets the letters be edited, knows the channel axis by them, and lets the host remember them", async () => {
		const panel = await suite.open(DIGITS);
		await numbersShown(panel);
		const { page } = panel;
		await page.getByLabel("Name of axis 3").fill("C");
		await page.getByLabel("Name of axis 1").fill("rows");
		await page.locator(".layout-roles", { hasText: "Averaged over N, rows, H; kept C." }).waitFor();
		const [, said] = suite.asked.findLast(([name]) => name === "rememberAxes") ?? [];
		assert.deepEqual(said, { 4: { convention: "own", letters: ["N", "rows", "H", "C"] } });
		const host = engineHost(suite.engine, path.resolve(DIGITS));
		const again = await suite.open(DIGITS, {
			handlers: { open: async (input, context) => ({ ...(await host.open(input, context)), axes: said }) as never },
		});
		await again.page.locator(".layout-roles", { hasText: "Averaged over N, rows, H; kept C." }).waitFor();
		assert.deepEqual(panel.problems, []);
	});

	it("cancels: the request ends at the host, and Compute starts it again", async () => {
		let ended = "";
		let held = true;
		const host = engineHost(suite.engine, path.resolve(DIGITS));
		const panel = await suite.open(DIGITS, {
			handlers: {
				inspect: (input, context) =>
					held
						? new Promise((_, reject) => {
								context.progress({ done: 1, total: 4 });
								context.signal.addEventListener("abort", () => {
									ended = "aborted";
									reject(cancelled());
								});
							})
						: host.inspect(input, context),
			},
		});
		await panel.page.locator(".work-percent", { hasText: "25 %" }).waitFor();
		assert.equal(
			await panel.page.locator("progress").evaluate((bar: HTMLProgressElement) => bar.value / bar.max),
			0.25,
		);
		await panel.page.getByText("Cancel", { exact: true }).click();
		await panel.page.getByText("Cancelled before the numbers were there.").waitFor();
		assert.equal(ended, "aborted");
		held = false;
		await panel.page.getByText("Compute", { exact: true }).click();
		await numbersShown(panel);
		assert.notEqual(await panel.page.locator(".whole dd").first().textContent(), "…");
	});

	it("takes an older request back when a newer one comes", async () => {
		const signals: AbortSignal[] = [];
		const host = engineHost(suite.engine, path.resolve(DIGITS));
		const panel = await suite.open(DIGITS, {
			handlers: {
				inspect: (input, context) => {
					signals.push(context.signal);
					return signals.length === 1 ? new Promise(() => {}) : host.inspect(input, context);
				},
			},
		});
		await panel.page.locator(".work:not([hidden])").waitFor();
		await panel.page.getByRole("option", { name: /^after_bn f32/ }).click();
		await numbersShown(panel);
		assert.deepEqual(
			signals.map((signal) => signal.aborted),
			[true, false],
		);
	});

	it("says in one sentence why a file cannot be opened, with its place and code", async () => {
		const file = place(suite.folder, "broken.npy", Buffer.from("\x93NUMPY\x01\x00\xff\xff{", "latin1"));
		const panel = await suite.open(file);
		const error = panel.page.getByRole("alert").filter({ hasText: "This file cannot be opened" });
		await error.waitFor();
		assert.match((await error.textContent()) ?? "", /broken\.npy.*Code: corrupt/);
		assert.deepEqual(panel.problems, []);
	});

	it("says why the numbers of a tensor could not be computed", async () => {
		const panel = await suite.open(DIGITS, {
			handlers: {
				inspect: () => {
					throw new TensorError("corrupt", "The data ends early.", {
						file: "x.safetensors",
						tensor: "before_bn",
						byte: 128,
					});
				},
			},
		});
		await panel.page.getByText('x.safetensors, tensor "before_bn", byte 128: The data ends early.').waitFor();
	});

	it("offers to read a changed file again, and does", async () => {
		const file = place(suite.folder, "changing.npy", npy([4], Float64Array.of(1, 2, 3, 4)));
		const panel = await suite.open(file);
		await numbersShown(panel);
		writeFileSync(file, npy([4], Float64Array.of(10, 20, 30, 40)));
		await panel.webview.call("fileChanged", null);
		await panel.page.getByText("Read again").click();
		await panel.page.locator(".whole dd", { hasText: /^25$/ }).waitFor();
		assert.equal(await panel.page.locator(".banner:visible").count(), 0);
	});

	it("shows the real and the imaginary part of complex values", async () => {
		const file = place(suite.folder, "complex.npy", npy([2], Float64Array.of(1, 10, 3, 30), "<c16"));
		const panel = await suite.open(file);
		await numbersShown(panel);
		assert.equal(await panel.page.locator(".whole dd").nth(1).textContent(), "2");
		await panel.page.getByLabel("Imaginary part").check();
		await panel.page.locator(".whole dd", { hasText: /^20$/ }).waitFor();
	});

	it("shows 64-bit extremes to the last digit, NaN and infinities with their first index", async () => {
		const wide = place(suite.folder, "wide.npy", npy([2], BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n)));
		const panel = await suite.open(wide);
		await numbersShown(panel);
		const shown = await panel.page.locator(".whole dd").allTextContents();
		assert.deepEqual(shown.slice(3, 5), ["-9223372036854775808", "9223372036854775807"]);

		const odd = place(suite.folder, "odd.npy", npy([2, 2], Float64Array.of(1, NaN, -Infinity, Infinity)));
		const second = await suite.open(odd);
		await numbersShown(second);
		assert.deepEqual(await second.page.locator(".badges li").allTextContents(), [
			"1 NaN, first at [0, 1]",
			"1 +Inf, first at [1, 1]",
			"1 −Inf, first at [1, 0]",
		]);
	});

	for (const [name, shape] of [
		["scalar", []],
		["empty", [0, 3, 4]],
		["vector", [5000]],
		["rank-8", [2, 3, 2, 4, 3, 2, 5, 2]],
	] as const) {
		it(`shows a tensor of shape [${shape.join(", ")}] without a slip`, async () => {
			const size = shape.reduce<number>((product, length) => product * length, 1);
			const file = place(suite.folder, `${name}.npy`, npy(shape, noise(size)));
			const panel = await suite.open(file);
			await numbersShown(panel);
			assert.equal(await panel.page.locator(".whole dd").first().textContent(), formatCount(size));
			assert.equal(await panel.page.locator(".chip").count(), shape.length);
			assert.equal(await panel.page.locator(".picture").isVisible(), size > 0);
			const tab = panel.page.getByRole("tab", { name: "Along axes" });
			assert.equal(await tab.isVisible(), shape.length > 0);
			if (shape.length > 0) await showView(panel, "Along axes");
			assert.equal(await panel.page.locator(".profile").count(), size === 0 ? 0 : shape.length);
			assert.deepEqual(panel.problems, []);
		});
	}

	it("moves between its views by the arrow keys, and remembers the last one", async () => {
		const panel = await suite.open(DIGITS);
		await numbersShown(panel);
		const tabs = panel.page.getByRole("tab");
		await tabs.first().focus();
		await panel.page.keyboard.press("ArrowRight");
		assert.equal(await tabs.nth(1).getAttribute("aria-selected"), "true");
		assert.ok(await tabs.nth(1).evaluate((tab) => tab === document.activeElement));
		await panel.page.keyboard.press("End");
		assert.equal(await tabs.last().getAttribute("aria-selected"), "true");
		await panel.page.keyboard.press("ArrowRight");
		assert.equal(await tabs.first().getAttribute("aria-selected"), "true");
		await panel.page.keyboard.press("ArrowRight");
		assert.equal(await panel.page.getByRole("tabpanel").getAttribute("aria-labelledby"), "tab-axes");
		const again = await suite.open(DIGITS, { state: await saved(panel) });
		await numbersShown(again);
		await again.page.getByRole("tab", { name: "Along axes", selected: true }).waitFor();
	});

	it("keeps its choices when it is opened again", async () => {
		const panel = await suite.open(DIGITS);
		await numbersShown(panel);
		await panel.page.locator(".tensor-row", { hasText: "after_bn" }).first().click();
		await setRole(panel, 0, "kept");
		await numbersShown(panel);
		const again = await suite.open(DIGITS, { state: await saved(panel) });
		await numbersShown(again);
		assert.equal(await again.page.locator(".tensor-title").textContent(), "after_bn");
		assert.match((await again.page.locator(".layout-counts").textContent()) ?? "", /^384 sets/);
	});

	for (const theme of THEMES) {
		it(`fits 320 to 1600 pixels and breaks no policy in ${theme}`, async () => {
			const panel = await suite.open(DIGITS, { theme });
			await numbersShown(panel);
			for (const width of [320, 420, 700, 1000, 1600]) {
				await panel.page.setViewportSize({ width, height: 900 });
				const spare = await panel.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
				assert.ok(spare <= 0, `${spare} pixels too wide at ${width}`);
			}
			assert.deepEqual(panel.problems, []);
		});
	}

	it("follows a change of the theme, in its own parts, in the toolkit's and on canvas", async () => {
		const panel = await suite.open(DIGITS, { theme: "dark", state: { view: "axes" } });
		await numbersShown(panel);
		const seen = () =>
			panel.page.evaluate(() => {
				const canvas = document.querySelector<HTMLCanvasElement>(".profile-canvas");
				const copy = new OffscreenCanvas(canvas?.width ?? 1, canvas?.height ?? 1).getContext("2d");
				if (canvas) copy?.drawImage(canvas, 0, 0);
				// The greys of the chart are the text's: the mean's line is drawn in it.
				const data = copy?.getImageData(0, 0, canvas?.width ?? 1, canvas?.height ?? 1).data ?? [];
				const counts = new Map<number, number>();
				for (let k = 0; k < data.length; k += 4) {
					const [red = 0, green = 0, blue = 0] = [data[k], data[k + 1], data[k + 2]];
					if (data[k + 3] === 255 && red === green && green === blue) counts.set(red, (counts.get(red) ?? 0) + 1);
				}
				const field = document.querySelector("vscode-text-field")?.shadowRoot?.querySelector(".root");
				return {
					page: getComputedStyle(document.body).backgroundColor,
					field: field ? getComputedStyle(field).backgroundColor : "",
					line: [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? -1,
				};
			});
		const dark = await seen();
		await panel.setTheme("light");
		await rest(panel, 300);
		const light = await seen();
		assert.deepEqual([dark.page, light.page], ["rgb(31, 31, 31)", "rgb(255, 255, 255)"]);
		assert.notEqual(dark.field, light.field);
		assert.ok(dark.line > 180 && light.line < 90, `the mean's line went from ${dark.line} to ${light.line}`);
	});

	it("hides nothing under forced colours and holds still under reduced motion", async () => {
		const panel = await suite.open(DIGITS, {
			forcedColors: "active",
			reducedMotion: "reduce",
			handlers: { inspect: () => new Promise(() => {}) },
		});
		await panel.page.locator(".work:not([hidden])").waitFor();
		assert.equal(await panel.page.locator("progress").evaluate((bar) => getComputedStyle(bar).animationName), "none");
		assert.deepEqual(panel.problems, []);
	});
});
