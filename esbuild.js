// Bundles the extension, its worker, its webview, the command line program and the tests into dist/.
//   node esbuild.js [--watch] [--production]
const esbuild = require("esbuild");
const fs = require("node:fs");
const path = require("node:path");
const { pathToFileURL } = require("node:url");

const production = process.argv.includes("--production");
const watch = process.argv.includes("--watch");
process.chdir(__dirname);

/** @type {Promise<Buffer> | undefined} */
let kernels;

/** Compiles src/engine/assembly (AssemblyScript) to WebAssembly. */
async function compileKernels() {
	const { default: asc } = await import("assemblyscript/asc");
	const options = [
		"--runtime",
		"stub",
		"--importMemory",
		"--enable",
		"simd",
		"--noAssert",
		"-O3",
		"--outFile",
		"kernels",
	];
	const folder = path.join("src", "engine", "assembly");
	/** @type {Uint8Array | undefined} */
	let program;
	const { error, stderr } = await asc.main(["index.ts", "--baseDir", folder, ...options], {
		writeFile(name, contents) {
			if (name === "kernels" && typeof contents !== "string") program = contents;
		},
	});
	if (error || !program) throw new Error(`The kernels in ${folder} do not compile:\n${stderr}`);
	return Buffer.from(program);
}

/** `import program from "./assembly/index.wasm"` gives the bytes of the compiled kernels, inlined in the bundle. */
const kernelsPlugin = {
	name: "kernels",
	/** @param {esbuild.PluginBuild} build */
	setup(build) {
		build.onResolve({ filter: /assembly\/index\.wasm$/ }, () => ({ path: "kernels", namespace: "kernels" }));
		build.onLoad({ filter: /.*/, namespace: "kernels" }, async () => {
			kernels ??= compileKernels();
			return { contents: await kernels, loader: "binary" };
		});
	},
};

/**
 * `import("h5wasm/factory")` gives the compiled library inside h5wasm alone: every call makes an instance, so that one
 * that crashed is replaced. The package does not export it under a name of its own. `import("h5wasm-plugins/plugins/….so")` gives
 * the bytes of a filter for it.
 */
const h5wasmPlugin = {
	name: "h5wasm",
	/** @param {esbuild.PluginBuild} build */
	setup(build) {
		const file = path.resolve("node_modules", "h5wasm", "dist", "esm", "hdf5_util.js");
		const outside = build.initialOptions.packages === "external";
		build.onResolve({ filter: /^h5wasm\/factory$/ }, () => {
			if (outside) return { path: pathToFileURL(file).href, external: true };
			// Only workers open files: what starts them needs no copy of its own.
			return build.initialOptions.format === "esm" ? { path: file } : { path: "absent", namespace: "h5wasm" };
		});
		build.onLoad({ filter: /.*/, namespace: "h5wasm" }, () => ({
			contents: 'export default () => { throw new Error("HDF5 files are read in workers only"); };',
		}));
		build.onResolve({ filter: /^h5wasm-plugins[/]/ }, ({ path: name }) =>
			outside || build.initialOptions.format === "esm"
				? { path: path.resolve("node_modules", name), namespace: "h5wasm-filter" }
				: { path: "absent", namespace: "h5wasm" },
		);
		build.onLoad({ filter: /.*/, namespace: "h5wasm-filter" }, ({ path: filter }) =>
			outside
				? { contents: `export default require("node:fs").readFileSync(${JSON.stringify(filter)});` }
				: { contents: fs.readFileSync(filter), loader: "binary" },
		);
	},
};

/**
 * Runs in the pages of a Parquet file say how long they are; hyparquet takes their word, and a damaged one keeps it busy for
 * hours. Here they end with the page, as those of undamaged files do (the last packed run is padded, by 63 groups at most).
 */
const hyparquetPlugin = {
	name: "hyparquet",
	/** @param {esbuild.PluginBuild} build */
	setup(build) {
		build.onLoad({ filter: /hyparquet[\\/]src[\\/]encoding\.js$/ }, ({ path: file }) => {
			let contents = fs.readFileSync(file, "utf8");
			for (const [found, bounded] of [
				["const count = header >>> 1", "const count = Math.min(header >>> 1, output.length - seen)"],
				[
					"let count = header >> 1 << 3 // values to read",
					'let count = (header >>> 1) * 8\n  if (count > output.length - seen + 512) throw new Error("a run is longer than its page")',
				],
			]) {
				if (!contents.includes(found))
					throw new Error(`${file} is another one than was looked at: "${found}" is not in it.`);
				contents = contents.replace(found, bounded);
			}
			return { contents, loader: "js" };
		});
	},
};

/** seek-bzip makes its buffers by a call that Node.js warns of wherever it stands outside of node_modules. */
const seekBzipPlugin = {
	name: "seek-bzip",
	/** @param {esbuild.PluginBuild} build */
	setup(build) {
		build.onLoad({ filter: /seek-bzip[\\/]lib[\\/]\w+\.js$/ }, ({ path: file }) => ({
			contents: fs.readFileSync(file, "utf8").replaceAll("new Buffer(", "Buffer.alloc("),
			loader: "js",
		}));
	},
};

/** @type {esbuild.BuildOptions} */
const common = {
	plugins: [kernelsPlugin, h5wasmPlugin, hyparquetPlugin, seekBzipPlugin],
	bundle: true,
	outdir: "dist",
	logLevel: "warning",
	minify: production,
	sourcemap: production ? false : "linked",
};

/** @type {esbuild.BuildOptions} */
const node = { ...common, platform: "node", format: "cjs", target: "node20", external: ["vscode"] };

/**
 * The worker is an ECMAScript module; packages in it that were written for `require` get one.
 * @type {esbuild.BuildOptions}
 */
const workerModule = {
	...node,
	format: "esm",
	splitting: true,
	outdir: path.join("dist", "worker"),
	outExtension: { ".js": ".mjs" },
	chunkNames: "[name]-[hash]",
	banner: {
		js: [
			'import { createRequire as makeRequire } from "node:module";',
			'import { fileURLToPath as toPath } from "node:url";',
			"const require = makeRequire(import.meta.url), __filename = toPath(import.meta.url);",
			'const __dirname = toPath(new URL(".", import.meta.url));',
		].join(""),
	},
};

/** Every program of the product: what it is called in dist/, where it starts, how it is built. */
const PROGRAMS = [
	{ name: "extension", entry: "src/host/extension.ts", options: node },
	// A module in a folder of its own, so that packages for single formats are parts that load when a file needs them.
	{ name: "main", entry: "src/engine/worker.ts", options: workerModule },
	{ name: "cli", entry: "src/cli.ts", options: { ...node, banner: { js: "#!/usr/bin/env node" } } },
	{
		name: "webview",
		entry: "webview/main.ts",
		options: { ...common, platform: "browser", format: "iife", target: "es2022" },
	},
];

/** Programs of the tests that are not test files: VS Code calls the first, `npm start -- --check` the second, `npm run bench` the third, `npm run accuracy` the fourth, `npm run catalogue` the fifth, `npm run memory` the sixth, `npm run frames` the seventh. */
const TEST_PROGRAMS = [
	path.join("host", "index.ts"),
	path.join("support", "start-check.ts"),
	path.join("bench", "ours.ts"),
	path.join("accuracy", "generate.ts"),
	path.join("catalogue", "generate.ts"),
	path.join("memory", "make.ts"),
	path.join("bench", "frames.ts"),
];

/** Test files keep their place: test/core/layout.test.ts becomes dist/test/core/layout.test.js. */
function testEntries() {
	return fs
		.readdirSync("test", { recursive: true, encoding: "utf8" })
		.filter((file) => /\.(test|shots)\.ts$/.test(file) || TEST_PROGRAMS.includes(file))
		.map((file) => path.join("test", file));
}

/** @returns {esbuild.BuildOptions[]} */
function builds() {
	const programs = PROGRAMS.map(({ name, entry, options }) => ({ ...options, entryPoints: { [name]: entry } }));
	if (production) return programs;
	const tests = { ...node, outdir: "dist/test", outbase: "test", packages: "external" };
	// One build each: a test file with an error leaves the others usable.
	return [...programs, ...testEntries().map((file) => ({ ...tests, entryPoints: [file] }))];
}

async function main() {
	// Parts of the worker have names of their content: old ones would stay for ever.
	fs.rmSync(workerModule.outdir ?? "", { recursive: true, force: true });
	if (watch) {
		const contexts = await Promise.all(builds().map((options) => esbuild.context({ ...options, logLevel: "info" })));
		// Whoever waits for the first "build finished" may use every bundle then.
		await Promise.allSettled(contexts.map((context) => context.rebuild()));
		await Promise.all(contexts.map((context) => context.watch()));
		return;
	}
	const results = await Promise.allSettled(builds().map((options) => esbuild.build(options)));
	for (const result of results) {
		if (result.status === "fulfilled") continue;
		process.exitCode = 1;
		// Errors in the sources were already printed by esbuild, with their place.
		if (!result.reason.errors) console.error(result.reason);
	}
}

main().catch((error) => {
	console.error(error);
	process.exitCode = 1;
});
