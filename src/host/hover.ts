import os from "node:os";
import * as vscode from "vscode";
import { TensorError } from "../core/errors";
import type { TensorInfo } from "../core/tensor";
import { placeText } from "./commandArguments";
import { failureSentence } from "./failure";
import type { Host } from "./host";
import { HoverNumbers, type KnownFile } from "./hoverNumbers";
import { type HoverLinks, type HoverStatistics, hoverText, problemText } from "./hoverText";
import { tensorNamed } from "./openedFile";
import { pathCandidates } from "./pathCandidates";
import { type PathLiteral, pathLiteralsAt } from "./pathLiteral";
import { SUFFIXES } from "./tensorFiles";

/** Documents that hovers are offered in: those a user writes, not logs and diffs of other extensions. */
const SCHEMES = ["file", "untitled", "vscode-remote", "vscode-vfs", "vscode-notebook-cell", "vscode-userdata", "git"];

/** How long a hover waits for numbers before it says that they are being computed. */
const WAIT_MS = 1000;

const COMMANDS = {
	open: "tensorInspector.open",
	normalize: "tensorInspector.normalize",
	statistics: "tensorInspector.showStatistics",
} as const;

/** Registers the hover over path literals. */
export function registerHover(host: Host): vscode.Disposable {
	const numbers = new HoverNumbers(host);
	const selector = SCHEMES.map((scheme) => ({ scheme }));
	return vscode.languages.registerHoverProvider(selector, {
		async provideHover(document, position, token) {
			if (!settingsFor(document).enabled) return undefined;
			const { text, range } = document.lineAt(position.line);
			for (const literal of pathLiteralsAt(text, position.character, SUFFIXES)) {
				const found = await locate(document, literal.path);
				if (!found || token.isCancellationRequested) continue;
				const { line } = range.start;
				const place = new vscode.Range(line, literal.start, line, literal.end);
				return new vscode.Hover(await contents(host, numbers, document, literal, found), place);
			}
			return undefined;
		},
	});
}

interface FoundFile {
	readonly uri: vscode.Uri;
	readonly stat: vscode.FileStat;
}

/** The first file that a path leads to: from the document's folder, from a workspace folder, or by itself. */
async function locate(document: vscode.TextDocument, text: string): Promise<FoundFile | undefined> {
	const folders = foldersAround(document);
	const uris = pathCandidates(text, os.homedir()).flatMap((candidate) =>
		"absolute" in candidate
			? [vscode.Uri.file(candidate.absolute)]
			: folders.map((folder) => vscode.Uri.joinPath(folder, candidate.relative)),
	);
	for (const uri of uris) {
		try {
			const stat = await vscode.workspace.fs.stat(uri);
			if (stat.type & vscode.FileType.File) return { uri, stat };
		} catch {
			// Not there: the next place may have it.
		}
	}
	return undefined;
}

function foldersAround(document: vscode.TextDocument): vscode.Uri[] {
	const workspace = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri);
	const notebook = vscode.workspace.notebookDocuments.find((each) =>
		each.getCells().some((cell) => cell.document === document),
	);
	const uri = notebook?.uri ?? document.uri;
	if (uri.scheme === "untitled") return workspace;
	// Git's documents have the path of the file they are an older state of.
	const near = vscode.Uri.joinPath(uri.scheme === "git" ? vscode.Uri.file(uri.path) : uri, "..");
	return [near, ...workspace.filter((folder) => folder.toString() !== near.toString())];
}

async function contents(
	host: Host,
	numbers: HoverNumbers,
	document: vscode.TextDocument,
	literal: PathLiteral,
	{ uri, stat }: FoundFile,
): Promise<vscode.MarkdownString> {
	try {
		const known = await numbers.file(uri, stat);
		const { tensors, file } = known.description;
		const tensor =
			literal.tensor === undefined
				? (tensors.find((each) => !each.problem) ?? tensors[0])
				: tensorNamed({ uri, file: { path: file }, description: known.description }, literal.tensor);
		const text = hoverText(
			known.description,
			tensor,
			await statisticsOf(document, known, tensor),
			linksTo(uri, tensor),
		);
		const markdown = new vscode.MarkdownString(text);
		markdown.isTrusted = { enabledCommands: Object.values(COMMANDS) };
		return markdown;
	} catch (thrown) {
		failureSentence(host, thrown);
		return new vscode.MarkdownString(problemText(TensorError.from(thrown).toData()));
	}
}

async function statisticsOf(
	document: vscode.TextDocument,
	known: KnownFile,
	tensor: TensorInfo | undefined,
): Promise<HoverStatistics | undefined> {
	if (!tensor) return undefined;
	if (tensor.problem) return { state: "failed", error: tensor.problem };
	const limitMiB = settingsFor(document).maxMiB;
	if (tensor.bytes > limitMiB * 2 ** 20) return { state: "large", limitMiB };
	const computed = known
		.statistics(tensor)
		.then(
			(answer): HoverStatistics =>
				"code" in answer ? { state: "failed", error: answer } : { state: "known", parts: answer },
		);
	let timer: NodeJS.Timeout | undefined;
	const later = new Promise<HoverStatistics>((resolve) => {
		timer = setTimeout(resolve, WAIT_MS, { state: "computing" });
	});
	return Promise.race([computed, later]).finally(() => clearTimeout(timer));
}

function linksTo(uri: vscode.Uri, tensor: TensorInfo | undefined): HoverLinks {
	const place = placeText({ uri, ...(tensor?.name ? { tensor: tensor.name } : {}) });
	const link = (command: string) => `command:${command}?${encodeURIComponent(JSON.stringify([place]))}`;
	return { open: link(COMMANDS.open), normalize: link(COMMANDS.normalize), statistics: link(COMMANDS.statistics) };
}

function settingsFor(document: vscode.TextDocument) {
	const settings = vscode.workspace.getConfiguration("tensorInspector", document.uri);
	return { enabled: settings.get("hover.enabled", true), maxMiB: settings.get("hover.maxMiB", 256) };
}
