import { einxOf } from "./einx";
import { flaxOf } from "./flax";
import { kerasOf } from "./keras";
import { numpyOf } from "./numpy";
import { onnxOf } from "./onnx";
import { paperOf } from "./paper";
import { pytorchOf } from "./pytorch";
import type { Recipe } from "./recipe";

/** One way to write a layout and what is done with its sets. */
export interface Notation {
	readonly label: string;
	/** The text; code makes `y` out of `x`. */
	write(recipe: Recipe): string;
}

/** The notations in the order they are offered. */
export const NOTATIONS = {
	paper: { label: "Paper", write: paperOf },
	einx: { label: "einx", write: einxOf },
	numpy: { label: "NumPy", write: numpyOf },
	pytorch: { label: "PyTorch", write: pytorchOf },
	keras: { label: "Keras", write: kerasOf },
	flax: { label: "Flax", write: flaxOf },
	onnx: { label: "ONNX", write: onnxOf },
} as const satisfies Record<string, Notation>;

export type NotationId = keyof typeof NOTATIONS;

/** Whether a word names a notation. */
export function isNotationId(word: unknown): word is NotationId {
	return typeof word === "string" && Object.hasOwn(NOTATIONS, word);
}
