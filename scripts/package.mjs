// Makes tensor-inspector-<version>.vsix in the project's folder:  npm run package
import fs from "node:fs";
import path from "node:path";
import { packageInto } from "./setup/build.mjs";
import { exitOnSignals, say } from "./setup/command.mjs";
import { ensureDependencies } from "./setup/dependencies.mjs";
import { manifest, ROOT } from "./setup/project.mjs";

exitOnSignals();
try {
	await ensureDependencies();
	const { name, version } = manifest();
	const file = path.join(ROOT, `${name}-${version}.vsix`);
	console.log(await packageInto(file));
	say(`${path.basename(file)}: ${(fs.statSync(file).size / 1024).toFixed(0)} KB`);
} catch (error) {
	console.error(error instanceof Error ? error.message : error);
	process.exitCode = 1;
}
