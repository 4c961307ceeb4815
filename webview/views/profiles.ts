import { sizeOf } from "../../src/core/layout";
import { PROFILE_SORTS, type ProfileSort, WORST_RULE } from "../../src/core/profile-order";
import { PROFILE_SERIES, type ProfileSeries } from "../../src/drawing/profile-series";
import { checkbox, dropdown } from "../controls/controls";
import { el, setText, show } from "../dom";
import { chosenOf, type Session } from "../session";
import type { Store } from "../store";
import { createCoverage } from "./coverage";
import { createDistribution } from "./distribution";
import { createProfileCard, type ProfileCard } from "./profile-card";

const HINT =
	"Press an index to select it in all views; drag, or turn the wheel with Ctrl or Cmd, to zoom; press twice to show all. Keys: arrows, Enter, + and −, 0.";

/** Statistics along every axis, all others averaged: a chart and its table for each; and how all values are distributed. */
export function createProfiles(store: Store, session: Session): HTMLElement {
	const extremes = checkbox("Minimum and maximum", (checked) => store.update({ extremes: checked }));
	const series = dropdown("Shows", (value) => store.update({ series: value as ProfileSeries }));
	const sort = dropdown("Sorted by", (value) => store.update({ sort: value as ProfileSort }));
	series.setChoices(Object.entries(PROFILE_SERIES).map(([value, label]) => ({ value, label })));
	sort.setChoices(Object.entries(PROFILE_SORTS).map(([value, label]) => ({ value, label })));
	const rule = el("p", { class: "quiet" });
	const cards = el("div", { class: "profiles" });
	const bands = el(
		"span",
		{ class: "legend-bands" },
		el("span", { class: "key key-mean" }),
		"mean",
		el("span", { class: "key key-std" }),
		"± one standard deviation",
		el("span", { class: "key key-range" }),
		"minimum to maximum",
	);
	const legend = el(
		"p",
		{ class: "legend quiet" },
		bands,
		el("span", { class: "key key-nan" }, "×"),
		"NaN",
		el("span", { class: "key key-nan" }, "▲"),
		"±Inf",
		el("span", { class: "key key-nan" }, "▼"),
		"selected",
	);
	const coverage = createCoverage();
	const along = el(
		"section",
		{ class: "section" },
		el("h2", {}, "Along each axis"),
		el("div", { class: "lens-controls" }, series.element, sort.element, extremes.element),
		coverage.element,
		legend,
		rule,
		cards,
		el("p", { class: "quiet profile-hint" }, HINT),
	);
	let shown: ProfileCard[] = [];

	store.watch(
		(state) => [state.extremes, state.series, state.sort],
		(state) => {
			extremes.set(state.extremes);
			series.set(state.series);
			sort.set(state.sort);
			show(extremes.element, state.series === "mean");
			show(bands, state.series === "mean");
			setText(rule, state.sort === "worst" ? `Worst first: ${WORST_RULE}.` : "");
			show(rule, state.sort === "worst");
			for (const card of shown) card.refresh();
		},
	);
	store.watch(
		(state) => [state.lit],
		() => {
			for (const card of shown) card.redraw();
		},
	);
	store.watch(
		(state) => [state.inspection, state.work],
		({ inspection, work }) => coverage.show(inspection, work.state === "running"),
	);
	store.watch(
		(state) => [state.inspection, state.choices, state.opened, state.tensor],
		(state) => {
			const chosen = chosenOf(state);
			const some = chosen !== undefined && sizeOf(chosen.shape) > 0;
			const profiles = some && state.inspection ? state.inspection.profiles : [];
			show(along, profiles.length > 0);
			if (shown.length !== profiles.length) {
				shown = profiles.map(() => createProfileCard(store, session));
				cards.replaceChildren(...shown.map((card) => card.element));
			}
			profiles.forEach((profile, k) => {
				if (chosen) shown[k]?.show(profile, chosen, state.inspection?.exact ?? true);
			});
		},
	);
	return el("div", { class: "sections" }, along, createDistribution(store, session));
}
