import assert from "node:assert/strict";
import * as vscode from "vscode";
import { eventually } from "../support/eventually";
import { inspector, useFolder } from "../support/extension";
import { npyHeader, npyOf } from "../support/npy";

/** The hover of this extension over the first place of `under` in a new file of this text. */
async function hoverText(uri: vscode.Uri, under: string): Promise<string> {
	const document = await vscode.workspace.openTextDocument(uri);
	const position = document.positionAt(document.getText().indexOf(under) + 1);
	const hovers = await vscode.commands.executeCommand<vscode.Hover[]>("vscode.executeHoverProvider", uri, position);
	return hovers
		.flatMap((hover) => hover.contents)
		.map((content) => (typeof content === "string" ? content : content.value))
		.join("\n");
}

/** The hover once its numbers are there. */
const hoverWithNumbers = (uri: vscode.Uri, under: string) =>
	eventually(
		() => hoverText(uri, under),
		(text) => text.includes("mean"),
	);

/** Cells of a table that begin a row. */
const row = (...cells: readonly string[]) =>
	new RegExp(`^\\| ${cells.map((cell) => cell.replaceAll(".", "\\.")).join(" \\| (?:&nbsp;)*")} \\|`, "m");

describe("the hover over a path", () => {
	const files = useFolder("hover");
	before(async () => {
		await inspector();
		files.put("acts.npy", npyOf([2, 3], [1, 2, 3, Number.NaN, Number.POSITIVE_INFINITY, 6]));
		files.put("short.npy", npyHeader("<f8", [1000]));
		files.put("odd](x) *name*.npy", npyOf([1], [5]));
		files.put("text.npy.txt", "no tensor");
	});

	it("in a Python document shows shape, dtype, size and statistics", async () => {
		const text = await hoverWithNumbers(files.put("a.py", 'x = np.load("acts.npy")\n'), "acts.npy");
		assert.match(text, /2 × 3 `f64` 48 B/);
		assert.match(text, row("mean", "std", "min", "max", "NaN", "±Inf", "zeros"));
		assert.match(text, row("3", "1.8708", "1", "6", "1", "1", "0"));
	});

	it("has links that open, normalize and show all statistics", async () => {
		const text = await hoverWithNumbers(files.put("b.yaml", "file: acts.npy\n"), "acts.npy");
		const commands = [...text.matchAll(/\(command:(tensorInspector\.\w+)\?/g)].map(([, id]) => id);
		assert.deepEqual(
			commands,
			["open", "normalize", "showStatistics"].map((name) => `tensorInspector.${name}`),
		);
	});

	it("leads to files of the workspace folder from any document", async () => {
		const [sample] = await vscode.workspace.findFiles("**/dead-channels.npy");
		assert.ok(sample, "the samples hold it");
		const place = vscode.workspace.asRelativePath(sample);
		const text = await hoverWithNumbers(files.put("c.md", `See [it](${place}).\n`), "dead");
		assert.match(text, /dead\\-channels\\\.npy/);
	});

	it("leads to absolute paths", async () => {
		const text = await hoverWithNumbers(
			files.put("d.txt", `Read ${files.at("acts.npy").replaceAll("\\", "/")}.\n`),
			"acts",
		);
		assert.match(text, /2 × 3/);
	});

	it("lists the tensors of an archive and shows the one that is named", async () => {
		const [archive] = await vscode.workspace.findFiles("**/*.npz");
		assert.ok(archive, "the samples hold an archive");
		const { engine } = await inspector();
		const { tensors } = await engine.describe({ path: archive.fsPath });
		const last = tensors.at(-1);
		assert.ok(last && tensors.length > 1, "it holds several tensors");
		const uri = files.put("e.py", `load("${archive.fsPath.replaceAll("\\", "/")}#${last.name}")\n`);
		assert.equal(await hoverText(uri, "load("), "", "beside the path there is no hover");
		const found = await hoverWithNumbers(uri, archive.fsPath.slice(-8, -4));
		assert.match(found, new RegExp(`${tensors.length} tensors`));
		assert.ok(found.includes(last.shape.join(" × ")));
	});

	it("shows the one sentence about a malformed file, and no links", async () => {
		files.put("broken.npy", Buffer.concat([npyHeader("<f8", [10]).subarray(0, 30), Buffer.alloc(2)]));
		const text = await hoverText(files.put("f.py", 'load("broken.npy")\n'), "broken");
		assert.match(text, /^broken\\\.npy.*: .*header.*\.$/);
	});

	it("shows what the header says and the one sentence where the values are cut off", async () => {
		const text = await hoverText(files.put("k.py", 'load("short.npy")\n'), "short");
		assert.match(text, /1000 `f64` 7\.81 KiB/);
		assert.match(text, /short\\\.npy.*: The data ends early.*8000 bytes/);
		assert.doesNotMatch(text, /normalize\?|mean/);
	});

	it("shows names from files as text, not as Markdown", async () => {
		const text = await hoverWithNumbers(files.put("g.py", 'load("odd](x) *name*.npy")\n'), "odd");
		assert.ok(text.includes("odd\\]\\(x\\) \\*name\\*\\.npy"), text);
	});

	it("says nothing of files that are not there, nor of other suffixes", async () => {
		const uri = files.put("h.py", 'load("nowhere.npy")\nload("text.npy.txt")\n');
		assert.equal(await hoverText(uri, "nowhere"), "");
		assert.equal(await hoverText(uri, "text"), "");
	});

	it("has the numbers of a file that was written again", async () => {
		const uri = files.put("i.py", 'load("again.npy")\n');
		files.put("again.npy", npyOf([2], [1, 3]));
		assert.match(await hoverWithNumbers(uri, "again"), row("2", "1", "1", "3"));
		files.put("again.npy", npyOf([3], [10, 20, 30]));
		assert.match(await hoverWithNumbers(uri, "again"), row("20"));
	});

	it("computes nothing above the limit, and says so", async () => {
		const settings = vscode.workspace.getConfiguration("tensorInspector.hover");
		await settings.update("maxMiB", 0, vscode.ConfigurationTarget.Global);
		try {
			const text = await hoverText(files.put("j.py", 'load("acts.npy")\n'), "acts");
			assert.match(text, /2 × 3/);
			assert.match(text, /Larger than 0 MiB/);
			assert.doesNotMatch(text, /mean/);
		} finally {
			await settings.update("maxMiB", undefined, vscode.ConfigurationTarget.Global);
		}
	});
});
