import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { Page } from "playwright-core";
import { formatNumber } from "../../src/core/format";
import { cellOfIndex, type Shape } from "../../src/core/layout";
import { layoutOf, type NormId, normOptions } from "../../src/core/normalizations";
import { dataColour, dataRange } from "../../src/drawing/picture/data-colours";
import type { View } from "../../src/drawing/picture/faces";
import { faceAt, type Scene } from "../../src/drawing/picture/scene";
import type { PictureDrawn } from "../../webview/views/picture";
import { noise, npy, place, placeZeros } from "../cli/tensor-files";
import { numbersShown, panels } from "./panel";

interface Painted extends PictureDrawn {
	/** How far blue is ahead of red in the bluest pixel around the middle of every face. */
	readonly blueness: readonly number[];
	/** The colour in the middle of every face. */
	readonly middles: readonly (readonly number[])[];
}

/** Changes the lit element through the number fields and answers with what was then drawn. */
async function lightUp(page: Page, element: readonly number[]): Promise<Painted> {
	const drawn = nextPicture(page, element);
	for (const [axis, index] of element.entries()) {
		await page.getByLabel(`Index of the lit element on axis ${axis} `).fill(String(index));
	}
	await page.evaluate(() => window.dispatchEvent(new Event("lit")));
	return drawn;
}

/** What the picture shows once `lit` was heard and the picture of that element is drawn. */
function nextPicture(page: Page, element: readonly number[]): Promise<Painted> {
	return page.evaluate(
		(wanted) =>
			new Promise<Painted>((resolve) => {
				const canvas = document.querySelector<HTMLCanvasElement>(".picture-canvas");
				let last: PictureDrawn | undefined;
				canvas?.addEventListener("picture-drawn", (event) => {
					last = (event as CustomEvent<PictureDrawn>).detail;
				});
				const answer = () => {
					const shown = last?.scene.pointed[0]?.element;
					if (!canvas || !last || !shown || String(shown) !== String(wanted)) return void setTimeout(answer, 20);
					const { scene, view } = last;
					const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d", { willReadFrequently: true });
					copy?.drawImage(canvas, 0, 0);
					const scale = canvas.width / canvas.clientWidth;
					const places = scene.faces.map(({ corners: [a, , c] }) => [
						Math.round((view.left + ((a[0] + c[0]) / 2) * view.unit) * scale),
						Math.round((view.top + ((a[1] + c[1]) / 2) * view.unit) * scale),
					]);
					const middles = places.map(([x = 0, y = 0]) => [...(copy?.getImageData(x, y, 1, 1).data ?? [])]);
					const blueness = places.map(([x = 0, y = 0]) => {
						const data = copy?.getImageData(x - 1, y - 1, 3, 3).data ?? [];
						return Math.max(...Array.from({ length: 9 }, (_, k) => (data[4 * k + 2] ?? 0) - (data[4 * k] ?? 0)));
					});
					resolve({ scene, view, blueness, middles });
				};
				window.addEventListener("lit", () => setTimeout(() => requestAnimationFrame(() => setTimeout(answer, 0)), 50), {
					once: true,
				});
			}),
		element,
	);
}

function centreOf({ corners: [a, , c] }: Scene["faces"][number]): [number, number] {
	return [(a[0] + c[0]) / 2, (a[1] + c[1]) / 2];
}

function middleOf(scene: Scene, view: View, face: Scene["faces"][number]): { x: number; y: number } | undefined {
	const [x, y] = centreOf(face);
	return faceAt(scene, [x, y]) === face ? { x: view.left + x * view.unit, y: view.top + y * view.unit } : undefined;
}

const SHAPE = [8, 24, 14, 14] as const;

describe("the picture in the panel", function () {
	this.timeout(90_000);
	const suite = panels();
	const open = async (id: NormId) => {
		const file = place(suite.folder, "act.npy", npy(SHAPE, noise(SHAPE.reduce((a, b) => a * b, 1))));
		const state = { choices: { 4: { norm: id, options: { groups: 4, cells: [2, 1, 14, 1] } } } };
		const panel = await suite.open(file, { state });
		await numbersShown(panel);
		return panel;
	};

	for (const id of ["batchNorm", "layerNorm", "instanceNorm", "groupNorm", "cells"] as const) {
		it(`paints the set of ${id} that the core gives, for random elements`, async () => {
			const { page, problems } = await open(id);
			const layout = layoutOf({ id, options: normOptions(SHAPE, { groups: 4, cells: [2, 1, 14, 1] }) }, SHAPE);
			const random = noise(16, 7);
			for (let round = 0; round < 4; round++) {
				const lit = SHAPE.map((size, axis) => Math.floor(((random[round * 4 + axis] as number) / 2 + 0.5) * size));
				const { scene, blueness } = await lightUp(page, lit);
				const part = (index: Shape, axis: number) =>
					cellOfIndex(index[axis] as number, SHAPE[axis] as number, layout.cells[axis] as number);
				for (const [k, face] of scene.faces.entries()) {
					const same = SHAPE.every((_, axis) => part(face.element, axis) === part(lit, axis));
					assert.equal(face.lit, same, `${face.element} with ${lit}`);
					const [x, y] = centreOf(face);
					// The outline of the lit element covers the middles of its small neighbours.
					const near = scene.pointed.some((other) => Math.hypot(centreOf(other)[0] - x, centreOf(other)[1] - y) < 1.3);
					if (faceAt(scene, [x, y]) !== face || near) continue;
					if (same) assert.ok((blueness[k] as number) > 50, `${face.element} should be blue, is ${blueness[k]}`);
				}
				assert.ok(scene.pointed.length > 0);
			}
			assert.deepEqual(problems, []);
		});
	}

	it("paints every cell of the set with its value's colour, and tells the value of the lit element", async () => {
		const values = noise(SHAPE.reduce((a, b) => a * b, 1));
		values[1] = NaN;
		const file = place(suite.folder, "painted.npy", npy(SHAPE, values));
		const state = { paint: "values", choices: { 4: { norm: "groupNorm", options: { groups: 4 } } } };
		const panel = await suite.open(file, { state });
		await numbersShown(panel);
		const { page, problems } = panel;
		const valueAt = (index: Shape) =>
			values[index.reduce((sum, i, axis) => sum * (SHAPE[axis] as number) + i, 0)] as number;
		const { whole } = await suite.engine.inspect({ file: { path: file }, part: 0 });
		for (const lit of [
			[0, 1, 2, 2],
			[7, 20, 13, 9],
		]) {
			await lightUp(page, lit);
			await page.locator(".picture-readout", { hasText: `Its value is ${formatNumber(valueAt(lit))}.` }).waitFor();
			const { scene, middles } = await lightUp(page, lit);
			let seen = 0;
			for (const [k, face] of scene.faces.entries()) {
				const [x, y] = centreOf(face);
				const near = scene.pointed.some((other) => Math.hypot(centreOf(other)[0] - x, centreOf(other)[1] - y) < 1.3);
				if (!face.lit || near || faceAt(scene, [x, y]) !== face || Number.isNaN(valueAt(face.element))) continue;
				const expected = dataColour(valueAt(face.element), dataRange(whole)).fill;
				assert.equal(`rgb(${middles[k]?.slice(0, 3).join(",")})`, expected, `${face.element}`);
				seen++;
			}
			assert.ok(seen > 20, `${seen} faces`);
		}
		assert.deepEqual(problems, []);
	});

	it("leaves cells of other sets without colour where no lit one shines through", async () => {
		const { page } = await open("instanceNorm");
		const { scene, blueness } = await lightUp(page, [0, 0, 0, 0]);
		const others = scene.faces.flatMap((face, k) => ((face.element[0] as number) > 0 ? [blueness[k]] : []));
		assert.ok(others.length > 50);
		for (const blue of others) assert.ok((blue as number) < 12);
	});

	it("lights up the set of the element under the pointer, and counts it", async () => {
		const { page } = await open("batchNorm");
		const { scene, view } = await lightUp(page, [0, 0, 0, 0]);
		const box = await page.locator(".picture-canvas").boundingBox();
		assert.ok(box);
		const targets = scene.faces.flatMap((face) => {
			const at = (face.element[1] as number) > 1 ? middleOf(scene, view, face) : undefined;
			return at ? [{ at, element: face.element }] : [];
		});
		for (const { at, element } of [0.1, 0.4, 0.7, 0.95].map(
			(share) => targets[Math.floor(share * targets.length)] as (typeof targets)[number],
		)) {
			await page.mouse.move(box.x + at.x, box.y + at.y);
			const [n, c, h, w] = element;
			await page.locator(".picture-readout", { hasText: `Element N ${n}, C ${c}, H ${h}, W ${w} shares` }).waitFor();
		}
		assert.match(
			(await page.locator(".picture-readout").textContent()) ?? "",
			/one of 24 sets of 1\u202f568 values; mean/,
		);
	});

	it("tells the numbers of any set, also of those that no list has, before the tensor's are there", async () => {
		const file = place(suite.folder, "sets.npy", npy(SHAPE, noise(SHAPE.reduce((a, b) => a * b, 1))));
		const state = { choices: { 4: { norm: "cells", options: { cells: [8, 24, 14, 1] } } } };
		const never = { inspect: () => new Promise<never>(() => {}) };
		for (const handlers of [{}, never]) {
			const { page, problems } = await suite.open(file, { state, handlers });
			await page.locator(".picture-canvas").waitFor();
			for (const lit of [
				[7, 23, 13, 5],
				[3, 11, 0, 13],
			]) {
				await lightUp(page, lit);
				const box = { origin: [...lit.slice(0, 3), 0], shape: [1, 1, 1, 14] };
				const { mean, std } = await suite.engine.boxStatistics({ file: { path: file }, part: 0, box });
				const told = `one of 2\u202f688 sets of 14 values; mean ${formatNumber(mean)}, std ${formatNumber(std)}.`;
				await page.locator(".picture-readout", { hasText: told }).waitFor();
			}
			assert.deepEqual(problems, []);
		}
	});

	it("moves with the keys, along every axis", async () => {
		const { page } = await open("batchNorm");
		await page.locator(".picture-canvas").focus();
		for (const key of ["ArrowRight", "ArrowRight", "ArrowDown", "PageDown", "PageDown", "PageUp", "Shift+PageDown"]) {
			await page.keyboard.press(key);
		}
		await page.locator(".picture-readout", { hasText: "Element N 1, C 1, H 1, W 2 " }).waitFor();
		for (let k = 0; k < 12; k++) await page.keyboard.press("PageDown");
		await page.locator(".picture-readout", { hasText: "Element N 1, C 13, H 1, W 2 " }).waitFor();
	});
});

describe("the panel under load", function () {
	this.timeout(90_000);
	const suite = panels();

	/** Milliseconds of the main thread's processor time per frame while something moves for sixty frames. */
	const workPerFrame = async (page: Page, move: string): Promise<number> => {
		const client = await page.context().newCDPSession(page);
		// Processor time, not the clock: other programs on the machine do not count.
		await client.send("Performance.enable", { timeDomain: "threadTicks" });
		const busy = async () => {
			const { metrics } = await client.send("Performance.getMetrics");
			return (metrics.find(({ name }) => name === "TaskDuration")?.value ?? 0) * 1000;
		};
		const before = await busy();
		await page.evaluate(
			(source) =>
				new Promise<void>((resolve) => {
					const step = (window as unknown as { moves: Record<string, (frame: number) => void> }).moves[source];
					let frame = 0;
					const next = () => {
						step?.(frame);
						if (++frame < 60) requestAnimationFrame(next);
						else resolve();
					};
					requestAnimationFrame(next);
				}),
			move,
		);
		return ((await busy()) - before) / 60;
	};

	/** Evaluated in the page. */
	const install = (page: Page) =>
		page.evaluate(() => {
			Object.assign(window, {
				moves: {
					point(frame: number) {
						const canvas = document.querySelector(".picture-canvas");
						const box = canvas?.getBoundingClientRect();
						if (!canvas || !box) return;
						canvas.dispatchEvent(
							new PointerEvent("pointermove", {
								clientX: box.left + box.width * (0.15 + 0.012 * frame),
								clientY: box.top + box.height * (0.35 + 0.004 * frame),
							}),
						);
					},
					scroll(frame: number) {
						document.querySelector(".tensor-list")?.scrollTo(0, frame * 700);
					},
				},
			});
		});

	it("follows the pointer over a [64, 256, 56, 56] tensor in under 16 ms a frame, while its numbers are computed", async () => {
		const file = placeZeros(suite.folder, "large.npy", [64, 256, 56, 56]);
		const panel = await suite.open(file, { handlers: { inspect: () => new Promise(() => {}) } });
		await panel.page.locator(".picture-canvas").waitFor();
		await install(panel.page);
		await workPerFrame(panel.page, "point");
		const perFrame = await workPerFrame(panel.page, "point");
		assert.doesNotMatch((await panel.page.locator(".picture-readout").textContent()) ?? "", /N 0, C 0, H 0, W 0/);
		assert.ok(perFrame < 16, `${perFrame.toFixed(1)} ms a frame`);
	});

	it("scrolls through 2,000 tensors in under 16 ms a frame", async () => {
		const description = await suite.engine.describe({ path: "media/samples/digits/conv1-batchnorm.safetensors" });
		const [first] = description.tensors;
		assert.ok(first);
		const tensors = Array.from({ length: 2000 }, (_, k) => ({ ...first, name: `layers.${k}.weight` }));
		const panel = await suite.open("media/samples/digits/conv1-batchnorm.safetensors", {
			handlers: {
				open: () => ({ ok: true, description: { ...description, tensors } }),
				inspect: () => new Promise(() => {}),
			},
		});
		await panel.page.locator(".tensor-row").first().waitFor();
		await install(panel.page);
		await workPerFrame(panel.page, "scroll");
		await panel.page.locator(".tensor-list").evaluate((list) => list.scrollTo(0, 0));
		const perFrame = await workPerFrame(panel.page, "scroll");
		await panel.page.locator(".tensor-row", { hasText: "layers.990." }).waitFor();
		assert.ok(perFrame < 16, `${perFrame.toFixed(1)} ms a frame`);
	});
});
