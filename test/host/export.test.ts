import assert from "node:assert/strict";
import fs from "node:fs";
import * as vscode from "vscode";
import type { CommandArguments } from "../../src/host/commandArguments";
import { csvRows } from "../export/csv-table";
import { inspector, useFolder } from "../support/extension";
import { npyOf } from "../support/npy";

const VALUES = Array.from({ length: 24 }, (_, k) => Math.sin(k * 1.3) / 3);
const SCHEME = "tensor-inspector-export";

type Exported = { readonly [Name in "exportStatistics" | "exportReport"]: CommandArguments };

function run<Name extends keyof Exported>(command: Name, given: Exported[Name]) {
	return vscode.commands.executeCommand<vscode.Uri>(`tensorInspector.${command}`, given);
}

describe("the export commands, called by a program", () => {
	const files = useFolder("export");
	const written = new Map<string, Uint8Array>();
	let registration: vscode.Disposable | undefined;

	before(async () => {
		await inspector();
		files.put("acts.npy", npyOf([2, 3, 4], VALUES));
		registration = vscode.workspace.registerFileSystemProvider(SCHEME, memoryFiles(written));
	});
	after(() => registration?.dispose());

	it("write the mean of every index and every set, with every digit", async () => {
		const target = await run("exportStatistics", {
			file: files.uri("acts.npy"),
			norm: "instanceNorm",
			output: "acts.csv",
		});
		assert.equal(target.fsPath, files.uri("acts.csv").fsPath);
		const [headings = [], ...rows] = csvRows(fs.readFileSync(target.fsPath, "utf8"));
		const mean = headings.indexOf("mean [value]");
		assert.deepEqual(
			rows.map(([layout]) => layout),
			[
				"whole",
				..."001112222".split("").map((axis) => `axis ${axis}`),
				...Array.from({ length: 6 }, () => "instanceNorm"),
			],
		);
		for (const row of rows) {
			const [n0, n1, c0, c1, w0, w1] = row.slice(2, 8).map(Number) as [number, number, number, number, number, number];
			const inside = VALUES.filter((_, k) => {
				const [n, c, w] = [Math.floor(k / 12), Math.floor(k / 4) % 3, k % 4];
				return n >= n0 && n <= n1 && c >= c0 && c <= c1 && w >= w0 && w <= w1;
			});
			const expected = inside.reduce((sum, value) => sum + value, 0) / inside.length;
			assert.ok(Math.abs(Number(row[mean]) - expected) < 1e-15, `${row} is not ${expected}`);
		}
	});

	it("write JSON where the name says so, and the same numbers", async () => {
		const target = await run("exportStatistics", {
			file: files.at("acts.npy"),
			norm: "instanceNorm",
			output: files.at("acts.json"),
		});
		const exported = JSON.parse(fs.readFileSync(target.fsPath, "utf8"));
		const rows = csvRows(fs.readFileSync(files.at("acts.csv"), "utf8")).slice(1);
		assert.deepEqual(
			exported.layouts.flatMap((layout: { mean: number[] }) => layout.mean),
			rows.map((row) => Number(row[9])),
		);
		assert.deepEqual([exported.file, exported.shape, exported.norm.id], ["acts.npy", [2, 3, 4], "instanceNorm"]);
	});

	it("write a report that holds the tensor's facts and pictures", async () => {
		const target = await run("exportReport", {
			file: files.at("acts.npy"),
			norm: "layerNorm",
			output: files.at("acts.html"),
		});
		const text = fs.readFileSync(target.fsPath, "utf8");
		assert.match(text, /<h1>acts\.npy<\/h1>/);
		assert.match(text, /What LayerNorm averages together/);
		// The layout, a profile of each of the three axes, and the histogram by width and by magnitude.
		assert.equal(text.match(/<svg /g)?.length, 6);
		assert.deepEqual(files.names(), ["acts.csv", "acts.html", "acts.json", "acts.npy"]);
	});

	it("write through a file system that is no disk, and keep what is there", async () => {
		const output = vscode.Uri.from({ scheme: SCHEME, path: "/far/acts.csv" });
		const target = await run("exportStatistics", { file: files.at("acts.npy"), output });
		assert.equal(target.toString(), output.toString());
		const text = Buffer.from(written.get("/far/acts.csv") ?? []).toString("utf8");
		assert.equal(csvRows(text).length, 11);
		await assert.rejects(
			async () => run("exportStatistics", { file: files.at("acts.npy"), output }),
			/acts\.csv: A file of this name is already there/,
		);
		const denied = output.with({ path: "/denied/acts.csv" });
		await assert.rejects(
			async () => run("exportStatistics", { file: files.at("acts.npy"), output: denied }),
			/acts\.csv: The file could not be written: .*No one may/,
		);
	});

	for (const [fact, given, sentence] of [
		["a suffix that is no format", { output: "acts.xlsx" }, /end the name in \.csv or \.json/],
		["a file that is there", { output: "acts.npy.csv" }, /already there/],
		["a folder that is not", { output: "nowhere/acts.csv" }, /There is no folder/],
		["a norm that does not fit", { output: "x.csv", norm: "groupNorm", groups: 2 }, /divisor of 3/],
		["a tensor that is not there", { output: "x.csv", tensor: "w" }, /There is no tensor "w"/],
	] as const) {
		it(`refuse ${fact} with a sentence, and write nothing`, async () => {
			if (fact === "a file that is there") files.put("acts.npy.csv", "mine");
			const names = files.names();
			await assert.rejects(async () => run("exportStatistics", { file: files.at("acts.npy"), ...given }), sentence);
			assert.deepEqual(files.names(), names);
		});
	}
});

/** Files in memory that can be written, but for those of one folder. */
function memoryFiles(files: Map<string, Uint8Array>): vscode.FileSystemProvider {
	return {
		onDidChangeFile: new vscode.EventEmitter<vscode.FileChangeEvent[]>().event,
		watch: () => new vscode.Disposable(() => {}),
		stat(uri) {
			const bytes = files.get(uri.path);
			if (bytes) return { type: vscode.FileType.File, ctime: 0, mtime: 1, size: bytes.length };
			if (/\.\w+$/.test(uri.path)) throw vscode.FileSystemError.FileNotFound(uri);
			return { type: vscode.FileType.Directory, ctime: 0, mtime: 1, size: 0 };
		},
		readDirectory: () => [],
		readFile: (uri) => files.get(uri.path) ?? new Uint8Array(),
		createDirectory() {},
		writeFile(uri, content) {
			if (uri.path.startsWith("/denied/")) throw vscode.FileSystemError.NoPermissions("No one may write here.");
			files.set(uri.path, content);
		},
		delete(uri) {
			files.delete(uri.path);
		},
		rename() {},
	};
}
