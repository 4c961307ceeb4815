import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import * as path from "node:path";
import { f32, noise, writeTensors } from "../engine/files";
import { THEMES } from "../support/webview-page";
import { numbersShown, panels, rest } from "./panel";

const AXE = readFileSync(createRequire(path.resolve("package.json")).resolve("axe-core/axe.min.js"), "utf8");

/** What axe-core says of a page: rules that it breaks seriously, each with the elements. */
interface Violation {
	readonly id: string;
	readonly impact: string;
	readonly help: string;
	readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

const VIEWS = ["layout", "axes", "slice", "norms", "lenses", "differences"] as const;

/** Every view with all that folds away unfolded. */
const STATES: Readonly<Record<(typeof VIEWS)[number], object>> = {
	layout: {},
	axes: { series: "mean", sort: "worst", binning: "magnitude" },
	slice: { slices: { 4: { effect: true, range: "own" } } },
	norms: {},
	lenses: {},
	differences: {},
};

describe("the panel for everybody", function () {
	this.timeout(120_000);
	const suite = panels();
	const values = noise(4 * 6 * 8 * 8, 2);
	values[5] = NaN;
	values[9] = Infinity;
	const file = () =>
		writeTensors(path.join(suite.folder, "access.safetensors"), [
			f32("x", [4, 6, 8, 8], values),
			f32("y", [4, 6, 8, 8], noise(4 * 6 * 8 * 8, 3)),
			f32("bias", [6], [0, 1, 2, 3, 4, 5]),
		]);

	for (const view of VIEWS) {
		it(`has no serious or critical violation that axe-core finds, in any theme: ${view}`, async () => {
			const state = { tensor: "x", view, ...STATES[view] };
			const panel = await suite.open(file(), { state, width: 1300, height: 1000 });
			const { page } = panel;
			await numbersShown(panel);
			await page.evaluate(AXE);
			for (const theme of THEMES) {
				await panel.setTheme(theme);
				await page.evaluate(() => {
					for (const fold of document.querySelectorAll("details")) fold.open = true;
				});
				await rest(panel, 300);
				const violations = await page.evaluate(async () => {
					const { axe } = window as unknown as {
						axe: { run: (root: Document, options: object) => Promise<{ violations: Violation[] }> };
					};
					return (await axe.run(document, { resultTypes: ["violations"] })).violations;
				});
				const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
				const told = serious.map(
					({ id, help, nodes }) =>
						`${id} (${help}): ${nodes
							.slice(0, 4)
							.map(({ html, failureSummary }) => `${html.slice(0, 200)} ${failureSummary}`)
							.join("\n  ")}`,
				);
				assert.deepEqual(told, [], `${view}, ${theme}`);
			}
			assert.deepEqual(panel.problems, []);
		});

		it(`neither scrolls sideways nor cuts controls off at 200 %: ${view}`, async () => {
			const state = { tensor: "x", view, ...STATES[view] };
			// A panel of 1000 by 800 pixels, twice enlarged.
			const panel = await suite.open(file(), { state, width: 500, height: 400, deviceScaleFactor: 2 });
			await numbersShown(panel);
			await rest(panel, 300);
			const found = await panel.page.evaluate(() => {
				const { scrollWidth, clientWidth } = document.documentElement;
				const controls = [
					...document.querySelectorAll<HTMLElement>(
						"button, input, select, vscode-button, vscode-dropdown, vscode-text-field, vscode-checkbox, summary",
					),
				];
				const inScrollers = (element: HTMLElement) =>
					element.closest(".table-scroller, .lens-table, .slice-scroller, .tensor-list, .norms-table, pre") !== null;
				const cut = controls
					.filter((element) => element.offsetParent !== null && !inScrollers(element))
					.map((element) => ({ element, box: element.getBoundingClientRect() }))
					.filter(({ box }) => box.width > 0 && (box.left < -0.5 || box.right > clientWidth + 0.5))
					.map(({ element }) => element.outerHTML.slice(0, 160));
				return { scrollWidth, clientWidth, cut };
			});
			assert.deepEqual(found.cut, []);
			assert.ok(found.scrollWidth <= found.clientWidth, `${found.scrollWidth} > ${found.clientWidth}`);
		});
	}
});
