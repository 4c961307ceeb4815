import type { Locator, Page } from "playwright-core";
import { PATIENCE_MS } from "./patience";

const widget = (page: Page) => page.locator(".quick-input-widget");

/** The input field of the quick pick or input box that is open. */
export function quickInput(page: Page): Locator {
	return widget(page).locator("input[type=text]");
}

/** Waits for a quick pick or input box whose title or placeholder holds this text. */
export async function whenAsked(page: Page, text: string): Promise<void> {
	const placeholder = widget(page).locator(`input[type=text][placeholder*=${JSON.stringify(text)}]`);
	const shown = widget(page).locator(".quick-input-title, .quick-input-message", { hasText: text });
	await placeholder.or(shown).first().waitFor({ timeout: PATIENCE_MS });
}

/** The texts of the rows of the open quick pick, label and description run together. */
export async function picks(page: Page): Promise<string[]> {
	await widget(page).locator(".monaco-list-row").first().waitFor({ timeout: PATIENCE_MS });
	return widget(page).locator(".monaco-list-row").allInnerTexts();
}

/** Chooses the row that comes first for this text, part of its label, in the open quick pick: with the keyboard. */
export async function pick(page: Page, text: string): Promise<void> {
	// A long list has only its visible rows in the page, so it is narrowed first.
	await quickInput(page).fill(text, { timeout: PATIENCE_MS });
	await widget(page).locator(".monaco-list-row.focused", { hasText: text }).waitFor({ timeout: PATIENCE_MS });
	await page.keyboard.press("Enter");
}

/** Replaces the text of the open input box and confirms it. */
export async function answer(page: Page, text: string): Promise<void> {
	await quickInput(page).waitFor({ timeout: PATIENCE_MS });
	await quickInput(page).fill(text);
	await page.keyboard.press("Enter");
}

/** What the open input box says is wrong, or tells; waits for it. */
export async function quickInputMessage(page: Page): Promise<string> {
	const message = widget(page).locator(".quick-input-message");
	await message.waitFor({ timeout: PATIENCE_MS });
	return message.innerText();
}
