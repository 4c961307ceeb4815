// Measures the panel in Chromium, and answers as JSON:  frames.js [PATTERN]
// Each interaction takes a step in every frame; a trace tells what the page's main thread did from step to step.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { Browser } from "playwright-core";
import { createEngine } from "../../src/engine/engine";
import { engineHost, launchBrowser, openWebviewPage, type WebviewPage, workerPath } from "../support/webview-page";
import { firstNumbers } from "./first-numbers";
import { writeFiles } from "./frame-files";
import { INTERACTIONS, type Interaction } from "./interactions";
import { framesOf } from "./trace";

/** Steps of an interaction, the first few of which are not counted. */
const [STEPS, WARM] = [70, 10] as const;

/** Openings of each file. */
const RUNS = 10;

/** Milliseconds: what the main thread does in a frame, and how far frames are apart. */
export interface Frames {
	readonly name: string;
	readonly file: Interaction["file"];
	readonly work: readonly number[];
	readonly apart: readonly number[];
}

/** Runs in the page: one step before every frame. */
function drive(selector: string, steps: number, step: (target: Element, k: number) => void): Promise<void> {
	const target = document.querySelector(selector);
	if (!target) throw new Error(`Nothing is ${selector}.`);
	return new Promise((done) => {
		let k = 0;
		const next = () => {
			performance.mark("step");
			if (k === steps) return done();
			step(target, k++);
			requestAnimationFrame(next);
		};
		requestAnimationFrame(next);
	});
}

async function measure(browser: Browser, panel: WebviewPage, one: Interaction): Promise<Frames> {
	const { page } = panel;
	await page.locator(one.target).first().waitFor();
	// What the page still has to do after its opening is no part of the interaction.
	await page.waitForTimeout(1000);
	await browser.startTracing(page, { categories: ["toplevel", "blink.user_timing"] });
	await page.evaluate(`(${drive})(${JSON.stringify(one.target)}, ${STEPS}, ${one.step})`);
	const { work, apart } = framesOf((await browser.stopTracing()).toString());
	return { name: one.name, file: one.file, work: work.slice(WARM), apart: apart.slice(WARM) };
}

async function main(): Promise<void> {
	const pattern = new RegExp(process.argv[2] ?? "", "i");
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), "tensor-inspector-frames-"));
	const engine = createEngine({ workerPath: workerPath() });
	const browser = await launchBrowser();
	try {
		const files = writeFiles(folder);
		const open = (file: Interaction["file"], state: object) =>
			openWebviewPage(browser, { host: engineHost(engine, files[file]), state, width: 1300, height: 1000 });
		const openings = pattern.test("first numbers") ? await firstNumbers(files, RUNS) : [];
		const frames: Frames[] = [];
		for (const one of INTERACTIONS.filter(({ name }) => pattern.test(name))) {
			const panel = await open(one.file, one.state);
			frames.push(await measure(browser, panel, one));
			if (panel.problems.length > 0) throw new Error(panel.problems.join("\n"));
			await panel.close();
		}
		console.log(JSON.stringify({ openings, frames }));
	} finally {
		await browser.close();
		await engine.close();
		fs.rmSync(folder, { recursive: true, force: true });
	}
}

void main();
