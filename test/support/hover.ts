import type { Page } from "playwright-core";
import { PATIENCE_MS } from "./patience";

/**
 * Rests the mouse on a piece of text in the active text editor and reads the hover that then holds `expected`.
 * A hover that is not there yet is asked for again: extensions may still be starting.
 */
export async function readHover(page: Page, text: string, expected: string): Promise<string> {
	const hover = page.locator(".monaco-hover:not(.hidden) .hover-contents", { hasText: expected }).first();
	const end = Date.now() + PATIENCE_MS;
	for (;;) {
		const { x, y } = await middleOf(page, text);
		// Two moves: a pointer that does not move over the word starts no hover.
		await page.mouse.move(x - 3, y);
		await page.mouse.move(x, y);
		try {
			await hover.waitFor({ timeout: 3000 });
			return await hover.innerText();
		} catch (error) {
			if (Date.now() > end) throw new Error(`No hover over "${text}" says "${expected}".`, { cause: error });
			await page.mouse.move(x, y + 200);
		}
	}
}

/** The middle of a text in the active editor, in CSS pixels of the page. */
async function middleOf(page: Page, text: string): Promise<{ readonly x: number; readonly y: number }> {
	const line = page.locator(".editor-instance .view-line", { hasText: text }).first();
	await line.waitFor({ timeout: PATIENCE_MS });
	return line.evaluate((element, wanted) => {
		// The line is cut into spans by colour, and its spaces are no-break spaces.
		const nodes: Text[] = [];
		const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
		while (walker.nextNode()) nodes.push(walker.currentNode as Text);
		const start = nodes
			.map((node) => node.data)
			.join("")
			.replaceAll("\u00a0", " ")
			.indexOf(wanted);
		let index = start + Math.floor(wanted.length / 2);
		for (const node of nodes) {
			if (index < node.length) {
				const range = document.createRange();
				range.setStart(node, index);
				range.setEnd(node, index + 1);
				const box = range.getBoundingClientRect();
				return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
			}
			index -= node.length;
		}
		throw new Error(`"${wanted}" is not in the line`);
	}, text);
}
