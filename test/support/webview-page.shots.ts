// Takes pictures of the webview in every theme and two widths, to be looked at; the last argument is remembered state as JSON:
// dist/test/support/webview-page.shots.js [file] [tensor] [name] [themes] [widths] [state]
import * as path from "node:path";
import { createEngine } from "../../src/engine/engine";
import { engineHost, launchBrowser, openWebviewPage, THEMES, type ThemeName, workerPath } from "./webview-page";

const SHOTS = path.resolve("test/e2e/shots/webview");

async function main(): Promise<void> {
	const [
		file = "media/samples/digits/conv1-batchnorm.safetensors",
		tensor,
		name = "digits",
		themes = THEMES.join(),
		widths = "1300,420",
		choices,
	] = process.argv.slice(2);
	const engine = createEngine({ workerPath: workerPath(), workers: 1 });
	const browser = await launchBrowser();
	for (const theme of themes.split(",") as ThemeName[]) {
		for (const width of widths.split(",").map(Number)) {
			const state = { ...(tensor ? { tensor } : {}), ...(choices ? JSON.parse(choices) : {}) };
			const shown = await openWebviewPage(browser, {
				host: engineHost(engine, path.resolve(file)),
				theme,
				width,
				state,
			});
			await shown.page.locator(".whole[aria-busy=false], .error-view:visible").first().waitFor({ timeout: 20_000 });
			await shown.page.waitForTimeout(400);
			await shown.page.setViewportSize({
				width,
				height: await shown.page.evaluate(
					() => Math.min(4000, document.querySelector("main")?.scrollHeight ?? 900) + 70,
				),
			});
			await shown.page.waitForTimeout(300);
			await shown.page.screenshot({ path: path.join(SHOTS, `${name}-${theme}-${width}.png`) });
			if (shown.problems.length > 0) console.log(theme, width, shown.problems);
			await shown.close();
		}
	}
	await browser.close();
	await engine.close();
}

void main();
