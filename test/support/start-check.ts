import { launchBrowser } from "../../scripts/vscode/browser.mjs";
import { webviewWithText } from "./webview";
import { screenshot, whenRestored } from "./workbench";

/** What `npm start -- --check` runs: node start-check.js <address> <path of Chromium> <text that the inspector must show> */
async function main(url: string, chromium: string, text: string): Promise<void> {
	const browser = await launchBrowser(chromium);
	const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
	try {
		await page.goto(url);
		await whenRestored(page);
		await webviewWithText(page, text);
		console.log(`the inspector shows "${text}"`);
	} catch (error) {
		console.log(`picture: ${await screenshot(page, "start-check-failed")}`);
		throw error;
	} finally {
		await browser.close();
	}
}

const [url = "", chromium = "", text = ""] = process.argv.slice(2);
main(url, chromium, text).catch((error: unknown) => {
	console.error(error instanceof Error ? error.message : error);
	process.exitCode = 1;
});
