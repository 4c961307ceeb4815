import assert from "node:assert/strict";
import * as path from "node:path";
import type { ProfileRequest } from "../../src/protocol";
import { f32, noise, writeTensors } from "../engine/files";
import type { WebviewPage } from "../support/webview-page";
import { choose, numbersShown, panels, rowsOf, saved } from "./panel";

/** 3 samples of 40 channels of 20: channel 7 is dead, 11 constant, 13 has NaN, 17 is wide, 19 sits at its ends. */
const SHAPE = [3, 40, 20] as const;
const VALUES = noise(3 * 40 * 20, 5);
for (let n = 0; n < 3; n++) {
	for (let t = 0; t < 20; t++) {
		const at = (c: number) => (n * 40 + c) * 20 + t;
		VALUES[at(7)] = 0;
		VALUES[at(11)] = 4;
		if (t === 3 && n === 1) VALUES[at(13)] = NaN;
		VALUES[at(17)] = 100 * (VALUES[at(17)] as number);
		VALUES[at(19)] = (n + t) % 3 === 0 ? 1 : -1;
	}
}

const chart = ({ page }: WebviewPage, axis: number) => page.locator("canvas.profile-canvas").nth(axis);

const zoomed = ({ page }: WebviewPage) => page.locator(".profile-zoom").first().innerText();

describe("statistics along axes in the panel", function () {
	this.timeout(60_000);
	const suite = panels();
	const file = () =>
		writeTensors(path.join(suite.folder, "axes.safetensors"), [
			f32("x", SHAPE, VALUES),
			f32(
				"long",
				[10_000],
				Float64Array.from({ length: 10_000 }, (_, i) => i),
			),
		]);
	const open = async (state: object = {}) => {
		const panel = await suite.open(file(), {
			state: { view: "axes", tensor: "x", ...state },
			width: 1300,
			height: 1000,
		});
		await numbersShown(panel);
		return panel;
	};
	const indices = async (panel: WebviewPage, axis: number) => {
		const card = panel.page.locator("article.profile").nth(axis);
		const details = card.locator("details.profile-table");
		if (!(await details.evaluate((one) => (one as HTMLDetailsElement).open))) await card.getByText("Table").click();
		return (await rowsOf(panel, `article.profile:nth-of-type(${axis + 1}) table`)).map(([index]) => Number(index));
	};

	it("sort chart and table together: worst first, by deviation, by zeros", async () => {
		const panel = await open();
		await choose(panel.page, "Sorted by", /^\s*worst first/);
		await panel.page.getByText("Worst first: flagged indices first").waitFor();
		const worst = await indices(panel, 1);
		assert.deepEqual(worst.slice(0, 4), [13, 7, 11, 19]);
		assert.ok(worst.slice(4, 6).includes(17), `${worst}`);
		await choose(panel.page, "Sorted by", /^\s*std/);
		assert.equal((await indices(panel, 1))[0], 17);
		await choose(panel.page, "Sorted by", /^\s*share of zeros/);
		assert.equal((await indices(panel, 1))[0], 7);
		await chart(panel, 1).focus();
		await panel.page.keyboard.press("Home");
		assert.match(
			await panel.page.locator("article.profile").nth(1).locator(".readout").innerText(),
			/^\S+ 7: mean 0, std 0/,
		);
		assert.deepEqual(panel.problems, []);
	});

	it("name the single indices that come first in an order, of an axis that is shown in bins, also after a reload", async () => {
		const panel = await open({ tensor: "long" });
		const title = (one: WebviewPage) => one.page.locator("article.profile .plot-head").first();
		await title(panel)
			.getByText(/shown in 2.048 bins/)
			.waitFor();
		await choose(panel.page, "Sorted by", /^\s*largest/);
		await title(panel)
			.getByText(/shown the first 2.048/)
			.waitFor();
		assert.deepEqual((await indices(panel, 0)).slice(0, 3), [9999, 9998, 9997]);
		await chart(panel, 0).focus();
		await panel.page.keyboard.press("Home");
		for (let k = 0; k < 9; k++) await panel.page.keyboard.press("+");
		assert.match(await panel.page.locator(".readout").first().innerText(), /^\S+ 9999: mean 9999, std 0/);
		const again = await open(await saved<object>(panel));
		await title(again)
			.getByText(/shown the first 2.048/)
			.waitFor();
		assert.equal(await zoomed(again), await zoomed(panel));
		assert.deepEqual(await indices(again, 0), [9999, 9998, 9997, 9996]);
		await choose(again.page, "Sorted by", /^\s*index/);
		await title(again)
			.getByText(/shown in 2.048 bins/)
			.waitFor();
		assert.equal(suite.asked.filter(([name]) => name === "ranked").length, 2);
		assert.deepEqual(again.problems, []);
	});

	it("flag channels that sit at their ends, with the rule, beside dead and constant ones", async () => {
		const panel = await open();
		const flags = await panel.page.locator("article.profile").nth(1).locator(".profile-flags li").allInnerTexts();
		const words = flags.join("\n");
		assert.match(words, /1 of 40 \S+ saturated: \s*19\s*\(nearly all at min or max/);
		assert.match(words, /dead: \s*7/);
		assert.match(words, /constant: \s*11/);
		assert.match(words, /not finite: \s*13/);
	});

	it("select an index for all views when it is pressed in the chart, in the table, or with Enter", async () => {
		const panel = await open();
		const box = (await chart(panel, 1).boundingBox()) as { x: number; y: number; width: number; height: number };
		// The plot lies between 58 pixels from the left and 8 from the right.
		const x = (c: number) => box.x + 58 + ((c + 0.5) / 40) * (box.width - 66);
		await panel.page.mouse.click(x(23), box.y + 60);
		const lit = async () => (await saved<{ lit: number[] }>(panel)).lit;
		assert.deepEqual(await lit(), [0, 23, 0]);
		await chart(panel, 2).focus();
		await panel.page.keyboard.press("End");
		await panel.page.keyboard.press("Enter");
		assert.deepEqual(await lit(), [0, 23, 19]);
		await indices(panel, 0);
		await panel.page.locator("article.profile").nth(0).locator("tbody tr[aria-rowindex='4']").click();
		assert.deepEqual(await lit(), [2, 23, 19]);
		await panel.page.getByRole("tab", { name: "Slice" }).click();
		await panel.page.waitForFunction(() => document.querySelector("#slice-readout")?.textContent?.includes(" 2, "));
		assert.match(await panel.page.locator("#slice-readout").innerText(), /^\S+ 2, \S+ 23, \S+ 19: /);
		assert.deepEqual(panel.problems, []);
	});

	it("show deviations, zeros or NaN alone", async () => {
		const panel = await open();
		for (const series of ["std", "share of zeros", "share of NaN"]) {
			const before = await chart(panel, 1).evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
			await choose(panel.page, "Shows", new RegExp(`^\\s*${series}`));
			await panel.page.waitForFunction(
				(old) => document.querySelectorAll<HTMLCanvasElement>("canvas.profile-canvas")[1]?.toDataURL() !== old,
				before,
			);
		}
		await panel.page.getByText("± one standard deviation").waitFor({ state: "hidden" });
		assert.deepEqual(panel.problems, []);
	});

	it("zoom by dragging and by keys, and ask for the finer profile of a long axis, once for the newest", async () => {
		const panel = await open({ tensor: "long" });
		const box = (await chart(panel, 0).boundingBox()) as { x: number; y: number; width: number; height: number };
		const x = (share: number) => box.x + 58 + share * (box.width - 66);
		await panel.page.mouse.move(x(0.5), box.y + 50);
		await panel.page.mouse.down();
		await panel.page.mouse.move(x(0.55), box.y + 50, { steps: 4 });
		await panel.page.mouse.up();
		await panel.page.getByRole("button", { name: "Show all" }).waitFor();
		// Every index has a bin of its own now, and its own value as mean.
		await panel.page.waitForFunction(() =>
			/^\S+ 5\d\d\d: mean 5/.test(document.querySelector(".readout")?.textContent ?? ""),
		);
		const [, index, mean] =
			/^\S+ (\d+): mean (\d+)/.exec(await panel.page.locator(".readout").first().innerText()) ?? [];
		assert.equal(mean, index);
		const asked = suite.asked.filter(([name]) => name === "profile").map(([, input]) => input as ProfileRequest);
		assert.equal(asked.length, 1);
		const { start, length } = (asked[0] as ProfileRequest).stretch;
		assert.ok(Math.abs(start - 5000) < 20 && Math.abs(length - 500) < 30, `${start}, ${length}`);
		await chart(panel, 0).focus();
		await panel.page.keyboard.press("0");
		await panel.page.getByRole("button", { name: "Show all" }).waitFor({ state: "hidden" });
		await panel.page.keyboard.press("Home");
		for (let k = 0; k < 6; k++) await panel.page.keyboard.press("+");
		await panel.page.waitForFunction(() =>
			/^\S+ 0: mean 0, std 0/.test(document.querySelector(".readout")?.textContent ?? ""),
		);
		assert.deepEqual(panel.problems, []);
	});

	it("zoom by the wheel with Ctrl around the pointer, and leave scrolling to the wheel alone", async () => {
		const panel = await open({ tensor: "long" });
		const box = (await chart(panel, 0).boundingBox()) as { x: number; y: number; width: number; height: number };
		await panel.page.mouse.move(box.x + 58 + 0.8 * (box.width - 66), box.y + 50);
		await panel.page.mouse.wheel(0, -10);
		assert.equal(await panel.page.getByRole("button", { name: "Show all" }).isVisible(), false);
		await chart(panel, 0).scrollIntoViewIfNeeded();
		const at = (await chart(panel, 0).boundingBox()) as { x: number; y: number; width: number; height: number };
		await panel.page.mouse.move(at.x + 58 + 0.8 * (at.width - 66), at.y + 50);
		await panel.page.keyboard.down("Control");
		for (let k = 0; k < 4; k++) await panel.page.mouse.wheel(0, -200);
		await panel.page.keyboard.up("Control");
		await panel.page.waitForFunction(() =>
			/^\S+ \d+: mean/.test(document.querySelector(".readout")?.textContent ?? ""),
		);
		const words = await panel.page.locator(".profile-zoom").first().innerText();
		const [, from, to] = /(\d+)–(\d+)/.exec(words)?.map(Number) ?? [];
		assert.ok((from as number) < 8000 && (to as number) > 8000 && (to as number) - (from as number) < 250, words);
		assert.deepEqual(panel.problems, []);
	});

	it("come with a histogram, linear or logarithmic, and quantiles that are NumPy's within the error that is told", async () => {
		const panel = await open();
		await panel.page.locator("canvas.histogram-canvas").waitFor();
		const finite = [...VALUES.map(Math.fround)].filter(Number.isFinite).sort((a, b) => a - b);
		const rows = new Map(
			(await rowsOf(panel, 'table[aria-label="Quantiles"]')).map(([name, value]) => [name, Number(value)]),
		);
		for (const [name, q] of [
			["p1", 0.01],
			["p5", 0.05],
			["median", 0.5],
			["p95", 0.95],
			["p99", 0.99],
		] as const) {
			// numpy.quantile(…, method="inverted_cdf")
			const wanted = finite[Math.max(1, Math.ceil(q * finite.length)) - 1] as number;
			const found = rows.get(name) as number;
			assert.ok(Math.abs(found - wanted) <= 3e-4 * Math.abs(wanted), `${name}: ${found}, not ${wanted}`);
		}
		assert.equal(Math.fround(rows.get("min") as number), finite[0]);
		await panel.page.getByText(/^Quantiles are (exact|within)/).waitFor();
		const section = panel.page.locator("section", { has: panel.page.getByRole("heading", { name: "Distribution" }) });
		await section.getByText("Table").click();
		await section.locator('table[aria-label="Histogram by bins"] tbody tr:not(.spacer)').nth(6).waitFor();
		const bins = await rowsOf(panel, 'table[aria-label="Histogram by bins"]');
		assert.ok(bins.length > 5);
		const picture = () =>
			panel.page.locator("canvas.histogram-canvas").evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
		const linear = await picture();
		await panel.page.locator("vscode-checkbox", { hasText: "Logarithmic counts" }).click();
		await panel.page.waitForFunction(
			(old) => document.querySelector<HTMLCanvasElement>("canvas.histogram-canvas")?.toDataURL() !== old,
			linear,
		);
		await panel.page.locator("canvas.histogram-canvas").focus();
		await panel.page.keyboard.press("End");
		assert.match(await section.locator(".readout").innerText(), /to \S+: \d+ of [\d\s\u202f]+ \(/);
		assert.equal((await saved<{ logCounts: boolean }>(panel)).logCounts, true);
		assert.deepEqual(panel.problems, []);
	});
});
