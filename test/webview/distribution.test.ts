import assert from "node:assert/strict";
import * as path from "node:path";
import type { SavedPlot } from "../../src/protocol";
import { f32, noise, writeTensors } from "../engine/files";
import { csvRows } from "../export/csv-table";
import { eventually } from "../support/eventually";
import type { WebviewPage } from "../support/webview-page";
import { choose, numbersShown, panels, rest, rowsOf, saved } from "./panel";

const SHAPE = [3, 40, 20] as const;
/** Magnitudes over some ten decades, with zeros, NaN and infinities. */
const VALUES = noise(3 * 40 * 20, 7).map((x, i) => Math.fround(i % 5 === 0 ? 0 : x ** 7));
for (const [k, value] of [NaN, NaN, Infinity, -Infinity, -0].entries()) VALUES[31 * k] = value;
const FINITE = [...VALUES].filter(Number.isFinite);

/** Values between two ends, as a table shows bins by magnitude: the end next to zero belongs to a bin. */
function countBetween(from: number, to: number): number {
	if (from <= 0 && to >= 0) return FINITE.filter((x) => Math.abs(x) < 1e-30).length;
	return FINITE.filter((x) => (from < 0 ? x > from && x <= to : x >= from && x < to)).length;
}

const tableOf = async (panel: WebviewPage) => {
	const section = panel.page.locator("section", { has: panel.page.getByRole("heading", { name: "Distribution" }) });
	const fold = section.locator("details", { has: panel.page.locator('table[aria-label="Histogram by bins"]') });
	await fold.evaluate((element) => {
		(element as HTMLDetailsElement).open = true;
		const scroller = element.querySelector<HTMLElement>(":scope > div");
		if (scroller) scroller.style.maxHeight = "none";
	});
	await rest(panel, 150);
	return rowsOf(panel, 'table[aria-label="Histogram by bins"]');
};

const number = (text: string | undefined) => Number((text ?? "").replace(/[\s\u202f]/g, ""));

describe("the histogram in the panel", function () {
	this.timeout(60_000);
	const suite = panels();
	const file = () =>
		writeTensors(path.join(suite.folder, "distribution.safetensors"), [
			f32("x", SHAPE, VALUES),
			f32(
				"negative",
				SHAPE,
				VALUES.map((x) => -Math.abs(x) - 1),
			),
			f32("zeros", [4, 5], new Float64Array(20)),
		]);
	const open = async (state: object = {}) => {
		const panel = await suite.open(file(), {
			state: { view: "axes", tensor: "x", ...state },
			width: 1300,
			height: 1000,
		});
		await numbersShown(panel);
		await panel.page.locator("canvas.histogram-canvas").waitFor();
		return panel;
	};
	const plots = () => suite.asked.filter(([name]) => name === "savePlot").map(([, input]) => input as SavedPlot);
	const exported = async ({ page }: WebviewPage, entry: string) => {
		const before = plots().length;
		await page.getByRole("button", { name: /^Export this histogram/ }).click();
		await page.getByRole("menuitem", { name: entry }).filter({ visible: true }).click();
		return (await eventually(
			() => plots()[before],
			(plot) => plot !== undefined,
		)) as SavedPlot;
	};

	it("is by magnitude when chosen, without another reading: chart, table, readout and exports, and remembers it", async () => {
		const panel = await open();
		const asks = () => suite.asked.filter(([name]) => name === "distribution").length;
		assert.equal(asks(), 1);
		assert.equal((await tableOf(panel)).length, 64);
		const picture = () =>
			panel.page.locator("canvas.histogram-canvas").evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
		const equal = await picture();
		await choose(panel.page, "Bins", "by magnitude");
		await panel.page.waitForFunction(
			(old) => document.querySelector<HTMLCanvasElement>("canvas.histogram-canvas")?.toDataURL() !== old,
			equal,
		);
		const rows = await tableOf(panel);
		assert.ok(rows.length > 10 && rows.length % 2 === 1);
		assert.equal(
			rows.reduce((sum, row) => sum + number(row[2]), 0),
			FINITE.length,
		);
		const csv = csvRows((await exported(panel, "CSV of its numbers")).content).slice(1);
		assert.equal(csv.length, rows.length);
		csv.forEach(([from, to, count], k) => {
			assert.equal(Number(count), countBetween(Number(from), Number(to)), `${from} to ${to}`);
			assert.equal(number(rows[k]?.[2]), Number(count));
		});
		const svg = (await exported(panel, "SVG, dark on white")).content;
		assert.match(
			svg,
			/Each bin is from a power of two to \d+ times it; negative values on the left, zeros in the middle/,
		);
		assert.match(svg, /2\u202f396 finite values, without 2 NaN, 1 \+Inf, 1 −Inf/);
		const canvas = panel.page.locator("canvas.histogram-canvas");
		await canvas.focus();
		for (let k = 0; k < (rows.length - 1) / 2; k++) await panel.page.keyboard.press("ArrowRight");
		const zeros = FINITE.filter((x) => x === 0).length;
		assert.match(
			(await canvas.getAttribute("aria-valuetext")) ?? "",
			new RegExp(`^0, with what is nearer to 0 than 5\\.74e-42: ${zeros} of 2\u202f396 \\(`),
		);
		assert.equal(await canvas.getAttribute("aria-valuemax"), String(rows.length - 1));
		assert.equal((await saved<{ binning: string }>(panel)).binning, "magnitude");
		assert.equal(asks(), 1, "the numbers of both are there");
		await choose(panel.page, "Bins", "of equal width");
		assert.equal((await tableOf(panel)).length, 64);
		assert.deepEqual(panel.problems, []);
	});

	it("has what was remembered, unless nobody could have chosen it", async () => {
		const panel = await open({ binning: "magnitude" });
		assert.match(await panel.page.locator(".histogram").innerText(), /Each bin is from a power of two/);
		const other = await open({ binning: "constructor" });
		assert.match(await other.page.locator(".histogram").innerText(), /64 bins as wide as each other/);
		assert.deepEqual([...panel.problems, ...other.problems], []);
	});

	it("by magnitude has no side for values that are not there, and follows the pointer", async () => {
		const panel = await open({ binning: "magnitude", tensor: "negative" });
		const rows = await tableOf(panel);
		assert.ok(rows.slice(0, -1).every(([, to]) => Number(to) < 0));
		assert.equal(number(rows.at(-1)?.[2]), 0);
		const canvas = panel.page.locator("canvas.histogram-canvas");
		await canvas.scrollIntoViewIfNeeded();
		const box = (await canvas.boundingBox()) as { x: number; y: number; width: number };
		await panel.page.mouse.move(box.x + 60, box.y + 80);
		const readout = panel.page.locator(".histogram .readout");
		assert.match(await readout.innerText(), new RegExp(`^${rows[0]?.[0]} to ${rows[0]?.[1]}: ${rows[0]?.[2]} of`));
		await panel.page.mouse.move(box.x + box.width - 14, box.y + 80);
		assert.match(await readout.innerText(), /^0.*: 0 of/);
		const zeros = await open({ binning: "magnitude", tensor: "zeros" });
		assert.deepEqual(await tableOf(zeros), [["0", "0", "20", "100 %"]]);
		assert.deepEqual([...panel.problems, ...zeros.problems], []);
	});
});
