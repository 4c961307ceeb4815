import { sizeOf } from "../../src/core/layout";
import { el, setText, show } from "../dom";
import { chosenOf, type Session } from "../session";
import type { Store } from "../store";
import { createAboutNorm } from "./about-norm";
import { createEffect } from "./effect";
import { createLayoutText } from "./layout-text";
import { createPicture } from "./picture";

/** What the chosen norm averages together, as a picture and in words, and what it does to the numbers. */
export function createLayoutView(store: Store, session: Session): HTMLElement {
	const empty = el("p", { class: "quiet" });
	store.watch(
		(state) => [state.opened, state.tensor],
		(state) => {
			const chosen = chosenOf(state);
			const nothing = chosen !== undefined && sizeOf(chosen.shape) === 0;
			setText(
				empty,
				nothing ? "An axis of length 0 leaves nothing to average: the tensor has a shape, but no values." : "",
			);
			show(empty, nothing);
		},
	);
	return el(
		"div",
		{},
		empty,
		el("div", { class: "layout-view" }, createPicture(store, session), createLayoutText(store)),
		createAboutNorm(store),
		createEffect(store),
	);
}
