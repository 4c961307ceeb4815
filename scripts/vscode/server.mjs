import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import { run } from "../setup/command.mjs";
import { QUIET_SETTINGS } from "./settings.mjs";

/**
 * @typedef {import("../setup/code-server.mjs").CodeServer} CodeServer
 *
 * @typedef {object} Profile Where a VS Code keeps what belongs to it; both folders are made when they are missing.
 * @property {string} userDataFolder
 * @property {string} extensionsFolder
 *
 * @typedef {object} RunningServer
 * @property {string} url Without a slash at the end.
 * @property {string} authority Host and port, as in vscode-remote URIs.
 * @property {() => Promise<void>} stop Ends it with all its children; may be called twice.
 */

/**
 * The arguments that keep code-server to a profile of its own and away from what the user has.
 * @param {CodeServer} codeServer
 * @param {Profile} profile
 */
function profileArguments(codeServer, { userDataFolder, extensionsFolder }) {
	fs.mkdirSync(userDataFolder, { recursive: true });
	fs.mkdirSync(extensionsFolder, { recursive: true });
	const config = path.join(userDataFolder, "code-server.yaml");
	fs.writeFileSync(config, "");
	const folders = ["--user-data-dir", userDataFolder, "--extensions-dir", extensionsFolder];
	return [codeServer.entry, "--config", config, ...folders];
}

/**
 * This environment without what a VS Code around it has set, which would be taken for the server's own.
 * @param {CodeServer} codeServer
 * @param {NodeJS.ProcessEnv} extra
 * @returns {NodeJS.ProcessEnv}
 */
function serverEnvironment(codeServer, extra) {
	const foreign = /^(VSCODE_(?!TEST_)|ELECTRON_|CODE_SERVER_|PORT$|PASSWORD$|HASHED_PASSWORD$)/;
	const own = Object.entries(process.env).filter(([name]) => !foreign.test(name));
	return {
		...Object.fromEntries(own),
		EXTENSIONS_GALLERY: JSON.stringify({ serviceUrl: "" }),
		PATH: path.dirname(codeServer.node) + path.delimiter + (process.env.PATH ?? ""),
		...extra,
	};
}

/**
 * Writes the user settings of a profile: the quiet ones, with these over them. Meant for before its start.
 * @param {string} userDataFolder
 * @param {Readonly<Record<string, unknown>>} settings
 */
export function writeSettings(userDataFolder, settings) {
	const folder = path.join(userDataFolder, "User");
	fs.mkdirSync(folder, { recursive: true });
	const text = JSON.stringify({ ...QUIET_SETTINGS, ...settings }, undefined, "\t");
	fs.writeFileSync(path.join(folder, "settings.json"), text);
}

/**
 * Installs a .vsix file into a profile.
 * @param {CodeServer} codeServer
 * @param {Profile} profile
 * @param {string} vsix
 */
export async function installExtension(codeServer, profile, vsix) {
	const args = [...profileArguments(codeServer, profile), "--install-extension", vsix];
	await run(codeServer.node, args, { env: serverEnvironment(codeServer, {}), limitMs: 120_000 });
}

/**
 * Starts code-server on 127.0.0.1 and answers when it listens. Throws its output when it does not within a minute.
 * @param {CodeServer} codeServer
 * @param {Profile & { port?: number, env?: NodeJS.ProcessEnv, driven?: boolean }} options `port` 0 takes a free one;
 *   `driven` gives pages the object through which tests ask the workbench about its state.
 * @returns {Promise<RunningServer>}
 */
export async function startServer(codeServer, { port = 0, env = {}, driven = true, ...profile }) {
	const args = [
		...profileArguments(codeServer, profile),
		...["--auth", "none", "--bind-addr", `127.0.0.1:${port}`],
		...["--disable-telemetry", "--disable-update-check", "--disable-workspace-trust"],
		...["--disable-getting-started-override", "--ignore-last-opened"],
		...(driven ? ["--vscode-option", "enable-smoke-test-driver"] : []),
	];
	const child = spawn(codeServer.node, args, {
		env: serverEnvironment(codeServer, env),
		stdio: ["ignore", "pipe", "pipe"],
		// Its children, the extension hosts among them, share the group that this makes: so they end with it.
		detached: true,
	});
	const closed = once(child, "close");
	/** @param {NodeJS.Signals} signal */
	const signalGroup = (signal) => {
		try {
			if (child.pid !== undefined) process.kill(-child.pid, signal);
		} catch {
			// The whole group has ended.
		}
	};
	const endWithThisProcess = () => signalGroup("SIGKILL");
	// First of all that is done at the exit: what it has open may be removed next.
	process.prependOnceListener("exit", endWithThisProcess);
	/** @type {Promise<void> | undefined} */
	let stopping;
	const stop = () =>
		(stopping ??= (async () => {
			signalGroup("SIGTERM");
			const patience = setTimeout(() => signalGroup("SIGKILL"), 4000);
			await closed;
			clearTimeout(patience);
			signalGroup("SIGKILL");
			process.off("exit", endWithThisProcess);
		})());
	try {
		const url = await listening(child);
		return { url, authority: new URL(url).host, stop };
	} catch (error) {
		await stop();
		throw error;
	}
}

/**
 * @param {import("node:child_process").ChildProcessByStdio<null, import("node:stream").Readable, import("node:stream").Readable>} child
 * @returns {Promise<string>} the address
 */
function listening(child) {
	let output = "";
	return new Promise((resolve, reject) => {
		const timer = setTimeout(() => reject(new Error(`code-server did not start in 60 s\n${output}`)), 60_000);
		/** @param {Buffer} bytes */
		const read = (bytes) => {
			// Later output is read as well, and dropped: a full pipe would stop the server.
			if (output.length < 65_536) output += bytes.toString();
			const address = /HTTP server listening on (http:\/\/\S+)/.exec(output)?.[1];
			if (address === undefined) return;
			clearTimeout(timer);
			resolve(address.replace(/\/$/, ""));
		};
		child.stdout.on("data", read);
		child.stderr.on("data", read);
		child.once("error", reject);
		child.once("exit", () => {
			clearTimeout(timer);
			reject(new Error(`code-server ended while it started\n${output}`));
		});
	});
}

/**
 * The vscode-remote URI of a path on the server.
 * @param {RunningServer} server
 * @param {string} file
 */
export function remoteUri(server, file) {
	return `vscode-remote://${server.authority}${encodeURI(path.resolve(file))}`;
}

/**
 * The address of a workbench on a folder.
 * @param {RunningServer} server
 * @param {string | undefined} folder An empty window when undefined.
 * @param {readonly (readonly [string, string])[]} [payload] VS Code's start options for the page.
 */
export function workbenchUrl(server, folder, payload = []) {
	const query = new URLSearchParams(folder === undefined ? { ew: "true" } : { folder: path.resolve(folder) });
	if (payload.length > 0) query.set("payload", JSON.stringify(payload));
	return `${server.url}/?${query}`;
}
