import { el, setAttribute, show } from "../dom";
import { type Session, selectedTensor } from "../session";
import type { State, Store } from "../store";
import { chooser, createAxes } from "./axes";
import { VIEWS, type View, type ViewId, viewsOf } from "./catalogue";
import { createNormForm } from "./norm-form";

/** The view that is shown: the chosen one where the tensor has it, otherwise its first. */
function shownView(state: State): ViewId | undefined {
	const tensor = selectedTensor(state);
	const views = tensor && !tensor.problem ? viewsOf(tensor) : [];
	return views.find((id) => id === state.view) ?? views[0];
}

/** The views of the selected tensor as tabs; each is made when it is first looked at. */
export function createTabs(store: Store, session: Session): HTMLElement {
	const ids = Object.keys(VIEWS) as ViewId[];
	const tabs = ids.map((id) => {
		const tab = el(
			"button",
			{ type: "button", class: "tab", role: "tab", id: `tab-${id}`, "aria-controls": "view" },
			VIEWS[id].label,
		);
		tab.addEventListener("click", () => store.update({ view: id }));
		return tab;
	});
	const list = el("div", { class: "tabs", role: "tablist", "aria-label": "Views of the tensor" }, ...tabs);
	list.addEventListener("keydown", (event) => {
		const visible = tabs.filter((tab) => !tab.hidden);
		const at = visible.indexOf(document.activeElement as HTMLButtonElement);
		const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: -1 }[event.key];
		const tab = to === undefined ? undefined : visible.at(to % visible.length);
		if (!tab || at < 0) return;
		event.preventDefault();
		tab.focus();
		tab.click();
	});

	const choose = chooser(store, session);
	const norm = el("div", { class: "layout-controls" }, createNormForm(store, choose), createAxes(store, choose));
	const panel = el("div", { class: "view", role: "tabpanel", id: "view" }, norm);
	const made = new Map<ViewId, HTMLElement>();
	const element = el("div", { class: "views" }, list, panel);

	store.watch(
		(state) => [state.opened, state.tensor, state.view, state.slices],
		(state) => {
			const tensor = selectedTensor(state);
			const shown = shownView(state);
			show(element, shown !== undefined);
			if (!tensor || !shown) return;
			const available = viewsOf(tensor);
			ids.forEach((id, k) => {
				const tab = tabs[k] as HTMLElement;
				show(tab, available.includes(id));
				tab.setAttribute("aria-selected", String(id === shown));
				setAttribute(tab, "tabindex", id === shown ? 0 : -1);
			});
			panel.setAttribute("aria-labelledby", `tab-${shown}`);
			show(norm, VIEWS[shown].usesNorm(state));
			if (!made.has(shown)) {
				const view = (VIEWS[shown] as View).create(store, session);
				made.set(shown, view);
				// Views show and hide themselves by what the tensor has; which one is looked at is said around them.
				panel.append(el("div", { class: "view-body", "data-view": shown }, view));
			}
			for (const body of panel.querySelectorAll<HTMLElement>(".view-body")) show(body, body.dataset.view === shown);
		},
	);
	return element;
}
