import fs from "node:fs";
import path from "node:path";
import type { Browser, Page } from "playwright-core";
import type { CodeServer } from "../../scripts/setup/code-server.mjs";
import { temporaryFolder } from "../../scripts/setup/temporary.mjs";
import { launchBrowser } from "../../scripts/vscode/browser.mjs";
import {
	installExtension,
	type RunningServer,
	startServer,
	workbenchUrl,
	writeSettings,
} from "../../scripts/vscode/server.mjs";
import { SAMPLES } from "./places";
import { whenRestored } from "./workbench";

/** What `npm test` found or made for the end-to-end tests. */
interface Tools {
	readonly codeServer: CodeServer;
	/** Path of the browser. */
	readonly chromium: string;
	/** Path of the packaged extension. */
	readonly vsix: string;
}

/** A real workbench in a page, with the packaged extension installed and a folder of its own open. */
export interface Session {
	readonly page: Page;
	readonly server: RunningServer;
	/** The workspace folder on disk; the session removes it. */
	readonly folder: string;
	/** Closes the page, the browser and the server, and removes every file of the session. */
	close(): Promise<void>;
}

/** What a session starts with. */
export interface SessionOptions {
	/** The workspace begins as a copy of this folder; the shipped samples unless told. */
	readonly workspace?: string;
	/** More files of the workspace: contents by their path inside it. */
	readonly files?: Readonly<Record<string, string | Uint8Array>>;
	/** User settings, over the quiet ones that every session has. */
	readonly settings?: Readonly<Record<string, unknown>>;
	/** Size of the page in CSS pixels. */
	readonly viewport?: { readonly width: number; readonly height: number };
}

function tools(): Tools {
	const found = process.env.TENSOR_INSPECTOR_E2E;
	if (found === undefined) throw new Error("End-to-end tests need their set-up: run them with npm run test:e2e.");
	return JSON.parse(found);
}

/** Starts a session and waits until its workbench is ready for input. Nothing is left behind when that fails. */
export async function openSession(options: SessionOptions = {}): Promise<Session> {
	const { codeServer, chromium, vsix } = tools();
	const scratch = temporaryFolder("e2e");
	const inScratch = (name: string) => path.join(scratch.folder, name);
	const profile = { userDataFolder: inScratch("user-data"), extensionsFolder: inScratch("extensions") };
	const folder = inScratch("workspace");
	let server: RunningServer | undefined;
	let browser: Browser | undefined;
	const close = async () => {
		await browser?.close();
		await server?.stop();
		scratch.remove();
	};
	try {
		fs.cpSync(options.workspace ?? SAMPLES, folder, { recursive: true });
		for (const [place, contents] of Object.entries(options.files ?? {})) {
			fs.mkdirSync(path.dirname(path.join(folder, place)), { recursive: true });
			fs.writeFileSync(path.join(folder, place), contents);
		}
		writeSettings(profile.userDataFolder, options.settings ?? {});
		await installExtension(codeServer, profile, vsix);
		server = await startServer(codeServer, profile);
		browser = await launchBrowser(chromium);
		const viewport = options.viewport ?? { width: 1280, height: 800 };
		const context = await browser.newContext({ viewport, reducedMotion: "reduce" });
		await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: server.url });
		const page = await context.newPage();
		await page.goto(workbenchUrl(server, folder));
		await whenRestored(page);
		return { page, server, folder, close };
	} catch (error) {
		await close();
		throw error;
	}
}
