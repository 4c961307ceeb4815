import { TensorError } from "../core/errors";
import { type RawLayout, rawLayoutOf } from "../core/raw-layout";
import type { FileRef } from "../engine/api";
import { isSelfTelling } from "../formats/known";
import { type Arguments, BadUsage, integerOf, integersOf, type OptionSpec, textOf } from "./arguments";

/** Options that tell how a file without a header is to be read. */
export const RAW_OPTIONS = {
	"raw-dtype": {
		value: "DTYPE",
		about: 'Read FILE as bare values of this type, as in f32, int16, bfloat16, ">f4".',
	},
	"raw-shape": { value: "N,M,…", about: "Lengths of its axes, one of them perhaps -1. Default: all values, one axis." },
	"raw-offset": { value: "BYTES", about: "Where its values start. Default 0." },
	"raw-order": { value: "C|F", about: "Which axis runs fastest: C the last, F the first. Default C." },
	"raw-endian": { value: "little|big", about: "Its byte order. Default little." },
} as const satisfies Readonly<Record<string, OptionSpec>>;

/** What the options tell about raw files, if anything; throws BadUsage. */
export function rawOf(given: Arguments["given"]): RawLayout | undefined {
	const fields = {
		dtype: textOf(given, "raw-dtype"),
		shape: integersOf(given, "raw-shape", -1),
		offset: integerOf(given, "raw-offset", 0),
		order: textOf(given, "raw-order"),
		byteOrder: textOf(given, "raw-endian"),
	};
	const told = Object.entries(fields).filter(([, value]) => value !== undefined);
	if (told.length === 0) return undefined;
	if (fields.dtype === undefined)
		throw new BadUsage("Raw values need their type: --raw-dtype DTYPE, such as f32, int16 or bfloat16.");
	try {
		return rawLayoutOf(Object.fromEntries(told));
	} catch (thrown) {
		throw new BadUsage(TensorError.from(thrown).message);
	}
}

/** The file that a command is about, read as told. */
export function mainFile(path: string, given: Arguments["given"]): FileRef {
	const raw = rawOf(given);
	return raw ? { path, raw } : { path };
}

/** Another file of the same command, read as told unless its name says that it tells that itself (as .npy does). */
export function otherFile<Ref extends { readonly file: FileRef }>(ref: Ref, given: Arguments["given"]): Ref {
	const raw = rawOf(given);
	const { file } = ref;
	return raw && "path" in file && !isSelfTelling(file.path) ? { ...ref, file: { ...file, raw } } : ref;
}
