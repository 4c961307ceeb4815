import { el } from "../../dom";
import type { Session } from "../../session";
import type { Store } from "../../store";
import { createAlreadyLens } from "./already";
import { createBatchSizeLens } from "./batch-size";
import { createEquivalenceLens } from "./equivalence";
import { createMaskLens } from "./mask";
import { createNumericsLens } from "./numerics";

/** Questions about what the chosen norm does to the tensor, each answered in a section of its own. */
export function createLenses(store: Store, session: Session): HTMLElement {
	return el(
		"div",
		{ class: "lenses" },
		createBatchSizeLens(store, session),
		createNumericsLens(store, session),
		createEquivalenceLens(store, session),
		createMaskLens(store, session),
		createAlreadyLens(store, session),
	);
}
