const vscode = require("vscode");

/**
 * A file that VS Code is given at its start comes up in the built-in editor in a fresh profile, because custom editors are
 * registered later. So npm start names the file, and the editor for it, in the environment.
 */
exports.activate = async () => {
	const { TENSOR_INSPECTOR_OPEN: file, TENSOR_INSPECTOR_EDITOR: viewType } = process.env;
	if (!file || !viewType) return;
	const folder = vscode.workspace.workspaceFolders?.[0];
	// Like the folder's, the file's URI names the machine that it lies on.
	const uri = folder ? folder.uri.with({ path: vscode.Uri.file(file).path }) : vscode.Uri.file(file);
	await vscode.commands.executeCommand("vscode.openWith", uri, viewType);
};
