import type { Frame, Page } from "playwright-core";
import { PATIENCE_MS } from "./patience";

/**
 * The frame of the visible webview that shows this text, waiting for it. Hidden webviews stay in the page, so neither the
 * first frame nor the text alone would do.
 */
export async function webviewWithText(page: Page, text: string): Promise<Frame> {
	const end = Date.now() + PATIENCE_MS;
	for (;;) {
		for (const frame of page.frames()) {
			if (frame !== page.mainFrame() && (await showsText(frame, text))) return frame;
		}
		if (Date.now() > end) throw new Error(`No webview shows "${text}".\n${await shownTexts(page)}`);
		await page.waitForTimeout(50);
	}
}

async function showsText(frame: Frame, text: string): Promise<boolean> {
	try {
		if (!(await frame.evaluate((wanted) => document.body?.innerText.includes(wanted) ?? false, text))) return false;
		return await (await frame.frameElement()).isVisible();
	} catch {
		// The frame was just replaced or removed.
		return false;
	}
}

/** For messages: what the frames of the page do show. */
async function shownTexts(page: Page): Promise<string> {
	const texts = page.frames().map(async (frame) => {
		const shown = await frame.evaluate(() => document.body?.innerText.slice(0, 500) ?? "").catch(() => "");
		return shown.trim();
	});
	return (await Promise.all(texts)).filter((text) => text !== "").join("\n---\n");
}
