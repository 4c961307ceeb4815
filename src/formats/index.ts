import { TensorError, throwIfAborted } from "../core/errors";
import type { RawLayout } from "../core/raw-layout";
import { arrow } from "./arrow";
import { END_BYTES, HEAD_BYTES, otherKind, placeholderError, unknownFormat } from "./detect";
import { isZip, readDirectory } from "./encoding/zip-directory";
import { flax } from "./flax";
import { gguf } from "./gguf";
import { hdf5 } from "./hdf5";
import { keras } from "./keras";
import { isRawName } from "./known";
import { mat } from "./mat";
import { mat73 } from "./mat73";
import { npy } from "./npy";
import { npz } from "./npz";
import { onnx } from "./onnx";
import { onnxPb } from "./onnx-pb";
import { parquet } from "./parquet";
import { pickle } from "./pickle";
import { pytorch } from "./pytorch";
import { openRaw, raw, readSidecar } from "./raw";
import type { ByteSource, TensorReader, TensorSource } from "./reader";
import { safetensors } from "./safetensors";
import { sharded } from "./sharded";
import { tfCheckpoint } from "./tf-checkpoint";
import { tflite } from "./tflite";
import { zarr } from "./zarr";

export { memorySource } from "./memory";

/** Every format that is read; of several that take a file the first wins. */
export const FORMATS: readonly TensorReader[] = [
	npy,
	npz,
	zarr,
	parquet,
	arrow,
	sharded(openTensors),
	safetensors,
	gguf,
	keras,
	mat,
	mat73,
	hdf5,
	onnx,
	onnxPb,
	pytorch,
	pickle,
	tflite,
	flax,
	tfCheckpoint,
	raw,
];

/** An open file, with the format it is of. */
export interface OpenFile extends TensorSource {
	readonly reader: TensorReader;
}

/**
 * Opens a file of any format, by what is told about it, its content, and last its suffix. Owns the source: closes it when
 * it throws and when it is closed. Throws `unknown-format`, or what the format's reader throws, with `where.file`.
 */
export async function openTensors(source: ByteSource, signal?: AbortSignal, told?: RawLayout): Promise<OpenFile> {
	try {
		const head = await source.read(0, Math.min(HEAD_BYTES, source.size), signal);
		const placeholder = placeholderError(head, source);
		if (placeholder) throw placeholder;
		const layout = told ?? (await readSidecar(source, signal).catch(exceptCancelled));
		if (layout) return { ...openRaw(source, layout), reader: raw };
		const reader = await readerOf(head, source, signal);
		const opened = await reader.open(source, signal);
		const notes = [...suffixNote(reader, source.name), ...opened.notes];
		return { ...opened, notes, reader };
	} catch (thrown) {
		await source.close?.();
		throw TensorError.from(thrown).at({ file: source.name });
	}
}

/** A description that makes no sense is told where nothing else reads the file. */
function exceptCancelled(thrown: unknown): undefined {
	if (TensorError.from(thrown).code === "cancelled") throw thrown;
}

async function readerOf(head: Uint8Array, source: ByteSource, signal?: AbortSignal): Promise<TensorReader> {
	if (isZip(head)) {
		// A directory that cannot be read is told by the reader that the suffix names, with the same sentence.
		const names = await readDirectory(source, signal)
			.then((entries) => entries.map(({ name }) => name))
			.catch(() => []);
		throwIfAborted(signal);
		return FORMATS.find(({ sniffMembers }) => sniffMembers?.(names)) ?? npz;
	}
	const sniffed = FORMATS.find(({ sniff }) => sniff(head, source));
	if (sniffed) return sniffed;
	const end = await source.read(Math.max(0, source.size - END_BYTES), Math.min(END_BYTES, source.size), signal);
	const ending = FORMATS.find(({ sniffEnd }) => sniffEnd?.(end));
	if (ending) return ending;
	// A damaged file of a known suffix gets that format's own error, unless it is plainly something else.
	const named = otherKind(head) === undefined ? suffixReader(source.name) : undefined;
	// Raw suffixes promise nothing, whoever else has them.
	if (named && isRawName(source.name)) return raw;
	if (named === undefined) throw unknownFormat(head, source);
	return named;
}

function suffixReader(name: string): TensorReader | undefined {
	return FORMATS.find(({ extensions }) => extensions.some((suffix) => name.toLowerCase().endsWith(suffix)));
}

function suffixNote(reader: TensorReader, name: string): readonly string[] {
	const named = suffixReader(name);
	if (named === undefined || reader.extensions.some((suffix) => name.toLowerCase().endsWith(suffix))) return [];
	return [`The name is that of a ${named.label}, but the content is a ${reader.label}.`];
}
