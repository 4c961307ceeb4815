import type { DType } from "../core/dtype";
import { TensorError, throwIfAborted } from "../core/errors";
import type { Shape } from "../core/layout";
import type { TensorInfo } from "../core/tensor";
import { memorySource, type OpenFile, openTensors } from "../formats";
import type { FileRef, TensorRef } from "./api";
import { changed, type FileSource, openFile, placeOf } from "./file";

/** A tensor that was found: the file as it was then, so that later jobs notice when it is another. */
export interface Target {
	readonly file: FileRef;
	readonly tensor: string;
	readonly dtype: DType;
	readonly shape: Shape;
	readonly bytes: number;
	readonly sequential: boolean;
	readonly fingerprint: string;
}

/** A file in use by one job. */
export interface Opened {
	readonly open: OpenFile;
	/** File name without its folder. */
	readonly name: string;
	readonly size: number;
	readonly fingerprint: string;
	/** Throws `changed` when the file on disk is no longer this one. */
	verify(): Promise<void>;
}

/** The files that a worker keeps open between jobs, each used by one job at a time. */
export interface OpenFiles {
	/** Opens a file, or takes it from those kept open if it has not changed, for as long as `work` lasts. */
	use<T>(file: FileRef, signal: AbortSignal, work: (opened: Opened) => Promise<T>): Promise<T>;
	/** Closes a kept file, so that it can be replaced or deleted on every system. */
	release(file: string): Promise<void>;
}

/** Files kept open by a worker. */
const KEPT = 4;

/** Milliseconds after its last use until a kept file is closed. */
const KEEP_MS = 5000;

/** The open files of one worker. */
export function createOpenFiles(): OpenFiles {
	const kept: {
		readonly place: string;
		readonly key: string;
		readonly opened: Opened;
		readonly timer: NodeJS.Timeout;
	}[] = [];

	const drop = async (index: number) => {
		const [entry] = kept.splice(index, 1);
		clearTimeout(entry?.timer);
		await entry?.opened.open.close();
	};

	const take = async (key: string): Promise<Opened | undefined> => {
		const index = kept.findIndex((entry) => entry.key === key);
		const [entry] = index < 0 ? [] : kept.splice(index, 1);
		if (!entry) return undefined;
		clearTimeout(entry.timer);
		try {
			await entry.opened.verify();
			return entry.opened;
		} catch {
			await entry.opened.open.close();
			return undefined;
		}
	};

	const keep = async (place: string, key: string, opened: Opened) => {
		const timer = setTimeout(() => {
			const index = kept.findIndex((entry) => entry.opened === opened);
			if (index >= 0) void drop(index);
		}, KEEP_MS);
		timer.unref();
		kept.push({ place, key, opened, timer });
		if (kept.length > KEPT) await drop(0);
	};

	return {
		async use(file, signal, work) {
			throwIfAborted(signal);
			const place = "path" in file ? placeOf(file.path) : undefined;
			// The same bytes may be read in several ways.
			const key = `${place} ${JSON.stringify(file.raw)}`;
			const opened = (place === undefined ? undefined : await take(key)) ?? (await openRef(file, signal));
			try {
				const result = await work(opened);
				await opened.verify();
				if (place === undefined) await opened.open.close();
				else await keep(place, key, opened);
				return result;
			} catch (thrown) {
				await opened.open.close();
				throw TensorError.from(thrown).at({ file: opened.name });
			}
		},
		async release(file) {
			for (const entry of kept.filter(({ place }) => place === placeOf(file))) await drop(kept.indexOf(entry));
		},
	};
}

async function openRef(file: FileRef, signal: AbortSignal): Promise<Opened> {
	if (!("path" in file)) {
		const { name, bytes } = file;
		const open = await openTensors(memorySource(name, bytes), signal, file.raw);
		return { open, name, size: bytes.length, fingerprint: "", verify: async () => {} };
	}
	const source: FileSource = await openFile(file.path);
	const { name, size, fingerprint } = source;
	return { open: await openTensors(source, signal, file.raw), name, size, fingerprint, verify: () => source.verify() };
}

/** Finds a tensor by name, or the only one; throws `not-found`, `bad-option` with the names, or the tensor's problem. */
export function findTensor(open: OpenFile, name: string | undefined): TensorInfo & { readonly dtype: DType } {
	const { tensors } = open;
	const names = tensors.slice(0, 20).map((tensor) => `"${tensor.name}"`);
	const list = `${names.join(", ")}${tensors.length > names.length ? `, and ${tensors.length - names.length} more` : ""}`;
	if (name === undefined && tensors.length !== 1) {
		throw tensors.length === 0
			? new TensorError("not-found", "The file holds no tensors.")
			: new TensorError("bad-option", `The file holds ${tensors.length} tensors; name one of them: ${list}.`);
	}
	const info = name === undefined ? tensors[0] : tensors.find((tensor) => tensor.name === name);
	if (!info) throw new TensorError("not-found", `The file has no tensor "${name}"; it has ${list || "none"}.`);
	if (info.problem) throw TensorError.fromData(info.problem).at({ tensor: info.name });
	const { dtype } = info;
	if (typeof dtype !== "string") {
		const where = { tensor: info.name };
		throw new TensorError("unsupported", `Values of type ${dtype.other} are no numbers; choose another tensor.`, where);
	}
	return { ...info, dtype };
}

/** Looks a tensor up for later jobs. */
export function targetOf(opened: Opened, { file, tensor }: TensorRef): Target {
	const { name, dtype, shape, bytes, sequential = false } = findTensor(opened.open, tensor);
	return { file, tensor: name, dtype, shape, bytes, sequential, fingerprint: opened.fingerprint };
}

/** Uses a target's file, after making sure that it still is what it was when it was found. */
export function useTarget<T>(
	files: OpenFiles,
	target: Target,
	signal: AbortSignal,
	work: (opened: Opened, info: TensorInfo & { readonly dtype: DType }) => Promise<T>,
): Promise<T> {
	return files.use(target.file, signal, async (opened) => {
		if (opened.fingerprint !== target.fingerprint) throw changed(opened.name);
		const info = findTensor(opened.open, target.tensor);
		const same = info.dtype === target.dtype && info.shape.join() === target.shape.join();
		if (!same) throw changed(opened.name);
		return work(opened, info);
	});
}
