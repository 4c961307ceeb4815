import fs from "node:fs";
import path from "node:path";
import { runMocha } from "../../scripts/suite/mocha.mjs";
import { PROJECT } from "../support/places";

/** What VS Code calls in the extension host: runs every test file of this folder, and throws when a test fails. */
export async function run(): Promise<void> {
	const files = fs
		.readdirSync(path.join(PROJECT, "test", "host"))
		.filter((file) => file.endsWith(".test.ts"))
		.sort()
		.map((file) => path.join(__dirname, file.replace(/\.ts$/, ".js")));
	const { failed } = await runMocha(files, { timeoutMs: 60_000 });
	if (failed > 0) throw new Error(`${failed} of the tests in the extension host failed.`);
}
