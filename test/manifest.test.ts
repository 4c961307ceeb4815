import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { SUFFIXES } from "../src/formats/known";
import { stringsOf } from "./support/module-imports";

interface Manifest {
	readonly icon: string;
	readonly main: string;
	readonly bin: Readonly<Record<string, string>>;
	readonly engines: { readonly vscode: string; readonly node: string };
	readonly activationEvents: readonly string[];
	readonly contributes: {
		readonly commands?: readonly { readonly command: string; readonly title: string; readonly category?: string }[];
		readonly menus?: Readonly<Record<string, readonly { readonly command?: string; readonly when?: string }[]>>;
		readonly keybindings?: readonly { readonly command: string }[];
		readonly configuration?: { readonly properties: Readonly<Record<string, Readonly<Record<string, unknown>>>> };
		readonly customEditors?: readonly {
			readonly viewType: string;
			readonly priority?: string;
			readonly selector: readonly { readonly filenamePattern: string }[];
		}[];
	};
	readonly dependencies?: Readonly<Record<string, string>>;
	readonly devDependencies?: Readonly<Record<string, string>>;
}

/** What is checked: the manifest, and the extension's sources as one text. */
interface Product {
	readonly manifest: Manifest;
	readonly host: string;
}

const PREFIX = "tensorInspector.";

const product: Product = {
	manifest: JSON.parse(readFileSync("package.json", "utf8")) as Manifest,
	host: readdirSync(path.join("src", "host"), { recursive: true, encoding: "utf8" })
		.filter((file) => file.endsWith(".ts"))
		.map((file) => readFileSync(path.join("src", "host", file), "utf8"))
		.join("\n"),
};

/** Every rule between package.json and the code: sentences about what is broken, none where all is well. */
const RULES = {
	"every contributed command stands in the code, and has a title under the product's category": ({ manifest, host }) =>
		(manifest.contributes.commands ?? []).flatMap(({ command, title, category }) => [
			...(idsOf(host).has(command) ? [] : [`${command} is not in src/host`]),
			...(command.startsWith(PREFIX) ? [] : [`${command} does not start with ${PREFIX}`]),
			...(title.length > 0 && category === "Tensor Inspector" ? [] : [`${command} lacks its title or category`]),
		]),
	"every id in the code is a command, setting or editor of package.json": (product) => {
		const known = new Set([...commandsOf(product), ...settingsOf(product), ...viewTypesOf(product)]);
		return [...idsOf(product.host)].filter((id) => !known.has(id)).map((id) => `${id} is not in package.json`);
	},
	"every setting is read by the code, has a default and says what it does": ({ manifest, host }) =>
		Object.entries(manifest.contributes.configuration?.properties ?? {}).flatMap(([key, property]) => {
			const read = new RegExp(`\\.get(<[^>]*>)?\\(\\s*"${key.slice(PREFIX.length).replaceAll(".", "\\.")}"`).test(host);
			const told = "default" in property && ("description" in property || "markdownDescription" in property);
			return [
				...(read || idsOf(host).has(key) ? [] : [`${key} is read nowhere`]),
				...(told ? [] : [`${key} lacks a default or a description`]),
			];
		}),
	"every setting that the code reads is in package.json": (product) =>
		[...product.host.matchAll(/getConfiguration\("tensorInspector"[^)]*\)\s*\.get(?:<[^>]*>)?\(\s*"([^"]+)"/g)]
			.map(([, name]) => `${PREFIX}${name}`)
			.filter((key) => !settingsOf(product).includes(key)),
	"menus and keys name existing commands": (product) =>
		[
			...Object.values(product.manifest.contributes.menus ?? {}).flat(),
			...(product.manifest.contributes.keybindings ?? []),
		]
			.flatMap(({ command }) => (command === undefined ? [] : [command]))
			.filter((command) => !commandsOf(product).includes(command)),
	"every editor's view type stands in the code": (product) =>
		viewTypesOf(product).filter((viewType) => !idsOf(product.host).has(viewType)),
	"the editors' file patterns are the formats' suffixes, each in one editor": ({ manifest }) => {
		const patterns = (manifest.contributes.customEditors ?? []).flatMap(({ selector }) =>
			selector.map(({ filenamePattern }) => filenamePattern.toLowerCase()),
		);
		const suffixes = SUFFIXES;
		return [
			...suffixes.filter((suffix) => !patterns.includes(`*${suffix}`)).map((suffix) => `no editor is for *${suffix}`),
			...patterns.filter((pattern) => !suffixes.includes(pattern.slice(1))).map((pattern) => `no format is ${pattern}`),
			...patterns.filter((pattern, k) => patterns.indexOf(pattern) !== k).map((pattern) => `${pattern} stands twice`),
		];
	},
	"the extension starts for reasons it has": (product) =>
		product.manifest.activationEvents.filter((event) => {
			const [kind, id = ""] = event.split(":");
			if (kind === "onCommand") return !commandsOf(product).includes(id);
			if (kind === "onCustomEditor") return !viewTypesOf(product).includes(id);
			return event !== "onStartupFinished" && event !== "onLanguage";
		}),
	"the editor's version is the one whose API the code is compiled against": ({ manifest }) => {
		const minor = (version: string) => version.replace(/^\^/, "").split(".").slice(0, 2).join(".");
		const [needs, knows] = [manifest.engines.vscode, manifest.devDependencies?.["@types/vscode"] ?? ""];
		return minor(needs) === minor(knows) ? [] : [`engines.vscode is ${needs}, @types/vscode is ${knows}`];
	},
	"packages have exact versions": ({ manifest }) =>
		Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })
			.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
			.map(([name, version]) => `${name} is ${version}`),
	"the icon is a PNG of at least 128 × 128": ({ manifest }) => {
		if (!existsSync(manifest.icon)) return [`${manifest.icon} does not exist`];
		const bytes = readFileSync(manifest.icon);
		const png = bytes.subarray(1, 4).toString("latin1") === "PNG";
		return png && bytes.readUInt32BE(16) >= 128 && bytes.readUInt32BE(20) >= 128
			? []
			: [`${manifest.icon} is too small`];
	},
	"what package.json starts is what the build makes": ({ manifest }) => {
		const build = readFileSync("esbuild.js", "utf8");
		return [manifest.main, ...Object.values(manifest.bin)].filter((file) => {
			const program = /^(?:\.\/)?dist\/(\w+)\.js$/.exec(file)?.[1];
			return program === undefined || !build.includes(`name: "${program}"`);
		});
	},
} as const satisfies Readonly<Record<string, (product: Product) => readonly string[]>>;

function commandsOf({ manifest }: Product): string[] {
	return (manifest.contributes.commands ?? []).map(({ command }) => command);
}

function settingsOf({ manifest }: Product): string[] {
	return Object.keys(manifest.contributes.configuration?.properties ?? {});
}

function viewTypesOf({ manifest }: Product): string[] {
	return (manifest.contributes.customEditors ?? []).map(({ viewType }) => viewType);
}

/** Strings of the code that are ids of the product's own; those in comments do not count. */
function idsOf(code: string): Set<string> {
	return new Set(stringsOf(code).filter((text) => /^tensorInspector\.[\w.]+$/.test(text)));
}

describe("package.json and the code agree", () => {
	for (const [rule, broken] of Object.entries(RULES)) {
		it(rule, () => assert.deepEqual(broken(product), []));
	}

	it("offers the commands that the palette is documented with", () => {
		const titles = (product.manifest.contributes.commands ?? []).map(({ title }) => title);
		for (const title of [
			"Normalize Tensor…",
			"Open in Tensor Inspector",
			"Open as Raw Tensor…",
			"Show Tensor Statistics",
			"Copy Statistics as JSON",
			"Export Statistics…",
			"Export Report…",
		]) {
			assert.ok(titles.includes(title), `${title} is missing among ${titles.join(", ")}`);
		}
	});

	it("offers to open every suffix in the Explorer's menu", () => {
		const menu = product.manifest.contributes.menus?.["explorer/context"] ?? [];
		const when = menu.find(({ command }) => command === "tensorInspector.open")?.when ?? "";
		const patterns = [...when.matchAll(/(resourceExtname|resourceFilename) =~ \/(.*?)\/i( |$)/g)];
		const missing = SUFFIXES.filter((suffix) => {
			const name = suffix.startsWith(".") ? `file${suffix}` : suffix;
			const of = { resourceExtname: path.extname(name), resourceFilename: name };
			const hidden = suffix.startsWith(".") ? suffix : name;
			return !patterns.some(([, key, pattern]) => {
				const expression = new RegExp(pattern as string, "i");
				return expression.test(of[key as keyof typeof of]) || (key === "resourceFilename" && expression.test(hidden));
			});
		});
		assert.ok(patterns.length > 0);
		assert.deepEqual(missing, []);
	});

	it("leaves a suffix that other programs claim to them: only an option there", () => {
		const claimed = (product.manifest.contributes.customEditors ?? []).filter(({ selector }) =>
			selector.some(({ filenamePattern }) => /\.(npz|pt|bin)$/.test(filenamePattern)),
		);
		assert.ok(claimed.length > 0);
		for (const { viewType, priority } of claimed) assert.equal(priority, "option", viewType);
	});

	it("agrees with package-lock.json", () => {
		const lock = JSON.parse(readFileSync("package-lock.json", "utf8")) as { packages: { "": Manifest } };
		const { dependencies, devDependencies } = lock.packages[""];
		assert.deepEqual(devDependencies, product.manifest.devDependencies);
		assert.deepEqual(dependencies ?? {}, product.manifest.dependencies ?? {});
	});

	/** Every rule broken once, in a copy. */
	const { manifest, host } = product;
	const { contributes } = manifest;
	const BREAKS: readonly (readonly [keyof typeof RULES, Product])[] = [
		[
			"every contributed command stands in the code, and has a title under the product's category",
			withContributions({ commands: [{ command: `${PREFIX}fly`, title: "Fly", category: "Tensor Inspector" }] }),
		],
		[
			"every id in the code is a command, setting or editor of package.json",
			{ manifest, host: `${host}\nvscode.commands.registerCommand("${PREFIX}fly", fly);` },
		],
		[
			"every setting is read by the code, has a default and says what it does",
			withContributions({
				configuration: { properties: { [`${PREFIX}speed`]: { default: 1, description: "Speed." } } },
			}),
		],
		[
			"every setting that the code reads is in package.json",
			{ manifest, host: `${host}\nvscode.workspace.getConfiguration("tensorInspector", uri).get("speed", 1);` },
		],
		["menus and keys name existing commands", withContributions({ keybindings: [{ command: `${PREFIX}fly` }] })],
		[
			"menus and keys name existing commands",
			withContributions({ menus: { "explorer/context": [{ command: `${PREFIX}fly` }] } }),
		],
		[
			"every editor's view type stands in the code",
			withContributions({ customEditors: [{ viewType: `${PREFIX}flight`, selector: [] }] }),
		],
		[
			"the editors' file patterns are the formats' suffixes, each in one editor",
			withContributions({ customEditors: [] }),
		],
		[
			"the editors' file patterns are the formats' suffixes, each in one editor",
			withContributions({
				customEditors: [
					...(contributes.customEditors ?? []),
					{ viewType: `${PREFIX}editor`, selector: [{ filenamePattern: "*.docx" }] },
				],
			}),
		],
		["the extension starts for reasons it has", { host, manifest: { ...manifest, activationEvents: ["*"] } }],
		[
			"the editor's version is the one whose API the code is compiled against",
			{ host, manifest: { ...manifest, engines: { ...manifest.engines, vscode: "^1.999.0" } } },
		],
		["packages have exact versions", { host, manifest: { ...manifest, dependencies: { "left-pad": "^1.0.0" } } }],
		["the icon is a PNG of at least 128 × 128", { host, manifest: { ...manifest, icon: "package.json" } }],
		["what package.json starts is what the build makes", { host, manifest: { ...manifest, main: "./dist/other.js" } }],
	];

	function withContributions(changed: Manifest["contributes"]): Product {
		return { host, manifest: { ...manifest, contributes: { ...contributes, ...changed } } };
	}

	for (const [rule, product] of BREAKS) {
		it(`notices where it does not hold: ${rule}`, () => assert.notDeepEqual(RULES[rule](product), []));
	}
});
