import type { InputId } from "../src/core/norm-inputs";
import { normalization } from "../src/core/normalizations";
import type { Chosen } from "./chosen";

/** What the norm needs and has not been given. */
export function missingInputs({ norm, inputs }: Chosen): InputId[] {
	return (normalization(norm.id).needs ?? []).filter((id) => inputs[id] === undefined);
}
