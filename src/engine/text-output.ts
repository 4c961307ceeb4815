import { promises as fs } from "node:fs";
import * as path from "node:path";
import { throwIfAborted } from "../core/errors";
import { openError } from "./file";
import { checkTarget, publish, temporaryBeside } from "./publish";

/** Text or bytes of a file, as they are made. */
export type Pieces = AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>;

/** Writes a file from pieces: it appears whole or not at all, and other work goes on between two pieces. Throws `exists`. */
export async function writePieces(
	output: string,
	pieces: Pieces,
	{ overwrite, signal }: { readonly overwrite: boolean; readonly signal?: AbortSignal | undefined },
): Promise<void> {
	await checkTarget(output, overwrite);
	const temporary = temporaryBeside(output);
	const handle = await fs.open(temporary, "wx").catch((thrown) => {
		throw openError(thrown, path.basename(output));
	});
	try {
		try {
			for await (const piece of pieces) {
				throwIfAborted(signal);
				await handle.writeFile(piece);
			}
			await handle.sync();
		} finally {
			await handle.close();
		}
		await publish(temporary, output, overwrite);
	} catch (thrown) {
		await fs.rm(temporary, { force: true });
		throw thrown;
	}
}
