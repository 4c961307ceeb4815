import "./controls/controls";
import "./style.css";
import type { HostApi, WebviewApi } from "../src/protocol";
import { openChannel, type Port } from "../src/rpc";
import { fromWire, toWire } from "../src/wire";
import { followLitSet } from "./lit-set";
import { createSession } from "./session";
import { checkRemembered, createStore } from "./store";
import { createApp } from "./views/app";

declare function acquireVsCodeApi(): {
	postMessage(message: unknown): void;
	getState(): unknown;
	setState(state: unknown): void;
};

// Measurements of the panel start here: the timeline has no entry of its own for a page that is written into a frame.
addEventListener("load", () => performance.mark("loaded"));

const vscode = acquireVsCodeApi();
const store = createStore(checkRemembered(vscode.getState()), (state) => vscode.setState(state));

const port: Port = {
	post: (message) => vscode.postMessage(toWire(message)),
	listen(receive) {
		const onMessage = (event: MessageEvent) => receive(fromWire(event.data));
		window.addEventListener("message", onMessage);
		return () => window.removeEventListener("message", onMessage);
	},
};

const host = openChannel<WebviewApi, HostApi>(port, {
	fileChanged() {
		store.update({ changed: true, announcement: "The file changed on disk." });
		return null;
	},
	reopen() {
		void session.open();
		return null;
	},
	select({ tensor }) {
		session.select(tensor);
		return null;
	},
});
const session = createSession(store, host);
followLitSet(store, host);

document.getElementById("app")?.append(createApp(store, session));
void session.open();
