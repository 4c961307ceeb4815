import { randomBytes } from "node:crypto";
import * as vscode from "vscode";

/** The folder that a webview may load files from. */
export function webviewRoot(extension: vscode.Uri): vscode.Uri {
	return vscode.Uri.joinPath(extension, "dist");
}

/** The panel's page: nothing runs or styles it but the extension's own two files, and nothing is loaded from elsewhere. */
export function webviewHtml(webview: vscode.Webview, extension: vscode.Uri): string {
	const nonce = randomBytes(16).toString("base64url");
	const address = (file: string) => webview.asWebviewUri(vscode.Uri.joinPath(webviewRoot(extension), file)).toString();
	const { cspSource } = webview;
	const policy = [
		"default-src 'none'",
		`style-src ${cspSource} 'nonce-${nonce}'`,
		`script-src 'nonce-${nonce}'`,
		`img-src ${cspSource} data:`,
		`font-src ${cspSource}`,
	].join("; ");
	return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="UTF-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta property="csp-nonce" content="${nonce}">
<link rel="stylesheet" href="${address("webview.css")}">
<title>Tensor Inspector</title>
</head>
<body>
<div id="app"></div>
<script nonce="${nonce}" src="${address("webview.js")}" defer></script>
</body>
</html>`;
}
