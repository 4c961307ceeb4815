import fs from "node:fs";
import path from "node:path";

/**
 * The first of these programs that exists: absolute paths as they are, bare names on the PATH.
 * @param {readonly string[]} candidates
 * @returns {string | undefined}
 */
export function findExecutable(candidates) {
	const folders = (process.env.PATH ?? "").split(path.delimiter).filter((folder) => folder !== "");
	return candidates
		.flatMap((name) => (path.isAbsolute(name) ? [name] : folders.map((folder) => path.join(folder, name))))
		.find((file) => fs.statSync(file, { throwIfNoEntry: false })?.isFile());
}

/**
 * A path that an environment variable names, or undefined where it is not set. Throws when there is no such file.
 * @param {string} variable
 * @returns {string | undefined}
 */
export function executableFromEnvironment(variable) {
	const file = process.env[variable];
	if (!file) return undefined;
	if (!fs.existsSync(file)) throw new Error(`${variable} is ${file}, but there is no such file`);
	return path.resolve(file);
}
