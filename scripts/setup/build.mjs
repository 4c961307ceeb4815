import { say } from "./command.mjs";
import { runScript, runTool } from "./project.mjs";

/** Bundles the extension and the tests into dist/, for development. */
export async function build() {
	await runScript("esbuild.js", [], { show: true });
}

/**
 * Packages the extension, minified, into a .vsix file.
 * @param {string} file
 */
export async function packageInto(file) {
	say("packaging the extension");
	// Without a public repository the pages of the package link only to what is in it.
	const links = ["--allow-missing-repository", "--no-rewrite-relative-links"];
	const args = ["package", "--no-dependencies", ...links, "--out", file];
	return runTool("@vscode/vsce/vsce", args);
}
