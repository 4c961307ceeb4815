import fs from "node:fs";
import path from "node:path";

/** The folder that holds package.json; tests run from bundles below it. */
export const PROJECT = projectAbove(__dirname);

/** Where end-to-end tests leave screenshots: TENSOR_INSPECTOR_SHOTS, else a folder that git ignores. */
export const SHOTS = process.env.TENSOR_INSPECTOR_SHOTS ?? path.join(PROJECT, "test", "e2e", "shots");

/** The samples that the product ships. */
export const SAMPLES = path.join(PROJECT, "media", "samples");

function projectAbove(folder: string): string {
	if (fs.existsSync(path.join(folder, "package.json"))) return folder;
	const parent = path.dirname(folder);
	if (parent === folder) throw new Error("These tests must lie inside the project: no package.json above them.");
	return projectAbove(parent);
}
