import { describeError } from "../../../src/core/errors";
import type { SliceAspect } from "../../../src/core/slice";
import { mapFor } from "../../../src/drawing/colour-maps";
import { button } from "../../controls/controls";
import { el, oncePerFrame, setText, show } from "../../dom";
import { createPlotMenu } from "../../export/plot-menu";
import type { Session } from "../../session";
import type { Store } from "../../store";
import { askSlices } from "./asked";
import { createSliceControls } from "./controls";
import { createHeatMap, type Place } from "./heat-map";
import { createLegend } from "./legend";
import {
	imagesOf,
	isAggregated,
	requestsOf,
	type ShownImages,
	type SliceModel,
	selectedPlace,
	sliceModel,
} from "./model";
import { createMoves } from "./moves";
import { slicePlot } from "./plot";
import { rangesOf } from "./ranges";
import { ASPECTS, readoutOf } from "./readout";
import { createSliders } from "./sliders";
import { createValuesTable } from "./values-table";
import { cellsInWords, seenInWords, titleOfSlice } from "./words";

const HINT =
	"Arrow keys move the element, with Shift by ten; + and − zoom, 0 shows all. Drag to move, pinch or hold Ctrl and scroll to zoom.";

/** Two axes of the tensor as a picture of its values, at one index of each other axis. */
export function createSliceView(store: Store, session: Session): HTMLElement {
	const readout = el("p", { class: "slice-readout", id: "slice-readout" });
	const about = el("p", { class: "quiet slice-about" });
	const working = el("p", { class: "quiet slice-working" });
	const problem = el("p", { class: "problem", role: "alert" });
	const seen = el("span", { class: "quiet" });
	let model: SliceModel | undefined;
	let images: ShownImages | undefined;
	let pointed: Place | undefined;

	// Keys may come faster than frames: each move starts from what the last one left.
	const moves = createMoves(store, () => model && sliceModel(store.get(), maps.clientWidth, roomHeight()));
	const controls = createSliceControls(moves.change);
	const sliders = createSliders(moves.turn);
	const table = createValuesTable(session.host, moves.pick);
	const describe = () => {
		if (!model || !images) return;
		setText(readout, readoutOf(pointed ?? selectedPlace(model), model, images) ?? "");
	};
	const plotOf = (aspect: SliceAspect) => {
		const state = store.get();
		const range = model && images && rangesOf(state, model, images).get(aspect);
		if (!model || !images || !range) return undefined;
		const which = model.aspects.length === 1 ? "" : `, ${ASPECTS[aspect].toLowerCase()}`;
		return slicePlot({
			name: aspect === "before" ? "slice" : `slice-${aspect}`,
			title: `${titleOfSlice(state, model)}${which}`,
			about: cellsInWords(images, model),
			images: images.of(aspect),
			window: images.window,
			letters: model.chosen.letters,
			range,
			map: model.shown.colours ?? mapFor(range),
		});
	};
	const drawn = (Object.keys(ASPECTS) as SliceAspect[]).map((aspect) => {
		const map = createHeatMap({
			pointed(place) {
				pointed = place;
				describe();
			},
			picked: moves.pick,
			zoomed: (place, factor) => moves.zoom(factor, place),
			moved: moves.pan,
			pressed(event) {
				if (!moves.press(event)) return;
				event.preventDefault();
				pointed = undefined;
			},
		});
		const legend = createLegend();
		const menu = createPlotMenu(session, "this slice", () => plotOf(aspect));
		const foot = el("div", { class: "plot-head" }, legend.element, menu);
		return { aspect, map, legend, element: el("div", { class: "slice-image" }, map.element, foot) };
	});
	const maps = el("div", { class: "slice-maps" }, ...drawn.map((one) => one.element));
	const zooming = el(
		"div",
		{ class: "slice-zoom" },
		button("Zoom in", () => moves.zoom(0.5)),
		button("Zoom out", () => moves.zoom(2)),
		button("Show all", moves.showAll),
		seen,
	);
	const element = el(
		"section",
		{ class: "slice-view", "aria-label": "Slice" },
		controls.element,
		sliders.element,
		maps,
		readout,
		zooming,
		about,
		working,
		problem,
		table.element,
		el("p", { class: "quiet slice-hint", id: "slice-hint" }, HINT),
	);
	show(problem, false);

	const ask = askSlices(session.host, {
		arrived(_, slices) {
			images = imagesOf(slices);
			show(problem, false);
			draw();
		},
		progress(progress) {
			const done = progress && Math.floor((100 * progress.done) / Math.max(1, progress.total));
			setText(working, progress ? `Statistics for the norm: ${done} %` : "");
		},
		failed(error) {
			images = undefined;
			setText(problem, describeError(error));
			show(problem, true);
			draw();
		},
	});

	const draw = () => {
		const state = store.get();
		if (!model) return;
		const { shown, aspects, size } = model;
		const ranges = images ? rangesOf(state, model, images) : new Map<SliceAspect, never>();
		for (const { aspect, map, legend, element: one } of drawn) {
			const range = ranges.get(aspect);
			show(one, images !== undefined && range !== undefined);
			if (!images || !range) continue;
			const colours = shown.colours ?? mapFor(range);
			map.show({
				title: aspects.length === 1 ? titleOfSlice(state, model) : ASPECTS[aspect],
				images: images.of(aspect),
				window: images.window,
				range,
				map: colours,
				seenRows: shown.seenRows,
				seenColumns: shown.seenColumns,
				size,
				selected: selectedPlace(model),
			});
			legend.show(images.of(aspect), range, colours);
			one.style.width = `${Math.max(220, size.width + 2)}px`;
		}
		const range = ranges.get("before");
		controls.show(model, {
			aggregated: images !== undefined && isAggregated(images),
			symmetric: range !== undefined && range.low === -range.high,
		});
		setText(about, images ? cellsInWords(images, model) : "");
		setText(seen, seenInWords(model));
		describe();
	};

	const update = oncePerFrame(() => {
		const state = store.get();
		const width = state.view === "slice" ? maps.clientWidth : 0;
		const next = sliceModel(state, width, roomHeight());
		ask(next && requestsOf(state, next));
		if (!next) return;
		// Another slice's picture is not stretched into this one's place.
		if (model && !isSameSlice(next, model)) images = undefined;
		model = next;
		sliders.show(next);
		table.show(state, next);
		draw();
	});
	new ResizeObserver(update).observe(maps);
	store.watch(
		({ opened, tensor, part, choices, lit, slices, inspection, view }) => [
			...[opened, tensor, part, choices, lit, slices, inspection, view],
		],
		update,
	);
	return element;
}

/** Height that the pictures may take: what is left of the window beside the controls. */
function roomHeight(): number {
	return Math.max(160, Math.min(560, Math.round(globalThis.innerHeight * 0.6)));
}

/** Whether two models are pictures of the same axes of one tensor. */
function isSameSlice({ tensor, shown }: SliceModel, other: SliceModel): boolean {
	const { rows, columns, rgb } = other.shown;
	return tensor === other.tensor && shown.rows === rows && shown.columns === columns && shown.rgb === rgb;
}
