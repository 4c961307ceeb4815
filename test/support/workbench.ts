import fs from "node:fs";
import path from "node:path";
import type { Locator, Page } from "playwright-core";
import { PATIENCE_MS } from "./patience";
import { SHOTS } from "./places";
import { pick, whenAsked } from "./quick-input";

/** The themes that are tested: their names in VS Code's list, and the class that the workbench then carries. */
export const THEMES = {
	dark: { name: "Dark Modern", workbenchClass: "vs-dark" },
	light: { name: "Light Modern", workbenchClass: "vs" },
	highContrast: { name: "Dark High Contrast", workbenchClass: "hc-black" },
	highContrastLight: { name: "Light High Contrast", workbenchClass: "hc-light" },
} as const;

interface Driver {
	whenWorkbenchRestored(): Promise<void>;
}

/**
 * Waits until the workbench has restored itself. Only then are custom editors registered: a file that is opened before
 * comes up in a built-in editor, although the Explorer works and the palette lists the extension's commands.
 */
export async function whenRestored(page: Page): Promise<void> {
	await page.waitForFunction(() => "driver" in globalThis, undefined, { timeout: PATIENCE_MS });
	await page.evaluate(() => (globalThis as unknown as { driver: Driver }).driver.whenWorkbenchRestored());
}

/**
 * Opens the command palette with this command listed, and answers with its row. Keys are lost while the workbench does
 * not listen yet, and an open list does not grow: so this begins again until the row is there.
 */
export async function findCommand(page: Page, title: string): Promise<Locator> {
	const input = page.locator(".quick-input-widget input[type=text]");
	const row = page.locator(".quick-input-list .monaco-list-row", { hasText: title }).first();
	const end = Date.now() + PATIENCE_MS;
	for (;;) {
		try {
			if (!(await input.isVisible())) await page.keyboard.press("F1");
			await input.fill(`>${title}`, { timeout: 2000 });
			await row.waitFor({ timeout: 2000 });
			return row;
		} catch (error) {
			if (Date.now() > end) throw new Error(`The palette does not list the command "${title}".`, { cause: error });
			await page.keyboard.press("Escape");
		}
	}
}

/** Runs a command through the palette, as a user does. */
export async function runCommand(page: Page, title: string): Promise<void> {
	await (await findCommand(page, title)).click();
}

/** Opens a file with a double click in the Explorer; `name` is its row's text. Waits for its tab, not for its contents. */
export async function openFromExplorer(page: Page, name: string): Promise<void> {
	const row = page.locator(".explorer-folders-view .monaco-list-row", { has: page.getByText(name, { exact: true }) });
	const tab = page.locator(".tab.active", { hasText: name });
	// The Explorer drops a click that comes while it shows a new file, and a tab may still be closing: then again.
	for (const end = Date.now() + PATIENCE_MS; ; ) {
		await row.first().dblclick({ timeout: PATIENCE_MS });
		const opened = await tab.waitFor({ timeout: 5000 }).then(
			() => true,
			() => false,
		);
		if (opened) return;
		if (Date.now() > end) throw new Error(`${name} was not opened by double clicks in the Explorer.`);
	}
}

/** The toasts and the entries of the notification centre that hold this text. */
export function notification(page: Page, text: string | RegExp): Locator {
	return page.locator(".notifications-toasts .notification-list-item, .notifications-center .notification-list-item", {
		hasText: text,
	});
}

/** Clears the editor area: every tab is closed. */
export async function closeAllEditors(page: Page): Promise<void> {
	await runCommand(page, "View: Close All Editors");
	await page.locator(".tabs-container .tab").first().waitFor({ state: "detached", timeout: PATIENCE_MS });
}

/** Switches the colour theme as a user does, and waits until the workbench wears it. */
export async function switchTheme(page: Page, theme: keyof typeof THEMES): Promise<void> {
	const { name, workbenchClass } = THEMES[theme];
	await runCommand(page, "Preferences: Color Theme");
	await whenAsked(page, "Select Color Theme");
	await pick(page, name);
	await page.locator(`.monaco-workbench.${workbenchClass}`).waitFor({ timeout: PATIENCE_MS });
	await page.locator(".quick-input-widget").waitFor({ state: "hidden", timeout: PATIENCE_MS });
}

/** Saves a picture of the whole page, webviews included, as `<name>.png`, and answers with its path. */
export async function screenshot(page: Page, name: string): Promise<string> {
	fs.mkdirSync(SHOTS, { recursive: true });
	const file = path.join(SHOTS, `${name}.png`);
	// Without this, hovers and toasts are caught half faded in.
	await page.screenshot({ path: file, animations: "disabled" });
	return file;
}
