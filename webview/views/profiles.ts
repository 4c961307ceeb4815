import { formatCount } from "../../src/core/format";
import type { AxisProfile } from "../../src/core/inspection";
import { roleOf, sizeOf } from "../../src/core/layout";
import { rangeOf } from "../../src/drawing/profile-bins";
import { binAt, drawProfile, frameOf } from "../../src/drawing/profile-chart";
import { profilePlot } from "../../src/export/figures";
import type { Chosen } from "../chosen";
import { checkbox } from "../controls/controls";
import { el, oncePerFrame, setText, show } from "../dom";
import { createPlotMenu } from "../export/plot-menu";
import { chosenOf, type Session, selectedTensor, titleOf } from "../session";
import type { Store } from "../store";
import { prepareCanvas, themeOf, whenShownAnew } from "./canvas";
import { createCoverage } from "./coverage";
import { createProfileFlags } from "./profile-flags";
import { profileHeadings, rowOf, summaryOf, valuesOf } from "./profile-words";
import { windowedTable } from "./rows";

const CHART_HEIGHT = 168;

/** Statistics along every axis, all others averaged: a chart and its table for each. */
export function createProfiles(store: Store, session: Session): HTMLElement {
	const extremes = checkbox("Minimum and maximum", (checked) => store.update({ extremes: checked }));
	const cards = el("div", { class: "profiles" });
	const legend = el(
		"p",
		{ class: "legend quiet" },
		el("span", { class: "key key-mean" }),
		"mean",
		el("span", { class: "key key-std" }),
		"± one standard deviation",
		el("span", { class: "key key-range" }),
		"minimum to maximum",
		el("span", { class: "key key-nan" }, "×"),
		"NaN",
		el("span", { class: "key key-nan" }, "▲"),
		"±Inf",
	);
	const coverage = createCoverage();
	const element = el(
		"section",
		{ class: "section" },
		el("div", { class: "section-head" }, el("h2", {}, "Along each axis"), extremes.element),
		coverage.element,
		legend,
		cards,
	);
	let shown: ProfileCard[] = [];

	store.watch(
		(state) => [state.extremes],
		(state) => {
			extremes.set(state.extremes);
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
			show(element, profiles.length > 0);
			if (shown.length !== profiles.length) {
				shown = profiles.map(() => createCard(store, session));
				cards.replaceChildren(...shown.map((card) => card.element));
			}
			profiles.forEach((profile, k) => {
				if (chosen) shown[k]?.show(profile, chosen, state.inspection?.exact ?? true);
			});
		},
	);
	return element;
}

interface ProfileCard {
	readonly element: HTMLElement;
	readonly show: (profile: AxisProfile, chosen: Chosen, exact: boolean) => void;
	readonly redraw: () => void;
}

function createCard(store: Store, session: Session): ProfileCard {
	const title = el("h3");
	const canvas = el("canvas", {
		class: "profile-canvas",
		tabindex: 0,
		role: "slider",
		"aria-orientation": "horizontal",
	});
	const readout = el("p", { class: "readout" });
	const table = windowedTable("Statistics by index", profileHeadings(false));
	const details = el("details", { class: "profile-table" }, el("summary", {}, "Table"), table.element);
	const flags = createProfileFlags((bin) => {
		cursor = bin;
		canvas.focus();
		point(bin);
	});
	const menu = createPlotMenu(session, "this chart", () => {
		const state = store.get();
		const tensor = selectedTensor(state);
		if (!profile || !tensor || !state.inspection) return undefined;
		const { exact, seen, elements } = state.inspection;
		const subject = { title: titleOf(state, tensor), letter, exact, seen, elements };
		return profilePlot(profile, subject, state.extremes);
	});
	const head = el("div", { class: "plot-head" }, title, menu);
	const element = el("article", { class: "profile" }, head, flags.element, canvas, readout, details);
	let profile: AxisProfile | undefined;
	let letter = "";
	let sampled = false;
	let cursor: number | undefined;

	const draw = () => {
		const width = canvas.clientWidth;
		if (!profile || width === 0) return;
		const { extremes } = store.get();
		const frame = frameOf(profile, extremes, width, CHART_HEIGHT);
		const context = prepareCanvas(canvas, width, CHART_HEIGHT);
		if (context) drawProfile(context, profile, frame, extremes, themeOf(canvas), cursor);
	};
	const redraw = oncePerFrame(draw);
	const point = (bin: number | undefined) => {
		cursor = bin;
		if (profile) describe(profile);
		redraw();
	};
	const describe = (now: AxisProfile) => {
		const bin = cursor ?? 0;
		const words = `${letter} ${rangeOf(now, bin)}: ${valuesOf(now, bin, sampled)}`;
		setText(readout, cursor === undefined ? summaryOf(now, letter, sampled) : words);
		canvas.setAttribute("aria-valuenow", String(bin));
		canvas.setAttribute("aria-valuetext", words);
	};
	const fillTable = () => {
		const now = profile;
		if (!now || !details.open) return;
		table.head(profileHeadings(sampled));
		table.show(now.bins, (bin) => rowOf(now, bin, sampled));
	};

	canvas.addEventListener("pointermove", (event) => {
		if (profile)
			point(binAt(profile, frameOf(profile, store.get().extremes, canvas.clientWidth, CHART_HEIGHT), event.offsetX));
	});
	canvas.addEventListener("pointerleave", () => point(document.activeElement === canvas ? cursor : undefined));
	canvas.addEventListener("keydown", (event) => {
		if (!profile) return;
		const last = profile.bins - 1;
		const at = cursor ?? 0;
		const page = Math.max(1, Math.round(last / 10));
		const to = {
			ArrowLeft: at - 1,
			ArrowDown: at - 1,
			ArrowRight: at + 1,
			ArrowUp: at + 1,
			PageDown: at - page,
			PageUp: at + page,
			Home: 0,
			End: last,
		}[event.key];
		if (to === undefined) return;
		event.preventDefault();
		point(Math.max(0, Math.min(last, to)));
	});
	canvas.addEventListener("focus", () => point(cursor ?? 0));
	canvas.addEventListener("blur", () => point(undefined));
	details.addEventListener("toggle", fillTable);
	new ResizeObserver(redraw).observe(canvas);
	whenShownAnew(redraw);

	return {
		element,
		redraw,
		show(next, { letters, layout }, exact) {
			const fresh = next !== profile || letter !== letters[next.axis];
			profile = next;
			sampled = !exact;
			letter = letters[next.axis] ?? "";
			const role = layout ? roleOf(layout, next.axis) : undefined;
			title.replaceChildren(
				el("span", { class: "axis-letter" }, letter),
				` axis ${next.axis} · ${formatCount(next.size)} ${next.size === 1 ? "index" : "indices"}`,
				el("span", { class: "quiet" }, role && next.size > 1 ? ` · ${role}` : ""),
				el("span", { class: "quiet" }, next.bins < next.size ? ` · shown in ${formatCount(next.bins)} bins` : ""),
			);
			canvas.setAttribute("aria-label", `Statistics along axis ${next.axis}, ${letter}`);
			canvas.setAttribute("aria-valuemin", "0");
			canvas.setAttribute("aria-valuemax", String(Math.max(0, next.bins - 1)));
			if (!fresh) return;
			if (cursor !== undefined) cursor = Math.min(cursor, next.bins - 1);
			describe(next);
			flags.show(next, letter, sampled);
			fillTable();
			show(details, next.bins > 0);
			show(menu, next.bins > 0);
			redraw();
		},
	};
}
