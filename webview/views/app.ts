import { sizeOf } from "../../src/core/layout";
import { el, setText, show } from "../dom";
import { chosenOf, type Session, selectedTensor } from "../session";
import type { Store } from "../store";
import { chooser, createAxes } from "./axes";
import { createEffect } from "./effect";
import { createFileNotes, createToolbar } from "./header";
import { createLayoutText } from "./layout-text";
import { createNormForm } from "./norm-form";
import { createPicture } from "./picture";
import { createProfiles } from "./profiles";
import { createTensorList } from "./tensor-list";
import { createTensorTitle } from "./tensor-title";

/** The whole panel. */
export function createApp(store: Store, session: Session): HTMLElement {
	const choose = chooser(store, session);
	const empty = el("p", { class: "quiet" });
	const layout = el(
		"section",
		{ class: "section" },
		el("h2", {}, "What is averaged together"),
		el("div", { class: "layout-controls" }, createNormForm(store, choose), createAxes(store, choose)),
		empty,
		el("div", { class: "layout-view" }, createPicture(store), createLayoutText(store)),
	);
	const readable = el("div", { class: "readable" }, layout, createEffect(store), createProfiles(store));
	const main = el(
		"main",
		{ class: "main" },
		createFileNotes(store, session),
		createTensorTitle(store, session),
		readable,
	);
	store.watch(
		(state) => [state.opened, state.tensor, state.work],
		(state) => {
			const tensor = selectedTensor(state);
			show(readable, tensor !== undefined && !tensor.problem);
			const chosen = chosenOf(state);
			const nothing = chosen !== undefined && sizeOf(chosen.shape) === 0;
			setText(
				empty,
				nothing ? "An axis of length 0 leaves nothing to average: the tensor has a shape, but no values." : "",
			);
			show(empty, nothing);
		},
	);
	const toolbar = createToolbar(store, session);
	const app = el(
		"div",
		{ class: "app" },
		toolbar,
		el("div", { class: "columns" }, createTensorList(store, session), main),
	);
	// What stays in sight under the toolbar has to know how tall it is.
	new ResizeObserver(() => app.style.setProperty("--ti-toolbar", `${toolbar.offsetHeight}px`)).observe(toolbar);
	return app;
}
