import type { Layout } from "../core/layout";
import type { Norm } from "../core/normalizations";
import { type Arguments, BadUsage } from "./arguments";
import { chooseNorm, FORMULA_OPTIONS, NORM_OPTIONS } from "./norm-choice";
import type { ReadableTensor } from "./tensor-choice";

/** The options by which a lens is told its norm. */
export const LENS_NORM_OPTIONS: readonly string[] = [...Object.keys(NORM_OPTIONS), ...Object.keys(FORMULA_OPTIONS)];

/** The norm that a lens looks at: the chosen one, or batchNorm. */
export function chosenNorm(
	given: Arguments["given"],
	{ shape, dtype }: ReadableTensor,
): { readonly norm: Norm; readonly layout: Layout } {
	const chosen = given.has("norm") || given.has("cells");
	const choice = chooseNorm(chosen ? given : new Map([...given, ["norm", "batchNorm"]]));
	if (!choice) throw new BadUsage("Choose a norm with --norm or --cells.");
	return choice(shape, dtype);
}
