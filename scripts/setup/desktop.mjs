import https from "node:https";
import path from "node:path";
import { executableFromEnvironment, findExecutable } from "./executables.mjs";

/** Where installers put VS Code when they do not put `code` on the PATH. */
const CANDIDATES = {
	linux: ["code", "code-insiders", "/usr/share/code/bin/code", "/snap/bin/code"],
	darwin: ["code", "/Applications/Visual Studio Code.app/Contents/Resources/app/bin/code"],
	win32: [
		path.join(process.env.LOCALAPPDATA ?? "", "Programs", "Microsoft VS Code", "bin", "code.cmd"),
		path.join(process.env.ProgramFiles ?? "", "Microsoft VS Code", "bin", "code.cmd"),
	],
};

/** Whether a window can be opened at all. */
function hasDisplay() {
	const { env, platform } = process;
	if (platform === "win32" || platform === "darwin") return true;
	// In WSL `code` is the one of Windows, which sees other paths.
	return env.WSL_DISTRO_NAME === undefined && Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
}

/** The desktop VS Code that VSCODE_EXECUTABLE names, or an installed one; undefined where there is none to use. */
export function findDesktop() {
	const named = executableFromEnvironment("VSCODE_EXECUTABLE");
	if (named !== undefined) return named;
	if (!hasDisplay()) return undefined;
	const { platform } = process;
	const usual = platform === "darwin" || platform === "win32" ? CANDIDATES[platform] : CANDIDATES.linux;
	const found = findExecutable(usual);
	// Inside a remote terminal `code` only sends files to a window that is already open.
	return found?.includes("remote-cli") ? undefined : found;
}

/** Whether a desktop VS Code can be downloaded for tests, and then shown. */
export function canDownloadDesktop() {
	if (!hasDisplay()) return Promise.resolve(false);
	return new Promise((resolve) => {
		const request = https.get("https://update.code.visualstudio.com/api/releases/stable", { timeout: 5000 });
		request.once("response", (response) => {
			response.destroy();
			resolve(response.statusCode === 200);
		});
		request.once("timeout", () => request.destroy());
		request.once("error", () => resolve(false));
		request.once("close", () => resolve(false));
	});
}
