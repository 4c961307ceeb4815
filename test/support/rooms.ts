import path from "node:path";
import { importsOf, type ModuleImport } from "./module-imports";

/** Sources by their path from the project's root, with forward slashes. */
export type Sources = ReadonlyMap<string, string>;

interface Room {
	/** Whether a path lies in the room. */
	readonly holds: RegExp;
	/** Paths of the project that its files may import. */
	readonly mayImport: RegExp;
	/** Whether only types may be imported. */
	readonly typesOnly?: boolean;
}

/** Who may import whom: ARCHITECTURE.md's table. */
const ROOMS: Readonly<Record<string, Room>> = {
	core: { holds: /^src\/core\//, mayImport: /^src\/core\// },
	formats: { holds: /^src\/formats\//, mayImport: /^src\/(formats|core)\// },
	engine: { holds: /^src\/engine\//, mayImport: /^src\/(engine|formats|core)\/|^src\/rpc\.ts$/ },
	rpc: { holds: /^src\/rpc\.ts$/, mayImport: /^src\/core\/errors\.ts$/ },
	wire: { holds: /^src\/wire\.ts$/, mayImport: /^(?!)/ },
	protocol: { holds: /^src\/protocol\.ts$/, mayImport: /^src\/core\//, typesOnly: true },
	drawing: { holds: /^src\/drawing\//, mayImport: /^src\/(drawing|core)\// },
	notation: { holds: /^src\/notation\//, mayImport: /^src\/(notation|drawing|core)\// },
	export: { holds: /^src\/export\//, mayImport: /^src\/(export|notation|drawing|core)\// },
	host: { holds: /^src\/host\//, mayImport: /^src\/(?!cli[./])|^package\.json$/ },
	cli: {
		holds: /^src\/cli(\.ts$|\/)/,
		mayImport: /^src\/(cli|engine|export|notation|formats|core)\/|^src\/rpc\.ts$|^package\.json$/,
	},
	webview: {
		holds: /^webview\//,
		mayImport: /^webview\/|^src\/(core|drawing|notation|export)\/|^src\/(rpc|wire|protocol)\.ts$/,
	},
};

/** The engine's files that touch files and threads; everything else there also runs where there is no Node. */
const ENGINE_FILES_WITH_NODE: readonly string[] = [
	"src/engine/engine.ts",
	"src/engine/file.ts",
	"src/engine/normalize.ts",
	"src/engine/output-job.ts",
	"src/engine/output.ts",
	"src/engine/pool.ts",
	"src/engine/publish.ts",
	"src/engine/share.ts",
	"src/engine/text-output.ts",
	"src/engine/transform-share.ts",
	"src/engine/worker.ts",
];

/** Files of more than 250 lines that were looked at and left whole, each with its reason. */
const KNOWN_LONG: Readonly<Record<string, string>> = {};

/** Packages for single formats, or with a slash at the end all files of one, each with the only files that may import it. */
const FORMAT_PACKAGES: Readonly<Record<string, readonly string[]>> = {
	hyparquet: ["src/formats/parquet/footer.ts", "src/formats/parquet/pages.ts"],
	"hyparquet/src/metadata.js": ["src/formats/parquet/footer.ts"],
	"hyparquet/src/column.js": ["src/formats/parquet/pages.ts"],
	"hyparquet/src/datapage.js": ["src/formats/parquet/pages.ts"],
	"hyparquet/src/plain.js": ["src/formats/parquet/pages.ts"],
	"hyparquet/src/convert.js": ["src/formats/parquet/pages.ts"],
	"hyparquet-compressors": ["src/formats/parquet/pages.ts", "src/formats/arrow/buffers.ts"],
	zarrita: ["src/formats/zarr/unpack.ts"],
	"seek-bzip": ["src/formats/encoding/bzip2.ts"],
	"h5wasm/factory": ["src/formats/hdf5/library.ts"],
	"h5wasm-plugins/": ["src/formats/hdf5/filters.ts"],
};

const TOOLKIT = "@vscode/webview-ui-toolkit";

/** A broken rule: where, and in words. */
export interface Violation {
	readonly rule: "direction" | "vscode" | "node" | "toolkit" | "package" | "length" | "room" | "unresolved";
	readonly file: string;
	readonly message: string;
}

/** Every broken rule of the sources under src and webview. */
export function violationsOf(sources: Sources): Violation[] {
	const toolkitUsers = new Set<string>();
	const found = [...sources].flatMap(([file, text]) => {
		const own = [...lengthViolations(file, text)];
		if (!/\.tsx?$/.test(file)) return own;
		const room = Object.values(ROOMS).find(({ holds }) => holds.test(file));
		if (!room) return [...own, { rule: "room" as const, file, message: "lies in no room of the architecture" }];
		for (const found of importsOf(text)) {
			if (found.specifier.startsWith(TOOLKIT)) toolkitUsers.add(file);
			const broken = found.specifier.startsWith(".")
				? directionViolation(file, room, found, sources)
				: packageViolation(file, found.specifier);
			if (broken) own.push({ ...broken, file, message: `line ${found.line}: ${broken.message}` });
		}
		return own;
	});
	if (toolkitUsers.size > 1) {
		const message = `the toolkit is imported by several files: ${[...toolkitUsers].join(", ")}`;
		found.push({ rule: "toolkit", file: [...toolkitUsers][1] ?? "", message });
	}
	return found;
}

type Broken = Omit<Violation, "file">;

function directionViolation(file: string, room: Room, found: ModuleImport, sources: Sources): Broken | undefined {
	const target = resolveModule(file, found.specifier, sources);
	if (target === undefined) return { rule: "unresolved", message: `${found.specifier} is no file of the project` };
	if (!room.mayImport.test(target)) return { rule: "direction", message: `may not import ${target}` };
	if (room.typesOnly && !found.typeOnly) return { rule: "direction", message: `may import only types of ${target}` };
	return undefined;
}

function packageViolation(file: string, specifier: string): Broken | undefined {
	if (specifier === "vscode") {
		return file.startsWith("src/host/") ? undefined : { rule: "vscode", message: "vscode belongs in src/host" };
	}
	if (specifier.startsWith("node:")) {
		const allowed = /^src\/(host\/|cli[./])/.test(file) || ENGINE_FILES_WITH_NODE.includes(file);
		return allowed ? undefined : { rule: "node", message: `${specifier} is not for this file` };
	}
	if (specifier === TOOLKIT || specifier.startsWith(`${TOOLKIT}/`)) {
		const allowed = file.startsWith("webview/controls/");
		return allowed ? undefined : { rule: "toolkit", message: "the toolkit belongs in webview/controls" };
	}
	const isMeant = (name: string) => (name.endsWith("/") ? specifier.startsWith(name) : specifier === name);
	if (Object.entries(FORMAT_PACKAGES).some(([name, users]) => isMeant(name) && users.includes(file))) return undefined;
	return { rule: "package", message: `${specifier} is not a package the product is built from` };
}

/** The project's file that a relative specifier leads to, as the bundler resolves it. */
export function resolveModule(file: string, specifier: string, sources: Sources): string | undefined {
	const base = path.posix.join(path.posix.dirname(file), specifier);
	// The bundler compiles the kernels' entry, which is asked for as the program it becomes.
	const compiled = base.replace(/\.wasm$/, ".ts");
	return [compiled, `${base}.ts`, `${base}/index.ts`].find((each) => sources.has(each));
}

function* lengthViolations(file: string, text: string): Generator<Violation, void, undefined> {
	if (!/\.(ts|css)$/.test(file)) return;
	const lines = text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
	const violation = (message: string): Violation => ({
		rule: "length",
		file,
		message: `has ${lines} lines: ${message}`,
	});
	if (lines > 400) yield violation("split it");
	else if (lines > 250 && !Object.hasOwn(KNOWN_LONG, file)) yield violation("look whether it is one thing, or list it");
	else if (lines <= 250 && Object.hasOwn(KNOWN_LONG, file)) yield violation("take it off the list of long files");
}

/** The Node-touching files of the engine that do not touch Node, or do not exist: the list must stay true. */
export function staleNodeFiles(sources: Sources): string[] {
	return ENGINE_FILES_WITH_NODE.filter(
		(file) => !importsOf(sources.get(file) ?? "").some(({ specifier }) => specifier.startsWith("node:")),
	);
}
