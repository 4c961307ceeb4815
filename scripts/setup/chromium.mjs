import path from "node:path";
import { run, say } from "./command.mjs";
import { executableFromEnvironment, findExecutable } from "./executables.mjs";

/** Where browsers of the Chromium family are found, per platform. */
const CANDIDATES = {
	linux: ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge"],
	darwin: [
		"/Applications/Chromium.app/Contents/MacOS/Chromium",
		"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
		"/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
	],
	win32: ["ProgramFiles", "ProgramFiles(x86)", "LOCALAPPDATA"].flatMap((variable) => {
		const folder = process.env[variable];
		return folder === undefined
			? []
			: ["Google\\Chrome\\Application\\chrome.exe", "Microsoft\\Edge\\Application\\msedge.exe"].map((file) =>
					path.join(folder, file),
				);
	}),
};

/** The browser that CHROMIUM names, or one of the usual places; undefined where there is none. */
export function findChromium() {
	const { platform } = process;
	const usual = platform === "darwin" || platform === "win32" ? CANDIDATES[platform] : CANDIDATES.linux;
	return executableFromEnvironment("CHROMIUM") ?? findExecutable(usual);
}

/**
 * The path of a Chromium, installed from the distribution's packages where that is allowed.
 * Throws the one command to type where it is not.
 */
export async function ensureChromium() {
	const found = findChromium();
	if (found !== undefined) return found;
	const apt = findExecutable(["apt-get"]);
	if (apt === undefined) {
		throw new Error("Chromium is needed: install Chromium or Chrome, or set CHROMIUM to the path of one.");
	}
	if (process.getuid?.() !== 0) {
		throw new Error("Chromium is needed. This installs it: sudo apt-get install -y chromium");
	}
	say("installing Chromium (apt-get install chromium)");
	const env = { DEBIAN_FRONTEND: "noninteractive" };
	await run(apt, ["update"], { env });
	await run(apt, ["install", "-y", "--no-install-recommends", "chromium"], { env });
	const installed = findChromium();
	if (installed === undefined) throw new Error("apt-get installed Chromium, but it was not found on the PATH.");
	return installed;
}
