import { randomBytes } from "node:crypto";
import { promises as fs } from "node:fs";
import * as path from "node:path";
import { TensorError } from "../core/errors";

/** Makes sure that a file can be written: its folder is there, and it is not, or may be replaced. */
export async function checkTarget(output: string, overwrite: boolean): Promise<void> {
	const name = path.basename(output);
	const folder = await fs.stat(path.dirname(output)).catch(() => undefined);
	if (!folder?.isDirectory()) {
		throw new TensorError("not-found", `There is no folder ${path.dirname(output)} to write to; create it first.`, {
			file: name,
		});
	}
	const there = await fs.stat(output).catch(() => undefined);
	if (there?.isDirectory()) throw new TensorError("exists", "This is a folder; name a file in it.", { file: name });
	if (there && !overwrite) throw alreadyThere(name);
}

function alreadyThere(name: string): TensorError {
	return new TensorError(
		"exists",
		"A file of this name is already there; choose another, or allow it to be replaced.",
		{ file: name },
	);
}

/** A name beside a file that is to be written, for what becomes it. */
export function temporaryBeside(output: string): string {
	return path.join(path.dirname(output), `.${path.basename(output)}.${randomBytes(6).toString("hex")}.part`);
}

/** Gives a temporary file the output's name; where no file may be replaced, it never is, not even one that came meanwhile. */
export async function publish(temporary: string, output: string, overwrite: boolean): Promise<void> {
	if (overwrite) await fs.rename(temporary, output);
	else await renameToNew(temporary, output);
}

/** Renames, but never over a file that came into being meanwhile. */
async function renameToNew(from: string, to: string): Promise<void> {
	try {
		await fs.link(from, to);
	} catch (thrown) {
		if ((thrown as NodeJS.ErrnoException).code === "EEXIST") throw alreadyThere(path.basename(to));
		// A file system without links: the gap between look and rename cannot be closed.
		await checkTarget(to, false);
		await fs.rename(from, to);
		return;
	}
	await fs.unlink(from);
}
