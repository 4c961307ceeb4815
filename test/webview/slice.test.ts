import assert from "node:assert/strict";
import * as path from "node:path";
import { TensorError } from "../../src/core/errors";
import type { Slice, SliceAspect } from "../../src/core/slice";
import { COLOUR_MAPS } from "../../src/drawing/colour-maps";
import type { SliceRequest } from "../../src/protocol";
import { toWire } from "../../src/wire";
import { MARK_COLOURS } from "../../webview/slice/paint";
import { f32, noise, writeTensors } from "../engine/files";
import { eventually } from "../support/eventually";
import type { WebviewPage } from "../support/webview-page";
import { choose, panels, rest, saved } from "./panel";

const SHAPE = [2, 3, 6, 8] as const;
const VALUES = noise(2 * 3 * 6 * 8, 11).map(Math.fround);
const at = (...[n, c, h, w]: [number, number, number, number]) => ((n * 3 + c) * 6 + h) * 8 + w;
VALUES[at(0, 1, 2, 3)] = NaN;
VALUES[at(0, 1, 2, 4)] = Infinity;
VALUES[at(0, 1, 2, 5)] = -Infinity;

/** The colour in the middle of an element of a heat map, of which there are rows × columns. */
async function colourOf(
	{ page }: WebviewPage,
	[row, column]: readonly number[],
	[rows, columns]: readonly number[],
	map = 0,
) {
	return page
		.locator(".slice-image:not([hidden]) canvas")
		.nth(map)
		.evaluate(
			(canvas, [x, y]) => {
				const { width, height } = canvas as HTMLCanvasElement;
				const copy = new OffscreenCanvas(width, height);
				const context = copy.getContext("2d", { willReadFrequently: true });
				context?.drawImage(canvas as HTMLCanvasElement, 0, 0);
				// A corner of the element: its middle may hold a number.
				return [
					...(context?.getImageData(Math.floor((x as number) * width), Math.floor((y as number) * height), 1, 1).data ??
						[]),
				].slice(0, 3);
			},
			[((column as number) + 0.2) / (columns as number), ((row as number) + 0.2) / (rows as number)],
		);
}

const readout = ({ page }: WebviewPage) => page.locator("#slice-readout");

/** Waits until a slice of some aspects arrived and is painted. */
async function painted(panel: WebviewPage, images = 1) {
	await panel.page.waitForFunction(
		(count) => document.querySelectorAll(".slice-image:not([hidden]) canvas").length === count,
		images,
	);
	await rest(panel, 150);
}

describe("the slice viewer", function () {
	this.timeout(60_000);
	const suite = panels();
	const file = () =>
		writeTensors(path.join(suite.folder, "slice.safetensors"), [
			f32("x", SHAPE, VALUES),
			f32("wide", [300, 3000], noise(900_000)),
			f32("vector", [40], noise(40)),
		]);
	const open = (state: object, handlers = {}) =>
		suite.open(file(), { state: { view: "slice", tensor: "x", ...state }, handlers, width: 1200, height: 1000 });

	it("paints every element in the colour of its value, and NaN and the infinities in their own", async () => {
		const panel = await open({
			lit: [0, 1, 0, 0],
			slices: { 4: { range: "shown", symmetric: false, colours: "viridis" } },
		});
		await painted(panel);
		const elements = Array.from({ length: 48 }, (_, k) => [k >> 3, k & 7] as [number, number]);
		const valueAt = ([h, w]: readonly number[]) => VALUES[at(0, 1, h as number, w as number)] as number;
		const finite = elements.filter((place) => Number.isFinite(valueAt(place))).sort((a, b) => valueAt(a) - valueAt(b));
		const { stops } = COLOUR_MAPS.viridis;
		assert.deepEqual(await colourOf(panel, finite[0] as number[], [6, 8]), stops[0]);
		assert.deepEqual(await colourOf(panel, finite.at(-1) as number[], [6, 8]), stops.at(-1));
		assert.deepEqual(await colourOf(panel, [2, 3], [6, 8]), [...MARK_COLOURS.nan]);
		assert.deepEqual(await colourOf(panel, [2, 4], [6, 8]), [...MARK_COLOURS.posInf]);
		assert.deepEqual(await colourOf(panel, [2, 5], [6, 8]), [...MARK_COLOURS.negInf]);
		assert.match(
			(await panel.page.locator(".slice-legend").first().innerText()).replace(/\s+/g, " "),
			/NaN ✕ 1.*\+∞ ▲ 1.*−∞ ▼ 1/,
		);
		assert.deepEqual(panel.problems, []);
	});

	it("tells the exact value under the pointer, and selects the element that is clicked for all views", async () => {
		const panel = await open({});
		await painted(panel);
		const canvas = panel.page.locator("canvas.slice-canvas").first();
		const box = (await canvas.boundingBox()) as { x: number; y: number; width: number; height: number };
		const over = (row: number, column: number) =>
			[box.x + ((column + 0.5) / 8) * box.width, box.y + ((row + 0.5) / 6) * box.height] as const;
		await panel.page.mouse.move(...over(4, 6));
		const wanted = VALUES[at(0, 0, 4, 6)] as number;
		await panel.page.waitForFunction(() =>
			document.querySelector("#slice-readout")?.textContent?.startsWith("N 0, C 0, H 4, W 6: "),
		);
		const told = Number((await readout(panel).innerText()).split(": ")[1]);
		assert.equal(Math.fround(told), wanted);
		await panel.page.mouse.click(...over(3, 5));
		await panel.page.getByRole("tab", { name: "Layout" }).click();
		assert.deepEqual(
			await panel.page
				.locator(".element-input input")
				.evaluateAll((inputs) => inputs.map((input) => (input as HTMLInputElement).value)),
			["0", "0", "3", "5"],
		);
		assert.deepEqual(panel.problems, []);
	});

	it("is used from the keyboard: arrows move the element, + shows less, 0 shows all", async () => {
		const panel = await open({ lit: [1, 2, 3, 4] });
		await painted(panel);
		const starts = async (text: string) =>
			panel.page.waitForFunction(
				(wanted) => document.querySelector("#slice-readout")?.textContent?.startsWith(wanted),
				text,
			);
		await panel.page.locator("canvas.slice-canvas").first().focus();
		await panel.page.keyboard.press("ArrowDown");
		await panel.page.keyboard.press("ArrowLeft");
		await starts("N 1, C 2, H 4, W 3: ");
		await panel.page.keyboard.press("Shift+ArrowRight");
		await starts("N 1, C 2, H 4, W 7: ");
		await panel.page.keyboard.press("+");
		await panel.page.getByText("H 2–4, W 4–7").waitFor();
		await panel.page.keyboard.press("ArrowUp");
		await panel.page.keyboard.press("Shift+ArrowUp");
		await starts("N 1, C 2, H 0, W 7: ");
		await panel.page.getByText("H 0–2, W 4–7").waitFor();
		await panel.page.keyboard.press("0");
		await panel.page.getByText("H 0–5, W 0–7").waitFor();
		assert.deepEqual(panel.problems, []);
	});

	it("goes through the other axes with sliders, asks for nothing where only the element in the picture moves", async () => {
		const panel = await open({});
		await painted(panel);
		const asked = () => suite.asked.filter(([name]) => name === "slice").map(([, input]) => input as SliceRequest);
		await panel.page.getByLabel("Index on axis 1 (C)").first().fill("2");
		await panel.page.getByText("H × W at N 0, C 2 of x").waitFor();
		await panel.page.waitForFunction(() =>
			document.querySelector("#slice-readout")?.textContent?.startsWith("N 0, C 2, "),
		);
		assert.deepEqual(asked().at(-1)?.window.index, [0, 2, 0, 0]);
		const before = asked().length;
		await panel.page.locator("canvas.slice-canvas").first().focus();
		for (let k = 0; k < 5; k++) await panel.page.keyboard.press("ArrowRight");
		await rest(panel, 200);
		assert.equal(asked().length, before);
		await choose(panel.page, "Rows", "N (2)");
		await panel.page.getByText("N × W at C 2, H 0 of x").waitFor();
		await choose(panel.page, "Columns", "N (2)");
		await panel.page.getByText("W × N at C 2, H 0 of x").waitFor();
		assert.deepEqual(panel.problems, []);
	});

	it("shows before, after and difference of the chosen norm side by side, with the norm's numbers", async () => {
		const panel = await open({
			tensor: "wide",
			slices: { 2: { effect: true } },
			choices: { 2: { norm: "layerNorm", options: { axis: 1 } } },
			lit: [7, 9],
		});
		await painted(panel, 3);
		const row = noise(900_000)
			.map(Math.fround)
			.subarray(7 * 3000, 8 * 3000);
		// Zoomed in until every element is a cell of its own.
		await panel.page.locator("canvas.slice-canvas").first().focus();
		for (let k = 0; k < 6; k++) await panel.page.keyboard.press("+");
		await panel.page.waitForFunction(() =>
			/^A? ?.* 7, .* 9: before/.test(document.querySelector("#slice-readout")?.textContent ?? ""),
		);
		const mean = row.reduce((sum, x) => sum + x, 0) / 3000;
		const deviation = Math.sqrt(row.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 3000 + 1e-5);
		const x = row[9] as number;
		const [before, after, difference] =
			(await readout(panel).innerText())
				.split(": ")[1]
				?.split(" · ")
				.map((text) => Number(text.split(" ")[1])) ?? [];
		assert.equal(Math.fround(before as number), x);
		assert.ok(Math.abs((after as number) - (x - mean) / deviation) < 1e-6, `${after}`);
		assert.ok(Math.abs((difference as number) - ((x - mean) / deviation - x)) < 1e-6, `${difference}`);
		await panel.page.getByLabel("Norm").first().waitFor();
		assert.deepEqual(panel.problems, []);
	});

	it("paints an axis of three as red, green and blue", async () => {
		const panel = await open({ slices: { 4: { rgb: true, range: "own", low: -2, high: 2 } } });
		await painted(panel);
		const found = await colourOf(panel, [5, 7], [6, 8]);
		const wanted = [0, 1, 2].map((c) =>
			Math.max(0, Math.min(255, (((VALUES[at(0, c, 5, 7)] as number) + 2) / 4) * 255)),
		);
		found.forEach((value, k) => {
			assert.ok(Math.abs(value - (wanted[k] as number)) <= 1, `${found}, not ${wanted}`);
		});
		assert.match(await readout(panel).innerText(), /^N 0, H 0, W 0: R \S+, G \S+, B \S+$/);
		assert.deepEqual(panel.problems, []);
	});

	it("has its values in a table of which only the part in sight is there, up to the last element", async () => {
		const panel = await open({ tensor: "wide" });
		await painted(panel);
		await panel.page.getByText("Values as a table").click();
		const scroller = panel.page.locator(".slice-scroller");
		await panel.page.waitForFunction(() => /\d/.test(document.querySelector(".slice-values td")?.textContent ?? ""));
		const values = noise(900_000).map(Math.fround);
		const cells = () =>
			panel.page.locator(".slice-values td").evaluateAll((all) =>
				all.map((cell) => {
					const { row, column } = (cell as HTMLElement).dataset;
					return [Number(row), Number(column), cell.textContent] as const;
				}),
			);
		const check = async (last: boolean) => {
			const found = await cells();
			assert.ok(found.length > 20 && found.length < 1000, `${found.length} cells`);
			for (const [row, column, text] of found) assert.equal(Math.fround(Number(text)), values[row * 3000 + column]);
			if (last) assert.ok(found.some(([row, column]) => row === 299 && column === 2999));
		};
		await check(false);
		await scroller.evaluate((element) => element.scrollTo(element.scrollWidth, element.scrollHeight));
		await panel.page.waitForFunction(() => {
			const found = document.querySelector('.slice-values td[data-row="299"][data-column="2999"]');
			return /\d/.test(found?.textContent ?? "");
		});
		await check(true);
		await panel.page.locator('.slice-values td[data-row="298"][data-column="2998"]').click();
		await panel.page.locator("td.selected").waitFor();
		assert.match(await readout(panel).innerText(), /297–299, \S+ 2997–2999: /);
		assert.deepEqual(panel.problems, []);
	});

	it("keeps what was chosen and what is in sight when the panel is opened again, and shows a vector in one row", async () => {
		const slices = {
			2: {
				range: "tensor",
				colours: "grey",
				each: "largest",
				seen: { rows: { start: 10, length: 20 }, columns: { start: 100, length: 50 } },
			},
		};
		const panel = await open({ tensor: "wide", slices });
		await painted(panel);
		await panel.page.getByText(/10–29, .* 100–149/).waitFor();
		await panel.page.keyboard.press("Escape");
		await choose(panel.page, "Colour map", "Inferno");
		assert.deepEqual((await saved<{ slices: typeof slices }>(panel)).slices, {
			2: { ...slices[2], colours: "inferno" },
		});
		const vector = await open({ tensor: "vector" });
		await painted(vector);
		assert.match(await readout(vector).innerText(), /^\S+ 0: /);
		assert.deepEqual([...panel.problems, ...vector.problems], []);
	});

	it("gets at most 2 MB in one message, however large the tensor and the panel are", async () => {
		const sizes: number[] = [];
		const slice = async (input: SliceRequest): Promise<Slice> => {
			const found = await suite.engine.slice({
				file: { path: file() },
				tensor: input.tensor,
				part: 0,
				window: input.window,
				each: input.each,
				aspects: input.aspects,
				...(input.norm ? { norm: input.norm } : {}),
			});
			const buffers = found.images.flatMap(({ values, marks }) => [values.byteLength, marks.byteLength]);
			sizes.push(
				JSON.stringify(toWire({ ...found, images: [] })).length + buffers.reduce((sum, bytes) => sum + bytes, 0),
			);
			return found;
		};
		for (const effect of [false, true]) {
			const panel = await suite.open(file(), {
				state: {
					view: "slice",
					tensor: "wide",
					slices: { 2: { effect, seen: { rows: { start: 0, length: 300 }, columns: { start: 0, length: 1500 } } } },
				},
				handlers: { slice },
				width: 2560,
				height: 1440,
				deviceScaleFactor: 2,
			});
			await painted(panel, effect ? 3 : 1);
			const largest = await eventually(
				() => Math.max(...sizes),
				(bytes) => bytes > 500_000,
			);
			assert.ok(largest > 500_000, "the pictures are large ones");
			assert.deepEqual(panel.problems, []);
		}
		assert.ok(Math.max(...sizes) < 2_000_000, `${Math.max(...sizes)} bytes`);
	});

	it("says what went wrong, and shows the next slice that is well", async () => {
		let broken = true;
		const slice = async (input: SliceRequest): Promise<Slice> => {
			if (broken) throw new TensorError("corrupt", "The file ends early.");
			return suite.engine.slice({
				file: { path: file() },
				tensor: input.tensor,
				part: 0,
				window: input.window,
				each: "mean",
				aspects: ["before"] as SliceAspect[],
			});
		};
		const panel = await open({}, { slice });
		await panel.page.locator(".slice-view .problem", { hasText: "The file ends early." }).waitFor();
		broken = false;
		await panel.page.getByLabel("Index on axis 0 (N)").first().fill("1");
		await painted(panel);
		await panel.page.locator(".slice-view > .problem").waitFor({ state: "hidden" });
		assert.deepEqual(panel.problems, []);
	});
});
