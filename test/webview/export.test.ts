import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { profileLayout } from "../../src/core/layout";
import type { SavedPlot } from "../../src/protocol";
import { noise, npy, place, safetensors } from "../cli/tensor-files";
import { csvRows } from "../export/csv-table";
import { eventually } from "../support/eventually";
import { numbersShown, panels } from "./panel";

const SHAPE = [4, 6, 10] as const;

/** What an SVG holds, as a browser's XML parser reads it. */
function parse(page: Page, svg: string) {
	return page.evaluate((text) => {
		const document = new DOMParser().parseFromString(text, "image/svg+xml");
		const root = document.documentElement;
		const texts = (tag: string) => [...root.querySelectorAll(tag)].map((element) => element.textContent ?? "");
		return {
			error: document.querySelector("parsererror")?.textContent ?? "",
			tag: root.tagName,
			width: Number(root.getAttribute("width")),
			title: texts("title")[0] ?? "",
			description: texts("desc")[0] ?? "",
			texts: texts("text"),
			paths: [...root.querySelectorAll("path")].map((path) => path.getAttribute("d") ?? ""),
			background: root.querySelector("rect")?.getAttribute("fill") ?? "",
			foreign: root.querySelectorAll("image, script, foreignObject, [style]").length,
		};
	}, svg);
}

describe("the panel's exports", function () {
	this.timeout(60_000);
	const suite = panels();
	const saved = () => suite.asked.filter(([name]) => name === "savePlot").map(([, input]) => input as SavedPlot);

	/** Chooses an entry of the menu at the n-th plot in sight, and answers with what the host is asked to save. */
	async function exported(page: Page, label: RegExp, entry: string): Promise<SavedPlot> {
		const before = saved().length;
		await page.getByRole("button", { name: label }).first().click();
		await page.getByRole("menuitem", { name: entry }).filter({ visible: true }).click();
		const plot = await eventually(
			() => saved()[before],
			(one) => one !== undefined,
		);
		assert.ok(plot, `nothing was saved for ${entry}`);
		return plot;
	}

	it("draw a chart as SVG whose line runs through the means, with their places to scale", async () => {
		const file = place(suite.folder, "acts.npy", npy(SHAPE, noise(240)));
		const panel = await suite.open(file, { state: { view: "axes", extremes: false } });
		await numbersShown(panel);
		const { page } = panel;
		const plot = await exported(page, /^Export this chart/, "SVG, dark on white");
		assert.deepEqual([plot.tensor, plot.name, plot.format], ["", "axis-0", "svg"]);
		const svg = await parse(page, plot.content);
		assert.deepEqual([svg.error, svg.tag, svg.foreign, svg.background], ["", "svg", 0, "#ffffff"]);
		assert.match(svg.title, /acts\.npy: along axis 0, N \(4 indices\)/);
		assert.match(svg.description, /Line: mean\..*From all 240 values/);
		const { layouts } = await suite.engine.moments({ file: { path: file }, layouts: [profileLayout(SHAPE, 0, 99)] });
		const mean = [...(layouts[0]?.parts[0]?.mean ?? [])];
		const line = svg.paths.filter((d) => /^M[^LAZ]*(L[^LAZ]*){3}$/.test(d)).at(-1) ?? "";
		const points = [...line.matchAll(/[ML](\S+) (\S+?)(?=[ML]|$)/g)].map(([, x, y]) => [Number(x), Number(y)] as const);
		assert.equal(points.length, mean.length, line);
		const scale = ((points[1]?.[1] ?? 0) - (points[0]?.[1] ?? 0)) / ((mean[1] ?? 0) - (mean[0] ?? 0));
		mean.forEach((value, k) => {
			const expected = (points[0]?.[1] ?? 0) + (value - (mean[0] ?? 0)) * scale;
			assert.ok(scale < 0 && Math.abs((points[k]?.[1] ?? NaN) - expected) < 0.05, `mean ${k} is drawn at ${points[k]}`);
		});
		for (const index of ["0", "1", "2", "3"])
			assert.ok(svg.texts.includes(index), `${svg.texts} has no index ${index}`);
		await page.getByText("Saved: plot.svg").waitFor();
		assert.deepEqual(panel.problems, []);
	});

	it("wear the theme's colours when asked to", async () => {
		const file = place(suite.folder, "dark.npy", npy(SHAPE, noise(240)));
		const panel = await suite.open(file, { state: { view: "axes" }, theme: "dark" });
		await numbersShown(panel);
		const plot = await exported(panel.page, /^Export this chart/, "SVG, in this theme");
		const { background, error } = await parse(panel.page, plot.content);
		const shown = await panel.page.evaluate(() => {
			const [r = 0, g = 0, b = 0] = getComputedStyle(document.body).backgroundColor.match(/\d+/g)?.map(Number) ?? [];
			return `#${[r, g, b].map((part) => part.toString(16).padStart(2, "0")).join("")}`;
		});
		assert.deepEqual([error, background], ["", shown]);
	});

	it("draw the layout's picture as SVG and as a PNG of twice its size, and list its elements", async () => {
		const evil = '<b>&"\u0001';
		const file = place(suite.folder, "evil.safetensors", safetensors({ [evil]: { shape: SHAPE, values: noise(240) } }));
		const panel = await suite.open(file, { state: { choices: { 3: { norm: "layerNorm" } }, lit: [1, 2, 3] } });
		await numbersShown(panel);
		const { page } = panel;
		const svg = await parse(page, (await exported(page, /^Export the picture/, "SVG, dark on white")).content);
		assert.deepEqual([svg.error, svg.foreign], ["", 0]);
		assert.ok(svg.title.startsWith('<b>&"\ufffd: LayerNorm'), svg.title);
		for (const label of ["T 6", "D 10", "N 1"]) assert.ok(svg.texts.includes(label), `${svg.texts} has no ${label}`);
		const png = await exported(page, /^Export the picture/, "PNG, dark on white");
		const picture = await page.evaluate(async (base64) => {
			const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
			const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
			const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
			context?.drawImage(bitmap, 0, 0);
			const { data } = context?.getImageData(0, 0, bitmap.width, bitmap.height) ?? { data: [] };
			const colours = new Set<number>();
			for (let i = 0; i < data.length; i += 4)
				colours.add(((data[i] ?? 0) << 16) | ((data[i + 1] ?? 0) << 8) | (data[i + 2] ?? 0));
			return { width: bitmap.width, corner: [...data.slice(0, 4)], colours: colours.size, blue: colours.has(0x1769aa) };
		}, png.content);
		assert.deepEqual([picture.width, picture.corner, picture.blue], [2 * svg.width, [255, 255, 255, 255], true]);
		assert.ok(picture.colours > 30, `the picture has ${picture.colours} colours`);
		const [headings = [], ...rows] = csvRows(
			(await exported(page, /^Export the picture/, "CSV of its numbers")).content,
		);
		assert.deepEqual(headings.slice(-2), ["in the lit set [0 or 1]", "value"]);
		const values = noise(240);
		assert.ok(rows.length > 30);
		for (const row of rows) {
			const [n = 0, t = 0, d = 0] = row.map(Number);
			assert.equal(row[6], n === 1 && t === 2 ? "1" : "0", `${row} is lit where it should not be, or not`);
			assert.equal(Number(row[7]), values[n * 60 + t * 10 + d]);
		}
		assert.deepEqual(panel.problems, []);
	});

	it("save the histogram, with the counts of the engine", async () => {
		const file = place(suite.folder, "histogram.npy", npy(SHAPE, noise(240)));
		const panel = await suite.open(file, { state: { view: "axes" } });
		await numbersShown(panel);
		const { page } = panel;
		const { distribution } = await suite.engine.distribution({ file: { path: file }, part: 0 });
		const svg = await parse(page, (await exported(page, /^Export this histogram/, "SVG, dark on white")).content);
		assert.deepEqual([svg.error, svg.foreign], ["", 0]);
		assert.match(svg.title, /histogram\.npy: distribution/);
		const rows = csvRows((await exported(page, /^Export this histogram/, "CSV of its numbers")).content).slice(1);
		assert.deepEqual(
			rows.map((row) => Number(row[2])),
			[...distribution.histogram],
		);
		assert.deepEqual([Number(rows[0]?.[0]), Number(rows.at(-1)?.[1])], [distribution.min[0], distribution.max[0]]);
	});

	it("have the chart's numbers with every digit", async () => {
		const file = place(suite.folder, "digits.npy", npy([3, 2], Float64Array.of(0.1, 0.1, 1 / 3, 1 / 3, NaN, NaN)));
		const panel = await suite.open(file, { state: { view: "axes" } });
		await numbersShown(panel);
		const { content } = await exported(panel.page, /^Export this chart/, "CSV of its numbers");
		assert.deepEqual(
			csvRows(content)
				.slice(1)
				.map((row) => row.slice(0, 4)),
			[
				["0", "0", "2", "0.1"],
				["1", "1", "2", String(1 / 3)],
				["2", "2", "0", "NaN"],
			],
		);
	});

	it("export the tensor with the norm that is shown, by the keyboard alone", async () => {
		const file = place(suite.folder, "keys.npy", npy(SHAPE, noise(240)));
		const panel = await suite.open(file, { state: { choices: { 3: { norm: "instanceNorm" } } } });
		await numbersShown(panel);
		const { page } = panel;
		await page.getByRole("button", { name: "Export the tensor" }).focus();
		await page.keyboard.press("Enter");
		await page.getByRole("menuitem", { name: "Report as HTML" }).filter({ visible: true }).waitFor();
		await page.keyboard.press("ArrowDown");
		await page.keyboard.press("Enter");
		await page.getByText("Saved: tensor.csv").waitFor();
		const [, input] = suite.asked.find(([name]) => name === "exportTensor") ?? [];
		const { tensor, format, norm } = input as { tensor: string; format: string; norm: { id: string } };
		assert.deepEqual([tensor, format, norm.id], ["", "csv", "instanceNorm"]);
		await page.getByRole("button", { name: "Export the tensor" }).press("Enter");
		await page.keyboard.press("Escape");
		assert.equal(await page.getByRole("menuitem").filter({ visible: true }).count(), 0);
		assert.deepEqual(panel.problems, []);
	});

	it("draw a slice with the colour of every value, and mark what is no number", async () => {
		const values = Float64Array.from({ length: 24 }, (_, k) => k);
		values[5] = NaN;
		values[23] = Infinity;
		const file = place(suite.folder, "slice.npy", npy([4, 6], values));
		const panel = await suite.open(file, { state: { view: "slice" } });
		const { page } = panel;
		await page.getByText("NaN ✕ 1").waitFor();
		const svg = await parse(page, (await exported(page, /^Export this slice/, "SVG, dark on white")).content);
		assert.deepEqual([svg.error, svg.foreign], ["", 0]);
		assert.match(svg.description, /1 of the cells hold NaN\. 1 of the cells hold \+Inf\./);
		const cells = svg.paths.flatMap((d) => d.match(/M\S+ \S+?h40v40h-40Z/g) ?? []);
		assert.equal(cells.length, 24);
		const places = new Set(cells.map((cell) => /M(\S+) (\S+?)h/.exec(cell)?.slice(1).join()));
		assert.equal(places.size, 24, "each cell has its place");
		const [headings = [], ...rows] = csvRows(
			(await exported(page, /^Export this slice/, "CSV of its numbers")).content,
		);
		assert.deepEqual(headings.slice(-2), ["value", "holds"]);
		rows.forEach((row, k) => {
			const name = k === 5 ? "NaN" : k === 23 ? "+Inf" : "";
			assert.deepEqual([Number(row[0]), Number(row[2]), row[5]], [Math.floor(k / 6), k % 6, name]);
			assert.equal(row[4], name ? "NaN" : String(k));
		});
		assert.deepEqual(panel.problems, []);
	});

	for (const [what, view, label] of [
		["a chart", "axes", /^Export this chart/],
		["a layout's picture", "layout", /^Export the picture/],
		["a slice", "slice", /^Export this slice/],
	] as const) {
		it(`look the same as SVG and as PNG: ${what}`, async () => {
			const values = Float64Array.from(noise(240));
			values[7] = NaN;
			const file = place(suite.folder, "same.npy", npy(SHAPE, values));
			const panel = await suite.open(file, { state: { view, lit: [0, 1, 2] } });
			await numbersShown(panel);
			const { page } = panel;
			await page.getByRole("button", { name: label }).first().waitFor();
			const svg = await exported(page, label, "SVG, dark on white");
			const png = await exported(page, label, "PNG, dark on white");
			const { pixels, ink, apart } = await page.evaluate(
				async (sources) => {
					const drawn = await Promise.all(
						sources.map(async (source) => {
							const image = new Image();
							image.src = source;
							await image.decode();
							return image;
						}),
					);
					const [width, height] = [drawn[1]?.naturalWidth ?? 0, drawn[1]?.naturalHeight ?? 0];
					const [a, b] = drawn.map((image) => {
						const context = new OffscreenCanvas(width, height).getContext("2d");
						context?.drawImage(image, 0, 0, width, height);
						return context?.getImageData(0, 0, width, height).data ?? new Uint8ClampedArray();
					}) as [Uint8ClampedArray, Uint8ClampedArray];
					let [ink, apart] = [0, 0];
					for (let i = 0; i < a.length; i += 4) {
						const off = (k: number) => Math.abs((a[i + k] ?? 0) - (b[i + k] ?? 0));
						if ((a[i] ?? 255) < 250) ink++;
						if (Math.max(off(0), off(1), off(2)) > 48) apart++;
					}
					return { pixels: width * height, ink, apart };
				},
				[`data:image/svg+xml,${encodeURIComponent(svg.content)}`, `data:image/png;base64,${png.content}`],
			);
			assert.ok(ink > 0.01 * pixels, `${ink} of ${pixels} pixels are drawn`);
			assert.ok(apart < 0.01 * pixels, `${apart} of ${pixels} pixels are apart`);
			assert.deepEqual(panel.problems, []);
		});
	}
});
