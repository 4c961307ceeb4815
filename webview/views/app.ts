import { el } from "../dom";
import type { Session } from "../session";
import type { Store } from "../store";
import { createFileNotes, createToolbar } from "./header";
import { createTabs } from "./tabs";
import { createTensorList } from "./tensor-list";
import { createTensorTitle } from "./tensor-title";

/** The whole panel. */
export function createApp(store: Store, session: Session): HTMLElement {
	const main = el(
		"main",
		{ class: "main" },
		createFileNotes(store, session),
		createTensorTitle(store, session),
		createTabs(store, session),
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
