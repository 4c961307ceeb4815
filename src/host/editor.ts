import * as vscode from "vscode";
import type { InspectRequest } from "../protocol";
import type { TensorPlace } from "./commandArguments";
import type { Host } from "./host";
import { webviewHtml, webviewRoot } from "./html";
import { type Session, startSession } from "./session";
import { openInspector, VIEW_TYPES } from "./tensorFiles";

/** The inspector's editors that are open. */
export interface Editors extends vscode.Disposable {
	/** Opens a file in the inspector, or brings its editor to the front, and shows the tensor that is named. */
	open(place: TensorPlace): Promise<void>;
	/** What a file's editor shows: that of the one that was opened last. */
	shown(uri: vscode.Uri): InspectRequest | undefined;
	/** Lets all editors of a file read it again. */
	reopen(uri: vscode.Uri): void;
}

/** Registers the read-only editor; every editor of a file has a session of its own. */
export function registerEditor(host: Host): Editors {
	const sessions = new Map<string, Set<Session>>();
	const extension = host.context.extensionUri;
	const provider: vscode.CustomReadonlyEditorProvider = {
		openCustomDocument: (uri) => ({ uri, dispose() {} }),
		resolveCustomEditor({ uri }, panel) {
			const { webview } = panel;
			webview.options = { enableScripts: true, localResourceRoots: [webviewRoot(extension)] };
			const session = startSession(host, uri, webview);
			const key = uri.toString();
			const ofFile = sessions.get(key) ?? new Set();
			sessions.set(key, ofFile.add(session));
			panel.onDidDispose(() => {
				session.dispose();
				ofFile.delete(session);
				if (ofFile.size === 0) sessions.delete(key);
			});
			webview.html = webviewHtml(webview, extension);
		},
	};
	const registrations = Object.values(VIEW_TYPES).map((viewType) =>
		vscode.window.registerCustomEditorProvider(viewType, provider, { supportsMultipleEditorsPerDocument: true }),
	);
	return {
		async open({ uri, tensor }) {
			await openInspector(uri);
			if (tensor !== undefined) for (const session of sessions.get(uri.toString()) ?? []) session.select(tensor);
		},
		shown: (uri) => [...(sessions.get(uri.toString()) ?? [])].at(-1)?.shown(),
		reopen(uri) {
			for (const session of sessions.get(uri.toString()) ?? []) session.reopen();
		},
		dispose: () => vscode.Disposable.from(...registrations).dispose(),
	};
}
