import path from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import * as vscode from "vscode";
import { TensorError, throwIfAborted } from "../core/errors";
import { formatBytes } from "../core/format";
import type { FileRef } from "../engine/api";
import type { Host } from "./host";
import { rememberedRaw } from "./rawMemory";

const MIB = 2 ** 20;

/** Bytes copied in one go: a few milliseconds of the extension host's thread. */
const COPY_BYTES = 8 * MIB;

/** Whether the workers can read (and write beside) a file themselves. */
export function isOnDisk(uri: vscode.Uri): boolean {
	return uri.scheme === "file";
}

/**
 * How the engine gets at a file: by its path, or where there is no disk (virtual workspaces) by its bytes; with what the
 * user told about them. Throws `not-found`,
 * or `too-large` where these bytes pass the setting `tensorInspector.virtualFileLimit`.
 */
export async function fileRefOf(host: Host, uri: vscode.Uri, signal?: AbortSignal): Promise<FileRef> {
	const layout = rememberedRaw(host, uri);
	const told = layout ? { raw: layout } : {};
	if (isOnDisk(uri)) return { path: uri.fsPath, ...told };
	const name = path.posix.basename(uri.path);
	const { size } = await statOf(uri);
	const limit = vscode.workspace.getConfiguration("tensorInspector", uri).get("virtualFileLimit", 256);
	const check = (bytes: number) => {
		if (bytes <= limit * MIB) return;
		throw new TensorError(
			"too-large",
			`This file has ${formatBytes(bytes)} and is not on a local disk, so it would be read whole into memory; the limit for that is ${limit} MiB: raise the setting tensorInspector.virtualFileLimit, or copy the file to a disk.`,
			{ file: name },
		);
	};
	check(size);
	throwIfAborted(signal);
	const read = await vscode.workspace.fs.readFile(uri);
	// Some providers tell a size of 0 before they have read the file.
	check(read.byteLength);
	const bytes = new Uint8Array(new SharedArrayBuffer(read.byteLength));
	for (let start = 0; start < read.byteLength; start += COPY_BYTES) {
		bytes.set(read.subarray(start, start + COPY_BYTES), start);
		await nextTurn();
		throwIfAborted(signal);
	}
	return { name, bytes, ...told };
}

/** Size and time of a file; throws `not-found` with its name. */
export async function statOf(uri: vscode.Uri): Promise<vscode.FileStat> {
	try {
		return await vscode.workspace.fs.stat(uri);
	} catch {
		const name = isOnDisk(uri) ? uri.fsPath : uri.toString(true);
		throw new TensorError("not-found", "There is no such file (any more).", { file: name });
	}
}
