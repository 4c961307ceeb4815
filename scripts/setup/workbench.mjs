import path from "node:path";
import { packageInto } from "./build.mjs";
import { ensureChromium } from "./chromium.mjs";
import { ensureCodeServer } from "./code-server.mjs";
import { manifest } from "./project.mjs";
import { temporaryFolder } from "./temporary.mjs";

/**
 * Runs what opens real workbenches with the packaged extension: `env` tells test/support/session.ts where all of it is.
 * @template Answer
 * @param {(env: Record<string, string>) => Promise<Answer>} work
 */
export async function withWorkbench(work) {
	const codeServer = await ensureCodeServer();
	const chromium = await ensureChromium();
	const packages = temporaryFolder("vsix");
	try {
		const { name, version } = manifest();
		const vsix = path.join(packages.folder, `${name}-${version}.vsix`);
		await packageInto(vsix);
		return await work({ TENSOR_INSPECTOR_E2E: JSON.stringify({ codeServer, chromium, vsix }) });
	} finally {
		packages.remove();
	}
}
