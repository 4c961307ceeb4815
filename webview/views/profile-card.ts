import type { Chosen } from "../../src/core/chosen";
import { formatCount } from "../../src/core/format";
import type { AxisProfile } from "../../src/core/inspection";
import { partStart, roleOf } from "../../src/core/layout";
import { PROFILE_SORTS } from "../../src/core/profile-order";
import { indexLabels, labelsWithin, type PositionLabel } from "../../src/drawing/chart-scale";
import { binAt, drawProfile, frameOf } from "../../src/drawing/profile-chart";
import type { ShownProfile } from "../../src/drawing/shown-profile";
import { profilePlot } from "../../src/export/figures";
import { el, oncePerFrame, setText, show } from "../dom";
import { createPlotMenu } from "../export/plot-menu";
import { clampedLit } from "../lit-set";
import { type Session, selectedTensor, titleOf } from "../session";
import type { Store } from "../store";
import { prepareCanvas, themeOf, whenShownAnew } from "./canvas";
import { createProfileFlags } from "./profile-flags";
import { createProfilePiles } from "./profile-piles";
import { createProfileTable } from "./profile-table";
import { summaryOf, valuesOf } from "./profile-words";
import { createProfileZoom } from "./profile-zoom";

const CHART_HEIGHT = 168;

/** The chart of one axis, with its flags and its table. */
export interface ProfileCard {
	readonly element: HTMLElement;
	readonly show: (profile: AxisProfile, chosen: Chosen, exact: boolean) => void;
	/** Takes the series and the order from the store. */
	readonly refresh: () => void;
	/** Draws the selected index where it is now. */
	readonly redraw: () => void;
}

/** Makes a card; a pressed index is selected for all views. */
export function createProfileCard(store: Store, session: Session): ProfileCard {
	const title = el("h3");
	const canvas = el("canvas", {
		class: "profile-canvas",
		tabindex: 0,
		role: "slider",
		"aria-orientation": "horizontal",
	});
	const readout = el("p", { class: "readout" });
	let whole: AxisProfile | undefined;
	let chosen: Chosen | undefined;
	let now: ShownProfile | undefined;
	let sampled = false;
	let cursor: number | undefined;
	let drag: { readonly from: number; readonly x: number; to: number } | undefined;

	const letter = () => (whole && chosen?.letters[whole.axis]) ?? "";
	const select = (position: number) => {
		if (!now || !whole || !chosen) return;
		const { axis } = whole;
		const index = now.boundsOf(position)[0];
		const lit = clampedLit(store.get().lit, chosen.shape).map((i, a) => (a === axis ? index : i));
		store.update({ lit, announcement: `Selected ${letter()} ${index} in all views.` });
	};
	const selected = () => {
		const { lit } = store.get();
		return whole && chosen ? now?.positionOf(clampedLit(lit, chosen.shape)[whole.axis] ?? 0) : undefined;
	};
	const zoom = createProfileZoom(store, session, () => refresh());
	const table = createProfileTable(select);
	const pick = (bin: number) => {
		if (!whole || !now) return;
		zoom.showAll();
		const position = now.positionOf(partStart(bin, whole.size, whole.bins));
		if (position === undefined) return;
		cursor = position;
		canvas.focus();
		point(position);
		select(position);
	};
	const flags = createProfileFlags(pick);
	const piles = createProfilePiles(store, session, pick);
	const labels = (most: number): PositionLabel[] => {
		if (!now) return [];
		const { profile, nameOf, boundsOf } = now;
		if (store.get().sort === "index") return indexLabels(profile, profile.bins > 0 ? boundsOf(0)[0] : 0, most);
		const every = Math.max(1, Math.ceil(profile.bins / most));
		const count = Math.ceil(profile.bins / every);
		return Array.from({ length: count }, (_, k) => ({ position: k * every, text: nameOf(k * every) }));
	};
	const shownAs = el("span", { class: "quiet" });
	const menu = createPlotMenu(session, "this chart", () => {
		const state = store.get();
		const tensor = selectedTensor(state);
		if (!now || !tensor || !state.inspection) return undefined;
		const { exact, seen, elements } = state.inspection;
		const subject = { title: titleOf(state, tensor), letter: letter(), exact, seen, elements };
		return profilePlot(now, subject, state, labels(11));
	});
	const head = el("div", { class: "plot-head" }, title, zoom.element, menu);
	const element = el(
		"article",
		{ class: "profile" },
		head,
		flags.element,
		canvas,
		readout,
		piles.element,
		table.element,
	);

	const frame = () => now && frameOf(now.profile, store.get(), { width: canvas.clientWidth, height: CHART_HEIGHT });
	const redraw = oncePerFrame(() => {
		const drawn = frame();
		if (!now || !drawn || drawn.width === 0) return;
		const context = prepareCanvas(canvas, drawn.width, CHART_HEIGHT);
		const dragged = drag && drag.from !== drag.to ? ([drag.from, drag.to] as const) : undefined;
		const marks = { cursor, selected: selected(), dragged, labels: labels(labelsWithin(drawn)) };
		if (context) drawProfile(context, now.profile, drawn, themeOf(canvas), store.get(), marks);
	});
	const describe = () => {
		if (!now || !whole) return;
		const bin = cursor ?? 0;
		const words = now.profile.bins > 0 ? `${letter()} ${now.nameOf(bin)}: ${valuesOf(now.profile, bin, sampled)}` : "";
		setText(readout, cursor === undefined ? summaryOf(now, letter(), sampled, store.get().series) : words);
		canvas.setAttribute("aria-valuenow", String(bin));
		canvas.setAttribute("aria-valuetext", words);
	};
	const point = (position: number | undefined) => {
		cursor = position;
		describe();
		redraw();
	};
	const refresh = () => {
		if (!whole || !chosen) return;
		const { sort } = store.get();
		now = zoom.shown(whole, !sampled);
		setText(shownAs, now.shownAs && ` · shown ${now.shownAs}`);
		const { profile } = now;
		if (cursor !== undefined) cursor = Math.min(cursor, Math.max(0, profile.bins - 1));
		const sorted = sort === "index" ? "" : `, sorted by ${PROFILE_SORTS[sort]}`;
		canvas.setAttribute("aria-label", `Statistics along axis ${whole.axis}, ${letter()}${sorted}`);
		canvas.setAttribute("aria-valuemin", "0");
		canvas.setAttribute("aria-valuemax", String(Math.max(0, profile.bins - 1)));
		describe();
		table.show(now, sampled);
		show(menu, profile.bins > 0);
		redraw();
	};

	const positionAt = (x: number) => {
		const drawn = frame();
		return now && drawn ? binAt(now.profile, drawn, x) : 0;
	};
	canvas.addEventListener("pointerdown", (event) => {
		if (event.button !== 0) return;
		const from = positionAt(event.offsetX);
		drag = { from, x: event.offsetX, to: from };
		canvas.setPointerCapture(event.pointerId);
	});
	canvas.addEventListener("pointermove", (event) => {
		const position = positionAt(event.offsetX);
		if (drag && Math.abs(event.offsetX - drag.x) > 5) drag.to = position;
		point(position);
	});
	canvas.addEventListener("pointerup", () => {
		const ended = drag;
		drag = undefined;
		if (!ended || !whole || !now) return;
		if (ended.from === ended.to) select(ended.from);
		else zoom.into(whole, now, Math.min(ended.from, ended.to), Math.max(ended.from, ended.to));
		redraw();
	});
	canvas.addEventListener("dblclick", () => zoom.showAll());
	canvas.addEventListener(
		"wheel",
		(event) => {
			// The wheel alone scrolls the panel.
			if (!now || !whole || !(event.ctrlKey || event.metaKey)) return;
			event.preventDefault();
			zoom.around(whole, now, positionAt(event.offsetX), Math.exp(Math.max(-1, Math.min(1, event.deltaY / 200))));
		},
		{ passive: false },
	);
	canvas.addEventListener("pointerleave", () => point(document.activeElement === canvas ? cursor : undefined));
	canvas.addEventListener("keydown", (event) => {
		if (!now || !whole || event.ctrlKey || event.metaKey || event.altKey) return;
		const last = now.profile.bins - 1;
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
		const [shown, all] = [now, whole];
		const act = {
			Enter: () => select(at),
			" ": () => select(at),
			"+": () => zoom.around(all, shown, at, 0.5),
			"=": () => zoom.around(all, shown, at, 0.5),
			"-": () => zoom.around(all, shown, at, 2),
			"0": () => zoom.showAll(),
		}[event.key];
		if (to === undefined && !act) return;
		event.preventDefault();
		if (to !== undefined) point(Math.max(0, Math.min(last, to)));
		act?.();
	});
	canvas.addEventListener("focus", () => point(cursor ?? selected() ?? 0));
	canvas.addEventListener("blur", () => point(undefined));
	new ResizeObserver(redraw).observe(canvas);
	whenShownAnew(canvas, redraw);

	return {
		element,
		refresh,
		redraw,
		show(next, about, exact) {
			whole = next;
			chosen = about;
			sampled = !exact;
			const role = about.layout ? roleOf(about.layout, next.axis) : undefined;
			title.replaceChildren(
				el("span", { class: "axis-letter" }, letter()),
				` axis ${next.axis} · ${formatCount(next.size)} ${next.size === 1 ? "index" : "indices"}`,
				el("span", { class: "quiet" }, role && next.size > 1 ? ` · ${role}` : ""),
				shownAs,
			);
			flags.show(next, letter(), sampled);
			piles.show(next, about.shape, letter());
			refresh();
		},
	};
}
