import type { DType } from "./dtype";
import type { ErrorData } from "./errors";
import type { Shape } from "./layout";

/** The spelling of a stored type that is not a DType ("object", "<U26"): such tensors always carry a `problem`. */
export interface OtherDType {
	readonly other: string;
}

/** One tensor of a file as its header tells it. */
export interface TensorInfo {
	/** Unique in its file; empty where the file holds one nameless tensor. */
	readonly name: string;
	readonly dtype: DType | OtherDType;
	readonly shape: Shape;
	/** What the file calls the axes; "" where one has no name. */
	readonly axisNames?: readonly string[];
	/** Bytes the values take, before any compression. */
	readonly bytes: number;
	/** Why this tensor cannot be read; the others of the file still can. */
	readonly problem?: ErrorData;
	/** Something worth telling: "stored as |V2, read as bfloat16". */
	readonly note?: string;
	/** True where values can only be read from front to back (compressed members), so the work cannot be split. */
	readonly sequential?: boolean;
}

/** What a file holds, by its headers alone. */
export interface FileDescription {
	/** File name without its folder. */
	readonly file: string;
	/** Bytes of the file itself. */
	readonly size: number;
	/** Id of the format, as in "npy". */
	readonly format: string;
	/** The format's name for people. */
	readonly formatLabel: string;
	/** Free text that the file carries about itself. */
	readonly metadata: Readonly<Record<string, string>>;
	/** Sentences about the file that are no errors: bytes after the data, a suffix that does not fit. */
	readonly notes: readonly string[];
	/** What the file's own loader would import and run, as in "posix.system"; nothing of it is run here. */
	readonly hazards?: readonly string[];
	readonly tensors: readonly TensorInfo[];
}

/** The tensor that is shown of a file until another is chosen: the first that can be read, else the first. */
export function firstShown(tensors: readonly TensorInfo[]): TensorInfo | undefined {
	return tensors.find(({ problem }) => !problem) ?? tensors[0];
}
