import fs from "node:fs";
import path from "node:path";
import { build, packageInto } from "../setup/build.mjs";
import { ensureChromium } from "../setup/chromium.mjs";
import { ensureCodeServer } from "../setup/code-server.mjs";
import { say } from "../setup/command.mjs";
import { ROOT, runScript } from "../setup/project.mjs";
import { installExtension, startServer, workbenchUrl, writeSettings } from "./server.mjs";
import { inspectorSettings, openerEnvironment } from "./stage.mjs";

/** @typedef {import("./stage.mjs").Stage} Stage */

/**
 * Starts a code-server with the packaged extension on the stage.
 * @param {Stage} stage
 * @param {{ port: number, driven: boolean }} options
 */
async function serve(stage, options) {
	const codeServer = await ensureCodeServer();
	const vsix = path.join(stage.work, "tensor-inspector.vsix");
	await packageInto(vsix);
	const profile = {
		userDataFolder: path.join(stage.work, "user-data"),
		extensionsFolder: path.join(stage.work, "extensions"),
	};
	// VS Code takes up what lies in the folder at its first start, which is the installation of the next.
	const opener = path.join(profile.extensionsFolder, "tensor-inspector-start.opener-1.0.0");
	fs.cpSync(path.join(ROOT, "scripts", "opener"), opener, { recursive: true });
	writeSettings(profile.userDataFolder, inspectorSettings());
	await installExtension(codeServer, profile, vsix);
	say("starting VS Code for the browser");
	const server = await startServer(codeServer, { ...profile, ...options, env: openerEnvironment(stage) });
	return { server, url: workbenchUrl(server, stage.samples) };
}

/**
 * Serves VS Code until this program is told to end.
 * @param {Stage} stage
 * @param {number} port
 */
export async function openInBrowser(stage, port) {
	const { url } = await serve(stage, { port, driven: false });
	const first = path.relative(stage.samples, stage.first);
	console.log(`
  Open this address in a browser on this machine:

      ${url}

  It opens ${first} in the inspector. Other samples are in the Explorer;
  F1 and "Tensor Inspector" lists the commands. Ctrl+C here ends it.
`);
	await new Promise(() => {
		// A promise alone would not keep Node alive.
		setInterval(() => {}, 2 ** 30);
	});
}

/**
 * Serves VS Code, and throws when the inspector does not come up in it with the tensors of the first sample.
 * @param {Stage} stage
 * @param {number} port
 */
export async function checkInBrowser(stage, port) {
	const chromium = await ensureChromium();
	say("building");
	await build();
	const { server, url } = await serve(stage, { port, driven: true });
	try {
		say(`loading ${url}`);
		const args = [url, chromium, firstTensor(stage.first)];
		await runScript("dist/test/support/start-check.js", args, { show: true, limitMs: 180_000 });
		say("npm start works");
	} finally {
		await server.stop();
	}
}

/**
 * The name of the first tensor in a safetensors file.
 * @param {string} file
 */
function firstTensor(file) {
	const bytes = fs.readFileSync(file);
	const header = bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE(0))).toString("utf8");
	const name = Object.keys(JSON.parse(header)).find((key) => key !== "__metadata__");
	if (name === undefined) throw new Error(`${file} holds no tensor`);
	return name;
}
