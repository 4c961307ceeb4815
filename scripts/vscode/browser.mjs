import { chromium } from "playwright-core";

/**
 * Starts a Chromium without a window that reaches nothing but this machine.
 * @param {string} executablePath
 */
export function launchBrowser(executablePath) {
	return chromium.launch({
		executablePath,
		args: [
			// Chromium refuses its sandbox to root.
			...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
			"--disable-background-networking",
			"--disable-component-update",
			"--disable-extensions",
			"--disable-gpu",
			"--disable-quic",
			"--disable-sync",
			"--no-first-run",
			"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
		],
	});
}
