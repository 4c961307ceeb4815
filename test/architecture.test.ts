import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { build } from "esbuild";
import { importsOf } from "./support/module-imports";
import { resolveModule, type Sources, staleNodeFiles, type Violation, violationsOf } from "./support/rooms";

const ROOT = process.cwd();

function readSources(): Sources {
	const files = ["src", "webview"].flatMap((folder) =>
		readdirSync(path.join(ROOT, folder), { recursive: true, withFileTypes: true })
			.filter((entry) => entry.isFile())
			.map((entry) => path.join(entry.parentPath, entry.name)),
	);
	return new Map(
		[...files, path.join(ROOT, "package.json")].map((file) => [
			path.relative(ROOT, file).split(path.sep).join("/"),
			readFileSync(file, "utf8"),
		]),
	);
}

const sources = readSources();

const told = ({ rule, file, message }: Violation) => `${rule}: ${file} ${message}`;

describe("architecture", () => {
	it("holds: imports only go the allowed ways, and no file is too long", () => {
		assert.deepEqual(violationsOf(sources).map(told), []);
	});

	it("keeps the readers and the kernels out of the programs that only pass messages", () => {
		const reached = new Set<string>();
		const visit = (file: string) => {
			if (reached.has(file)) return;
			reached.add(file);
			for (const { specifier, typeOnly } of importsOf(sources.get(file) ?? "")) {
				const target = specifier.startsWith(".") && !typeOnly ? resolveModule(file, specifier, sources) : undefined;
				if (target) visit(target);
			}
		};
		for (const file of ["src/host/extension.ts", "src/cli.ts"]) visit(file);
		assert.ok(reached.has("src/engine/engine.ts"));
		for (const file of ["src/formats/index.ts", "src/engine/simd.ts", "src/engine/open-files.ts"]) {
			assert.ok(
				sources.has(file) && !reached.has(file),
				`${file} is part of the extension or the command line program`,
			);
		}
	});

	it("lists exactly the files of the engine that touch Node", () => {
		assert.deepEqual(staleNodeFiles(sources), []);
	});

	/** Each rule, broken once: a file put into (or appended to in) a copy of the sources, and the rule that must notice. */
	const BREAKS: readonly (readonly [Violation["rule"], string, string])[] = [
		["direction", "src/core/layout.ts", 'import { FORMATS } from "../formats/index";'],
		["direction", "src/core/layout.ts", 'import type { Engine } from "../engine/api";'],
		["direction", "src/core/layout.ts", 'export type { Progress } from "../rpc";'],
		["direction", "src/formats/reader.ts", 'import type { Engine } from "../engine/api";'],
		["direction", "src/engine/api.ts", 'import type { HostApi } from "../protocol";'],
		["direction", "src/engine/api.ts", 'const cli = await import("../cli/table");'],
		["direction", "src/rpc.ts", 'export { layoutOf } from "./core/normalizations";'],
		["direction", "src/protocol.ts", 'import { guessAxes } from "./core/axes";'],
		["direction", "src/host/extension.ts", 'import { describe } from "../cli/describe";'],
		["direction", "src/host/extension.ts", 'import "../cli";'],
		["direction", "src/cli/stats.ts", 'import type { HostApi } from "../protocol";'],
		["direction", "webview/main.ts", 'import type { Engine } from "../src/engine/api";'],
		["direction", "webview/main.ts", 'import { activate } from "../src/host/extension";'],
		["vscode", "src/cli/stats.ts", 'import * as vscode from "vscode";'],
		["vscode", "src/engine/api.ts", 'import type { Uri } from "vscode";'],
		["node", "src/core/format.ts", 'import path from "node:path";'],
		["node", "src/formats/reader.ts", 'const fs = require("node:fs");'],
		["node", "src/engine/api.ts", 'import type { Worker } from "node:worker_threads";'],
		["node", "webview/main.ts", 'import os from "node:os";'],
		["toolkit", "webview/main.ts", 'import { Button } from "@vscode/webview-ui-toolkit";'],
		["toolkit", "webview/controls/second.ts", 'import { Button } from "@vscode/webview-ui-toolkit";'],
		["package", "src/core/format.ts", 'import fs from "fs";'],
		["package", "src/formats/reader.ts", 'import { unzip } from "fflate";'],
		["room", "src/utils.ts", "export const one = 1;"],
		["unresolved", "src/core/format.ts", 'import { nothing } from "./nothing";'],
		["length", "src/core/endless.ts", "export {};\n".repeat(401)],
		["length", "src/core/long.ts", "export {};\n".repeat(251)],
	];

	for (const [rule, file, line] of BREAKS) {
		it(`notices a broken rule (${rule}): ${line.split("\n", 1)[0]} in ${file}`, () => {
			const before = new Set(violationsOf(sources).map(told));
			const broken = new Map(sources).set(file, `${sources.get(file) ?? ""}\n${line}\n`);
			// What the real sources lack cannot be imported twice.
			if (rule === "toolkit" && file.startsWith("webview/controls/")) {
				broken.set("webview/controls/first.ts", line);
			}
			const after = violationsOf(broken).filter((violation) => !before.has(told(violation)));
			assert.ok(
				after.some((violation) => violation.rule === rule),
				`found only ${after.map(told).join("; ") || "nothing"}`,
			);
		});
	}

	it("lists every package that is part of the product, with a reason, in ARCHITECTURE.md", () => {
		const { dependencies = {} } = JSON.parse(readFileSync("package.json", "utf8")) as { dependencies?: object };
		const page = readFileSync("ARCHITECTURE.md", "utf8");
		const bundled = [...sources.values()]
			.flatMap((text) => importsOf(text))
			.map(({ specifier }) => specifier)
			.filter((specifier) => /^[a-z@]/.test(specifier) && !specifier.startsWith("node:") && specifier !== "vscode")
			.map((specifier) =>
				specifier
					.split("/")
					.slice(0, specifier.startsWith("@") ? 2 : 1)
					.join("/"),
			);
		const reasonOf = (name: string) =>
			page
				.split("\n")
				.find((line) => line.startsWith(`| \`${name}\``))
				?.split("|")
				.at(-2)
				?.trim();
		for (const name of new Set([...Object.keys(dependencies), ...bundled])) {
			if (name === "package.json") continue;
			assert.ok((reasonOf(name) ?? "").length > 20, `${name} has no line with a reason in ARCHITECTURE.md`);
		}
	});
});

describe("platform globals", function () {
	this.timeout(60_000);

	/** What each part of the product may take for granted, and a line that takes too much. */
	const PLATFORMS = [
		{
			name: "core, formats, drawing, notation, export, rpc and protocol use neither Node's globals nor a page's",
			files: [
				"src/core",
				"src/formats",
				"src/drawing",
				"src/notation",
				"src/export",
				"src/rpc.ts",
				"src/wire.ts",
				"src/protocol.ts",
			],
			// Workers' globals are what Node, browsers and extension hosts have in common.
			lib: ["ES2023", "WebWorker"],
			types: [],
			breaks: ["export const here = document.title;", "export const here = process.cwd();"],
		},
		{
			name: "engine, command line and host use no global of a page",
			files: ["src/engine", "src/host", "src/cli", "src/cli.ts"],
			// A worker's globals for WebAssembly, which Node's types leave out.
			lib: ["ES2023", "WebWorker"],
			types: ["node", "vscode"],
			breaks: ["export const here = document.title;", "export const here = window.name;"],
		},
		{
			name: "the webview uses no global of Node",
			files: ["webview"],
			lib: ["ES2023", "DOM", "DOM.Iterable"],
			types: [],
			breaks: ["export const here = process.cwd();", "export const here = Buffer.alloc(1);"],
		},
	];

	let folder: string;
	beforeEach(() => {
		folder = mkdtempSync(path.join(os.tmpdir(), "tensor-inspector-globals-"));
	});
	afterEach(() => rmSync(folder, { recursive: true, force: true }));

	/** Names that the compiler does not know under a platform, in the files it is for. */
	function unknownNames(platform: (typeof PLATFORMS)[number], extra?: string): string[] {
		const include = platform.files.map((file) => path.join(ROOT, file));
		if (extra !== undefined) {
			writeFileSync(path.join(folder, "extra.ts"), extra);
			include.push(path.join(folder, "extra.ts"));
		}
		const config = path.join(folder, "tsconfig.json");
		const compilerOptions = {
			lib: platform.lib,
			types: platform.types,
			typeRoots: [path.join(ROOT, "node_modules", "@types")],
		};
		writeFileSync(config, JSON.stringify({ extends: path.join(ROOT, "tsconfig.json"), compilerOptions, include }));
		const tsc = path.join(ROOT, "node_modules", "typescript", "bin", "tsc");
		let output = "";
		try {
			output = execFileSync(process.execPath, [tsc, "--noEmit", "--pretty", "false", "-p", config], {
				cwd: ROOT,
				encoding: "utf8",
				stdio: ["ignore", "pipe", "pipe"],
			});
		} catch (failed) {
			output = String((failed as { stdout?: unknown }).stdout);
		}
		const own = new RegExp(`^(?:.*/)?(?:extra\\.ts|(?:${platform.files.join("|")})(?:/[^(]*)?)\\(`);
		return output
			.replaceAll("\\", "/")
			.split("\n")
			.filter((line) => own.test(line) && /: error TS\d+: Cannot find name /.test(line));
	}

	for (const platform of PLATFORMS) {
		it(platform.name, () => assert.deepEqual(unknownNames(platform), []));
		for (const line of platform.breaks) {
			it(`${platform.name}; notices: ${line}`, () => assert.equal(unknownNames(platform, line).length, 1));
		}
	}
});

describe("the import scanner", () => {
	it("finds every way to import, and nothing in comments, strings, patterns or names", () => {
		const source = [
			'import "./side-effect";',
			'import a from "./default";',
			"import type { B } from './type';",
			'import type from "./called-type";',
			'import { type C, d as e } from "./named";',
			'import * as f from "./star";',
			'import {\n\tg,\n} from "./several-lines";',
			'export * from "./all";',
			'export type { H } from "./type-again";',
			'export { i } from "./again";',
			"const j = await import(`./dynamic`);",
			'type K = import("./in-a-type").K;',
			'import l = require("./required");',
			// biome-ignore lint/suspicious/noTemplateCurlyInString: the source under test holds a template
			'const m = `text ${await import("./in-a-template")} import "./no"`;',
			// biome-ignore lint/suspicious/noTemplateCurlyInString: here too
			'const s = `\\`${text.replace(/[`"]/g, `{`)}\\``;',
			'// import "./comment"',
			'/* import "./comment" */',
			`const n = 'import "./string"';`,
			'const o = /import "no"[/"]/;',
			'export const from = "./no", p = { import: "./no" };',
			"export { from };",
			'const q = "./no";',
			'object.import("./no");',
			'import r from "./after";',
		].join("\n");
		const found = importsOf(source);
		assert.deepEqual(
			found.map(({ specifier }) => specifier).sort(),
			[
				..."side-effect default type called-type named star several-lines all type-again again dynamic".split(" "),
				..."in-a-type required in-a-template after".split(" "),
			]
				.map((name) => `./${name}`)
				.sort(),
		);
		assert.deepEqual(
			found.filter(({ typeOnly }) => typeOnly).map(({ specifier, line }) => [specifier, line]),
			[
				["./type", 3],
				["./type-again", 11],
			],
		);
	});

	it("finds all imports that the bundler finds", async () => {
		// The kernels are in a dialect of their own, which esbuild does not read.
		const entryPoints = [...sources.keys()].filter((file) => /(?<!\.d)\.ts$/.test(file) && !/\/assembly\//.test(file));
		const { metafile } = await build({
			entryPoints,
			bundle: true,
			packages: "external",
			external: ["vscode", "*.wasm"],
			write: false,
			metafile: true,
			outdir: "unused",
			format: "esm",
			loader: { ".css": "empty" },
			logLevel: "silent",
		});
		for (const file of entryPoints) {
			const ours = new Set(importsOf(sources.get(file) ?? "").map(({ specifier }) => specifier));
			for (const { original, path: target } of metafile.inputs[file]?.imports ?? []) {
				assert.ok(ours.has(original ?? target), `${file} imports ${original ?? target}`);
			}
		}
	});
});
