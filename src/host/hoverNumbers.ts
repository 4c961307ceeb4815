import path from "node:path";
import type * as vscode from "vscode";
import { isDType } from "../core/dtype";
import { type ErrorData, TensorError } from "../core/errors";
import { makeLayout } from "../core/layout";
import { type CellStatistics, cellStatistics } from "../core/moments";
import type { FileDescription, TensorInfo } from "../core/tensor";
import type { FileRef } from "../engine/api";
import { fileRefOf, isOnDisk } from "./fileRef";
import type { Host } from "./host";
import { rememberedRaw } from "./rawMemory";

/** What is known of a file at one size and time: kept while nothing newer is asked for. */
export interface KnownFile {
	readonly uri: vscode.Uri;
	readonly description: FileDescription;
	/** The whole tensor's statistics, one per part (real, imaginary); computed once, in the background. */
	statistics(tensor: TensorInfo): Promise<readonly CellStatistics[] | ErrorData>;
}

/** Files kept with their numbers; a few kilobytes each where they are on disk. */
const MAX_FILES = 64;

/** Files that are on no disk are held with their bytes, so fewer of them. */
const MAX_VIRTUAL_FILES = 2;

/** Headers and statistics for hovers, cached by place, size and time of the file. */
export class HoverNumbers {
	readonly #host: Host;
	readonly #files = new Map<string, Promise<KnownFile>>();

	constructor(host: Host) {
		this.#host = host;
	}

	/** A file as it is now. Rejects with the file's TensorError, which is not kept when it may pass. */
	file(uri: vscode.Uri, { size, mtime }: vscode.FileStat): Promise<KnownFile> {
		const key = `${uri.toString()} ${size} ${mtime} ${JSON.stringify(rememberedRaw(this.#host, uri))}`;
		const known = this.#files.get(key);
		this.#files.delete(key);
		const opened = known ?? this.#open(uri);
		this.#files.set(key, opened);
		if (!known) {
			opened.catch((thrown) => {
				if (TensorError.from(thrown).code !== "corrupt") this.#files.delete(key);
			});
		}
		this.#forget();
		return opened;
	}

	#forget(): void {
		const keys = [...this.#files.keys()];
		const virtual = keys.filter((key) => !key.startsWith("file:"));
		for (const key of virtual.slice(0, Math.max(0, virtual.length - MAX_VIRTUAL_FILES))) this.#files.delete(key);
		for (const key of keys.slice(0, Math.max(0, keys.length - MAX_FILES))) this.#files.delete(key);
	}

	async #open(uri: vscode.Uri): Promise<KnownFile> {
		const file = await fileRefOf(this.#host, uri);
		const { engine } = this.#host;
		const description = await engine.describe(file);
		const running = new Map<string, Promise<readonly CellStatistics[] | ErrorData>>();
		const compute = async (tensor: TensorInfo) => {
			try {
				return await wholeStatistics(this.#host, file, tensor);
			} catch (thrown) {
				const error = TensorError.from(thrown).at({ file: isOnDisk(uri) ? path.basename(uri.fsPath) : uri.path });
				// Only what the file itself says is worth keeping.
				if (error.code !== "corrupt" && error.code !== "unsupported") running.delete(tensor.name);
				return error.toData();
			}
		};
		return {
			uri,
			description,
			statistics(tensor) {
				const started = running.get(tensor.name) ?? compute(tensor);
				running.set(tensor.name, started);
				return started;
			},
		};
	}
}

async function wholeStatistics(host: Host, file: FileRef, tensor: TensorInfo): Promise<readonly CellStatistics[]> {
	if (tensor.problem) throw TensorError.fromData(tensor.problem);
	if (!isDType(tensor.dtype)) return [];
	const layout = makeLayout(
		tensor.shape,
		tensor.shape.map(() => 1),
	);
	const { layouts } = await host.engine.moments({ file, tensor: tensor.name, layouts: [layout] });
	return (layouts[0]?.parts ?? []).map((moments) => cellStatistics(moments, 0));
}
