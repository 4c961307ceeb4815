import type { FileRef } from "../engine/api";
import type { MaskRequest, Padding } from "../engine/lens-api";
import { type Arguments, BadUsage, integerOf, integersOf, type OptionSpec, textOf } from "./arguments";
import { otherFile } from "./raw-choice";
import { parseTensorRef } from "./tensor-choice";

/** Options that tell which elements are valid. */
export const MASK_OPTIONS = {
	mask: {
		value: "FILE[#TENSOR]",
		about: "Valid elements only: 0 is padding. #TENSOR alone is one of FILE. Shape as (N, T), or any that broadcasts.",
	},
	"mask-inverted": { about: "In --mask everything but 0 is padding, as in a key_padding_mask." },
	lengths: { value: "FILE[#TENSOR]", about: "In place of --mask: valid elements of each sample, from the front on." },
	"time-axis": { value: "A", about: "The axis that --lengths are along. Default 1." },
	"mask-axes": {
		value: "0,2",
		about: "The tensor's axes that those of the mask or lengths are, where several would do.",
	},
} as const satisfies Readonly<Record<string, OptionSpec>>;

/** The mask that the options tell, if any; throws BadUsage for options that contradict each other. */
export function chooseMask(given: Arguments["given"], file: FileRef): MaskRequest | undefined {
	const [mask, lengths] = [textOf(given, "mask"), textOf(given, "lengths")];
	const axes = integersOf(given, "mask-axes", -Infinity);
	const timeAxis = integerOf(given, "time-axis");
	if (mask !== undefined && lengths !== undefined) {
		throw new BadUsage("--mask and --lengths both tell which elements are valid; give one of them.");
	}
	for (const [option, belongs] of [
		["mask-inverted", mask],
		["time-axis", lengths],
		["mask-axes", mask ?? lengths],
	] as const) {
		if (!given.has(option) || belongs !== undefined) continue;
		throw new BadUsage(
			`--${option} belongs to ${option === "time-axis" ? "--lengths" : option === "mask-inverted" ? "--mask" : "--mask and --lengths"}, which is missing.`,
		);
	}
	const word = mask ?? lengths;
	if (word === undefined) return undefined;
	const ref = word.startsWith("#") ? { file, tensor: word.slice(1) } : otherFile(parseTensorRef(word), given);
	const common = { ref, ...(axes === undefined ? {} : { axes }) };
	return mask !== undefined
		? { ...common, kind: "mask", inverted: given.has("mask-inverted") }
		: { ...common, kind: "lengths", ...(timeAxis === undefined ? {} : { timeAxis }) };
}

const PADDINGS: readonly Padding[] = ["zeros", "unchanged", "transformed"];

/** Option that tells what padding becomes in an output. */
export const PADDING_OPTION = {
	padding: {
		value: "zeros|unchanged|transformed",
		about: "What padding becomes, with --mask or --lengths. Default zeros.",
	},
} as const satisfies Readonly<Record<string, OptionSpec>>;

/** The mask of an output and what padding becomes in it; throws BadUsage. */
export function chooseOutputMask(
	given: Arguments["given"],
	file: FileRef,
): { readonly mask?: MaskRequest & { readonly padding: Padding } } {
	const mask = chooseMask(given, file);
	const word = textOf(given, "padding");
	const padding = PADDINGS.find((each) => each === (word ?? "zeros"));
	if (!padding) throw new BadUsage(`--padding is "${word}", but must be one of ${PADDINGS.join(", ")}.`);
	if (word !== undefined && !mask) throw new BadUsage("--padding belongs to --mask and --lengths, which are missing.");
	return mask ? { mask: { ...mask, padding } } : {};
}
