import fs from "node:fs";
import os from "node:os";
import path from "node:path";

/** @type {Set<() => void>} */
const remaining = new Set();

process.once("exit", () => {
	for (const remove of remaining) remove();
});

/**
 * Makes an empty folder for one run or test. It is removed by `remove`, or else when this process exits.
 * @param {string} purpose Part of its name.
 * @returns {{ readonly folder: string, readonly remove: () => void }}
 */
export function temporaryFolder(purpose) {
	// The real path: some platforms reach their temporary folder through a link.
	const folder = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), `tensor-inspector-${purpose}-`));
	const remove = () => {
		remaining.delete(remove);
		fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
	};
	remaining.add(remove);
	return { folder, remove };
}
