import { existsSync } from "node:fs";
import * as path from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { TensorError } from "../../src/core/errors";
import type { Engine } from "../../src/engine/api";
import { compareHandlers } from "../../src/host/compareRequests";
import { inspectRequest, sliceRequest } from "../../src/host/inspectRequest";
import { lensHandlers } from "../../src/host/lensRequests";
import { checkedHandlers } from "../../src/host/messages";
import type { HostApi, WebviewApi } from "../../src/protocol";
import { type Channel, type Handlers, openChannel } from "../../src/rpc";
import { fromWire, toWire } from "../../src/wire";
import themes from "./vscode-themes.json";

/** Themes whose colours the page knows, as VS Code hands them to webviews. */
export type ThemeName = keyof typeof themes;
export const THEMES = Object.keys(themes) as ThemeName[];

const BODY_CLASS: Record<ThemeName, string> = {
	dark: "vscode-dark",
	light: "vscode-light",
	"hc-dark": "vscode-high-contrast",
	"hc-light": "vscode-high-contrast vscode-high-contrast-light",
};

/** The bundled webview in a real browser, under the policy it has in VS Code. */
export interface WebviewPage {
	readonly page: Page;
	/** The host's end of the conversation. */
	readonly webview: Channel<WebviewApi>;
	/** Violations of the content security policy, errors on the console, uncaught exceptions. */
	readonly problems: readonly string[];
	/** What the webview saved last. */
	readonly savedState: () => unknown;
	readonly setTheme: (theme: ThemeName) => Promise<void>;
	readonly close: () => Promise<void>;
}

/** How to open the webview. */
export interface WebviewPageOptions {
	readonly host: Handlers<HostApi>;
	readonly theme?: ThemeName;
	readonly width?: number;
	readonly height?: number;
	/** State of an earlier life of the webview. */
	readonly state?: unknown;
	/** CSS pixels per device pixel, and the browser's own settings. */
	readonly deviceScaleFactor?: number;
	readonly forcedColors?: "active" | "none";
	readonly reducedMotion?: "reduce" | "no-preference";
}

/** Where Chromium is, or undefined where there is none. */
export function chromiumPath(): string | undefined {
	const known = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
	return known.find((file) => file !== undefined && existsSync(file));
}

/** Starts a browser without window, graphics card and network chatter. */
export function launchBrowser(): Promise<Browser> {
	const executablePath = chromiumPath();
	if (!executablePath) throw new Error("Chromium is not installed; set CHROMIUM to its path.");
	const root = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
	return chromium.launch({
		executablePath,
		args: [...root, "--disable-gpu", "--no-first-run", "--disable-extensions"],
	});
}

/** The requests of the webview, answered by the real engine on one file; `normalize`, `copyStatistics` and those that save only report. */
export function engineHost(
	engine: Engine,
	file: string,
	asked: (name: string, input: unknown) => void = () => {},
): Handlers<HostApi> {
	const ref = { path: file };
	return {
		async open() {
			try {
				return { ok: true, description: await engine.describe(ref) };
			} catch (thrown) {
				return { ok: false, name: path.basename(file), error: TensorError.from(thrown).toData() };
			}
		},
		rememberAxes(input) {
			asked("rememberAxes", input);
			return null;
		},
		inspect(input, { signal, progress }) {
			asked("inspect", input);
			return engine.inspect(inspectRequest(ref, input), { signal, onProgress: progress });
		},
		boxStatistics(input, { signal }) {
			asked("boxStatistics", input);
			return engine.boxStatistics({ file: ref, ...input }, { signal });
		},
		profile(input, { signal }) {
			asked("profile", input);
			return engine.profile({ file: ref, ...input }, { signal });
		},
		ranked(input, { signal }) {
			asked("ranked", input);
			return engine.ranked({ file: ref, ...input }, { signal });
		},
		elements(input, { signal }) {
			asked("elements", input);
			return engine.elements({ file: ref, ...input }, { signal });
		},
		slice(input, { signal, progress }) {
			asked("slice", input);
			return engine.slice(sliceRequest(ref, input), { signal, onProgress: progress });
		},
		async distribution(input, { signal, progress }) {
			asked("distribution", input);
			return (await engine.distribution({ file: ref, ...input }, { signal, onProgress: progress })).distribution;
		},
		...lensHandlers(engine, async () => ref),
		...compareHandlers(engine, { own: async () => ref, ask: async () => undefined, last: async () => undefined }),
		normalize(input) {
			asked("normalize", input);
			return "normalized.npy";
		},
		copyStatistics(input) {
			asked("copyStatistics", input);
			return null;
		},
		savePlot(input) {
			asked("savePlot", input);
			return `plot.${input.format}`;
		},
		exportTensor(input) {
			asked("exportTensor", input);
			return `tensor.${input.format}`;
		},
	};
}

const ORIGIN = "https://webview.invalid";
const NONCE = "0123456789abcdef";

function html(): string {
	const policy = `default-src 'none'; style-src ${ORIGIN} 'nonce-${NONCE}'; script-src 'nonce-${NONCE}'; img-src ${ORIGIN} data:; font-src ${ORIGIN}`;
	return `<!DOCTYPE html>
<html lang="en"><head><meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta property="csp-nonce" content="${NONCE}">
<link rel="stylesheet" href="${ORIGIN}/webview.css">
<title>Tensor Inspector</title></head>
<body><div id="app"></div><script nonce="${NONCE}" src="${ORIGIN}/webview.js" defer></script></body></html>`;
}

/** Opens the bundled webview; it has asked its first questions when this returns. */
export async function openWebviewPage(browser: Browser, options: WebviewPageOptions): Promise<WebviewPage> {
	const context = await browser.newContext({
		viewport: { width: options.width ?? 1300, height: options.height ?? 900 },
		deviceScaleFactor: options.deviceScaleFactor ?? 1,
		forcedColors: options.forcedColors ?? "none",
		reducedMotion: options.reducedMotion ?? "no-preference",
	});
	const page = await context.newPage();
	const problems: string[] = [];
	page.on("console", (message) => {
		if (message.type() === "error" || message.type() === "warning") problems.push(message.text());
	});
	page.on("pageerror", (error) => problems.push(String(error)));
	await page.route(`${ORIGIN}/**`, async (route) => {
		const name = new URL(route.request().url()).pathname.slice(1);
		if (name === "") return route.fulfill({ contentType: "text/html", body: html() });
		if (name === "favicon.ico") return route.fulfill({ status: 204 });
		return route.fulfill({ path: path.resolve("dist", name) });
	});

	let receive: (message: unknown) => void = () => {};
	let saved = options.state;
	await page.exposeFunction("hostReceives", (json: string) => receive(fromWire(JSON.parse(json))));
	await page.exposeFunction("hostSaves", (json: string) => {
		saved = JSON.parse(json);
	});
	await page.exposeFunction("hostHearsViolation", (text: string) => problems.push(`policy: ${text}`));
	await page.addInitScript(actAsVSCode, { state: options.state, theme: themeInit(options.theme ?? "dark") });

	const webview = openChannel<HostApi, WebviewApi>(
		{
			post: (message) => {
				if (!page.isClosed()) page.evaluate(deliver, pack(toWire(message))).catch(() => {});
			},
			listen: (listener) => {
				receive = listener;
				return () => {
					receive = () => {};
				};
			},
		},
		checkedHandlers(options.host),
	);
	await page.goto(`${ORIGIN}/`);
	return {
		page,
		webview,
		problems,
		savedState: () => saved,
		setTheme: (theme) => page.evaluate(applyTheme, themeInit(theme)),
		close: () => context.close(),
	};
}

interface ThemeInit {
	readonly bodyClass: string;
	readonly variables: Readonly<Record<string, string>>;
}

function themeInit(theme: ThemeName): ThemeInit {
	return { bodyClass: BODY_CLASS[theme], variables: themes[theme] };
}

function applyTheme({ bodyClass, variables }: ThemeInit): void {
	const { style } = document.documentElement;
	for (const name of [...style]) style.removeProperty(name);
	for (const [name, value] of Object.entries(variables)) style.setProperty(name, value);
	document.body.className = bodyClass;
}

/** Runs in the page before its scripts: what VS Code puts into a webview. */
function actAsVSCode({ state, theme }: { readonly state: unknown; readonly theme: ThemeInit }): void {
	const outside = window as unknown as Record<
		"hostReceives" | "hostSaves" | "hostHearsViolation",
		(text: string) => void
	>;
	let kept = state;
	Object.assign(window, {
		acquireVsCodeApi: () => ({
			postMessage: (message: unknown) => outside.hostReceives(JSON.stringify(message)),
			getState: () => kept,
			setState: (next: unknown) => {
				kept = JSON.parse(JSON.stringify(next));
				outside.hostSaves(JSON.stringify(next));
			},
		}),
	});
	document.addEventListener("securitypolicyviolation", (event) =>
		outside.hostHearsViolation(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`),
	);
	// The document is still empty: the root comes first, the body later.
	let rooted = false;
	new MutationObserver((_, observer) => {
		const root = document.documentElement;
		if (root && !rooted) {
			rooted = true;
			for (const [name, value] of Object.entries(theme.variables)) root.style.setProperty(name, value);
		}
		if (!document.body) return;
		observer.disconnect();
		document.body.className = theme.bodyClass;
	}).observe(document, { childList: true, subtree: true });
}

/** A message as text: like VS Code's channel, JSON with typed arrays beside it. */
function pack(message: unknown): string {
	return JSON.stringify(message, (_, value: unknown) =>
		ArrayBuffer.isView(value)
			? {
					$array: value.constructor.name,
					bytes: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64"),
				}
			: value,
	);
}

function deliver(packed: string): void {
	const data: unknown = JSON.parse(packed, (_, value) => {
		if (typeof value !== "object" || value === null || typeof value.$array !== "string") return value;
		const bytes = Uint8Array.from(atob(value.bytes), (letter) => letter.charCodeAt(0));
		const arrays = { Float64Array, BigInt64Array, BigUint64Array, Int32Array, Uint8Array };
		return new arrays[value.$array as keyof typeof arrays](bytes.buffer);
	});
	window.dispatchEvent(new MessageEvent("message", { data }));
}

/** The bundled program of the workers. */
export function workerPath(): string {
	return path.resolve("dist", "worker", "main.mjs");
}
