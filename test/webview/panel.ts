import { existsSync } from "node:fs";
import * as path from "node:path";
import { after, afterEach, before } from "mocha";
import type { Browser, Locator, Page } from "playwright-core";
import type { Engine } from "../../src/engine/api";
import { createEngine } from "../../src/engine/engine";
import type { HostApi } from "../../src/protocol";
import type { Handlers } from "../../src/rpc";
import { temporaryFolder } from "../cli/tensor-files";
import {
	chromiumPath,
	engineHost,
	launchBrowser,
	openWebviewPage,
	type WebviewPage,
	type WebviewPageOptions,
	workerPath,
} from "../support/webview-page";

/** A real browser and a real engine for one suite; pages are closed after each test. */
export interface Panels {
	readonly engine: Engine;
	/** A folder for the suite's files. */
	readonly folder: string;
	/** What the webview asked of `normalize`, `copyStatistics` and `inspect` since the test began. */
	readonly asked: readonly (readonly [name: string, input: unknown])[];
	/** Opens the inspector on a file; handlers given here stand before the engine's. */
	readonly open: (
		file: string,
		options?: Partial<WebviewPageOptions> & { readonly handlers?: Partial<Handlers<HostApi>> },
	) => Promise<WebviewPage>;
}

/** Sets a suite up; skips it, with the reason, where there is no browser or nothing was built. */
export function panels(): Panels {
	const { folder, remove } = temporaryFolder();
	const asked: (readonly [string, unknown])[] = [];
	const pages: WebviewPage[] = [];
	let browser: Browser | undefined;
	let engine: Engine | undefined;

	before(async function () {
		const missing =
			chromiumPath() === undefined ? "Chromium" : existsSync(workerPath()) ? undefined : "dist/worker/main.mjs";
		if (missing) {
			console.log(`      skipped: ${missing} is missing`);
			this.skip();
		}
		this.timeout(30_000);
		engine = createEngine({ workerPath: workerPath(), workers: 1 });
		browser = await launchBrowser();
	});
	afterEach(async () => {
		asked.length = 0;
		await Promise.all(pages.splice(0).map((page) => page.close()));
	});
	after(async () => {
		await browser?.close();
		await engine?.close();
		remove();
	});

	return {
		folder,
		asked,
		get engine() {
			if (!engine) throw new Error("The engine runs only during the tests.");
			return engine;
		},
		async open(file, { handlers, ...options } = {}) {
			if (!browser || !engine) throw new Error("The browser runs only during the tests.");
			const host = engineHost(engine, path.resolve(file), (name, input) => asked.push([name, input]));
			const page = await openWebviewPage(browser, { host: { ...host, ...handlers }, ...options });
			pages.push(page);
			page.page.setDefaultTimeout(15_000);
			return page;
		},
	};
}

/** Waits by the page's own clock: what the page set for an earlier time is done then, however busy the machine is. */
export async function rest({ page }: WebviewPage, ms: number): Promise<void> {
	await page.evaluate((time) => new Promise((resolve) => setTimeout(resolve, time)), ms);
}

/** What a page saved of its state, which it does a fifth of a second after a change. */
export async function saved<State>(panel: WebviewPage): Promise<State> {
	await rest(panel, 300);
	return panel.savedState() as State;
}

/** Waits until numbers are there, for the whole tensor and for the norm. */
export async function numbersShown({ page }: WebviewPage): Promise<void> {
	await page.locator(".whole[aria-busy=false]").waitFor();
	await page.waitForFunction(() => document.querySelector("section[aria-busy=true]") === null);
}

/** The rows of a table as texts. */
export function rowsOf({ page }: WebviewPage, table: string): Promise<string[][]> {
	return page
		.locator(`${table} tbody tr:not(.spacer)`)
		.evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent ?? "")));
}

/** Looks at one of the views, by its tab's label. */
export async function showView({ page }: WebviewPage, label: string): Promise<void> {
	await page.getByRole("tab", { name: label }).click();
	await page.getByRole("tab", { name: label, selected: true }).waitFor();
}

/** Changes what becomes of an axis at its chip. */
export async function setRole({ page }: WebviewPage, axis: number, role: "averaged" | "kept" | "split"): Promise<void> {
	await page.locator(".chip").nth(axis).getByRole("radio", { name: role }).check();
}

/** Chooses the entry of a dropdown whose text holds this one. */
export async function choose(within: Page | Locator, label: string, option: string | RegExp): Promise<void> {
	const field = within.locator(`vscode-dropdown[aria-label="${label}"]`);
	await field.click();
	await field.locator("vscode-option", { hasText: option }).click();
}
