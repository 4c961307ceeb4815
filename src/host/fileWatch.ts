import * as vscode from "vscode";

/** Programs write files in several steps: they are told of as one change when this long nothing more happens. */
const QUIET_MS = 300;

/** Calls back when a file is no longer what it was (another size or time, or gone), once for a burst of changes. */
export function watchFile(uri: vscode.Uri, changed: () => void): vscode.Disposable {
	const folder = vscode.Uri.joinPath(uri, "..");
	const name = uri.path.slice(uri.path.lastIndexOf("/") + 1);
	const pattern = new vscode.RelativePattern(folder, name.replace(/[[\]{}*?]/g, "[$&]"));
	const watcher = vscode.workspace.createFileSystemWatcher(pattern);
	let last = stateOf(uri);
	let timer: NodeJS.Timeout | undefined;
	const look = async () => {
		const now = stateOf(uri);
		const [before, after] = await Promise.all([last, now]);
		last = now;
		if (before !== after) changed();
	};
	const soon = () => {
		clearTimeout(timer);
		timer = setTimeout(look, QUIET_MS);
	};
	watcher.onDidChange(soon);
	watcher.onDidCreate(soon);
	watcher.onDidDelete(soon);
	return vscode.Disposable.from(watcher, { dispose: () => clearTimeout(timer) });
}

async function stateOf(uri: vscode.Uri): Promise<string> {
	return vscode.workspace.fs.stat(uri).then(
		({ size, mtime }) => `${size} ${mtime}`,
		() => "gone",
	);
}
