import fs from "node:fs";
import path from "node:path";
import { runMocha } from "../../scripts/suite/mocha.mjs";

/** What VS Code calls in the extension host: runs every test bundle beside this one, and throws when one fails. */
export async function run(): Promise<void> {
	const files = fs
		.readdirSync(__dirname)
		.filter((file) => file.endsWith(".test.js"))
		.sort()
		.map((file) => path.join(__dirname, file));
	const { failed } = await runMocha(files, { timeoutMs: 60_000 });
	if (failed > 0) throw new Error(`${failed} of the tests in the extension host failed.`);
}
