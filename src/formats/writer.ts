import { TensorError } from "../core/errors";
import { planNpy } from "./npy-writer";
import { planNpz } from "./npz-writer";
import type { OutputMetadata, OutputPlan, OutputTensor } from "./output-plan";
import { planSafetensors } from "./safetensors-writer";

export type { OutputMetadata, OutputPlan, OutputRegion, OutputTensor, Piece } from "./output-plan";

const PLANS = {
	".npy": planNpy,
	".npz": planNpz,
	".safetensors": planSafetensors,
} as const satisfies Record<string, (tensors: readonly OutputTensor[], metadata: OutputMetadata) => OutputPlan>;

/** Suffixes of files that can be written. */
export const WRITABLE_SUFFIXES: readonly string[] = Object.keys(PLANS);

/**
 * Plans a file whose suffix chooses the format. Throws `bad-option` for other suffixes, for a dtype the format cannot
 * hold, and for names it cannot hold.
 */
export function planOutput(
	fileName: string,
	tensors: readonly OutputTensor[],
	metadata: OutputMetadata = {},
): OutputPlan {
	const suffix = WRITABLE_SUFFIXES.find((ending) => fileName.toLowerCase().endsWith(ending));
	if (suffix === undefined) {
		throw new TensorError(
			"bad-option",
			`"${fileName}" has no suffix that can be written; use ${WRITABLE_SUFFIXES.join(", ")}.`,
		);
	}
	const names = new Set<string>();
	for (const { name } of tensors) {
		if (names.has(name)) {
			throw new TensorError("bad-option", `Two tensors are called "${name}"; give each its own name.`);
		}
		names.add(name);
	}
	return PLANS[suffix as keyof typeof PLANS](tensors, metadata);
}
