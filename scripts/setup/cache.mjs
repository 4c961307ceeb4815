import os from "node:os";
import path from "node:path";

/**
 * The folder for large things that are installed once and shared by every clone of the project:
 * TENSOR_INSPECTOR_CACHE, else where the platform keeps caches.
 */
export function cacheFolder() {
	const env = process.env;
	if (env.TENSOR_INSPECTOR_CACHE) return path.resolve(env.TENSOR_INSPECTOR_CACHE);
	const parent =
		process.platform === "win32"
			? (env.LOCALAPPDATA ?? path.join(os.homedir(), "AppData", "Local"))
			: process.platform === "darwin"
				? path.join(os.homedir(), "Library", "Caches")
				: (env.XDG_CACHE_HOME ?? path.join(os.homedir(), ".cache"));
	return path.join(parent, "tensor-inspector");
}
