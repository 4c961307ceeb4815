import type { Layout, Shape } from "../core/layout";
import type { Norm } from "../core/normalizations";
import { type Arguments, BadUsage } from "./arguments";
import { chooseNorm } from "./norm-choice";

/** The norm that a lens looks at: the chosen one, or batchNorm. */
export function chosenNorm(given: Arguments["given"], shape: Shape): { readonly norm: Norm; readonly layout: Layout } {
	const chosen = given.has("norm") || given.has("cells");
	const choice = chooseNorm(chosen ? given : new Map([...given, ["norm", "batchNorm"]]));
	if (!choice) throw new BadUsage("Choose a norm with --norm or --cells.");
	return choice(shape);
}
